"""Gates in every shape that pytest knows: a wrong candidate is turned down, a right one accepted."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from jiti.live import LiveCall

if TYPE_CHECKING:
    from tests.unit.checks.workshop import Workshop

SOURCE = '''
import functools

from jiti import jiti


@jiti
def slugify(text: str) -> str:
    """Convert text to a slug."""
    ...


@functools.lru_cache
@jiti
def cached(text: str) -> str:
    """Convert text to a slug."""
    ...


class Text:
    def __init__(self, raw: str) -> None:
        self.raw = raw

    @jiti
    def slug(self) -> str:
        """Its slug."""
        ...

    @staticmethod
    @jiti
    def join(a: str, b: str) -> str:
        """Both, with a dash between."""
        ...

    @classmethod
    @jiti
    def parse(cls, raw: str) -> "Text":
        """A text without the space around it."""
        ...

    @property
    @jiti
    def size(self) -> int:
        """How long it is."""
        ...
'''
RIGHT = "def {0}(text):\n    return '-'.join(text.lower().split())\n"
WRONG = "def {0}(text):\n    return text.lower() if '  ' in text else '-'.join(text.lower().split())\n"
METHOD = "class Text:\n    {}def {}({}):\n        return {}\n"


@dataclass(frozen=True)
class Shape:
    """A gate, with what its file holds above it, and a right and a wrong candidate for its target."""

    text: str
    names: tuple[str, ...] = ("test_it",)
    target: str = "slugify"
    right: str = RIGHT.format("slugify")
    wrong: str = WRONG.format("slugify")
    conftest: str = ""
    needs: tuple[str, ...] = ()
    others: dict[str, str] = field(default_factory=dict)


def of_method(name: str, decorator: str, arguments: str, test: str, right: str, wrong: str) -> Shape:
    makes = METHOD.format(f"@{decorator}\n    " if decorator else "", name, arguments, "{}")
    text = f"from text import Text\n\n\ndef test_it():\n    assert {test}\n"
    return Shape(text, target=f"Text.{name}", right=makes.format(right), wrong=makes.format(wrong))


IMPORT = "import pytest\nfrom text import slugify\n\n"
ASYNC = f"{IMPORT}\n@pytest.mark.{{}}\nasync def test_it():\n    assert slugify('A  b') == 'a-b'\n"
SESSION = """
import pytest
from text import slugify

@pytest.fixture(scope="session")
def words():
    yield ["A b", "A  b"]

@pytest.fixture
def word():
    return "A  b"
