"""Implementations of whole classes, put together from the stub's own lines and the methods that were sent."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.splice.conftest import Splicer

SOURCE = '''
from collections.abc import Iterator
from typing import ClassVar

from jiti import jiti

LIMIT = 3

class Token: ...

class Base:
    def close(self) -> None: ...
    def _end(self) -> None: print()

@jiti
class Parser(Base):
    """Reads tokens.

    Of all kinds.
    """

    KINDS: ClassVar[dict[str, int]]
    name: str

    def __init__(self, text: str, *, strict: bool = False) -> None:
        """Begin."""

    # one after the other
    def tokens(self) -> Iterator[Token]:  # lazily
        """Give them."""
        ...

    @property
    def rest(self) -> str:
        """What is left."""

    @rest.setter
    def rest(self, text: str) -> None: ...

    @classmethod
    def of(cls, text: str) -> "Parser": ...

    def close(self) -> None:
        raise NotImplementedError

    def real(self) -> int:
        return self._count()
'''
BODY = '''
_SIZE = 4
KINDS = {"a": 1}  # all there are

def __init__(self, text: str, *, strict: bool = False) -> None:
    self._text = text
    self._strict = strict

def tokens(self):
    """Mine."""
    # by hand
    for _ in self._text:
        yield Token()
    # the end

@property
def rest(self):
    return self._text

@rest.setter
def rest(self, text):
    self._text = text

@classmethod
def of(cls, text): return cls(_clean(text))

# nothing is open
def close(self):
    super().close()
    self._text = """
x"""

def _count(self) -> int:
    from .models import size
    return size(self._text) + self._SIZE
'''
HELPERS = "def _clean(text: str) -> str:\n    return text.strip()"
WHOLE = '''from typing import ClassVar
from collections.abc import Iterator
from app.text import Token
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.text import Parser


def _clean(text: str) -> str:
    return text.strip()


class _Parser(Parser if TYPE_CHECKING else object):
    """Reads tokens.

    Of all kinds.
    """

    _SIZE = 4
    KINDS: ClassVar[dict[str, int]] = {"a": 1}  # all there are

    def __init__(self, text: str, *, strict: bool = False) -> None:
        """Begin."""
        self._text = text
        self._strict = strict

    def tokens(self) -> Iterator[Token]:  # lazily
        """Give them."""
        # by hand
        for _ in self._text:
            yield Token()
        # the end

    @property
    def rest(self) -> str:
        """What is left."""
        return self._text

    @rest.setter
    def rest(self, text: str) -> None:
        self._text = text

    @classmethod
    def of(cls, text: str) -> "Parser":
        return cls(_clean(text))

    # nothing is open
    def close(self) -> None:
        super().close()
        self._text = """
