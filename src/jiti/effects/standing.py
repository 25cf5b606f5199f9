"""What the code in the mirror does, against what its stub allows: told by reading alone.

Code that is what jiti has filed does what its header says: that was read, and seen, before it was filed; where it says
nothing, nobody looks, until the code is edited or checked again. Code that a person has edited is read anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiti.allowed import EFFECTS
from jiti.definition import define
from jiti.effects.reading import Effect, header_line, read
from jiti.header import NONE
from jiti.spec import text_hash

if TYPE_CHECKING:
    from jiti.definition import Definition
    from jiti.mirror import Implementation
    from jiti.stub import Declaration

_OF_TESTS = "required_for"
_UNREADABLE = (SyntaxError, ValueError, RecursionError)


def beyond(declaration: Declaration, found: Implementation, *, untouched: bool = False) -> tuple[Effect, ...]:
    """What a stub's implementation does and the stub does not allow, by lines of the file; tests may do anything.

    Args:
        declaration: the stub.
        found: its implementation; the stub is what it was made for.
        untouched: whether its code is known to be what was filed.

    Raises:
        StubError, RealBodyError: the stub is none that jiti can work from.
    """
    told = _told(found)
    if untouched or text_hash(found.code) == found.header["code"]:
        effects = [Effect(0, name, "") for name in sorted(told or ())]
    elif told is None and _OF_TESTS in declaration.text:
        return ()
    else:
        effects = _read(define(declaration), found)
    return tuple(each for each in effects if each.name not in define(declaration).allows) if effects else ()


def _read(definition: Definition, found: Implementation) -> list[Effect]:
    above = found.text.count("\n") - found.code.count("\n")
    try:
        effects = read(found.code, definition.tree, definition.declaration.path)
    except _UNREADABLE:
        return []  # which its state tells
    return [Effect(each.line + above, each.name, each.cause) for each in effects]


def _told(found: Implementation) -> set[str] | None:
    """The effects that a header names; None where it says nothing."""
    line = found.header.get("effects", NONE)
    return None if line == NONE else set(line.split()) & set(EFFECTS)


def line_for(definition: Definition, found: Implementation) -> str:
    """What a header says of code that a person keeps: what is read, and what was seen before and may still be done."""
    if definition.is_test:
        return NONE
    seen = (_told(found) or set()) & definition.allows
    return header_line({*seen, *(each.name for each in _read(definition, found))})


def shown(effects: tuple[Effect, ...]) -> list[str]:
    """Effects for people, one a line: `files  line 12: open`."""
    return [
        f"{each.name}  line {each.line}: {each.cause}" if each.line else f"{each.name}  by its header"
        for each in effects
    ]


def names(effects: tuple[Effect, ...]) -> list[str]:
    """The names of effects, each once."""
    return sorted({each.name for each in effects})