"""
SHAPES = {
    "plain": Shape(f"{IMPORT}\ndef test_it():\n    assert slugify('A  b') == 'a-b'\n"),
    "of a module": Shape("import text as t\n\n\ndef test_it():\n    assert t.slugify('A  b') == 'a-b'\n"),
    "parametrised": Shape(
        f"{IMPORT}\n@pytest.mark.parametrize('raw', ['A b', 'a b', 'A  b', 'a B'])\n"
        "def test_it(raw):\n    assert slugify(raw) == 'a-b'\n"
    ),
    "in a class": Shape(
        f"{IMPORT}\nclass TestSlug:\n    def test_it(self):\n        assert slugify('A  b') == 'a-b'\n",
        ("TestSlug.test_it",),
    ),
    "in a class in a class": Shape(
        f"{IMPORT}\nclass TestSlug:\n    class TestGaps:\n        def test_it(self):\n"
        "            assert slugify('A  b') == 'a-b'\n",
        ("TestSlug.TestGaps.test_it",),
    ),
    "of unittest": Shape(
        "import unittest\nfrom text import slugify\n\n\nclass Slugs(unittest.TestCase):\n    def setUp(self):\n"
        "        self.raw = 'A  b'\n\n    def test_it(self):\n        self.assertEqual(slugify(self.raw), 'a-b')\n",
        ("Slugs.test_it",),
    ),
    "of unittest, in parts": Shape(
        "import unittest\nfrom text import slugify\n\n\nclass Slugs(unittest.TestCase):\n    def test_it(self):\n"
        "        for raw in 'A b', 'A  b':\n            with self.subTest(raw):\n"
        "                self.assertEqual(slugify(raw), 'a-b')\n",
        ("Slugs.test_it",),
    ),
    "of unittest, async": Shape(
        "import unittest\nfrom text import slugify\n\n\nclass Slugs(unittest.IsolatedAsyncioTestCase):\n"
        "    async def test_it(self):\n        self.assertEqual(slugify('A  b'), 'a-b')\n",
        ("Slugs.test_it",),
    ),
    "with tmp_path": Shape(
        f"{IMPORT}\ndef test_it(tmp_path):\n    (tmp_path / 'a').write_text('A  b')\n"
        "    assert slugify((tmp_path / 'a').read_text()) == 'a-b'\n"
    ),
    "with monkeypatch": Shape(
        f"import os\n{IMPORT}\ndef test_it(monkeypatch):\n    monkeypatch.setenv('RAW', 'A  b')\n"
        "    assert slugify(os.environ['RAW']) == 'a-b'\n"
    ),
    "with capsys": Shape(
        f"{IMPORT}\ndef test_it(capsys):\n    print(slugify('A  b'))\n    assert capsys.readouterr().out == 'a-b\\n'\n"
    ),
    "with capfd": Shape(
        f"{IMPORT}\ndef test_it(capfd):\n    print(slugify('A  b'))\n    assert capfd.readouterr().out == 'a-b\\n'\n"
    ),
    "with a fixture of a conftest": Shape(
        f"{IMPORT}\ndef test_it(word):\n    assert slugify(word) == 'a-b'\n", conftest=SESSION
    ),
    "with a session fixture": Shape(
        f"{IMPORT}\ndef test_it(words):\n    assert [slugify(each) for each in words] == ['a-b', 'a-b']\n",
        conftest=SESSION,
    ),
    "with a fixture that calls its target": Shape(
        f"{IMPORT}@pytest.fixture\ndef slug():\n    return slugify('A  b')\n\n\n"
        "def test_it(slug):\n    assert slug == 'a-b'\n"
    ),
    "with a fixture that runs by itself": Shape(
        f"{IMPORT}RAW = []\n\n\n@pytest.fixture(autouse=True)\ndef raw():\n    RAW.append('A  b')\n    yield\n"
        "    RAW.clear()\n\n\ndef test_it():\n    assert slugify(RAW[0]) == 'a-b'\n"
    ),
    "with setup_module": Shape(
        f"{IMPORT}def setup_module(module):\n    module.RAW = 'A  b'\n\n\n"
        "def test_it():\n    assert slugify(RAW) == 'a-b'\n"
    ),
    "two": Shape(
        f"{IMPORT}def test_one():\n    assert slugify('A b') == 'a-b'\n\n\n"
        "def test_two():\n    assert slugify('A  b') == 'a-b'\n",
        ("test_one", "test_two"),
    ),
    "passing only in order": Shape(
        f"{IMPORT}SEEN = []\n\n\ndef test_one():\n    SEEN.append(slugify('A  b'))\n\n\n"
        "def test_two():\n    assert SEEN == ['a-b']\n",
        ("test_one", "test_two"),
    ),
    "changing the working directory": Shape(
        f"import os\n{IMPORT}def test_one(tmp_path):\n    os.chdir(tmp_path)\n    open('raw', 'w').write('A  b')\n\n\n"
        "def test_two():\n    assert slugify(open('raw').read()) == 'a-b'\n",
        ("test_one", "test_two"),
    ),
    "run in the project's root": Shape(
        f"{IMPORT}def test_it():\n    assert slugify(open('word').read()) == 'a-b'\n", others={"word": "A  b"}
    ),
    "anyio": Shape(ASYNC.format("anyio"), conftest="pytest_plugins = ['anyio.pytest_plugin']\n", needs=("anyio",)),
    "asyncio": Shape(
        ASYNC.format("asyncio"), conftest="pytest_plugins = ['pytest_asyncio.plugin']\n", needs=("pytest_asyncio",)
    ),
    "for a target under another decorator": Shape(
        "from text import cached\n\n\ndef test_it():\n    assert cached('A  b') == 'a-b'\n",
        target="cached",
        right=RIGHT.format("cached"),
        wrong=WRONG.format("cached"),
    ),
    "for a method": of_method("slug", "", "self", "Text('A').slug() == 'a'", "self.raw.lower()", "self.raw"),
    "for a static method": of_method(
        "join", "staticmethod", "a, b", "Text.join('a', 'b') == 'a-b'", "f'{a}-{b}'", "f'{a}{b}'"
    ),
    "for a class method": of_method(
        "parse", "classmethod", "cls, raw", "Text.parse(' a ').raw == 'a'", "cls(raw.strip())", "cls(raw)"
    ),
    "for a property": of_method("size", "property", "self", "Text('ab').size == 2", "len(self.raw)", "1"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_wrong_candidate_is_turned_down_and_a_right_one_accepted(workshop: Workshop, name: str) -> None:
    shape = SHAPES[name]
    for needed in shape.needs:
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"{needed} is not installed")
    if shape.conftest:
        workshop.write("conftest.py", shape.conftest)
    for path, text in shape.others.items():
        workshop.write(path, text)
    gates = workshop.gates(shape.text, *shape.names)
    execution = workshop.execution(workshop.stub(SOURCE, key=f"text.py::{shape.target}"), gates=gates)
    wrong = execution.run(shape.wrong, "")
    assert {(each.check, each.path, each.code) for each in wrong.diagnostics} == {("gate", "test_text.py", "failed")}
    assert wrong.gates == ()
    right = execution.run(shape.right, "")
    assert (right.diagnostics, right.gates) == ((), tuple(gates))


@pytest.mark.parametrize("wrong", ["A b", "a b", "A  b", "a B"])
def test_a_candidate_that_is_wrong_on_one_case_is_never_accepted(workshop: Workshop, wrong: str) -> None:
    gates = workshop.gates(SHAPES["parametrised"].text, "test_it")
    code = f"def slugify(text):\n    return '-' if text == {wrong!r} else '-'.join(text.lower().split())\n"
    execution = workshop.execution(workshop.stub(SOURCE), gates=gates)
    [found] = execution.run(code, "").diagnostics
    assert found.message.startswith(f"test_text.py::test_it[{wrong}] failed\n")


def test_the_order_is_examples_gates_the_call_and_scratch_tests(workshop: Workshop) -> None:
    gates = workshop.gates(SHAPES["plain"].text, "test_it")
    source = SOURCE.replace("to a slug.", "to a slug.\n\n    >>> slugify('A')\n    'a'\n    ")
    live = LiveCall.of(lambda text: text, ("A",), {})
    execution = workshop.execution(workshop.stub(source), live, gates=gates)
    tests = "from text import slugify\n\n\ndef test_it():\n    assert slugify('A') == 'a'\n"
    found = execution.run("def slugify(text):\n    return 1\n", tests).diagnostics
    assert [each.check for each in found] == ["example", "gate", "call", "scratch"]


def test_a_gate_shows_its_own_lines_and_the_candidates(workshop: Workshop) -> None:
    gates = workshop.gates(SHAPES["plain"].text, "test_it")
    [found] = (
        workshop.execution(workshop.stub(SOURCE), gates=gates)
        .run("def slugify(text):\n    return text.lover()\n", "")
        .diagnostics
    )
    assert (found.path, found.line, found.code) == ("test_text.py", 6, "failed")
    lines = found.message.splitlines()
    assert lines[:3] == [
        "test_text.py::test_it failed",
        "test_text.py:6: in test_it",
        "    assert slugify('A  b') == 'a-b'",
    ]
    assert "candidate:2: in slugify" in lines
    assert lines[-1].startswith("E   AttributeError: 'str' object has no attribute 'lover'")
    assert "/jiti/" not in found.message
