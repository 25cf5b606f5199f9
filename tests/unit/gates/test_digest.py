"""A gate's digest is what it means: how it is written does not count, and all that it stands on does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jiti import filing, stub
from jiti.definition import define

if TYPE_CHECKING:
    from tests.unit.gates.conftest import Tree

DIGESTS = json.loads((Path(__file__).parent / "digests.json").read_text())
TEST = '''
import pytest
from jiti import jiti
from app.text import slugify

LIMIT = 3
CASES = [("a b", "a-b")]
CASES += [("c", "c")]
UNUSED = 1


def shorten(text):
    return text[:LIMIT]


def unused():
    return 1


class Box:
    size = 2


@pytest.fixture
def word(other):
    return shorten("word")


@pytest.fixture(name="other")
def make_other():
    return 1


@pytest.fixture(autouse=True)
def always():
    yield 7


class TestSlug:
    base = 5

    @pytest.fixture
    def own(self):
        return 8

    @jiti.required_for(slugify)
    @pytest.mark.parametrize("raw, want", CASES)
    @pytest.mark.usefixtures("marked")
    def test_slug(self, raw, want, word, client):
        """It is a slug."""
        box = Box()
        assert slugify(raw) == want  # it must be
        assert shorten('x') == "x"

    def test_more(self): assert 1 == 1


def test_other():
    assert 2 == 2
'''
CONFTEST = """
import pytest

TIMES = 4


@pytest.fixture
def client(client, tmp_path):
    return client * TIMES


@pytest.fixture
def marked():
    return 9


@pytest.fixture
def unasked():
    return 10
"""
TOP_CONFTEST = """
import pytest


@pytest.fixture
def client():
    return 11


@pytest.fixture
def word():
    return 12
