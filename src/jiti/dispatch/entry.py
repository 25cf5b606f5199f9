"""What of a loaded implementation a stub's function runs, and what the implementation sees of the user's module."""

from __future__ import annotations

from itertools import pairwise
from types import FunctionType

from jiti.dispatch import parameters, relay
from jiti.stub import mangled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from jiti.loader import Source


def path_of(function: FunctionType) -> list[str]:
    """The names that lead to a stub's def in its implementation: classes around it, then its own."""
    return function.__qualname__.rpartition("<locals>.")[2].split(".")


def implementation_of(written: FunctionType, names: dict[str, object], source: Source) -> Callable[..., object]:
    """The stub's implementation among the globals of what was loaded for it.

    Raises:
        BrokenImplementationError: there is none, or it is no def of the stub's kind.
    """
    path = path_of(written)
    found = names.get(path[0])
    for owner, name in pairwise(path):
        found = found.__dict__.get(mangled(name, owner)) if isinstance(found, type) else None
    found = _function_under(found, source.declaration.qualname)
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


def users_object(written: FunctionType, declared: FunctionType | None) -> object:
    """What the implementation's own public name has to mean: the user's object of that name.

    Recursion then goes through whatever stands above the stub, `functools.lru_cache` say, and
    `super(Parser, self)` names the class that `self` is of.

    Args:
        written: the stub.
        declared: what `@jiti` made of it, for while the user's module has not bound the name yet.

    Returns:
        None where no name leads to it, as for a nested stub.
    """
    if "<locals>" in written.__qualname__:
        return None
    path = path_of(written)
    found = written.__globals__.get(path[0])
    if len(path) == 1 and (found is None or found is written):
        return declared
    return found


def point_super_at_users_class(implementation: object, written: FunctionType) -> None:
    """Let a bare `super()` in a method mean the user's class, not the one in the mirror that only holds the def."""
    if not isinstance(implementation, FunctionType) or "__class__" not in implementation.__code__.co_freevars:
        return
    *owners, _ = path_of(written)
    found = users_object(written, None)
    for name in owners[1:]:
        found = getattr(found, name, None)
    if isinstance(found, type) and implementation.__closure__:
        cell = implementation.__closure__[implementation.__code__.co_freevars.index("__class__")]
        cell.cell_contents = found
