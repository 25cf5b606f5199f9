"""What an engine is asked for, and what it asks of a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti import stub
from jiti.live import LiveCall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FunctionType

    from jiti.agent.session import Task
    from jiti.definition import Definition
    from jiti.settings import Settings
    from jiti.states import State
    from jiti.stub import Declaration


@dataclass(frozen=True, slots=True)
class Target:
    """A stub that is called and has no implementation that runs.

    Attributes:
        declaration: where it stands.
        module: the name by which an import statement gets its module.
        live: gives the call that asks for it. The arguments' own code may run: copying and describing them.
        function: the stub itself, where it is loaded in this process.
    """

    declaration: Declaration
    module: str
    live: Callable[[], LiveCall]
    function: FunctionType | None = None

    @classmethod
    def of_need(cls, root: str, need: Mapping[str, object]) -> Target:
        """A stub that a candidate called in a child process, with the arguments of that call.

        Raises:
            StubError: there is no such stub.
        """
        declaration = stub.declaration_for(root, str(need["key"]))
        return cls(declaration, str(need["module"]), lambda: LiveCall.from_need(need))


@dataclass(frozen=True, slots=True)
class Order:
    """What a session is for.

    Attributes:
        definition: the stub.
        module: the name by which an import statement gets its module.
        live: the call that asks for it.
        state: why it has to be generated.
    """

    definition: Definition
    module: str
    live: LiveCall
    state: State


def described(live: LiveCall, in_force: Settings) -> LiveCall:
    """The call with its arguments described once and for all.

    The arguments' own code runs for that, and may import modules or wait for locks that another thread has, which may
    be waiting for the stub: so it must not run once the stub's key is held.
    """
    return LiveCall(live.pickled, live.problem, told=live.rows(in_force.values))


def task_of(order: Order, in_force: Settings) -> Task:
    """What the agent is told to do.

    Raises:
        ConfigError: a guide or a prompt that the settings name cannot be read.
    """
    from jiti.agent import context, prompts, session

    definition, state = order.definition, order.state
    declaration = definition.declaration
    reason = f"{' and '.join(state.changed)} changed" if state.changed else state.name
    return session.Task(
        key=declaration.key,
        spec=str(definition.spec),
        reason=reason,
        system=prompts.system(declaration.root, in_force),
        message=context.task_for(
            definition, order.module, reason=reason, live=order.live, old=state.implementation, settings=in_force
        ),
        prompts=prompts.folder(declaration.root, in_force),
    )
