"""Which implementations are outdated by which change to what they refer to; all by reading, no model is there."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from jiti import filing, gates
from jiti.interfaces import header_line
from jiti.settings import Settings
from jiti.status import look_at, survey
from jiti.why import changes

if TYPE_CHECKING:
    from tests.unit.interfaces.conftest import Tree

WORDS = '''
import re
from contextlib import contextmanager
from dataclasses import dataclass
from jiti import jiti

LIMIT = 3


@dataclass
class Token:
    """A word."""

    text: str
    size: int = 0

    def upper(self, all: bool = True) -> str:
        """In capitals."""
        return self.text.upper()

    def _hidden(self) -> int:
        return 1


class Base:
    def base(self) -> int:
        return 1


class Box(Base):
    """It holds."""

    def __init__(self, size):
        self.size = size
        self._inner = 1

    def open(self) -> int:
        return 1


@jiti
def slugify(text: str, sep: str = "-") -> str:
    """Make a slug."""
    # quickly


def plain(text: str) -> str:
    """Leave it."""
    return text
'''
USE = '''
from jiti import jiti
from app import words
from app.words import Box, Token, plain, slugify


class Shelf:
    first: Box
    _second: Box

    def _count(self) -> int:
        return 1

    @jiti
    def top(self) -> Box:
        """The one on top."""


@jiti
def first(text: str) -> str:
    """Of the first."""


@jiti
def token(text: str) -> str:
    """Of a token."""


@jiti
def box(text: str) -> int:
    """Of a box."""


@jiti
def both(text: str) -> str:
    """Of two functions."""


@jiti
def alone(text: str) -> str:
    """Of nothing."""
'''
CODES = {
    "Shelf.top": """
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from app.words import Box
            from app.use import Shelf as _Shelf
        else:
            _Shelf = object


        class Shelf(_Shelf):
            def top(self) -> "Box":
                return self.first
        """,
    "first": """
        from app.words import slugify


        def first(text: str) -> str:
            return slugify(text)
        """,
    "token": """
        from app import words


        def token(text: str) -> str:
            return words.Token(text).upper()
        """,
    "box": """
        from app.words import Box


        def box(text: str) -> int:
            return Box(text).open()
        """,
    "both": """
        def both(text: str) -> str:
            import app.words as w
            from app.words import plain

            return plain(w.slugify(text))
        """,
    "alone": """
        from app import words


        def alone(text: str) -> str:
            return text[: words.LIMIT]
        """,
}
OF = {name: f"app/use.py::{name}" for name in CODES}
DIGESTS = [
    "55f2e047a48abf32088be4eb8aaf5b0a",
    "79f1f446516e361515e57bf2741eb3df",
    "26276db31b3a05a0088242f1c46e2463",
]
"""They stand in headers, which people with other Pythons read."""
TOKEN, BOX, SLUG, PLAIN = {"token"}, {"box", "Shelf.top"}, {"first", "both"}, {"both"}


@pytest.fixture(autouse=True)
def _made(tree: Tree) -> None:
    tree.write({"app/__init__.py": "", "app/words.py": WORDS, "app/use.py": USE})
    for name, code in CODES.items():
        definition = tree.define(OF[name])
        line = header_line(tree.interfaces.of_code(dedent(code), definition.declaration))
        filing.file(definition, dedent(code), made="-", uses=line)


def outdated(tree: Tree) -> set[str]:
    """The stubs of `app/use.py` that are outdated; all others are fresh."""
    found = survey(str(tree.root), Settings(), ["app/use.py"])
    assert found.problems == ()
    assert {each.state.name for each in found.stubs} <= {"fresh", "outdated"}
    assert {each.state.changed for each in found.stubs if each.state.name == "outdated"} <= {("uses",)}
    return {each.declaration.qualname for each in found.stubs if each.state.name == "outdated"}


def change(tree: Tree, old: str, new: str, path: str = "app/words.py", text: str = WORDS) -> set[str]:
    """The stubs that are outdated once `new` stands in the place of `old`."""
    assert text.count(old) == 1
    tree.write({path: text.replace(old, new)})
    return outdated(tree)


@pytest.mark.parametrize(
    ("old", "new", "stubs"),
    [
        pytest.param("    size: int = 0\n", "    size: int = 0\n    at: int = 0\n", TOKEN, id="field added"),
        pytest.param("    size: int = 0\n", "", TOKEN, id="field taken away"),
        pytest.param("    text: str\n", "    _at: int\n    text: str\n", TOKEN, id="private field of a dataclass"),
        pytest.param("    text: str\n", "    text: bytes\n", TOKEN, id="field's type"),
        pytest.param("    size: int = 0\n", "    size: int = 1\n", TOKEN, id="field's default"),
        pytest.param('"""A word."""', '"""A whole word."""', TOKEN, id="class's docstring"),
        pytest.param("@dataclass\n", "@dataclass(frozen=True)\n", TOKEN, id="class's decorator"),
        pytest.param("all: bool = True", "all: bool", TOKEN, id="method's parameter"),
        pytest.param('"""In capitals."""', '"""All in capitals."""', TOKEN, id="docstring of a method that is called"),
        pytest.param("        self.size = size\n", "        self.width = size\n", BOX, id="attribute that is made"),
        pytest.param("def open(self) -> int", "def open(self) -> str", BOX, id="what a method returns"),
        pytest.param("def base(self) -> int", "def base(self) -> str", BOX, id="what it inherits"),
        pytest.param("class Box(Base)", "class Box", BOX, id="base"),
        pytest.param("    def open", "    @property\n    def open", BOX, id="method made a property"),
        pytest.param("    def open", "    async def open", BOX, id="method made async"),
        pytest.param('sep: str = "-"', "sep: str", SLUG, id="stub's default"),
        pytest.param("slugify(text: str", "slugify(text: bytes", SLUG, id="stub's type"),
        pytest.param('"""Make a slug."""', '"""Make it a slug."""', SLUG, id="stub's docstring"),
        pytest.param("plain(text: str) -> str", "plain(text: str) -> bytes", PLAIN, id="function's type"),
        pytest.param('"""Leave it."""', '"""Leave it as it is."""', PLAIN, id="function's docstring"),
        pytest.param("def plain", "@contextmanager\ndef plain", PLAIN, id="function made a context manager"),
        pytest.param("def plain", "def plainly", PLAIN, id="rename"),
        pytest.param("def slugify", "def slug", SLUG, id="stub's rename"),
    ],
)
def test_a_change_of_an_interface_outdates_what_refers_to_it(tree: Tree, old: str, new: str, stubs: set[str]) -> None:
    assert change(tree, old, new) == stubs


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("return self.text.upper()", "return self.text.title()", id="method's body"),
        pytest.param("    return text\n", "    return text + ''\n", id="function's body"),
        pytest.param("self.size = size", "self.size = 2 * size", id="value of an attribute"),
        pytest.param("    # quickly\n", "    # slowly\n", id="stub's hint"),
        pytest.param("LIMIT = 3", "LIMIT = 4", id="value"),
        pytest.param("LIMIT = 3", "LIMIT = 3  # at most", id="comment"),
        pytest.param("    text: str\n", "    # as written\n    text: str\n", id="comment in a class"),
        pytest.param(
            'slugify(text: str, sep: str = "-")', "slugify(\n    text:str,\n    sep:'str'='-',\n)", id="reformat"
        ),
        pytest.param("def _hidden(self)", "def _hidden(self, more)", id="private method"),
        pytest.param("        self._inner = 1\n", "", id="private attribute"),
        pytest.param("@jiti\ndef slugify", "@jiti(allow=['files'])\ndef slugify", id="what a stub allows"),
        pytest.param("@jiti\ndef slugify", "def slugify", id="stub that was merged"),
        pytest.param(
            "def plain", "@__import__('functools').cache\ndef plain", id="decorator that only makes it faster"
        ),
    ],
)
def test_what_is_no_interface_outdates_nothing(tree: Tree, old: str, new: str) -> None:
    assert change(tree, old, new) == set()


def test_definitions_may_stand_in_another_order(tree: Tree) -> None:
    head, _, plain = WORDS.partition("def plain")
    start, _, rest = head.partition("@dataclass\n")
    tree.write({"app/words.py": f"{start}def plain{plain}\n\n@dataclass\n{rest}"})
    assert outdated(tree) == set()


def test_what_moved_and_is_still_to_be_had_from_where_it_was_outdates_nothing(tree: Tree) -> None:
    tree.write({"app/lexis.py": WORDS, "app/words.py": "from app.lexis import LIMIT, Box, Token, plain, slugify\n"})
    assert outdated(tree) == set()


def test_what_was_renamed_and_is_still_to_be_had_by_its_old_name_outdates_nothing(tree: Tree) -> None:
    tree.write({"app/words.py": WORDS.replace("def plain", "def plainly") + "\n\nplain = plainly\n"})
    assert outdated(tree) == set()


def test_functions_that_swap_their_names_outdate_what_refers_to_both(tree: Tree) -> None:
    swapped = WORDS.replace("def slugify", "def other").replace("def plain", "def slugify")
    tree.write({"app/words.py": swapped.replace("def other", "def plain")})
    assert outdated(tree) == SLUG | PLAIN


def test_what_moved_away_outdates_all_that_refer_to_it(tree: Tree) -> None:
    tree.write({"app/lexis.py": WORDS, "app/words.py": "LIMIT = 3\n"})
    assert outdated(tree) == TOKEN | BOX | SLUG


@pytest.mark.parametrize(
    ("old", "new", "stubs"),
    [
        pytest.param("    first: Box\n", "    first: Box\n    last: Box\n", {"Shelf.top"}, id="field"),
        pytest.param("    _second: Box\n", "", {"Shelf.top"}, id="private field"),
        pytest.param("def _count(self)", "def _count(self, more: int)", {"Shelf.top"}, id="private method"),
        pytest.param("        return 1\n", "        return 2\n", set(), id="body"),
    ],
)
def test_a_method_stands_on_its_own_class(tree: Tree, old: str, new: str, stubs: set[str]) -> None:
    assert change(tree, old, new, "app/use.py", USE) == stubs


def test_why_names_the_interfaces(tree: Tree) -> None:
    change(tree, '"""Make a slug."""', '"""Make it a slug."""')
    project = gates.find(str(tree.root), Settings())
    declaration = tree.define(OF["both"]).declaration
    (told,) = changes(declaration, look_at(declaration, project, asks=False).state, project)
    assert (told.field, told.lines) == ("uses", ("~ app/words.py::slugify",))
    tree.write({"app/words.py": WORDS.replace("def slugify", "def slug")})
    project = gates.find(str(tree.root), Settings())
    (told,) = changes(declaration, look_at(declaration, project, asks=False).state, project)
    assert (told.message, told.lines) == (
        "the interface of what the code refers to changed",
        ("- app/words.py::slugify",),
    )


def test_digests_are_the_same_on_every_python(tree: Tree) -> None:
    keys = ("app/words.py::slugify", "app/words.py::Token", "app/words.py::Box")
    assert [tree.interfaces.digest(key) for key in keys] == DIGESTS
    assert tree.interfaces.digest("app/words.py::Box", private=True) not in {*DIGESTS, None}
    assert tree.interfaces.digest("app/words.py::nothing") is None


def test_a_file_that_cannot_be_read_any_more_outdates_all_that_refer_to_it(tree: Tree) -> None:
    tree.write({"app/words.py": "def ("})
    found = survey(str(tree.root), Settings(), ["app/use.py"])
    stubs = {each.declaration.qualname for each in found.stubs if each.state.name == "outdated"}
    assert stubs == TOKEN | BOX | SLUG


def test_what_a_header_holds_is_what_the_code_refers_to(tree: Tree) -> None:
    definition = tree.define(OF["Shelf.top"])
    found = tree.interfaces.of_code(dedent(CODES["Shelf.top"]), definition.declaration)
    assert sorted(found) == ["app/use.py::Shelf", "app/words.py::Box"]
    definition = tree.define(OF["token"])
    found = tree.interfaces.of_code(dedent(CODES["token"]), definition.declaration)
    assert sorted(found) == ["app/words.py::Token", "app/words.py::Token.upper"]
    assert tree.interfaces.of_code("def (", definition.declaration) == {}


def test_a_class_that_is_a_stub_as_a_whole_does_not_stand_on_itself(tree: Tree) -> None:
    text = '''
    from jiti import jiti
    from app.words import Box


    @jiti
    class Shelf:
        """It holds boxes."""

        def top(self) -> Box:
            """The one on top."""

        def size(self) -> int:
            """How many there are."""
    '''
    tree.write({"app/shelf.py": text})
    code = """
    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from app.shelf import Shelf
        from app.words import Box


    class _Shelf(Shelf if TYPE_CHECKING else object):
        def top(self) -> "Box":
            return self.boxes[self.size()].open()
    """
    definition = tree.define("app/shelf.py::Shelf")
    found = tree.interfaces.of_code(dedent(code), definition.declaration)
    assert sorted(found) == ["app/words.py::Box", "app/words.py::Box.open"]
