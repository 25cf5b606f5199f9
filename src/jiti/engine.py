"""The engine: the one place that puts the parts together when a stub has to be generated.

Nothing here is loaded by a call whose implementation is there already. Third-party packages are
imported by the functions that need them, so that a project which only runs needs none installed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from jiti import (
    gates,
    generation,
    home,
    locks,
    mirror,
    own_engines,
    preflight,
    progress,
    requirements,
    settings,
    states,
    stub,
)
from jiti.definition import Definition, define, require_unchanged
from jiti.diagnostics import render
from jiti.errors import ConflictError, FrozenError, JitiError
from jiti.generation import Means, Order
from jiti.live import LiveCall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FunctionType

    from jiti.diagnostics import Diagnostic
    from jiti.events import Observer
    from jiti.gates import Gate
    from jiti.mirror import Implementation
    from jiti.models import Model
    from jiti.models.clients import Client
    from jiti.settings import Settings
    from jiti.states import State
    from jiti.stub import Declaration
    from jiti.usage import Budget


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
    live: Callable[[], LiveCall | None] = lambda: None
    function: FunctionType | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has been done for a stub that nobody called.

    Attributes:
        key: the stub.
        kind: `kept`: what is there had passed all that it has to; `generated`; `verified`: it passes what has changed
            since, and that was noted; `failing`: it does not, and nothing may be written.
        implementation: what is there now.
        diagnostics: why it is failing.
    """

    key: str
    kind: Literal["kept", "generated", "verified", "failing"]
    implementation: Implementation
    diagnostics: tuple[Diagnostic, ...] = ()


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

    def ensure(
        self, declaration: Declaration, module: str, function: FunctionType | None = None, *, rebuild: bool = False
    ) -> Outcome:
        """See to it that a stub has an implementation which passes all that it has to, without a call that waits.

        What was generated for other gates is checked as it is; only if it fails is it generated anew.

        Args:
            declaration: the stub, or a test that is to be written.
            module: the name by which an import statement gets its module.
            function: its function, where it is loaded.
            rebuild: whether to generate it anew even if nothing changed; not what was edited by hand.

        Raises:
            jiti.errors.JitiError: as `generate`.
        """
        target = Target(declaration, module, function=function and stub.unwrap(function))
        with locks.claim(declaration.root, declaration.key) as claim:
            in_force = self._settings_at(declaration)
            definition = define(declaration)
            preflight.require_installed()
            if not in_force.frozen:
                preflight.require_writable(declaration)
            observe = progress.observer(in_force.log, instead=self._observe)
            means = self._means(declaration.root, in_force, observe)
            with claim.held(observe):
                return self._ensured(target, definition, means, rebuild=rebuild)

    def _ensured(self, target: Target, definition: Definition, means: Means, *, rebuild: bool) -> Outcome:
        key = target.declaration.key
        state = states.look(target.declaration)
        found = _settled(target.declaration, state, frozen=means.settings.frozen)
        if isinstance(state, states.Edited) and found is not None:
            return Outcome(key, "kept", found)
        order = self._order(target, definition, state, means, None)
        if found is None:
            return Outcome(key, "generated", generation.write(order, means))
        changed = requirements.change_since(order, found)
        if rebuild and not means.settings.frozen:
            return Outcome(key, "generated", generation.write(replace(order, reason="asked for"), means))
        if not changed:
            return Outcome(key, "kept", found)
        return self._verified(replace(order, reason=f"{changed} changed"), found, means)

    def _verified(self, order: Order, found: Implementation, means: Means) -> Outcome:
        """What comes of an implementation that something around it has changed: checked first, then paid for."""
        declaration = order.definition.declaration
        frozen = means.settings.frozen
        if order.definition.is_test:  # it was written from what has changed
            if frozen:
                return Outcome(declaration.key, "failing", found)
            return Outcome(declaration.key, "generated", generation.write(order, means))
        verdict = generation.verify(order, found, means)
        if verdict.candidate is not None:
            if not frozen:
                with locks.guard(declaration.root):
                    mirror.stamp(order.definition, found, gates=gates.header_line(verdict.candidate.gates))
            return Outcome(declaration.key, "verified", found)
        if frozen:
            return Outcome(declaration.key, "failing", found, verdict.diagnostics)
        reason = f"{order.reason}, and it does not pass:\n{render(verdict.diagnostics)}"
        return Outcome(declaration.key, "generated", generation.write(replace(order, reason=reason), means))

    # ------------------------------------------------------------ on the way to an implementation

    def _obtain(self, target: Target) -> Implementation:
        declaration = target.declaration
        with locks.claim(declaration.root, declaration.key) as claim:
            in_force = self._settings_at(declaration)
            found = _settled(declaration, states.look(declaration), frozen=in_force.frozen)
            if found is not None:
                return found
            definition = define(declaration)
            if target.function is not None:
                require_unchanged(definition, target.function)
            preflight.require_installed()
            preflight.require_writable(declaration)
            live = _described(target.live(), in_force)
            observe = progress.observer(in_force.log, instead=self._observe)
            means = self._means(declaration.root, in_force, observe)
            with claim.held(observe):
                state = states.look(declaration)  # somebody else may have generated it while we waited
                found = _settled(declaration, state, frozen=in_force.frozen)
                if found is None:
                    found = generation.write(self._order(target, definition, state, means, live), means)
        return found

    def _order(
        self, target: Target, definition: Definition, state: State, means: Means, live: LiveCall | None
    ) -> Order:
        """What is to be done for a stub, once the tests that decide on it are written."""
        reason = f"{' and '.join(state.changed)} changed" if state.changed else state.name
        order = Order(definition, target.module, live, reason, state.implementation)
        if definition.is_test:
            return replace(order, targets=requirements.targets_of(target.declaration, means.settings))
        return replace(order, gates=self._gates(target.declaration, means.settings))

    def _gates(self, declaration: Declaration, in_force: Settings) -> Sequence[Gate]:
        """The tests that decide on a stub; those that are to be written are, before it is."""
        found = requirements.gates_of(declaration, in_force)
        to_write = [gate for gate in found if gate.is_jiti_test]
        for gate in to_write:
            self.ensure(
                stub.declaration_for(declaration.root, gate.key), requirements.test_module(declaration.root, gate)
            )
        return requirements.gates_of(declaration, in_force) if to_write else found

    def _settings_at(self, declaration: Declaration) -> Settings:
        """The settings in force for a stub; where it lies in a package with a mirror of its own, it learns of that."""
        in_force = self.settings_for(declaration.root)
        if in_force.mirror == "package":
            declaration.home = home.with_package_mirror(declaration.source)
        return in_force

    def _means(self, root: str, in_force: Settings, observe: Observer) -> Means:
        return Means(in_force, lambda: self._model_for(in_force), observe, lambda need: self._obtain_needed(root, need))

    def _obtain_needed(self, root: str, need: Mapping[str, object]) -> None:
        """Have a stub generated that a candidate called in a child process, by the engine that its own call would use.

        One that has no engine of its own is in the hands of whoever needs it.
        """
        target = _target_of(root, need)
        self._engine_for(target.declaration, target.module)._obtain(target)  # noqa: SLF001 - it is of this class

    def _engine_for(self, declaration: Declaration, module: str) -> Engine:
        engine = own_engines.engine_of(declaration, module)
        return engine if isinstance(engine, Engine) else self

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


def _target_of(root: str, need: Mapping[str, object]) -> Target:
    """A stub that a candidate called in a child process, with the arguments of that call."""
    declaration = stub.declaration_for(root, str(need["key"]))
    return Target(declaration, str(need["module"]), lambda: LiveCall.from_need(need))


def _described(live: LiveCall | None, in_force: Settings) -> LiveCall | None:
    """The call with its arguments described once and for all.

    The arguments' own code runs for that, and may import modules or wait for locks that another thread has, which may
    be waiting for the stub: so it must not run once the stub's key is held.
    """
    return live and LiveCall(live.pickled, live.problem, told=live.rows(in_force.values))


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
