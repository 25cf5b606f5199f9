"""Classes that are folded back into their source as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti.errors import MergeError
from tests.unit.merge.merging import Merger, run

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = '''"""Reading."""

from typing import ClassVar

from jiti import jiti

LIMIT = 3


class Base:
    def close(self) -> None: ...


@jiti
class Parser(Base):  # of text
    """Reads tokens."""

    KINDS: ClassVar[dict[str, int]]  # by name
    name: str = "parser"

    # first of all
    def __init__(self, text: str) -> None:
        """Begin."""

    @property
    def rest(self) -> str: ...

    @rest.setter
    def rest(self, text: str) -> None:
        # keep it
        raise NotImplementedError

    def real(self) -> int:
        return self._count() + LIMIT

    @classmethod
    def of(cls, text: str) -> "Parser":
        """Make one."""
        ...

    def close(self) -> None: ...
    # the end


def after() -> int:
    return Parser.of("x").real()
'''
HELPERS = "import re\nfrom app import text as _text\n\ndef _clean(text: str) -> str:\n    return re.sub(' ', '', text)"
BODY = '''
KINDS = {
    "a": 1,
}
# how much at once
_SIZE = 4
_cache: "dict[str, Parser]" = {}

def __init__(self, text):
    self._text = _clean(text)[: _text.LIMIT]

@property
def rest(self):
    return self._text

@rest.setter
def rest(self, text):
    if text:
        self._text = text

@classmethod
def of(cls, text):
    # made here
    return cls(text)

def close(self):
    super().close()
    self._text = """
x"""

# of what is left
def _count(self) -> int:
    return len(self._text) * self._SIZE

@staticmethod
def _never() -> None:
    """Nothing."""
'''
MERGED = '''"""Reading."""

import re
from typing import ClassVar

LIMIT = 3


class Base:
    def close(self) -> None: ...


def _clean(text: str) -> str:
    return re.sub(" ", "", text)


class Parser(Base):  # of text
    """Reads tokens."""

    KINDS: ClassVar[dict[str, int]] = {
        "a": 1,
    }  # by name
    name: str = "parser"

    # how much at once
    _SIZE = 4
    _cache: "dict[str, Parser]" = {}

    # first of all
    def __init__(self, text: str) -> None:
        """Begin."""
        self._text = _clean(text)[: LIMIT]

    @property
    def rest(self) -> str:
        return self._text

    @rest.setter
    def rest(self, text: str) -> None:
        # keep it
        if text:
            self._text = text

    def real(self) -> int:
        return self._count() + LIMIT

    @classmethod
    def of(cls, text: str) -> "Parser":
        """Make one."""
        # made here
        return cls(text)

    def close(self) -> None:
        super().close()
        self._text = """
