"""A function's parameters, read from its code object alone.

`inspect.signature` says the same, but importing `inspect` costs more than all the rest of `import jiti`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType

# The values of `inspect.CO_*`, which have not changed since Python 3.6.
VARARGS = 0x04
VARKEYWORDS = 0x08


def are_same(code: CodeType, other: CodeType) -> bool:
    """Whether every call that fits the one fits the other, and means the same."""
    return (
        code.co_argcount == other.co_argcount
        and code.co_posonlyargcount == other.co_posonlyargcount
        and code.co_kwonlyargcount == other.co_kwonlyargcount
        and code.co_flags & (VARARGS | VARKEYWORDS) == other.co_flags & (VARARGS | VARKEYWORDS)
        and names_of(code) == names_of(other)
    )


def names_of(code: CodeType) -> tuple[str, ...]:
    """The names of all parameters, in the order in which a code object has them."""
    flags = code.co_flags
    count = code.co_argcount + code.co_kwonlyargcount + bool(flags & VARARGS) + bool(flags & VARKEYWORDS)
    return code.co_varnames[:count]


def split(code: CodeType, values: Mapping[str, object]) -> tuple[tuple[object, ...], dict[str, object]]:
    """Positional and keyword arguments from the values that a frame of some code has for its parameters."""
    positional = code.co_argcount
    names = code.co_varnames
    args = tuple([values[name] for name in names[:positional]])
    flags = code.co_flags & (VARARGS | VARKEYWORDS)
    if not flags and not code.co_kwonlyargcount:
        return args, {}
    at = positional + code.co_kwonlyargcount
    kwargs = {name: values[name] for name in names[positional:at]}
    if flags & VARARGS:
        args += values[names[at]]  # ty: ignore[unsupported-operator]  # a tuple: Python made it
    if flags & VARKEYWORDS:
        rest = values[names[at + bool(flags & VARARGS)]]
        kwargs.update(rest)  # ty: ignore[no-matching-overload]  # a dict: Python made it
    return args, kwargs


class Parameters:
    """Names and kinds of a function's parameters, without their defaults.

    Attributes:
        positional: names of those that can be passed by position.
        positional_only: how many of them can be passed by position alone.
        keyword_only: names of those that follow `*`.
        varargs: the name after `*`, or None.
        varkeywords: the name after `**`, or None.
    """

    __slots__ = ("keyword_only", "positional", "positional_only", "varargs", "varkeywords")

    def __init__(self, code: CodeType) -> None:
        names = iter(names_of(code))
        self.positional = tuple(next(names) for _ in range(code.co_argcount))
        self.positional_only = code.co_posonlyargcount
        self.keyword_only = tuple(next(names) for _ in range(code.co_kwonlyargcount))
        self.varargs = next(names) if code.co_flags & VARARGS else None
        self.varkeywords = next(names) if code.co_flags & VARKEYWORDS else None

    def declaration(self) -> str:
        """As they stand between a def's parentheses: `a, b, /, c, *args, d, **rest`."""
        parts = list(self.positional)
        if self.positional_only:
            parts.insert(self.positional_only, "/")
        if self.varargs:
            parts.append(f"*{self.varargs}")
        elif self.keyword_only:
            parts.append("*")
        parts += self.keyword_only
        if self.varkeywords:
            parts.append(f"**{self.varkeywords}")
        return ", ".join(parts)

    def passed_on(self) -> str:
        """As they stand in a call that hands each of them on: `a, b, c, *args, d=d, **rest`."""
        parts = list(self.positional)
        if self.varargs:
            parts.append(f"*{self.varargs}")
        parts += [f"{name}={name}" for name in self.keyword_only]
        if self.varkeywords:
            parts.append(f"**{self.varkeywords}")
        return ", ".join(parts)