x"""

    def _count(self) -> int:
        from app.models import size

        return size(self._text) + self._SIZE


if not TYPE_CHECKING:
    Parser = _Parser
'''


def test_the_methods_get_the_stubs_own_lines_and_stay_in_the_order_in_which_they_were_sent(splicer: Splicer) -> None:
    assert splicer.compose(SOURCE, BODY, HELPERS) == WHOLE


def _problems(splicer: Splicer, old: str, new: str) -> list[tuple[int | None, str, str]]:
    assert old in BODY
    found = splicer.problems(SOURCE, BODY.replace(old, new), HELPERS)
    assert {part for part, *_ in found} == {"body"}
    return [(line, code, message) for _, line, code, message in found]


@pytest.mark.parametrize(
    ("old", "new", "line", "code", "message"),
    [
        ("# nothing is open\ndef close(self):", "def shut(self):", 27, "public-helper", "what is added to the class"),
        ("def close(self):", "def _close(self):", None, "missing", "`close` is missing: the stub leaves it"),
        ('KINDS = {"a": 1}', '_KINDS = {"a": 1}', None, "missing", "`KINDS` is missing"),
        ("def _count(self)", "def real(self)", 33, "clash", "`real` has its body, or value, in the stub's class"),
        ("def _count(self)", "def __len__(self)", 33, "public-helper", "`__len__` is none of the stub's methods"),
        ("_SIZE = 4", "name = 4", 2, "clash", "`name` has its body, or value"),
        ("_SIZE = 4", "Parser.size = 4", 2, "statement", "only methods, private attributes, and"),
        ('KINDS = {"a": 1}', "KINDS = _KINDS = {}", 3, "statement", "give `KINDS` its value in a statement of its own"),
        ('KINDS = {"a": 1}', "KINDS, _A = {}, 1", 3, "statement", "give `KINDS` its value in a statement of its own"),
        ('KINDS = {"a": 1}', "KINDS: dict", 3, "statement", "give `KINDS` its value in a statement of its own"),
        ("def _count(self)", "def _end(self)", 33, "clash", "`_end` is a method of `Base` too, which would call this"),
        ("_SIZE = 4", "for _ in (): pass", 2, "statement", "only methods, private attributes, and"),
        ("def rest(self, text):", "def rest(self, new):", 21, "signature", "the parameters of `rest` are `self, text`"),
        ("def close", "async def close", 28, "signature", "`close` is a `def` in the stub"),
        ("@classmethod", "@classmethod\n@cache", 25, "signature", "`@cache` does not stand on the stub's `of`"),
        ("    return self._text\n", "    ...\n", 18, "placeholder", "rest: the body is still a placeholder"),
        ("def _count", "def close(self): pass\ndef _count", 33, "duplicate", "`close` is defined already"),
        ("def close(self):", "def close(self:", 28, "syntax", ""),
    ],
)
def test_a_wrong_body_is_turned_down_with_the_line_that_was_sent(
    splicer: Splicer, old: str, new: str, line: int | None, code: str, message: str
) -> None:
    found = _problems(splicer, old, new)
    assert any(each[:2] == (line, code) and message in each[2] for each in found), found


def test_a_class_that_is_made_anew_for_its_slots_names_itself_in_super(splicer: Splicer) -> None:
    source = "from dataclasses import dataclass\nfrom jiti import jiti\n@jiti\n@dataclass(slots=True)\n"
    source += 'class C:\n    """C."""\n    def f(self) -> str: ...\n'
    ((_, line, code, message),) = splicer.problems(source, "def f(self):\n    return super().__repr__()")
    assert (line, code) == (1, "super")
    assert "write `super(C, self)`" in message
    assert "super(C, self)" in splicer.compose(source, "def f(self):\n    return super(C, self).__repr__()")
    assert "super()" in splicer.compose(source.replace("slots", "order"), "def f(self):\n    return super().__repr__()")


def test_a_class_in_another_one_of_its_name_has_its_place(splicer: Splicer) -> None:
    source = 'from jiti import jiti\nclass A:\n    @jiti\n    class A:\n        """A."""\n        def f(self): ...\n'
    code = splicer.compose(source, "def f(self): return 1")
    assert "class _A:\n    class A(A.A if TYPE_CHECKING else object):" in code


@pytest.mark.parametrize(
    ("head", "attribute", "message"),
    [
        ("@dataclass(slots=True)\nclass C:", "_LIMIT: int = 1", "a field of the class by its annotation"),
        ("class C(NamedTuple):", "_LIMIT: ClassVar[int] = 1", "a field of the class by its annotation"),
        ("class C(enum.IntEnum):", "_LIMIT = 1", "a member of the enumeration: define it in `helpers`"),
        ("class C(Base):", "_LIMIT = 1", "a member of the enumeration"),
        ("@dataclass\nclass C:", "_LIMIT = 1", ""),
        ("@dataclass\nclass C:", "_LIMIT: ClassVar[int] = 1", ""),
        ("class C(enum.Enum):", "__LIMIT = 1", ""),
    ],
)
def test_what_would_be_a_field_or_a_member_once_it_is_merged_is_no_private_attribute(
    splicer: Splicer, head: str, attribute: str, message: str
) -> None:
    imports = "import enum\nfrom dataclasses import dataclass\nfrom typing import ClassVar, NamedTuple\n"
    base = "class Base(enum.Enum):\n    pass\n"
    source = f'{imports}from jiti import jiti\n{base}@jiti\n{head}\n    """C."""\n    x = 1\n    def f(self): ...\n'
    body = f"{attribute}\ndef f(self): return 1"
    if not message:
        assert attribute in splicer.compose(source, body)
        return
    ((_, line, code, said),) = splicer.problems(source, body)
    assert (line, code) == (1, "field")
    assert message in said


def test_what_a_base_leaves_without_a_body_or_is_called_by_its_override_may_be_defined(splicer: Splicer) -> None:
    source = "from jiti import jiti\nclass Base:\n    def _a(self): ...\n    def _b(self): print()\n"
    source += '@jiti\nclass C(Base):\n    """C."""\n    def f(self): ...\n'
    body = "def f(self): return 1\ndef _a(self): return 1\ndef _b(self): return super()._b()"
    assert "def _b" in splicer.compose(source, body)


def test_the_class_itself_is_not_to_be_sent(splicer: Splicer) -> None:
    ((_, line, code, message),) = splicer.problems(SOURCE, "class Parser:\n    def __init__(self): ...")
    assert (line, code) == (1, "whole-class")
    assert message.startswith("send what stands in Parser alone")


def test_a_class_inside_a_function_or_another_has_its_place(splicer: Splicer) -> None:
    source = '''
from dataclasses import dataclass

from jiti import jiti

class Outer:
    Alias = int

    @jiti
    @dataclass(order=True)
    class Inner[T]:
        """Holds."""

        item: T

        def same(self, other: "Outer.Inner[T]", number: Alias) -> bool: ...

def made(default):
    @jiti
    class Local:
        """Local."""

        def get(self, value: int = default) -> "Local": ...
'''
    if sys.version_info < (3, 12):
        source = source.replace("[T]", "").replace("item: T", "item: int")
    inner = splicer.compose(source, "def same(self, other, number):\n    return bool(number)", qualname="Outer.Inner")
    assert "class _Outer:\n    class Inner" in inner
    assert "Outer = _Outer" in inner
    local = splicer.compose(source, "def get(self, value=0):\n    return self", qualname="made.<locals>.Local")
    assert "class Local(Any):" in local
    assert "def get(self, value: int = _DEFAULT)" in local


@pytest.mark.parametrize("accessor", ["setter", "deleter"])
def test_a_setter_whose_getter_is_real_stands_without_it(splicer: Splicer, accessor: str) -> None:
    value = ", value: int" if accessor == "setter" else ""
    source = f'''
from jiti import jiti

@jiti
class Box:
    """A box."""

    @property
    def size(self) -> int:
        return 1

    @size.{accessor}
    def size(self{value}) -> None: ...
'''
    found = splicer.compose(source, f"@size.{accessor}\ndef size(self{value.partition(':')[0]}):\n    self._size = 0")
    assert "    size = property()\n" in found
