"""Gates in the shapes that projects have them, run by pytest as users do: each turns a wrong body down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jiti.testing import Project, ScriptedModel, submit

if TYPE_CHECKING:
    from collections.abc import Sequence

FUNCTION = '''
@jiti
def {name}(text: str) -> str:
    """Lower-case it, with one hyphen for each gap between words."""
    raise NotImplementedError
'''
NAMES = ("plain", "several", "cased", "in_class", "in_case", "with_files", "patched", "shared", "once", "awaited")
METHODS = '''

@functools.lru_cache
@jiti
def cached(text: str) -> str:
    """Lower-case it, with one hyphen for each gap between words."""
    raise NotImplementedError


class Text:
    def __init__(self, raw: str) -> None:
        self.raw = raw

    @jiti
    def slug(self) -> str:
        """Its slug: lower case, with one hyphen for each gap between words."""
        raise NotImplementedError

    @staticmethod
    @jiti
    def join(words: list[str]) -> str:
        """The words, with a hyphen between."""
        raise NotImplementedError

    @classmethod
    @jiti
    def parse(cls, raw: str) -> "Text":
        """A text without the space around it."""
        raise NotImplementedError

    @property
    @jiti
    def words(self) -> list[str]:
        """Its words."""
        raise NotImplementedError
'''
TESTS = """
import asyncio
import os
import unittest

import pytest

import app.text as t
from app.text import Text, {names}, cached
from jiti import jiti


@jiti.required_for(plain)
def test_plain():
    assert plain("A  b") == "a-b"


@jiti.required_for(several)
def test_one():
    assert several("A b") == "a-b"


@jiti.required_for(several)
@jiti.required_for(plain)
def test_two():
    assert several("A  b") == plain("A  b") == "a-b"


@jiti.required_for(cased)
@pytest.mark.parametrize("raw", ["A b", "a b", "a  b"])
def test_cases(raw):
    assert cased(raw) == "a-b"


class TestText:
    @jiti.required_for(in_class)
    def test_it(self):
        assert in_class("A  b") == "a-b"

    @jiti.required_for(Text.slug)
    def test_method(self):
        assert Text("A  b").slug() == "a-b"


class Case(unittest.TestCase):
    def setUp(self):
        self.raw = "A  b"

    @jiti.required_for(t.in_case)
    def test_it(self):
        self.assertEqual(in_case(self.raw), "a-b")


@jiti.required_for(with_files)
def test_files(tmp_path):
    (tmp_path / "raw").write_text("A  b")
    assert with_files((tmp_path / "raw").read_text()) == "a-b"


@jiti.required_for(patched)
def test_patched(monkeypatch):
    monkeypatch.setenv("RAW", "A  b")
    assert patched(os.environ["RAW"]) == "a-b"


@jiti.required_for(shared)
def test_shared(raw):
    assert shared(raw) == "a-b"


@jiti.required_for(once)
def test_once(raws):
    assert [once(each) for each in raws] == ["a-b", "a-b"]


@jiti.required_for(awaited)
@pytest.mark.asyncio
async def test_awaited():
    await asyncio.sleep(0)
    assert awaited("A  b") == "a-b"


@jiti.required_for(cached)
def test_cached():
    assert cached("A  b") == "a-b"


@jiti.required_for(Text.join)
def test_static():
    assert Text.join(["a", "b"]) == "a-b"


@jiti.required_for(Text.parse)
def test_class():
    assert Text.parse(" a ").raw == "a"


@jiti.required_for(t.Text.words)
def test_property():
    assert Text("a  b").words == ["a", "b"]
"""
CONFTEST = """
import pytest


@pytest.fixture
def raw():
    return "A  b"


@pytest.fixture(scope="session")
def raws():
    yield ["A b", "A  b"]
"""
PYPROJECT = """
[project]
name = "app"
version = "0"
requires-python = ">=3.11"

