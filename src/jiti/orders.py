"""What an engine is asked for, and what it asks of a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

from jiti import mirror, states, stub
from jiti.errors import ConflictError, FrozenError
from jiti.live import LiveCall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FunctionType

    from jiti.agent.session import Task
    from jiti.definition import Definition
    from jiti.diagnostics import Diagnostic
    from jiti.gates import Gate
    from jiti.interfaces import Interfaces
    from jiti.mirror import Implementation
    from jiti.settings import Settings
    from jiti.states import State
    from jiti.stub import Declaration


@dataclass(frozen=True, slots=True)
class Target:
    """A stub that is to have an implementation.

    Attributes:
        declaration: where it stands.
        module: the name by which an import statement gets its module.
        live: gives the call that asks for it, if one does. The arguments' own code may run: copying and describing.
        function: the stub itself, where it is loaded in this process.
        standing: see `Order`.
    """

    declaration: Declaration
    module: str
    live: Callable[[], LiveCall | None] = lambda: None
    function: FunctionType | None = None
    standing: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_need(cls, root: str, need: Mapping[str, object]) -> Target:
        """A stub that a candidate called in a child process, with the arguments of that call.

        Raises:
            StubError: there is no such stub.
        """
        declaration = stub.declaration_for(root, str(need["key"]))
        standing = cast("Mapping[str, str]", need.get("standing", {}))
        return cls(declaration, str(need["module"]), lambda: LiveCall.from_need(need), standing=standing)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be generated or verified.

    Attributes:
        definition: the stub.
        module: the name by which an import statement gets its module.
        interfaces: those of its project.
        live: the call that asks for it; None where nobody waits for a result.
        reason: why: `missing`, or what changed.
        old: the implementation that is there.
        gates: the tests that decide on it.
        targets: of a test that is to be written, the stubs that it is for, each with the name of its module.
        standing: key to code of the candidates for stubs whose gates need this one, while it is generated for them.
    """

    definition: Definition
    module: str
    interfaces: Interfaces
    live: LiveCall | None
    reason: str
    old: Implementation | None = None
    gates: Sequence[Gate] = ()
    targets: Sequence[tuple[Definition, str]] = ()
    standing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has been done for a stub that nobody called.

    Attributes:
        key: the stub.
        kind: `kept`: what is there had passed all that it has to; `generated`; `verified`: it passes what has changed
            since, and that was noted; `moved`: it has what it had where it was before, or by the name that it had;
            `failing`: it does not pass, and nothing may be written.
        implementation: what is there now.
        diagnostics: why it is failing.
    """

    key: str
    kind: Literal["kept", "generated", "verified", "moved", "failing"]
    implementation: Implementation
    diagnostics: tuple[Diagnostic, ...] = ()


def described(live: LiveCall | None, in_force: Settings) -> LiveCall | None:
    """The call with its arguments described once and for all.

    The arguments' own code runs for that, and may import modules or wait for locks that another thread has, which may
    be waiting for the stub: so it must not run once the stub's key is held.
    """
    return live and LiveCall(live.pickled, live.problem, told=live.rows(in_force.values), called=live.called)


def task_of(order: Order, in_force: Settings) -> Task:
    """What the agent is told to do.

    Raises:
        ConfigError: a guide or a prompt that the settings name cannot be read.
    """
    from jiti.agent import context, prompts, session
    from jiti.sandbox import level_of

    definition = order.definition
    root = definition.declaration.root
    if definition.is_test:
        system = prompts.test_system(root, in_force)
        message = context.test_task_for(
            definition, order.module, targets=order.targets, reason=order.reason, old=order.old, settings=in_force
        )
    else:
        system = prompts.system(root, in_force)
        message = context.task_for(
            definition,
            order.module,
            reason=order.reason,
            live=order.live,
            old=order.old,
            settings=in_force,
            gates=order.gates,
            interfaces=order.interfaces,
        )
    return session.Task(
        key=definition.declaration.key,
        spec=str(definition.spec),
        reason=order.reason,
        system=system,
        message=message,
        prompts=prompts.folder(root, in_force),
        sandbox=str(level_of(in_force)),
        is_test=definition.is_test,
        gates=tuple(order.gates),
        live=None if order.live is None else tuple(order.live.rows(in_force.values)),
    )


def settled(declaration: Declaration, state: State, *, frozen: bool) -> Implementation | None:
    """What a state says without any model: the implementation that runs, an error, or None: generate."""
    key = declaration.key
    if state.runs:
        return state.implementation
    if state.error is not None:
        raise state.error
    if isinstance(state, states.Conflict) and state.implementation is not None:
        path = mirror.relative_path(declaration.root, state.implementation.path)
        changed = " and ".join(state.changed)
        raise ConflictError(
            f"{declaration.place}: the {changed} of {declaration.qualname} changed, and {path} was edited by hand",
            key=key,
            hint=f"jiti resolve {key} --keep (the code fits as it is)  or  --regenerate (write it anew)",
        )
    if frozen:
        changed = f" ({', '.join(state.changed)} changed)" if state.changed else ""
        raise FrozenError(
            f"{declaration.place}: {declaration.qualname} is {state.name}{changed}, and frozen: no model may be used",
            key=key,
            hint="generate it where that is allowed, and commit .jiti/; or unset JITI_FROZEN",
        )
    return None


def unwritten(key: str) -> FrozenError:
    """The error for a stub without an implementation that a check needs, where none may be written."""
    message = f"{key} is needed by what is checked, and has no implementation that runs"
    return FrozenError(message, key=key, hint="generate it where a model may be asked: jiti build")
