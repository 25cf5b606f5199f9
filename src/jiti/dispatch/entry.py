"""What of a loaded implementation a stub's function runs, and what the implementation sees of the user's module."""

from __future__ import annotations

from itertools import pairwise
from types import CellType, FunctionType

from jiti.dispatch import parameters, relay
from jiti.stub import mangled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from types import CodeType

    from jiti.loader import Source


def path_of(function: FunctionType) -> list[str]:
    """The names that lead to a stub's def in its implementation: classes around it, then its own."""
    return function.__qualname__.rpartition("<locals>.")[2].split(".")


def root(qualname: str) -> str:
    """The first of the names that lead to something in its implementation."""
    return qualname.rpartition("<locals>.")[2].partition(".")[0]


def class_of(qualname: str, names: dict[str, object], source: Source) -> type:
    """The class that has a class stub's methods, among the globals of what was loaded for it.

    Raises:
        BrokenImplementationError: there is none.
    """
    path = qualname.rpartition("<locals>.")[2].split(".")
    found = names.get(path[0])
    for name in path[1:]:
        found = found.__dict__.get(name) if isinstance(found, type) else None
    if not isinstance(found, type):
        raise source.broken(f"it defines no class {'.'.join(path)}")
    return found


def implementation_of(
    written: FunctionType, names: dict[str, object], source: Source, accessor: str | None = None
) -> Callable[..., object]:
    """The stub's implementation among the globals of what was loaded for it.

    Args:
        written: the stub, or a method of it.
        names: the globals.
        source: what was loaded.
        accessor: which half of a property it is; None where the stub's own name says so.

    Raises:
        BrokenImplementationError: there is none, or it is no def of the stub's kind.
    """
    path = path_of(written)
    found = names.get(path[0])
    for owner, name in pairwise(path):
        found = found.__dict__.get(mangled(name, owner)) if isinstance(found, type) else None
    found = _function_under(found, source.declaration.qualname if accessor is None else f".{accessor}")
    if found is None:
        raise source.broken(f"it defines no {'.'.join(path)}")
    if isinstance(found, type) or not callable(found):
        raise source.broken(f"its {'.'.join(path)} is no function")
    # A decorator may make a plain function that returns an awaitable: only the def itself tells.
    if isinstance(found, FunctionType) and found.__globals__ is names and found.__code__.co_name == path[-1]:
        kind, expected = relay.kind_of(found.__code__), relay.kind_of(written.__code__)
        if kind != expected and (kind | expected) & (relay.COROUTINE | relay.ASYNC_GENERATOR):
            raise source.broken(f"its {'.'.join(path)} is {_KINDS[kind]}, and the stub is {_KINDS[expected]}")
    return found


def _function_under(found: object, qualname: str) -> object:
    if isinstance(found, (staticmethod, classmethod)):
        return found.__func__
    if isinstance(found, property):
        accessors = {"setter": found.fset, "deleter": found.fdel}
        return accessors.get(qualname.rpartition(".")[2], found.fget)
    if found is not None and not callable(found):  # a descriptor, as `functools.cached_property` makes
        return getattr(found, "func", found)
    return found


_KINDS = {
    0: "a plain function",
    relay.GENERATOR: "a generator",
    relay.COROUTINE: "an `async def`",
    relay.ASYNC_GENERATOR: "an async generator",
}


def code_that_can_take_over(implementation: object, written: FunctionType, names: dict[str, object]) -> CodeType | None:
    """The implementation's code, if on the stub's function it does what calling the implementation does.

    Not with free variables, for which the function has no cells; not with other parameters, for which
    it has no defaults; not from another module, whose globals it does not see; and a generator's code
    on a plain function makes Python warn.
    """
    if not isinstance(implementation, FunctionType) or implementation.__globals__ is not names:
        return None
    code, expected = implementation.__code__, written.__code__
    if code.co_freevars or relay.kind_of(code) != relay.kind_of(expected):
        return None
    return code if parameters.are_same(code, expected) else None


