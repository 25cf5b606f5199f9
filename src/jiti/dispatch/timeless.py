"""Whether it makes no difference when an implementation's file is run: read from its code, once.

By its stub's first call a program may have set its environment and its random numbers, and what its modules hold; when
the stub is declared it has not. A file that defines functions and classes and computes constants comes to the same at
either time. That is told by the names that it looks up when it is run; what is not known may make a difference.
"""

from __future__ import annotations

import builtins
import sys
from types import CodeType

from jiti.placeholder import opmap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    Steps: TypeAlias = tuple[tuple[int, int], ...]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COMPUTING = _words(
    "__future__ abc array base64 binascii bisect cmath collections colorsys copy dataclasses datetime decimal difflib"
    " enum fractions functools hashlib heapq html itertools json keyword math numbers operator re statistics string"
    " struct textwrap types typing typing_extensions unicodedata zlib"
)
"""Modules whose functions do nothing besides computing; but for these."""
_DOING = _words(
    "now today utcnow getcontext localcontext setcontext"
    " __import__ breakpoint eval exec exit globals id input open print quit"
)
_LOOPS = _words("<genexpr> <listcomp> <setcomp> <dictcomp>")
_OPTIMIZED = 0x1  # `inspect.CO_OPTIMIZED`: of functions, and of no class's body
_EXTENDED_ARG, _CACHE, _PUSH_NULL = opmap["EXTENDED_ARG"], opmap["CACHE"], opmap["PUSH_NULL"]
_IMPORT_NAME, _IMPORT_FROM = opmap["IMPORT_NAME"], opmap["IMPORT_FROM"]
_LOAD_NAME, _STORE_NAME, _LOAD_ATTR = opmap["LOAD_NAME"], opmap["STORE_NAME"], opmap["LOAD_ATTR"]
_JUMP_IF_FALSE = opmap.get("POP_JUMP_FORWARD_IF_FALSE", opmap.get("POP_JUMP_IF_FALSE"))  # the first is 3.11's
_BEFORE_A_JUMP = frozenset({_CACHE, opmap.get("TO_BOOL")})
_CALLED = frozenset({_PUSH_NULL, opmap.get("LOAD_METHOD")})
_ATTRIBUTE_SHIFT = int(sys.version_info >= (3, 12))  # whether an attribute's number says, too, that it is a method


def is_timeless(code: CodeType) -> bool:
    """Whether a file comes to the same whenever it is run; False where that cannot be told.

    Args:
        code: the module's, as it was compiled.
    """
    inner = tuple(inner_code(code))
    run = (code, *(each for each in inner if not each.co_flags & _OPTIMIZED))  # the bodies of its classes
    if any(not _DOING.isdisjoint(each.co_names) for each in run):
        return False
    steps = [(each.co_names, tuple(_steps(each))) for each in run]
    imported = {name: package for each in steps for name, package in _imported(*each)}
    names = [found for each in steps for found in _looked_up(*each)]
    if not all(_is_harmless(imported[name], last) for name, last, _ in names if name in imported):
        return False
    loops = any(isinstance(each, CodeType) and each.co_name in _LOOPS for one in run for each in one.co_consts)
    if not loops and all(name in imported or _is_only_named(name, last, then) for name, last, then in names):
        return True
    return all(_only_computes(each, imported) for each in inner)  # it may call what it defines


def _is_harmless(package: str, last: str) -> bool:
    return package in _COMPUTING or (last[:1].isupper() and not last.isupper())  # a class, in an annotation


def _is_only_named(name: str, last: str, then: int) -> bool:
    """Whether what looks up a name that is not imported calls nothing that the file defines."""
    return hasattr(builtins, name) or then == _STORE_NAME or (name.isupper() and last != "")


def _only_computes(code: CodeType, imported: dict[str, str]) -> bool:
    packages = {imported[name] for name in code.co_names if name in imported}
    packages |= {code.co_names[argument].partition(".")[0] for step, argument in _steps(code) if step == _IMPORT_NAME}
    return packages <= _COMPUTING and _DOING.isdisjoint(code.co_names)


def inner_code(code: CodeType) -> Iterator[CodeType]:
    """The code of all functions and classes that code defines, however deep."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from inner_code(constant)


def _imported(names: tuple[str, ...], steps: Steps) -> Iterator[tuple[str, str]]:
    """The names that code binds by importing, each with the top package of what it is imported from."""
    package, is_next = "", False
    for step, argument in steps:
        if step == _IMPORT_NAME:
            package = names[argument].partition(".")[0]
        if step == _STORE_NAME and is_next:
            yield names[argument], package
        is_next = step in {_IMPORT_NAME, _IMPORT_FROM} or (is_next and step != _STORE_NAME)


def _looked_up(names: tuple[str, ...], steps: Steps) -> Iterator[tuple[str, str, int]]:
    """The names that code looks up, the last of the attributes that follow ("" if it is called), and the next step."""
    before, name, last = 0, "", ""
    for step, argument in steps:
        if name and step == _LOAD_ATTR:
            last = last and names[argument >> _ATTRIBUTE_SHIFT]
            continue
        if name:
            yield name, "" if step in _CALLED else last, step
            name = ""
        if step == _LOAD_NAME and not names[argument].startswith("__"):
            name = last = names[argument]
            if before == _PUSH_NULL:  # so it is before Python 3.13
                last = ""
        before = step


def _steps(code: CodeType) -> Iterator[tuple[int, int]]:
    """The instructions of code, with the whole of their arguments; without those below `if TYPE_CHECKING`."""
    data, argument, skipped = code.co_code, 0, 0
    for at in range(0, len(data), 2):
        argument = argument << 8 | data[at + 1]
        if data[at] == _EXTENDED_ARG:
            continue
        if data[at] != _CACHE and at >= skipped:
            yield data[at], argument
        if data[at] == _LOAD_NAME and code.co_names[argument] == "TYPE_CHECKING":
            skipped = end_of_branch(data, at + 2)
        argument = 0


def end_of_branch(steps: bytes, at: int) -> int:
    """Where what is done if a condition holds ends; at most, since a jump counts from after what it caches."""
    while steps[at] in _BEFORE_A_JUMP:
        at += 2
    return at + 2 + 2 * steps[at + 1] if steps[at] == _JUMP_IF_FALSE else 0
