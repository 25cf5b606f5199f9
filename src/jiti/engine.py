"""The engine: the one place that puts the parts together when a stub has to be generated.

Nothing here is loaded by a call whose implementation is there already. Third-party packages are
imported by the functions that need them, so that a project which only runs needs none installed.
"""

from __future__ import annotations

import os
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from jiti import home, locks, mirror, orders, own_engines, preflight, progress, settings, states, stub
from jiti.definition import Definition, define, require_unchanged
from jiti.errors import ConflictError, FrozenError, JitiError
from jiti.live import LiveCall
from jiti.orders import Order, Target

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from types import FunctionType

    from jiti.agent.session import Accepted
    from jiti.events import Observer
    from jiti.mirror import Implementation
    from jiti.models import Model
    from jiti.models.clients import Client
    from jiti.settings import Settings
    from jiti.states import State
    from jiti.stub import Declaration
    from jiti.usage import Budget


class Engine:
    """How stubs are generated: by which model, how carefully, at what cost.

    What is not given comes from `JITI_*` variables, then from `[tool.jiti]` in `pyproject.toml`.

    Args:
        model: a model's name, or an object that answers requests (see `jiti.models.Model`).
        client: one of the Anthropic SDK's clients, for Bedrock, Vertex, Foundry and the like.
        quality_threshold: a passing candidate that its author rates lower (0 to 10) is refactored.
        max_refactor: how often, at most.
        max_turns: requests that a session may make.
        max_tokens: tokens that one reply may have.
        budget: what one stub may cost.
        style: a style guide for the agent: text, or the path of a file.
        test_guide: the same for its tests.
        frozen: never use a model; a call that would need one raises `FrozenError`.
        values: what of the live arguments a model may see: "repr", "types" or "none".
        observe: is told each event of a session (see `jiti.events`), instead of the progress display.
    """

    def __init__(  # noqa: PLR0913 - one keyword a setting, as people write them
        self,
        *,
        model: str | Model | None = None,
        client: Client | None = None,
        quality_threshold: float | None = None,
        max_refactor: int | None = None,
        max_turns: int | None = None,
        max_tokens: int | None = None,
        budget: Budget | None = None,
        style: str | None = None,
        test_guide: str | None = None,
        frozen: bool | None = None,
        values: str | None = None,
        observe: Observer | None = None,
    ) -> None:
        given = {
            "model": model if isinstance(model, str) else None,
            "quality_threshold": quality_threshold,
            "max_refactor": max_refactor,
            "max_turns": max_turns,
            "max_tokens": max_tokens,
            "budget": budget,
            "style": style,
            "test_guide": test_guide,
            "frozen": frozen,
            "values": values,
        }
        self._overrides: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        self._model = None if isinstance(model, str) else model
        self._client = client
        self._observe = observe

    def settings_for(self, root: str) -> Settings:
        """The settings in force for a project.

        Raises:
            ConfigError: a setting that is unknown or of the wrong type.
        """
        return settings.load(root, os.environ).with_overrides(**self._overrides)

    def generate(
        self, declaration: Declaration, function: FunctionType, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> Implementation:
        """The implementation of a stub that has none which runs: waited for, or written now.

        Args:
            declaration: the stub.
            function: its function, as the user wrote it.
            args: the positional arguments of the call that needs it.
            kwargs: that call's keyword arguments.

        Raises:
            FrozenError: a model would be needed, and may not be used.
            ConflictError, BrokenImplementationError: what is in the mirror has to be seen to by a person.
            StubError, RealBodyError: the stub cannot be worked from.
            ConfigError: a setting or an installation that does not work.
            GenerationError: the session failed; only its transcript was written.
        """
        innermost = stub.unwrap(function)
        module = stub.importable_name(innermost)
        try:
            return self._obtain(Target(declaration, module, lambda: LiveCall.of(innermost, args, kwargs), innermost))
        except JitiError as error:
            if os.environ.get("JITI_LOG") == "debug":
                raise
            # Whoever called a stub is to see where, not the way through the engine; a cause keeps its traceback.
            raise error.with_traceback(None)  # noqa: B904 - it is the same error

    def _obtain(self, target: Target) -> Implementation:
        declaration = target.declaration
        with locks.claim(declaration.root, declaration.key) as claim:
            in_force = self.settings_for(declaration.root)
            if in_force.mirror == "package":
                declaration.home = home.with_package_mirror(declaration.source)
            found = _settled(declaration, states.look(declaration), frozen=in_force.frozen)
            if found is not None:
                return found
            definition = define(declaration)
            if target.function is not None:
                require_unchanged(definition, target.function)
            preflight.require_installed()
            preflight.require_writable(declaration)
            live = orders.described(target.live(), in_force)
            observe = self._observe or progress.observer(in_force.log)
            with claim.held(observe), preflight.running(declaration.key):
                state = states.look(declaration)  # somebody else may have generated it while we waited
                found = _settled(declaration, state, frozen=in_force.frozen)
                if found is None:
                    order = Order(definition, target.module, live, state)
                    found = self._session(order, in_force, observe)
        return found

    def _obtain_needed(self, root: str, need: Mapping[str, object]) -> None:
        """Have a stub generated that a candidate called in a child process, by the engine that its own call would use.

        One that has no engine of its own is in the hands of whoever needs it.
        """
        target = Target.of_need(root, need)
        engine = own_engines.engine_of(target.declaration, target.module)
        (engine if isinstance(engine, Engine) else self)._obtain(target)  # noqa: SLF001 - it is another of this class

    def _session(self, order: Order, in_force: Settings, observe: Observer) -> Implementation:
        from jiti.agent import session
        from jiti.agent.transcript import Transcript
        from jiti.checks.bench import Bench

        definition = order.definition
        declaration = definition.declaration
        model = self._model_for(in_force)
        clock = _Stopwatch()

        def generate_needed(need: Mapping[str, object]) -> None:
            with clock.paused():
                self._obtain_needed(declaration.root, need)

        bench = Bench(definition, order.module, order.live, env=in_force.env, generate=generate_needed)
        with closing(bench):
            bench.start()  # it warms while the model thinks
            task = orders.task_of(order, in_force)
            preflight.tell_what_leaves(declaration.root, model)
            # Last, so that there is a transcript of every session and of nothing else.
            with closing(Transcript.create(declaration.root, declaration.key)) as transcript:
                return session.run(
                    task,
                    model=model,
                    workbench=bench,
                    root=declaration.root,
                    limits=session.Limits.of(in_force),
                    transcript=transcript,
                    observe=observe,
                    commit=lambda accepted: _file(definition, accepted),
                    clock=clock,
                )

    def _model_for(self, in_force: Settings) -> Model:
        if self._model is not None:
            return self._model
        if in_force.replay is not None:
            from jiti.models.replay import ReplayModel

            return ReplayModel(in_force.replay)
        from jiti.models.anthropic import AnthropicModel

        model = AnthropicModel(in_force.model, client=self._client)
        model.warm()  # importing the SDK takes a second: it overlaps with starting the child
        return model


class _Stopwatch:
    """Seconds of a session; it stands still while a stub that its candidate needs is generated."""

    def __init__(self) -> None:
        self._left_out = 0.0

    def __call__(self) -> float:
        return time.monotonic() - self._left_out

    @contextmanager
    def paused(self) -> Generator[None]:
        start = time.monotonic()
        try:
            yield
        finally:
            self._left_out += time.monotonic() - start


_default: Engine | None = None


def default_engine() -> Engine:
    """The engine of stubs that name none."""
    global _default  # noqa: PLW0603 - one for the process, made when it is first needed
    if _default is None:
        _default = Engine()
    return _default


def _settled(declaration: Declaration, state: State, *, frozen: bool) -> Implementation | None:
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


def _file(definition: Definition, accepted: Accepted) -> Implementation:
    candidate = accepted.candidate
    made = f"{accepted.model} · {_count(accepted.turns, 'turn')} · {candidate.tools}"
    if candidate.test_count:
        made += f", {_count(candidate.test_count, 'test')}"
    with locks.guard(definition.declaration.root):
        return mirror.file(definition, candidate.code, made=made, tests=candidate.tests)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