def users_object(written: FunctionType, declared: Callable[[], FunctionType | None] = lambda: None) -> object:
    """What the implementation's own public name has to mean: the user's object of that name.

    Recursion then goes through whatever stands above the stub, `functools.lru_cache` say, and
    `super(Parser, self)` names the class that `self` is of.

    Args:
        written: the stub.
        declared: gives what `@jiti` made of it, for while the user's module has not bound the name yet.

    Returns:
        None where no name leads to it, as for a nested stub.
    """
    if "<locals>" in written.__qualname__:
        return None
    path = path_of(written)
    found = written.__globals__.get(path[0])
    if len(path) == 1 and (found is None or found is written):
        return declared()
    return found


def point_super_at_users_class(implementation: object, written: FunctionType) -> None:
    """Let a bare `super()` in a method mean the user's class, not the one in the mirror that only holds the def."""
    if not isinstance(implementation, FunctionType) or not _has_bare_super(implementation):
        return
    *owners, _ = path_of(written)
    found = users_object(written)
    for name in owners[1:]:
        found = getattr(found, name, None)
    if isinstance(found, type) and implementation.__closure__:
        cell = implementation.__closure__[implementation.__code__.co_freevars.index(_CLASS)]
        cell.cell_contents = found


def point_super_at(kind: type, implementation: object) -> None:
    """Let a bare `super()` in a function of a class's implementation mean the user's class."""
    if isinstance(implementation, FunctionType) and _has_bare_super(implementation) and implementation.__closure__:
        cell = implementation.__closure__[implementation.__code__.co_freevars.index(_CLASS)]
        cell.cell_contents = kind


def leads_to(found: object, written: Container[FunctionType]) -> bool:
    """Whether one of some stubs is under what a class holds."""
    if found is None or (isinstance(found, FunctionType) and found in written):
        return found is not None
    return any(leads_to(getattr(found, each, None), written) for each in _WRAPPED)


def needs_class_of_call(implementation: object, written: FunctionType) -> bool:
    """Whether only a call tells what a bare `super()` means: in a class that a function makes each time it runs."""
    is_nested = "<locals>" in written.__qualname__ and len(path_of(written)) > 1
    has_super = isinstance(implementation, FunctionType) and _has_bare_super(implementation)
    return is_nested and has_super and written.__code__.co_argcount > 0


def _has_bare_super(implementation: FunctionType) -> bool:
    return _CLASS in implementation.__code__.co_freevars


def in_class_of(called_on: object, written: FunctionType, implementation: FunctionType) -> FunctionType:
    """The implementation of a method, with the user's class for its bare `super()`.

    Of a class inside a function there is one for each time that the function ran, and no name leads to them; but
    each holds a function of its own, made from a stub of its own.

    Args:
        called_on: what the method is called on: an instance, or the class.
        written: the stub that the called function was made from.
        implementation: the def in the mirror.
    """
    *_, owner, name = path_of(written)
    name = mangled(name, owner)
    classes = (called_on if isinstance(called_on, type) else type(called_on)).__mro__
    found = next((each for each in classes if _leads_to(each.__dict__.get(name), written)), None)
    if found is None:
        message = f"super(): {type(called_on).__qualname__} is no class that has {written.__qualname__}"
        raise TypeError(message)
    cells = zip(implementation.__code__.co_freevars, implementation.__closure__ or (), strict=True)
    closure = tuple(CellType(found) if variable == _CLASS else cell for variable, cell in cells)
    code, names = implementation.__code__, implementation.__globals__
    return FunctionType(code, names, implementation.__name__, implementation.__defaults__, closure)


_CLASS = "__class__"
_WRAPPED = ("__wrapped__", "__func__", "fget", "fset", "fdel", "func")
"""By which names descriptors and wrappers have what they wrap."""


def _leads_to(found: object, written: FunctionType) -> bool:
    """Whether a stub is under what a class holds."""
    if found is None or found is written:
        return found is written
    return any(_leads_to(getattr(found, each, None), written) for each in _WRAPPED)
