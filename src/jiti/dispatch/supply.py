"""Where an implementation comes from: a trial's candidate, the mirror, or an engine that writes it now."""

from __future__ import annotations

import os
import sys

from jiti import approval, states, stub, trial
from jiti.errors import FrozenError, JitiError, called_too_late
from jiti.loader import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FunctionType
    from typing import Protocol

    from jiti.mirror import Implementation
    from jiti.stub import Declaration

    class Generates(Protocol):
        """Whoever is asked for an implementation that runs; `jiti.Engine` is one."""

        def generate(
            self,
            declaration: Declaration,
            function: FunctionType,
            args: tuple[object, ...] | None,
            kwargs: Mapping[str, object],
        ) -> Implementation:
            """As `jiti.engine.Engine.generate`."""
            ...


class _Briefly:
    """What is raised in its `with` block is shown from the call that needed it, without the way through jiti.

    A cause keeps its traceback. JITI_LOG=debug shows all of it.
    """

    def __enter__(self) -> None:
        """There is nothing to be done."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> None:
        """What goes on from here gathers the frames from here on."""
        if isinstance(error, JitiError) and os.environ.get("JITI_LOG") != "debug":
            error.__traceback__ = None


briefly = _Briefly()


class Call:
    """A call of a stub that has nothing to run yet.

    Attributes:
        declaration: the stub.
        function: its function, as the user wrote it.
        args: the call's positional arguments; None where nothing was called, but an attribute of a class looked at.
        kwargs: its keyword arguments.
    """

    __slots__ = ("args", "declaration", "function", "kwargs")

    def __init__(
        self,
        function: FunctionType,
        args: tuple[object, ...] | None,
        kwargs: Mapping[str, object],
        declare: Callable[[FunctionType], Declaration] = stub.declaration_of,
    ) -> None:
        if sys.is_finalizing():  # not even files can be read
            raise called_too_late(function.__qualname__)
        self.declaration = declare(function)
        self.function = function
        self.args = args
        self.kwargs = kwargs


def at_hand(declaration: Declaration, engine: Generates | None) -> Source | None:
    """What runs as it is: the candidate on trial in this process, or a file whose state says that it may.

    A process that tries candidates is confined, and runs what no person has approved yet.

    Args:
        declaration: the stub.
        engine: whoever generates for it; None for the default.

    Raises:
        jiti.errors.ConfigError: the project's settings cannot be read.
    """
    if trial.current is not None and declaration.key in trial.current.candidates:
        trial.current.asked(declaration.key)
        return Source.of_candidate(declaration, trial.current.candidates[declaration.key])
    if trial.current is not None and declaration.key in trial.current.withheld:
        return None
    state = states.look(declaration, asks=trial.current is None and approval.is_needed(declaration, engine))
    if not state.runs or state.implementation is None:
        return None
    source = Source.of_file(declaration, state.implementation)
    source.data = state.implementation.data
    return source


def ordered(call: Call, engine: Generates | None) -> Source:
    """What an engine gives; this may take minutes, and must not be asked for while an import lock is held.

    Raises:
        jiti.errors.JitiError: as `jiti.engine.Engine.generate`.
    """
    if engine is None:
        from jiti.engine import default_engine

        engine = default_engine()
    found = engine.generate(call.declaration, call.function, call.args, call.kwargs)
    if approval.is_needed(call.declaration, engine) and not found.is_approved:  # not every engine asks
        raise _unapproved(call.declaration, found)
    return Source.of_file(call.declaration, found)


def require_allowed(call: Call, engine: Generates | None) -> None:
    """For installed code nothing is generated; nor is it in a process that tries candidates: its parent has to.

    Raises:
        FrozenError: the stub is installed, and what it was installed with does not run.
        ApprovalNeededError: it is installed, and its own engine wants it approved.
        BrokenImplementationError: that cannot be read.
        jiti.trial.Needed: this is a process that tries candidates.
        GenerationError: Python is shutting down.
    """
    if call.declaration.home.is_installed:
        raise _frozen(call.declaration, engine)
    if trial.current is None:
        _require_threads(call)
        return
    from jiti.live import LiveCall

    arguments = None if call.args is None else LiveCall.of(call.function, call.args, call.kwargs).pickled
    module = stub.importable_name(call.function)
    called = stub.qualname_of(call.function)  # of a class, one of its methods
    raise trial.current.need(call.declaration.key, module, called, arguments)


def _unapproved(declaration: Declaration, found: Implementation) -> JitiError:
    from jiti import asking

    return asking.needed(declaration, found)


def _frozen(declaration: Declaration, engine: Generates | None) -> JitiError:
    state = states.look(declaration, asks=approval.is_needed(declaration, engine))
    if state.error is not None:
        return state.error
    if isinstance(state, states.Unapproved) and state.implementation is not None:
        return _unapproved(declaration, state.implementation)
    return FrozenError(
        f"{declaration.place}: {declaration.qualname} is {state.name}, and installed: it cannot be generated here",
        key=declaration.key,
        hint='generate it in its own project, with `mirror = "package"` in [tool.jiti], and ship its .jiti/',
    )


def _require_threads(call: Call) -> None:
    """Make sure that threads can be started, which a generation needs, before it costs anything.

    Raises:
        GenerationError: Python is shutting down, and starts no more.
    """
    from _thread import start_new_thread
    from threading import main_thread

    try:
        if main_thread().is_alive():
            start_new_thread(bool, (0,))  # nothing else tells whether it can be done
            return
    except RuntimeError as error:
        if "shutdown" not in str(error):
            raise
    raise called_too_late(call.function.__qualname__, call.declaration.key)