x"""
    # the end

    # of what is left
    def _count(self) -> int:
        return len(self._text) * self._SIZE

    @staticmethod
    def _never() -> None:
        """Nothing."""


def after() -> int:
    return Parser.of("x").real()
'''


def test_methods_get_their_bodies_and_the_class_what_they_share(tmp_path: Path) -> None:
    merger = Merger(tmp_path)
    assert merger.merge(SOURCE, {"Parser": (HELPERS, BODY)}).text == MERGED


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_is_merged_does_what_the_file_in_the_mirror_does(tmp_path: Path, newline: str) -> None:
    merged = Merger(tmp_path).merge(
        SOURCE.replace("\n", newline),
        {"Parser": ("", BODY.replace("_text.", "").replace("_clean(text)[: LIMIT]", "text"))},
    )
    module = run(merged.text)
    parser = module.Parser.of("abcd")
    assert (parser.real(), parser.rest, parser.KINDS) == (19, "abcd", {"a": 1})
    parser.rest = "ab"
    assert parser.real() == 11
    parser.close()
    assert parser.rest == f"{newline}x".replace("\r", "")


SHORT = '''from dataclasses import dataclass

from jiti import jiti


class Outer:
	@jiti
	@dataclass
	class Point:
		"""A point."""
		x: int
		def norm(self) -> int: ...
		def __eq__(self, other: object) -> bool: """Same?"""


def made(base: type) -> type:
    @jiti
    class Inner(base):
        """Says more."""
        def hello(self) -> str: pass  # loudly
    return Inner
'''


def test_classes_in_classes_and_in_functions_keep_their_indentation(tmp_path: Path) -> None:
    norm = "def norm(self): return self._abs()\ndef __eq__(self, other):\n    return isinstance(other, Outer.Point)"
    sent = {
        "Outer.Point": f"{norm}\ndef _abs(self):\n    if self.x:\n        return abs(self.x)\n    return 0",
        "made.<locals>.Inner": "def hello(self):\n    return super().hello() + '!'",
    }
    merged = Merger(tmp_path).merge(SHORT, sent).text
    module = run(merged)
    assert "jiti" not in merged
    assert "\t\tdef norm(self) -> int:\n\t\t\treturn self._abs()\n" in merged
    assert (module.Outer.Point(-3).norm(), module.Outer.Point(1) == module.Outer.Point(2)) == (3, True)
    assert module.made(type("Base", (), {"hello": lambda _: "hi"}))().hello() == "hi!"


def test_an_implementation_without_one_of_its_methods_is_refused(tmp_path: Path) -> None:
    merger = Merger(tmp_path)
    merger.write(SOURCE)
    _, code = merger.item(merger.definitions()["Parser"], (HELPERS, BODY))
    with pytest.raises(MergeError, match=r"it does not define `Parser\.close`"):
        merger.merge_code(SOURCE, {"Parser": code.replace("def close", "def shut")})
    with pytest.raises(MergeError, match="its signature is not the stub's"):
        merger.merge_code(SOURCE, {"Parser": code.replace("def close(self", "def close(self, now")})


TABLES = '''from typing import ClassVar

from jiti import jiti


@jiti
class Table:
    """A table."""

    SIZES: ClassVar[dict[str, int]]
    # by name
    NAMES: ClassVar[tuple[str, ...]]
    TEXT: ClassVar[str]

    if True:
        def get(self, name: str) -> int: ...

    CALLS: ClassVar[dict[str, object]]  # all
'''
TABLES_BODY = """
# small
_ONE = 1
SIZES = {"a": _ONE}
NAMES = tuple(SIZES)
_first = NAMES[0]
TEXT = (
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

def get(self, name):
    return self.CALLS[name](self)

def _a(self) -> int:
    return 1

_a_again = _a
# each
CALLS = {"a": _a, "b": lambda self: self._b()}
_count = len(CALLS)

def _b(self) -> int:
    return self._count
"""
TABLES_MERGED = '''from typing import ClassVar


class Table:
    """A table."""

    # small
    _ONE = 1
    SIZES: ClassVar[dict[str, int]] = {"a": _ONE}
    # by name
    NAMES: ClassVar[tuple[str, ...]] = tuple(SIZES)
    TEXT: ClassVar[str] = (
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    )

    if True:
        def get(self, name: str) -> int:
            return self.CALLS[name](self)

    CALLS: ClassVar[dict[str, object]]  # all

    _first = NAMES[0]

    def _a(self) -> int:
        return 1

    _a_again = _a

    # each
    CALLS = {"a": _a, "b": lambda self: self._b()}

    _count = len(CALLS)

    def _b(self) -> int:
        return self._count
'''


def test_attributes_stand_below_what_they_are_made_of(tmp_path: Path) -> None:
    merged = Merger(tmp_path).merge(TABLES, {"Table": TABLES_BODY}).text
    assert merged == TABLES_MERGED
    table = run(merged).Table()
    assert (table.get("a"), table.get("b"), table.NAMES) == (1, 2, ("a",))


@pytest.mark.parametrize("decorated", ["class", "method"])
def test_what_excuses_ty_in_the_file_of_its_own_alone_goes(tmp_path: Path, decorated: str) -> None:
    source = "from jiti import jiti\n\n@jiti\nclass A(dict):\n    '''A.'''\n    def f(self) -> int:\n        '''F.'''\n"
    if decorated == "method":
        source = source.replace("@jiti\n", "").replace("    def", "    @jiti\n    def")
    code = (
        "class _A(A if TYPE_CHECKING else object):\n    def f(self) -> int:\n        '''F.'''\n"
        "        super().f(1)  # ty: ignore[invalid-argument-type, missing-argument]\n"
        "        return len([])  # ty: ignore[invalid-argument-type]\n\n\nif not TYPE_CHECKING:\n    A = _A\n"
    )
    merged = Merger(tmp_path).merge_code(source, {"A" if decorated == "class" else "A.f": code}).text
    assert "super().f(1)\n" in merged
    assert "return len([])  # ty: ignore[invalid-argument-type]" in merged