[tool.pytest.ini_options]
pythonpath = ["."]
asyncio_default_fixture_loop_scope = "function"
"""
FILES = {
    "app/__init__.py": "",
    "app/text.py": "import functools\n\nfrom jiti import jiti\n\n"
    + "".join(FUNCTION.format(name=name) for name in NAMES)
    + METHODS,
    "tests/test_text.py": TESTS.format(names=", ".join(NAMES)),
    "tests/conftest.py": CONFTEST,
    "pyproject.toml": PYPROJECT,
}
SLUG = 'return "-".join(text.lower().split())'
BODIES = {
    **dict.fromkeys((*NAMES, "cached"), ('return text.lower().replace(" ", "-", 1)', SLUG)),
    "several": ('return text.lower().replace(" ", "-")', SLUG),
    "cased": ('return text.lower().replace(" ", "-")', SLUG),
    "Text.slug": ("return self.raw.lower()", SLUG.replace("text", "self.raw")),
    "Text.join": ('return "".join(words)', 'return "-".join(words)'),
    "Text.parse": ("return cls(raw)", "return cls(raw.strip())"),
    "Text.words": ('return self.raw.split(" ")', "return self.raw.split()"),
}
"""For each stub, a body that passes all checks but its gates, and one that passes those too."""


@pytest.mark.usefixtures("xdist_and_asyncio")
@pytest.mark.parametrize("options", [(), ("-n2", "-k", "files or once or method")], ids=["alone", "two workers"])
def test_each_gate_turns_the_wrong_body_down_and_lets_the_right_one_in(options: Sequence[str]) -> None:
    names = ("with_files", "once", "Text.slug") if options else BODIES
    script: dict[str, list[Any]] = {f"app/text.py::{name}": [submit(body) for body in BODIES[name]] for name in names}
    project = Project(FILES, ScriptedModel(script))
    ran = project.run("python", "-m", "pytest", "-p", "no:randomly", *options)
    assert ran.exit_code == 0, ran.stdout + ran.stderr
    told = {
        session[0]["key"]: [event for event in session if event["event"] == "tool"] for session in project.sessions()
    }
    assert told.keys() == script.keys()
    for key, (turned_down, accepted) in told.items():
        assert not turned_down["ok"], key
        assert "\ngate failed tests/test_text.py:" in turned_down["output"], (key, turned_down["output"])
        assert accepted["output"].startswith("PASSED"), (key, accepted["output"])
    again = project.run("python", "-m", "pytest", "-q", "-p", "no:randomly", *options)
    assert (again.exit_code, again.requests, again.changed) == (0, [], {})


PAIR = '''
from jiti import jiti


@jiti
def quote(text: str) -> str:
    """Put it into quotes, with a backslash before each quote and backslash in it."""
    raise NotImplementedError


@jiti
def unquote(text: str) -> str:
    """Take the quotes of `quote` away again."""
    raise NotImplementedError
'''
SHARED = """
import pytest

from jiti import jiti
from app.text import quote, unquote


@jiti.required_for(quote, unquote)
@pytest.mark.parametrize("text", ["", "a", 'a"b'])
def test_there_and_back(text):
    back = unquote(quote(text))
    assert quote(text).startswith('"')
    assert back == text
"""


def test_of_two_stubs_that_share_a_gate_the_wrong_one_is_turned_down() -> None:
    """The second one cannot mend the first: after its second try, that one is judged instead."""
    quote = """return '"' + text.replace("\\\\", "\\\\\\\\").replace('"', '\\\\"') + '"'"""
    unquote = submit('return re.sub(r"\\\\(.)", r"\\1", text[1:-1])', helpers="import re")
    script: dict[str, list[Any]] = {
        "app/text.py::quote": [submit("return text"), submit(quote)],
        "app/text.py::unquote": [unquote, unquote, unquote],
    }
    project = Project({**FILES, "app/text.py": PAIR, "tests/test_text.py": SHARED}, ScriptedModel(script))
    ran = project.run("python", "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:asyncio")
    assert ran.exit_code == 0, ran.stdout + ran.stderr
    outcomes = [session[-1]["outcome"] for session in project.sessions()]
    assert sorted(outcomes) == ["StandInError", "accepted", "accepted"]
    assert len(ran.requests) == 5
    again = project.run("python", "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:asyncio")
    assert (again.exit_code, again.requests, again.changed) == (0, [], {})


def test_a_gate_that_is_skipped_costs_nothing() -> None:
    skipped = SHARED.replace("@pytest.mark.parametrize", '@pytest.mark.skip("later")\n@pytest.mark.parametrize')
    files = {**FILES, "app/text.py": PAIR, "tests/test_text.py": skipped}
    project = Project(files, ScriptedModel(submit("return text")))
    ran = project.run("python", "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:asyncio")
    assert (ran.exit_code, ran.requests) == (1, [])
    assert "its gate tests/test_text.py::test_there_and_back (tests/test_text.py:8) is skipped" in ran.stdout
