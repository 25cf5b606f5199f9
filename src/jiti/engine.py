"""The engine: the one place that puts the parts together when a stub has to be generated.

Nothing here is loaded by a call whose implementation is there already. Third-party packages are
imported by the functions that need them, so that a project which only runs needs none installed.
"""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jiti import (
    approval,
    asking,
    generation,
    home,
    locks,
    own_engines,
    preflight,
    progress,
    requirements,
    settings,
    states,
    stub,
)
from jiti.definition import Definition, define, require_unchanged
from jiti.errors import JitiError
from jiti.generation import Means
from jiti.live import LiveCall
from jiti.orders import Order, Outcome, Target, described, settled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FunctionType

    from jiti.events import Observer
    from jiti.gates import Gate
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
        approve: whether a person has to approve code before it runs in their process: "ask"; or not: "auto".
        sandbox: whether the kernel confines what is checked: "auto", as far as it can; "require", and nothing is
            generated where it cannot; "off".
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
        approve: str | None = None,
        sandbox: str | None = None,
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
            "approve": approve,
            "sandbox": sandbox,
            "values": values,
        }
        self._overrides: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        self._model = None if isinstance(model, str) else model
        self._client = client
        self._observe = observe

    @property
    def approve(self) -> str | None:
        """What it was given; None where the project's settings say."""
        return self._overrides.get("approve")

    def settings_for(self, root: str) -> Settings:
        """The settings in force for a project.

        Raises:
            ConfigError: a setting that is unknown or of the wrong type.
        """
        return settings.load(root, os.environ).with_overrides(**self._overrides)

    def generate(
        self, declaration: Declaration, function: FunctionType, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> Implementation:
        """The implementation of a stub that has none which runs: waited for, or written now, and approved.

        Args:
            declaration: the stub.
            function: its function, as the user wrote it.
            args: the positional arguments of the call that needs it.
            kwargs: that call's keyword arguments.

        Raises:
            FrozenError: a model would be needed, and may not be used.
            ApprovalNeededError: a person has to approve it, and cannot be asked or said no.
            ConflictError, BrokenImplementationError: what is in the mirror has to be seen to by a person.
            StubError, RealBodyError: the stub cannot be worked from.
            ConfigError: a setting or an installation that does not work.
            GenerationError: the session failed; only its transcript was written.
        """
        innermost = stub.unwrap(function)
        module = stub.importable_name(innermost)
        try:
            found = self._obtain(Target(declaration, module, lambda: LiveCall.of(innermost, args, kwargs), innermost))
            return self._approved(declaration, found)  # no key is held any more
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
            observe = progress.observer(in_force.log, instead=self._observe)
            means = self._means(declaration.root, in_force, observe)
            # Where all is frozen, nothing is written, not even a lock.
            with nullcontext() if in_force.frozen else claim.held(observe), preflight.running(declaration.key):
                return self._ensured(target, definition, means, rebuild=rebuild)

    def _ensured(self, target: Target, definition: Definition, means: Means, *, rebuild: bool) -> Outcome:
        key = target.declaration.key
        state = states.look(target.declaration)
        found = settled(target.declaration, state, frozen=means.settings.frozen)
        if isinstance(state, states.Edited) and found is not None:
            return Outcome(key, "kept", found)
        order = self._order(target, definition, state, means, None)
        if found is None:
            return generation.anew(order, means)
        if rebuild and not means.settings.frozen:
            return generation.anew(replace(order, reason="asked for"), means)
        if changed := requirements.change_since(order, found):
            return generation.renewed(replace(order, reason=f"{changed} changed"), found, means)
        return Outcome(key, "kept", found)

    def _approved(self, declaration: Declaration, found: Implementation) -> Implementation:
        if not approval.is_needed(declaration, self):
            return found
        return asking.approved(declaration, found, frozen=self.settings_for(declaration.root).frozen)

    # ------------------------------------------------------------ on the way to an implementation

    def _obtain(self, target: Target) -> Implementation:
        declaration = target.declaration
        with locks.claim(declaration.root, declaration.key) as claim:
            in_force = self._settings_at(declaration)
            found = settled(declaration, states.look(declaration), frozen=in_force.frozen)
            if found is not None:
                return found
            preflight.require_own_process(declaration)
            definition = define(declaration)
            if target.function is not None:
                require_unchanged(definition, target.function)
            preflight.require_installed()
            preflight.require_writable(declaration)
            live = described(target.live(), in_force)
            observe = progress.observer(in_force.log, instead=self._observe)
            means = self._means(declaration.root, in_force, observe)
            with claim.held(observe), preflight.running(declaration.key):
                state = states.look(declaration)  # somebody else may have generated it while we waited
                found = settled(declaration, state, frozen=in_force.frozen)
                if found is None:
                    found = generation.write(self._order(target, definition, state, means, live), means)
        return found

    def _order(
        self, target: Target, definition: Definition, state: State, means: Means, live: LiveCall | None
    ) -> Order:
        """What is to be done for a stub, once the tests that decide on it are written."""
        reason = f"{' and '.join(state.changed)} changed" if state.changed else state.name
        order = Order(definition, target.module, live, reason, state.implementation, standing=target.standing)
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
        target = Target.of_need(root, need)
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


_default: Engine | None = None


def default_engine() -> Engine:
    """The engine of stubs that name none."""
    global _default  # noqa: PLW0603 - one for the process, made when it is first needed
    if _default is None:
        _default = Engine()
    return _default