"""
FILES = {"tests/unit/test_text.py": TEST, "tests/unit/conftest.py": CONFTEST, "conftest.py": TOP_CONFTEST}


def digest(tree: Tree, old: str = "", new: str = "") -> str:
    """The digest of the one gate, where `new` stands in the place of `old`."""
    assert sum(text.count(old) for text in FILES.values()) == 1 or not old
    tree.write({name: text.replace(old, new) if old else text for name, text in FILES.items()})
    return tree.only().digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("  # it must be", "  # it should be", id="comment"),
        pytest.param(
            "assert slugify(raw) == want", "assert (\n            slugify( raw )==want\n        )", id="blanks"
        ),
        pytest.param("shorten('x')", 'shorten("x")', id="quotes"),
        pytest.param('[("a b", "a-b")]', "[('a b', 'a-b',),]", id="commas in a constant"),
        pytest.param("LIMIT = 3", "LIMIT = 0x3", id="notation of a number"),
        pytest.param(
            "    return text[:LIMIT]", "    # the first ones\n\n    return text[:LIMIT]", id="used helper's comment"
        ),
        pytest.param("UNUSED = 1", "UNUSED = 2", id="constant that is not used"),
        pytest.param("def unused():\n    return 1", "def unused():\n    return 2", id="helper that is not used"),
        pytest.param("    assert 2 == 2", "    assert 3 == 3", id="another test"),
        pytest.param("assert 1 == 1", "assert 4 == 4", id="another test of the class"),
        pytest.param("    return 10", "    return 13", id="fixture that nobody takes"),
        pytest.param("    return 12", "    return 13", id="fixture that a nearer one hides"),
        pytest.param("    @jiti.required_for(slugify)\n", "    @jiti.required_for(slugify, slugify)\n", id="targets"),
        pytest.param("\nclass Box:", "\n\n\n\nclass Box:", id="lines between"),
    ],
)
def test_how_a_gate_is_written_does_not_count(tree: Tree, old: str, new: str) -> None:
    assert digest(tree) == digest(tree, old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("assert slugify(raw) == want", "assert slugify(raw) != want", id="assertion"),
        pytest.param(
            '@pytest.mark.parametrize("raw, want", CASES)', '@pytest.mark.parametrize("want, raw", CASES)', id="mark"
        ),
        pytest.param('("a b", "a-b")', '("a b", "a_b")', id="case"),
        pytest.param('("c", "c")', '("c", "d")', id="case that is added later"),
        pytest.param("text[:LIMIT]", "text[1:LIMIT]", id="used helper"),
        pytest.param("LIMIT = 3", "LIMIT = 4", id="constant of a used helper"),
        pytest.param("size = 2", "size = 3", id="used class"),
        pytest.param("base = 5", "base = 6", id="constant of its class"),
        pytest.param("class TestSlug:", "@pytest.mark.slow\nclass TestSlug:", id="mark on its class"),
        pytest.param("        return 8", "        return 9", id="fixture of its class"),
        pytest.param('shorten("word")', 'shorten("words")', id="fixture"),
        pytest.param(
            "def make_other():\n    return 1", "def make_other():\n    return 2", id="fixture of a fixture, by its name"
        ),
        pytest.param("yield 7", "yield 8", id="automatic fixture"),
        pytest.param("    return 9", "    return 8", id="fixture that a mark names"),
        pytest.param("client * TIMES", "client + TIMES", id="fixture of a conftest"),
        pytest.param("TIMES = 4", "TIMES = 5", id="constant of a conftest"),
        pytest.param("    return 11", "    return 12", id="fixture of a conftest that another one takes the place of"),
        pytest.param(
            "from app.text import slugify", "from app.text import plain, slugify, slugify as Box", id="import"
        ),
        pytest.param("UNUSED = 1", "pytestmark = pytest.mark.slow", id="marks of the file"),
        pytest.param("UNUSED = 1", 'CASES.append(("d", "d"))', id="case that a call adds"),
        pytest.param("UNUSED = 1", 'CASES[0] = ("d", "d")', id="case that takes another one's place"),
        pytest.param("UNUSED = 1", "for each in (1, 2):\n    CASES.append((each, each))", id="loop of the file"),
        pytest.param("UNUSED = 1", "def setup_module(): CASES.clear()", id="what is called before the file's tests"),
        pytest.param("UNUSED = 1", "def pytest_generate_tests(metafunc): ...", id="hook of the file"),
        pytest.param(
            "    return 10", "    return 10\n\n\ndef pytest_generate_tests(metafunc): ...", id="hook of a conftest"
        ),
        pytest.param("def test_other():", "class TestHeir(TestSlug):\n    base = 6\n\n\ndef test_other():", id="heir"),
    ],
)
def test_what_a_gate_says_and_stands_on_counts(tree: Tree, old: str, new: str) -> None:
    assert digest(tree) != digest(tree, old, new)


def test_a_used_stub_is_no_part_of_what_judges_it(tree: Tree) -> None:
    text = '''
        from jiti import jiti

        @jiti
        def double(n: int) -> int:
            """Twice n."""

        @jiti.required_for(double)
        def test_it(): assert double(2) == 4
        '''
    tree.write({"tests/test_n.py": text})
    before = tree.only().digest
    tree.write({"tests/test_n.py": text.replace("Twice n.", "Two times n.")})
    assert tree.only().digest == before


TESTS = {
    "whole": TEST,
    "async": """
        from jiti import jiti
        from app.text import slugify

        async def make(x: "list[int]" = [1.5, -0.0], *, y: int = 0x10): return {*x}

        @jiti.required_for(slugify)
        async def test_it() -> None:
            async with make() as (a, *b): assert [x async for x in a if x] == await b
        """,
    "strings": r"""
        from jiti import jiti
        from app.text import slugify

        @jiti.required_for(slugify)
        def test_it():
            assert f"a{slugify('x')!r:>{10}}b" "c" == 'ä\ud800' if b"\x00" else f"{1 = }"
        """,
    "unittest": """
        import unittest
        from jiti import jiti
        from app.text import slugify

        class TestIt(unittest.TestCase):
            def setUp(self):
                match self.id():
                    case {"a": [1, *_], **rest} | str(): pass

            @jiti.required_for(slugify)
            def test_it(self):
                self.assertEqual(slugify("a b"), "a-b")
        """,
}


@pytest.mark.parametrize("name", TESTS)
def test_a_gate_has_its_committed_digest_on_every_python(tree: Tree, name: str) -> None:
    tree.write(FILES | {"tests/unit/test_text.py": TESTS[name]})
    assert tree.only().digest == DIGESTS[name]


JITI_TEST = '''
from jiti import jiti
from app.text import slugify


@jiti.required_for(slugify)
def test_it(word) -> None:
    """It is lower case."""
'''


def jiti_test(tree: Tree, text: str = JITI_TEST, body: str = "") -> str:
    """The digest of a jiti-test, with what the mirror has for it."""
    tree.write({"tests/test_text.py": text})
    if body:
        (found,) = [each for each in (tree.only(),) if each.is_jiti_test]
        declaration = stub.Declaration(str(tree.root), found.path, found.qualname, found.line, found.text)
        filing.file(define(declaration), f"def test_it(word) -> None:\n    {body}\n", made="-")
    return tree.only().digest


def test_a_jiti_test_is_its_spec_and_what_was_written_for_it(tree: Tree) -> None:
    alone = jiti_test(tree)
    assert jiti_test(tree, JITI_TEST + "    ...  # noqa\n") == alone
    other = jiti_test(tree, JITI_TEST.replace("lower", "upper"))
    first = jiti_test(tree, body="assert 1")
    second = jiti_test(tree, body="assert 2")
    assert len({alone, other, first, second}) == 4
    path = tree.root / ".jiti/tests/test_text/test_it.py"
    path.write_text(path.read_text().replace("assert 2", "assert  (2)"))
    assert tree.only().digest == second
    path.write_text(path.read_text().replace("assert  (2)", "assert 1"))
    assert tree.only().digest == first
    path.write_text("nothing of jiti's")
    assert tree.only().digest == alone


def test_the_fixtures_of_a_jiti_test_count(tree: Tree) -> None:
    tree.write({"conftest.py": TOP_CONFTEST})
    before = jiti_test(tree)
    tree.write({"conftest.py": TOP_CONFTEST.replace("return 12", "return 13")})
    assert tree.only().digest != before


def test_a_jiti_test_in_a_package_that_carries_a_mirror_is_read_from_there(tree: Tree) -> None:
    tree.write({"app/tests/__init__.py": "", "app/tests/test_text.py": JITI_TEST})
    (tree.root / "app/.jiti").mkdir()
    before = tree.only().digest
    (declaration,) = stub.declarations_in(str(tree.root), "app/tests/test_text.py")
    filing.file(define(declaration), "def test_it(word) -> None:\n    assert 1\n", made="-")
    assert (tree.root / "app/.jiti/app/tests/test_text/test_it.py").exists()
    assert tree.only().digest != before
