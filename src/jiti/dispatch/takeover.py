"""Stubs whose own function is in other hands already: `@jiti` above a decorator that keeps what it was given.

That function cannot be replaced, nor get other globals. So it forwards to the declared one, which it
finds by a name in its own module.
"""

from __future__ import annotations

from _weakref import ref
from types import FunctionType

from jiti.dispatch import relay
from jiti.dispatch.dispatcher import ATTRIBUTES

_taken_over: dict[str, ref[FunctionType]] = {}


def copy_of(function: FunctionType) -> FunctionType:
    """The stub's function as it was written, for its signature, its annotations and its place in the source."""
    copied = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    copied.__kwdefaults__ = function.__kwdefaults__
    for attribute in ATTRIBUTES:
        setattr(copied, attribute, getattr(function, attribute))
    copied.__dict__.update(function.__dict__)
    return copied


def forward(function: FunctionType, written: FunctionType, declared: FunctionType) -> None:
    """Let a function call another one of the same parameters, for as long as it lives.

    Args:
        function: the stub's own.
        written: a copy of it, which it is to show as what it wraps.
        declared: what it is to call.
    """
    names = function.__globals__
    name = f"__jiti_{declared.__code__.co_name}_{id(function):x}__"

    def forget(_: object) -> None:
        names.pop(name, None)
        _taken_over.pop(name, None)

    names[name] = declared
    _taken_over[name] = ref(function, forget)
    function.__code__ = relay.forwarder(written.__code__, name)
    function.__dict__["__wrapped__"] = written
