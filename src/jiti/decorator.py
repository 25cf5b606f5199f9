"""`@jiti` itself."""

from __future__ import annotations

from types import FunctionType

from jiti import dispatch
from jiti.errors import ConfigError, StubError
from jiti.placeholder import is_placeholder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Literal, Protocol, TypeAlias, TypeVar, overload

    from jiti.engine import Engine

    Effect: TypeAlias = Literal["env", "files", "network", "output", "process", "random", "state", "time"]
    Stub = TypeVar("Stub")
    Test = TypeVar("Test")

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
        def __call__(
            self,
            *,
            engine: Engine | None = None,
            allow: list[Effect] | None = None,
            uses: Sequence[object] | None = None,
        ) -> Callable[[Stub], Stub]: ...

    def __call__(
        self,
        stub: Any = None,
        /,
        *,
        engine: Engine | None = None,
        allow: list[Effect] | None = None,
        uses: Sequence[object] | None = None,
    ) -> Any:
        """Declare a stub.

        Args:
            stub: the function; or what decorators made of it that tell what they wrap.
            engine: generates for this stub, instead of the engine that the project's settings say.
            allow: what the implementation may do besides computing; a literal list, which is read without running
                anything. Left out, it is pure.
            uses: functions, classes and stubs that the implementation has to use; a list of the symbols themselves.

        Raises:
            StubError: it is not something that can be generated, `allow` names no effect, or `uses` holds no symbols.
            RealBodyError: it has a body already.
            ConfigError: `engine` is no engine.
        """
        if engine is not None and not hasattr(engine, "generate"):
            raise ConfigError(f"engine= takes an Engine, not {engine!r}", hint="@jiti(engine=Engine(model=…))")
        if allow is not None:
            from jiti import allowed

            allowed.require(allow)
        if uses is not None:
            from jiti.uses import require

            require(uses)
        if stub is None:
            return lambda stub: _declared(stub, engine)
        return _declared(stub, engine)

    @staticmethod
    def required_for(*targets: object) -> Callable[[Test], Test]:
        """`@jiti.required_for(target)`: the same as `required_for`."""
        return required_for(*targets)

    @property
    def clear(self) -> Clear:
        """`jiti.clear(force=False)`: delete the mirror of the caller's project; see `jiti.clearing.clear`."""
        from jiti.clearing import clear

        return clear


jiti = Jiti()


def required_for(*targets: object) -> Callable[[Test], Test]:
    """Make a test part of what "done" means: no implementation of the targets is accepted that does not pass it.

    A test with a body stays as it is. One with a docstring and no body is written by the agent, from the interface of
    its targets alone, before there is any implementation.

    Args:
        *targets: the stubs that it decides on, as the test's own module names them.

    Raises:
        StubError: no target is named, or it stands on something that is no test.
    """
    if not targets or any(_is_test(target) for target in targets):
        hint = "name the stub that the test decides on: `@jiti.required_for(target)`"
        raise StubError("`required_for` names no target", hint=hint)
    return _gate


def _is_test(target: object) -> bool:
    """Whether a target is the test itself, as it is where the decorator is used without being called."""
    return isinstance(target, FunctionType) and target.__name__.startswith("test") and not dispatch.is_declared(target)


def _gate(test: Any) -> Any:  # noqa: ANN401 - the type that it was given
    if isinstance(test, type):
        raise StubError(f"{_name_of(test)}: `required_for` stands on tests", hint="put it on each test of the class")
    function: object = test
    for _ in range(_MOST_WRAPPERS):
        if dispatch.is_declared(function):
            return test
        under = _under(function)
        if under is None:
            break
        function = under
    is_empty = isinstance(function, FunctionType) and is_placeholder(function.__code__)
    gate = _declared(test, None) if is_empty else test
    try:  # contextlib is not loaded for this: programs that only run import this file
        setattr(gate, REQUIRED_FOR, True)
    except (AttributeError, TypeError):
        return gate  # it takes no attributes
    return gate


REQUIRED_FOR = "__jiti_required_for__"
"""What tells in a running test that it carries `required_for`, whoever has read it."""
_MOST_WRAPPERS = 100  # a bound, should a chain of them lead round in a circle


def _declared(stub: Any, engine: Engine | None) -> Any:  # noqa: ANN401 - the type that it was given
    if isinstance(stub, FunctionType) and not hasattr(stub, "__wrapped__"):
        return dispatch.declare(stub, engine=engine)
    if isinstance(stub, (staticmethod, classmethod)):
        return type(stub)(_declared(stub.__func__, engine))
    if isinstance(stub, property):
        return _with_declared_accessor(stub, engine)
    if isinstance(stub, type):
        dispatch.declare_class(stub, engine=engine)
        return stub
    dispatch.take_over(_innermost(stub), engine=engine)
    return stub


def _with_declared_accessor(stub: property, engine: Engine | None) -> property:
    accessors = {"fget": stub.fget, "fset": stub.fset, "fdel": stub.fdel}
    name = max(accessors, key=lambda each: _newness(accessors[each]))
    accessors[name] = _declared(accessors[name], engine)
    return type(stub)(**accessors, doc=stub.__doc__)


def _newness(accessor: object) -> tuple[bool, bool, int]:
    """Of a property's accessors, the one that `@jiti` was put above is a placeholder yet, and stands last."""
    function = accessor
    while (under := _under(function)) is not None and not dispatch.is_declared(function):
        function = under
    if not isinstance(function, FunctionType) or dispatch.is_declared(function):
        return False, False, 0
    return True, is_placeholder(function.__code__), function.__code__.co_firstlineno


def _innermost(stub: object) -> FunctionType:
    """The function under decorators that tell what they wrap, as `functools.wraps` does.

    Raises:
        StubError: some decorator does not tell, or it is a stub already.
    """
    found = stub
    for _ in range(_MOST_WRAPPERS):
        if dispatch.is_declared(found):
            raise StubError(f"{_name_of(stub)}: it carries `@jiti` twice", hint="take one of them away")
        under = _under(found)
        if under is None:
            break
        found = under
    if found is stub or not isinstance(found, FunctionType):
        raise _refusal(stub)
    return found


def _under(wrapper: object) -> object:
    """What a decorator's result says that it wraps; None if it says nothing."""
    found = getattr(wrapper, "__wrapped__", None)
    if found is None and not callable(wrapper):  # a descriptor, as `functools.cached_property` makes
        found = getattr(wrapper, "func", None)
    return found


def _name_of(stub: object) -> str:
    return getattr(stub, "__qualname__", None) or type(stub).__name__


def _refusal(stub: object) -> StubError:
    return StubError(
        f"{_name_of(stub)}: `@jiti` stands on a function, or on what a decorator made of one with `functools.wraps`",
        hint="put `@jiti` directly above the `def`, below every other decorator",
    )
