"""`@jiti` itself."""

from __future__ import annotations

from types import FunctionType

from jiti import dispatch
from jiti.errors import StubError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol, TypeVar, overload

    from jiti.engine import Engine

    Stub = TypeVar("Stub")

    class Clear(Protocol):
        """The type of `jiti.clear`."""

        def __call__(self, *, force: bool = False) -> None:
            """As `jiti.clearing.clear`."""
            ...


class Jiti:
    """The decorator: `@jiti`, or `@jiti(engine=...)`, above a typed function with a docstring and no body.

    The first call has the function written, proved and filed; every later call is that function.
    """

    if TYPE_CHECKING:

        @overload
        def __call__(self, stub: Stub, /) -> Stub: ...
        @overload
        def __call__(self, *, engine: Engine | None = None) -> Callable[[Stub], Stub]: ...

    def __call__(self, stub: Any = None, /, *, engine: Engine | None = None) -> Any:
        """Declare a stub.

        Args:
            stub: the function; or the staticmethod, classmethod or property made of it.
            engine: generates for this stub, instead of the engine that the project's settings say.

        Raises:
            StubError: it is not something that can be generated.
            RealBodyError: it has a body already.
        """
        if stub is None:
            return lambda stub: _declared(stub, engine)
        return _declared(stub, engine)

    @property
    def clear(self) -> Clear:
        """`jiti.clear(force=False)`: delete the mirror of the caller's project; see `jiti.clearing.clear`."""
        from jiti.clearing import clear

        return clear


jiti = Jiti()


def _declared(stub: Any, engine: Engine | None) -> Any:  # noqa: ANN401 - the type that it was given
    if isinstance(stub, (staticmethod, classmethod)):
        return type(stub)(_declared(stub.__func__, engine))
    if isinstance(stub, property) and stub.fset is stub.fdel is None:
        return type(stub)(_declared(stub.fget, engine), doc=stub.__doc__)
    if isinstance(stub, FunctionType) and not hasattr(stub, "__wrapped__"):
        return dispatch.declare(stub, engine=engine)
    raise _refusal(stub)


def _refusal(stub: object) -> StubError:
    name = getattr(stub, "__qualname__", None) or type(stub).__name__
    if isinstance(stub, type):
        return StubError(f"{name}: a class cannot be a stub", hint="put `@jiti` above each method to be written")
    return StubError(
        f"{name}: `@jiti` stands on a function as `def` makes it",
        hint="put `@jiti` directly above the `def`, below every other decorator",
    )
