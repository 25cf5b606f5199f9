"""What of a class object is yet to be written, told without reading its source: methods, and class attributes."""

from __future__ import annotations

import sys
from types import CellType, FunctionType

from jiti.dispatch import relay, takeover
from jiti.errors import RealBodyError, StubError
from jiti.placeholder import is_class_variable, is_placeholder
from jiti.stub import mangled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Declare = Callable[[FunctionType], FunctionType]

_ANNOTATE = "__annotate__"


def judge(kind: type) -> None:
    """Turn down a class that can be no stub.

    Raises:
        StubError: it is a protocol, or one of its methods carries `@jiti` itself.
        RealBodyError: all its methods have bodies.
    """
    name = kind.__qualname__
    if kind.__dict__.get("_is_protocol"):
        message = f"{name}: a protocol has nothing to be written: it says what other classes have"
        raise StubError(message, hint="put `@jiti` on a class that derives from it")
    functions = [each for value in kind.__dict__.values() for each in functions_in(value)]
    for each in functions:
        if relay.BEGIN in each.__globals__:
            message = f"{each.__qualname__} carries `@jiti`, and its class does too"
            raise StubError(message, hint="take one of them away: the class's is for all methods without a body")
    if not any(is_to_be_written(each, kind) for each in functions):
        message = f"{name}: each of its methods has a body already"
        hint = "leave the docstring and `...` in the methods that are to be written, or take `@jiti` away"
        raise RealBodyError(message, hint=hint)


def is_to_be_written(function: FunctionType, kind: type) -> bool:
    """Whether a class's function is a method without a body: one of its own, not abstract, not made by a decorator."""
    code = function.__code__
    owner, _, _ = code.co_qualname.rpartition(".")
    return owner == kind.__qualname__ and is_placeholder(code) and not getattr(function, "__isabstractmethod__", False)


def functions_in(value: object) -> Iterator[FunctionType]:
    """The functions under what a class holds."""
    if isinstance(value, property):
        yield from (found for each in (value.fget, value.fset, value.fdel) for found in functions_in(each))
    elif (found := innermost(value)) is not None:
        yield found


def innermost(value: object) -> FunctionType | None:
    """The function under whatever decorators have made of it."""
    for _ in range(_MOST_WRAPPERS):
        if isinstance(value, FunctionType) and relay.BEGIN in value.__globals__:
            return value
        under = getattr(value, "__wrapped__", None)
        if under is None and not isinstance(value, (FunctionType, type)):
            under = getattr(value, "__func__", None) or getattr(value, "func", None)
        if under is None:
            under = _kept_in(value)
        if under is None:
            break
        value = under
    return value if isinstance(value, FunctionType) else None


def _kept_in(value: object) -> FunctionType | None:
    """The method that a decorator's wrapper calls, where nothing says so but what the wrapper holds."""
    if isinstance(value, FunctionType):
        if not value.__code__.co_qualname.rpartition(".")[0].endswith("<locals>"):
            return None  # a method itself
        held = [each.cell_contents for each in value.__closure__ or () if each != CellType()]
    else:
        held = [] if isinstance(value, type) else list(getattr(value, "__dict__", {}).values())
    functions = [each for each in held if isinstance(each, FunctionType) and each is not value]
    methods = [each for each in functions if _is_method(each)] or functions  # else it may be a wrapper again
    return methods[0] if len(methods) == 1 else None


def _is_method(function: FunctionType) -> bool:
    owner = function.__code__.co_qualname.rpartition(".")[0]
    return bool(owner) and not owner.endswith("<locals>")


_MOST_WRAPPERS = 100  # a bound, should a chain of them lead round in a circle


# ---------------------------------------------------------------- putting other functions in their place


def replace(kind: type, declare: Declare) -> None:
    """Have a class's methods that are to be written be others.

    Args:
        kind: the class.
        declare: gives the function for one, as it was written.
    """

    def declared(function: FunctionType) -> FunctionType:
        return declare(function) if is_to_be_written(function, kind) else function

    for name, value in list(kind.__dict__.items()):
        found = _replaced(value, declared)
        if found is not value:
            type.__setattr__(kind, name, found)  # whatever a metaclass does


def _replaced(value: Any, declare: Declare) -> Any:  # noqa: ANN401 - whatever a class holds
    """What stands in for what a class holds; the thing itself, where it has been changed or need not be."""
    if isinstance(value, FunctionType) and innermost(value) is value:
        return declare(value)
    if isinstance(value, (staticmethod, classmethod)):
        inner = _replaced(value.__func__, declare)
        return value if inner is value.__func__ else type(value)(inner)
    if isinstance(value, property):
        accessors = [value.fget, value.fset, value.fdel]
        new = [_replaced(each, declare) for each in accessors]
        return value if new == accessors else type(value)(*new, doc=value.__doc__)
    function = innermost(value)
    if function is None:
        return value
    if type(value).__name__ == "cached_property" and value.func is function:
        value.func = declare(function)
        return value
    _take_over(function, declare)
    return value


def _take_over(function: FunctionType, declare: Declare) -> None:
    """Let a function that decorators hold already call what is declared for it."""
    written = takeover.copy_of(function)
    declared = declare(written)
    if declared is not written:
        takeover.forward(function, written, declared)


def accessor_of(kind: type, written: FunctionType) -> str:
    """Which half of a property a function of a class is: `setter` or `deleter`; empty for everything else."""
    found = kind.__dict__.get(mangled(written.__name__, kind.__name__))
    if not isinstance(found, property):
        return ""
    halves = {"setter": found.fset, "deleter": found.fdel}
    return next((name for name, each in halves.items() if _runs(each, written)), "")


def _runs(value: object, written: FunctionType) -> bool:
    return any(each.__code__ is written.__code__ for each in functions_in(value))


# ---------------------------------------------------------------- class attributes


def values(kind: type) -> list[str]:
    """The class attributes that are annotated as such, and have no value yet."""
    return [name for name in _annotated(kind) if name not in kind.__dict__]


def _annotated(kind: type) -> list[str]:
    annotations = kind.__dict__.get("__annotations__")  # noqa: RUF063 - `inspect` is not loaded for this
    if sys.version_info >= (3, 14):  # which evaluates them when they are asked for
        annotate = getattr(kind, _ANNOTATE, None)
        code = getattr(annotate, "__code__", None)
        if code is not None and not {"ClassVar"} & {*code.co_names, *code.co_freevars}:
            return []
        if annotate is not None:
            import annotationlib

            annotations = annotationlib.get_annotations(kind, format=annotationlib.Format.STRING)
    return [name for name, each in (annotations or {}).items() if is_class_variable(_text(each))]


def _text(annotation: object) -> str:
    if isinstance(annotation, str):
        return annotation
    return repr(annotation) if type(annotation).__module__ == "typing" else ""


class Value:
    """What a class holds for an attribute that is to be given a value: whoever asks for it, has it written.

    Args:
        name: the attribute's.
        get: gives its value.
    """

    __slots__ = ("get", "name")

    def __init__(self, name: str, get: Callable[[str], object]) -> None:
        self.name = name
        self.get = get

    def __get__(self, instance: object, owner: type | None = None) -> object:
        """The value.

        Raises:
            AttributeError: it is asked for by what only looks at the class, as `@dataclass` and `help()` do.
        """
        asking = sys._getframe(1).f_globals.get("__name__")  # noqa: SLF001 - documented in spite of its name
        if asking in _LOOKING:
            raise AttributeError(self.name)
        return self.get(self.name)


_LOOKING = frozenset({"dataclasses", "inspect", "pydoc", "typing", "abc"})
