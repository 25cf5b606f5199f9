"""Which stubs can be judged by who does not run them, and which results may be more than data."""

from __future__ import annotations

import collections
import enum
import inspect
import types
import typing
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jiti.checks.witness import deadlines, kinds
from jiti.source import ACCESSORS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from types import CodeType

    from jiti.checks.witness.trusted import Trusted

_KINDS = {
    inspect.CO_GENERATOR: "is a generator",
    inspect.CO_COROUTINE: "is an `async def`",
    inspect.CO_ASYNC_GENERATOR: "is an async generator",
}
_LEFT_BEHIND = frozenset({"process", "env", "state", "random", "output"})
"""Effects on a process, which would end with it."""
_WATCHING = frozenset({"mocker", "class_mocker", "module_mocker", "session_mocker", "caplog"})
"""Fixtures by which a test sees what is called in its own process."""
_MOCKS = ("unittest.mock", "mock")
_CONTAINERS = (
    *(list, tuple, dict, set, frozenset, bytearray, type),
    *(collections.deque, collections.OrderedDict, collections.Counter, collections.defaultdict),
)


def of_stub(key: str, code: CodeType | None, allows: Collection[str], *, is_class: bool = False) -> str | None:
    """Why no call of a stub can be judged from outside, as the rest of a sentence; None where it can.

    Args:
        key: the stub.
        code: of its candidate's module; None where that does not compile.
        allows: the effects that the stub lets its implementation have.
        is_class: whether the stub is a class as a whole; a candidate must have no say in that.
    """
    qualname = key.rpartition("::")[2]
    if "<locals>" in qualname:
        return "is inside a function"
    if is_class:
        return "is a class, whose methods share what they keep"
    if "." in qualname and qualname.rpartition(".")[2] in ACCESSORS:
        return "changes what it is called on"
    flags = _flags(code, qualname) if code is not None else 0
    for flag, kind in _KINDS.items():
        if flags & flag:
            return kind
    if effects := sorted(_LEFT_BEHIND & set(allows)):
        return f"may have effects on its process ({', '.join(effects)})"
    return None


def _flags(code: CodeType, qualname: str) -> int:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            if constant.co_qualname == qualname:
                return constant.co_flags
            if qualname.startswith(f"{constant.co_qualname}."):
                return _flags(constant, qualname)
    return 0


def of_tests(items: Iterable[Any]) -> str | None:
    """Why tests cannot judge from outside: they watch what is called in their own process, or how long it takes."""
    for item in items:
        if found := sorted(_WATCHING.intersection(getattr(item, "fixturenames", ()))):
            return f"is tested by {item.name}, which uses `{found[0]}`"
        if deadlines.has_own(item):
            return f"is tested by {item.name}, which has a deadline"
    return None


def of_patches(module: types.ModuleType, trusted: Trusted) -> str | None:
    """Why a call cannot be judged from outside: a test has put something of its own where the stub's module looks."""
    others = [each for each in vars(module).values() if isinstance(each, types.ModuleType)]
    for each in (module, *(other for other in others if trusted.is_own(other.__name__))):
        for name, value in list(vars(each).items()):
            is_function = isinstance(value, types.FunctionType)
            of = value.__module__ if is_function else type(value).__module__
            if isinstance(of, str) and (of in _MOCKS or (is_function and trusted.is_test(of))):
                return f"is called where a test has put something of its own, in `{each.__name__}.{name}`"
    return None


def may_be_opaque(annotation: Any, trusted: Trusted) -> bool:  # noqa: ANN401 - an annotation may be anything
    """Whether what fits a return annotation need not be data: then a result that is none forges nothing."""
    while isinstance(annotation, typing.NewType) or hasattr(annotation, "__value__"):
        is_new = isinstance(annotation, typing.NewType)
        annotation = annotation.__supertype__ if is_new else annotation.__value__  # the latter of a `type` statement
    origin = typing.get_origin(annotation)
    if annotation is None or annotation is type(None) or origin is typing.Literal or typing.is_typeddict(annotation):
        return False
    parts = [each for each in typing.get_args(annotation) if each is not ...]
    if origin is typing.Annotated:
        return may_be_opaque(parts[0], trusted)
    kind = origin or annotation
    is_union = origin in {typing.Union, types.UnionType}
    is_open = not is_union and (not isinstance(kind, type) or _is_open(kind, trusted))
    return is_open or any(may_be_opaque(each, trusted) for each in parts)


def _is_open(kind: type, trusted: Trusted) -> bool:
    if kind in (object, Callable) or inspect.isabstract(kind) or getattr(kind, "_is_protocol", False):
        return True
    if kind in kinds.SCALARS or kind in _CONTAINERS or issubclass(kind, enum.Enum | BaseException):
        return False
    if any(issubclass(each, kind) for each in kinds.VALUES):
        return False
    return not (trusted.is_own(kind.__module__) and kinds.can_be_rebuilt(kind))
