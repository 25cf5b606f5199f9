"""Dispatch: how a call of a stub becomes a call of its implementation, and costs what a plain call costs.

`declare` makes a real function whose globals are the implementation's and whose code is a trampoline
(`relay`). The first call gets the implementation (`supply`), runs it in those globals (`loader`), and
assigns its code to the function (`dispatcher`). From then on nothing of jiti is left in a call.
"""

from __future__ import annotations

import os
import sys
from _weakref import ref

from jiti import stub
from jiti.dispatch import relay, swapping
from jiti.dispatch.dispatcher import Dispatcher
from jiti.loader import name_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FunctionType

    from jiti.dispatch.classes import ClassDispatcher
    from jiti.dispatch.supply import Generates

_dispatchers: dict[str, Dispatcher] = {}
_classes: list[ref[ClassDispatcher]] = []


def declare(function: FunctionType, *, engine: Generates | None = None) -> FunctionType:
    """What stands in for a stub: a function that is generated, if it has to be, when first called.

    Args:
        function: the stub, as the user wrote it.
        engine: generates for it; None for the engine that the project's settings say.

    Raises:
        StubError, RealBodyError: it is no stub.
    """
    stub.judge(function)
    return _declared(function, engine)


def take_over(function: FunctionType, *, engine: Generates | None = None) -> None:
    """Let a stub's own function, which decorators hold already, call what `declare` makes of it.

    That costs a call more, each time, than to declare the stub before it is decorated.

    Raises:
        StubError, RealBodyError: it is no stub.
    """
    stub.judge(function)
    from jiti.dispatch import takeover  # as above: few need it

    written = takeover.copy_of(function)
    takeover.forward(function, written, _declared(written, engine))


def declare_class(kind: type, *, engine: Generates | None = None) -> None:
    """Have a class's methods without a body be generated, if they have to be, when one of them is first used.

    Raises:
        StubError, RealBodyError: it is no stub.
    """
    from jiti.dispatch import classes  # what has only functions loads nothing of it

    _classes.append(ref(classes.declare(kind, engine), _classes.remove))


def is_declared(function: object) -> bool:
    """Whether it is what `declare` gave."""
    return relay.BEGIN in getattr(function, "__globals__", ())


def rearm(root: str) -> None:
    """Let the stubs of a project look at the mirror again when they are next called.

    Args:
        root: absolute path of the project root.
    """
    remembered = sys.modules.get("jiti.dispatch.remembered")
    if remembered is not None:
        remembered.forget(root)
    for dispatcher in _all():
        if dispatcher.root == root:
            dispatcher.rearm()


def _declared(written: FunctionType, engine: Generates | None) -> FunctionType:
    if engine is not None:
        from jiti import own_engines

        own_engines.note(written, engine)
    return _dispatcher_for(written).declare(written, engine)


def _dispatcher_for(function: FunctionType) -> Dispatcher:
    code = function.__code__
    name = name_for(function.__module__, function.__qualname__)
    known = _dispatchers.get(name)
    if known is not None and not _at_same_place(known, function):  # a property's setter has its getter's name
        name = f"{name}@{code.co_firstlineno}"
        known = _dispatchers.get(name)
    # Each run of an outer function makes its nested stub from one code object; a reload makes another.
    if known is None or known.written.__code__ is not code:
        known = _dispatchers[name] = Dispatcher(function, name)
    return known


def _all() -> list[Dispatcher | ClassDispatcher]:
    found = [each() for each in list(_classes)]
    return [*_dispatchers.values(), *(each for each in found if each is not None)]


def _at_same_place(known: Dispatcher, function: FunctionType) -> bool:
    old, new = known.written.__code__, function.__code__
    return (old.co_filename, old.co_firstlineno) == (new.co_filename, new.co_firstlineno)


def _after_fork_in_child() -> None:
    swapping.after_fork_in_child()
    flights = sys.modules.get("jiti.dispatch.flights")
    if flights is not None:
        flights.forget()
    for dispatcher in _all():
        dispatcher.forget_half_done_load()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
