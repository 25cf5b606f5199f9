"""What each setting may be: a reader for each, which gives the value in its own type or says what it expects."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, get_args

from jiti.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Reader = Callable[[object], Any]

Log = Literal["off", "info", "debug"]
Values = Literal["repr", "types", "none"]
Mirror = Literal["root", "package"]
Approve = Literal["auto", "ask"]
Sandbox = Literal["off", "auto", "require"]


def checked(place: str, name: str, value: object, readers: Mapping[str, Reader]) -> Any:  # noqa: ANN401 - of any type
    """A setting's value in its own type.

    Args:
        place: where it is set, for the error: a file and a key, a variable, an argument.
        name: the setting's name.
        value: what was found there.
        readers: the settings that there are, by name.

    Raises:
        ConfigError: there is no such setting (the nearest is suggested), or it cannot have that value.
    """
    if name not in readers:
        raise _unknown(place, name, sorted(readers))
    try:
        return readers[name](value)
    except _UnfitError as expected:
        raise wrong(place, str(expected), value) from None


def wrong(place: str, expected: str, found: object) -> ConfigError:
    """The error for a value that a setting cannot have."""
    kind = _KINDS.get(type(found), type(found).__name__)
    return ConfigError(f"{place}: expected {expected}, found {found!r} ({kind})")


def _unknown(place: str, name: str, known: list[str]) -> ConfigError:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
    return ConfigError(f"{place}: there is no such setting", hint=hint)


class _UnfitError(Exception):
    """A value that a setting cannot have; the text says what it can."""


def _text(value: object) -> str:
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, str) and value:
        return value
    raise _UnfitError("a text that is not empty")


def _switch(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise _UnfitError("true or false")


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise _UnfitError("a list of texts")


def _table(value: object) -> dict[str, object]:
    if isinstance(value, dict):
        return value
    raise _UnfitError("a table")


def _count(least: int) -> Reader:
    def read(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        raise _UnfitError(f"a whole number of at least {least}")

    return read


def _amount(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    raise _UnfitError("a number of at least 0")


def _rating(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _BEST:
        return float(value)
    raise _UnfitError(f"a number from 0 to {_BEST}")


def _one_of(alternatives: tuple[str, ...]) -> Reader:
    def read(value: object) -> str:
        if isinstance(value, str) and value in alternatives:
            return value
        raise _UnfitError("one of " + ", ".join(f'"{each}"' for each in alternatives))

    return read


def _table_or(read: Reader) -> Reader:
    """What a table says in its keys, or one text says at once."""

    def read_either(value: object) -> Any:  # noqa: ANN401 - of either type
        if isinstance(value, dict):
            return value
        try:
            return read(value)
        except _UnfitError as expected:
            raise _UnfitError(f"{expected}, or a table") from None

    return read_either


_BEST = 10
_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a table",
}

SETTINGS: Mapping[str, Reader] = {
    "model": _text,
    "frozen": _switch,
    "max_turns": _count(1),
    "max_tokens": _count(1),
    "quality_threshold": _rating,
    "max_refactor": _count(0),
    "style": _text,
    "test_guide": _text,
    "prompts": _text,
    "values": _one_of(get_args(Values)),
    "mirror": _one_of(get_args(Mirror)),
    "approve": _one_of(get_args(Approve)),
    "log": _one_of(get_args(Log)),
    "replay": _text,
    "sources": _texts,
    "tests": _texts,
    "exclude": _texts,
    "budget": _table,
    "sandbox": _table_or(_one_of(get_args(Sandbox))),
}
"""All keys of `[tool.jiti]`."""

BUDGET: Mapping[str, Reader] = {"usd": _amount, "tokens": _count(1), "seconds": _amount, "process_usd": _amount}
"""The keys of `[tool.jiti.budget]`."""

SANDBOX: Mapping[str, Reader] = {
    "level": _one_of(get_args(Sandbox)),
    "env": _texts,
    "read": _texts,
    "write": _texts,
    "network": _switch,
    "processes": _switch,
    "modes": _switch,
}
"""The keys of `[tool.jiti.sandbox]`."""
