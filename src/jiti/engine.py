"""The engine: the one place that puts the parts together when a stub has to be generated.

Nothing here is loaded by a call whose implementation is there already. Third-party packages are
imported by the functions that need them, so that a project which only runs needs none installed.
"""

from __future__ import annotations

import os
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jiti import (
    adoption,
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
from jiti.definition import Definition, define
from jiti.errors import JitiError
from jiti.generation import Means
from jiti.interfaces import Interfaces
from jiti.live import LiveCall
from jiti.orders import Order, Outcome, Target, described, settled, unwritten
from jiti.unchanged import require_unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FunctionType

    from jiti.events import Observer
    from jiti.filed import Orphan
    from jiti.gates import Gate
    from jiti.mirror import Implementation
    from jiti.models import Model
    from jiti.models.clients import Client
    from jiti.options import Approve, Sandbox, Values
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
        approve: Approve | None = None,
        sandbox: Sandbox | None = None,
        values: Values | None = None,
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
        self._shared: tuple[str, str | None, Model] | None = None

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
        self,
        declaration: Declaration,
        function: FunctionType,
        args: tuple[object, ...] | None,
        kwargs: Mapping[str, object],
    ) -> Implementation:
        """The implementation of a stub that has none which runs: waited for, or written now, and approved.

        Args:
            declaration: the stub.
            function: its function, as the user wrote it; of a class, the method that is called.
            args: the positional arguments of the call that needs it; None where it is not for a call.
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
        call = None if args is None else (args, kwargs)
        found = self._obtain(Target(declaration, module, lambda: _live(declaration, innermost, call), innermost))
        return self._approved(declaration, found)  # no key is held any more

    def ensure(
        self,
        declaration: Declaration,
        module: str,
        function: FunctionType | None = None,
        *,
        rebuild: bool = False,
        verify: bool = False,
        moved: Callable[[], Mapping[str, Orphan]] = dict,
    ) -> Outcome:
        """See to it that a stub has an implementation which passes all that it has to, without a call that waits.

        What was generated for other gates is checked as it is; only if it fails is it generated anew. So is what a stub
        had where it stood before, or by the name that it had.

        Args:
            declaration: the stub, or a test that is to be written.
            module: the name by which an import statement gets its module.
            function: its function, where it is loaded.
            rebuild: whether to generate it anew even if nothing changed; not what was edited by hand.
            verify: whether no model may be asked, so that what does not pass is left as it is.
            moved: gives the files that stubs have left behind where they were, by their keys now: see `jiti.moved`. It
                is only asked where a stub has no implementation.

        Raises:
            jiti.errors.JitiError: as `generate`.
        """
        target = Target(declaration, module, function=function and stub.unwrap(function))
        with locks.claim(declaration.root, declaration.key) as claim:
            in_force = self._settings_at(declaration)
            definition = define(declaration)
            observe = progress.observer(in_force.log, instead=self._observe)
            may_write = not (verify or in_force.frozen)
            means = self._means(declaration.root, in_force, observe, may_write=may_write, moved=moved)
            # Where all is frozen, nothing is written, not even a lock.
            with nullcontext() if in_force.frozen else claim.held(observe), preflight.running(declaration.key):
                return self._ensured(target, definition, means, rebuild=rebuild)

    def _ensured(self, target: Target, definition: Definition, means: Means, *, rebuild: bool) -> Outcome:
        key = target.declaration.key
        state = states.look(target.declaration)
        found = settled(target.declaration, state, frozen=not means.may_write)
        if isinstance(state, states.Edited) and found is not None:
            return Outcome(key, "kept", found)
        order = self._order(target, definition, state, means, None)
        if found is None:
            taken = None if rebuild else adoption.taken(order, means)
            return Outcome(key, "moved", taken) if taken else generation.anew(order, means)
        if rebuild and means.may_write:
            return generation.anew(replace(order, reason="asked for"), means)
        if changed := requirements.change_since(order, found):
            return generation.renewed(replace(order, reason=f"{changed} changed"), found, means)
        return Outcome(key, "kept", found)

    def _approved(self, declaration: Declaration, found: Implementation) -> Implementation:
        if not approval.is_needed(declaration, self):
            return found
        return asking.approved(declaration, found, frozen=self.settings_for(declaration.root).frozen)

    # ------------------------------------------------------------ on the way to an implementation

    def _obtain(self, target: Target, moved: Callable[[], Mapping[str, Orphan]] = dict) -> Implementation:
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
            means = self._means(declaration.root, in_force, observe, moved=moved)
            with claim.held(observe), preflight.running(declaration.key):
                state = states.look(declaration)  # somebody else may have generated it while we waited
                found = settled(declaration, state, frozen=in_force.frozen)
                if found is None:
                    order = self._order(target, definition, state, means, live)
                    found = adoption.taken(order, means) or generation.write(order, means)
        return found

    def _order(
        self, target: Target, definition: Definition, state: State, means: Means, live: LiveCall | None
    ) -> Order:
        """What is to be done for a stub, once the tests that decide on it are written."""
        reason = f"{' and '.join(state.changed)} changed" if state.changed else state.name
        known = Interfaces(target.declaration.root, means.settings)
        known.wanted_by(definition)  # what it names and nobody can find is told before anything is paid for
        order = Order(definition, target.module, known, live, reason, state.implementation, standing=target.standing)
        if definition.is_test:
            return replace(order, targets=requirements.targets_of(target.declaration, means.settings))
        return replace(order, gates=self._gates(target.declaration, means))

    def _gates(self, declaration: Declaration, means: Means) -> Sequence[Gate]:
        """The tests that decide on a stub; those that are to be written are, before it is."""
        found = requirements.gates_of(declaration, means.settings)
        to_write = [gate for gate in found if gate.is_jiti_test]
        for gate in to_write:
            test = stub.declaration_for(declaration.root, gate.key)
            self.ensure(test, requirements.test_module(declaration.root, gate), verify=not means.may_write)
        return requirements.gates_of(declaration, means.settings) if to_write else found

    def _settings_at(self, declaration: Declaration) -> Settings:
        """The settings in force for a stub; where it lies in a package with a mirror of its own, it learns of that."""
        in_force = self.settings_for(declaration.root)
        if in_force.mirror == "package":
            declaration.home = home.with_package_mirror(declaration.source)
        return in_force

    def _means(
        self,
        root: str,
        in_force: Settings,
        observe: Observer,
        *,
        may_write: bool = True,
        moved: Callable[[], Mapping[str, Orphan]],
    ) -> Means:
        def generate(need: Mapping[str, object]) -> None:
            if not may_write and not in_force.frozen:
                raise unwritten(str(need["key"]))
            self._obtain_needed(root, need, moved)

        return Means(in_force, lambda: self._model_for(in_force), observe, generate, may_write, moved)

    def _obtain_needed(self, root: str, need: Mapping[str, object], moved: Callable[[], Mapping[str, Orphan]]) -> None:
        """Have a stub generated that a candidate called in a child process, by the engine that its own call would use.

        One that has no engine of its own is in the hands of whoever needs it.
        """
        target = Target.of_need(root, need)
        engine = self._engine_for(target.declaration, target.module)
        engine._obtain(target, moved)  # noqa: SLF001 - it is of this class

    def _engine_for(self, declaration: Declaration, module: str) -> Engine:
        engine = own_engines.engine_of(declaration, module)
        return engine if isinstance(engine, Engine) else self

    def share_model(self, root: str) -> None:
        """From now on, have all sessions of a project's ask one model: it is made ready for the first of them.

        Args:
            root: absolute path of the project root.

        Raises:
            ConfigError: a setting that does not work.
        """
        in_force = self.settings_for(root)
        self._shared = in_force.model, in_force.replay, self._model_for(in_force)

    def await_model(self) -> None:
        """Wait until the model that sessions share can be asked; why it cannot is told by whoever asks it."""
        with suppress(JitiError):
            _ = self._shared and self._shared[2].host

    def _model_for(self, in_force: Settings) -> Model:
        if self._model is not None:
            return self._model
        if self._shared is not None and self._shared[:2] == (in_force.model, in_force.replay):
            return self._shared[2]
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


def _live(
    declaration: Declaration,
    function: FunctionType,
    call: tuple[tuple[object, ...], Mapping[str, object]] | None,
) -> LiveCall | None:
    """The call that waits for a stub, if one does; of a class, that of a method."""
    if call is None:
        return None
    is_own = declaration.qualname.startswith(function.__qualname__)
    called = declaration.qualname if is_own else stub.qualname_of(function)
    return LiveCall.of(function, *call, called=called)
