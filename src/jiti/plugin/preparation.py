"""Between collection and the first test: what the collected gates decide on is generated or verified."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from jiti import asking, gates, home, mirror, moved, requirements, states, stub
from jiti.approval import ASK
from jiti.build import graph, importing
from jiti.build.dependencies import needs_of
from jiti.engine import Engine, default_engine
from jiti.errors import FrozenError, JitiError
from jiti.plugin.collected import inherited_qualname, is_marked, qualname
from jiti.status import declared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pytest

    from jiti.filed import Orphan
    from jiti.gates import Found, Gate
    from jiti.mirror import Implementation
    from jiti.plugin.record import Record
    from jiti.plugin.shared import Board
    from jiti.settings import Settings
    from jiti.stub import Declaration

_DONE = "prepared"
_NOT_READ = (
    "{place}: {name} carries `required_for`, and decides on nothing: gates are found by reading files, and this one is "
    "not found so\nimport jiti in the test's own file and write `@jiti.required_for(target)`; a file that git ignores, "
    "or that `[tool.jiti]` leaves out, is not read"
)


class Preparation:
    """What one process does before its first test.

    Attributes:
        decided: for each test that is a gate, the stubs that it decides on, itself included if it is a jiti-test.
        refused: why a stub has nothing that could be tested.
        jiti_tests: the collected tests whose body an agent writes.
    """

    def __init__(self, record: Record, board: Board, *, rebuild: bool, why_frozen: str) -> None:
        self.decided: dict[pytest.Item, list[tuple[str, str]]] = {}
        self.refused: dict[tuple[str, str], str] = {}
        self.jiti_tests: set[tuple[str, str]] = set()
        self._record = record
        self._board = board
        self._rebuild = rebuild
        self._why_frozen = f"frozen by {why_frozen}" if why_frozen else "frozen by JITI_FROZEN or [tool.jiti]"

    def run(self, tests: Mapping[str, Sequence[pytest.Function]]) -> None:
        """See to it that everything which collected gates decide on is there, and passes them.

        What cannot be is recorded, and does not keep the tests from running.

        Args:
            tests: those that may be gates, by the paths of their files.
        """
        by_root: dict[str, dict[str, Sequence[pytest.Function]]] = {}
        for path, items in tests.items():
            at = home.home_of(path)
            if not at.is_installed:  # nothing is ever generated there
                by_root.setdefault(at.root, {})[home.path_in_keys(at.root, path)] = items
        for root, files in by_root.items():
            try:
                project = Project(root)
                collected = self._collected(project, files)
            except (JitiError, OSError) as error:
                self._record.add("warning", f"{root}: {error}")
            else:
                from jiti.checks import forking

                with self._board.turn(), forking.kept():
                    self._prepare(project, collected)

    def _collected(self, project: Project, files: Mapping[str, Sequence[pytest.Function]]) -> list[Gate]:
        """The gates among the tests; what is wrong with others in their files is recorded."""
        items: dict[tuple[str, str], list[pytest.Function]] = {}
        names = {(gate.path, gate.qualname) for gate in project.found.gates}
        for path, tests in files.items():
            for item in tests:
                own = path, qualname(item)
                items.setdefault(own if own in names else (path, inherited_qualname(item)), []).append(item)
        self._tell_of_lost(project, items)
        collected = [gate for gate in project.found.gates if (gate.path, gate.qualname) in items]
        for gate in collected:
            keys = [(project.root, key) for key in _keys(gate)]
            self.decided |= dict.fromkeys(items[gate.path, gate.qualname], keys)
        self.jiti_tests |= {(project.root, gate.key) for gate in collected if gate.is_jiti_test}
        for problem in project.found.problems:
            if problem.place.rpartition(":")[0] in files or problem.place in files:
                message = problem.message.removeprefix(f"{problem.place}: ")
                self._record.add("warning", f"{problem.place}: {message}\n{problem.hint}")
        return collected

    def _tell_of_lost(self, project: Project, items: Mapping[tuple[str, str], Sequence[pytest.Function]]) -> None:
        """Record the tests that say that they are gates, and are not found by reading."""
        known = {(gate.path, gate.qualname) for gate in project.found.gates}
        told = {problem.place for problem in project.found.problems}
        for (path, name), tests in items.items():
            if (path, name) in known or not is_marked(tests[0]):
                continue
            place = f"{path}:{(tests[0].location[1] or 0) + 1}"
            real = os.path.relpath(os.path.realpath(tests[0].path), os.path.realpath(project.root))
            if place not in told and (real.replace(os.sep, "/"), name) not in known:  # reading follows no links
                self._record.add("warning", _NOT_READ.format(place=place, name=name))

    def _prepare(self, project: Project, collected: Sequence[Gate]) -> None:
        tests = {gate.key: gate for gate in collected if gate.is_jiti_test}
        keys = list(dict.fromkeys([*tests, *(key for gate in collected for key in gate.targets)]))
        keys = keys if self._rebuild else project.in_order(keys)
        written = [key for key in keys if self._ensured(project, key, rebuild=self._rebuild)]
        if written:
            # Where two stubs' gates need each other, the one that came first has not run all of its own yet.
            again = Project(project.root)
            for key in written:
                if key not in tests:
                    self._ensured(again, key, rebuild=False, once=False)

    def _ensured(self, project: Project, key: str, *, rebuild: bool, once: bool = True) -> bool:
        """See to one stub, unless another process of this run has; whether something was generated here."""
        name = _DONE, project.root, key
        told = self._board.get(*name) if once else None
        if isinstance(told, str):
            if told:
                self.refused[project.root, key] = told
            return False
        error = ""
        kind = "kept"
        try:
            declaration = project.declaration(key)
            if rebuild or project.is_due(declaration):
                kind = self._ensure(project, declaration, rebuild=rebuild)
            error = self._waiting_for_approval(project, declaration)
        except (JitiError, OSError) as caught:
            frozen = f"\n  {self._why_frozen}" if isinstance(caught, FrozenError) else ""
            error = self.refused[project.root, key] = f"{type(caught).__name__}: {caught}{frozen}"
            self._record.failed(key, error)
        self._board.put(error, *name)
        return kind == "generated"

    def _waiting_for_approval(self, project: Project, declaration: Declaration) -> str:
        """Why a stub's code may not run in this process yet, though it passed its gates in another; empty if it may."""
        found = project.unapproved(declaration)
        if found is None:
            return ""
        key, path = declaration.key, mirror.relative_path(project.root, found.path)
        self._record.add("waiting", f"{key} in {path} has to be approved by a person\njiti approve {key}")
        error = asking.needed(declaration, found)
        told = self.refused[project.root, key] = f"{type(error).__name__}: {error}"
        return told

    def _ensure(self, project: Project, declaration: Declaration, *, rebuild: bool) -> str:
        key = declaration.key
        module = project.module_of(key) or requirements.source_module(declaration)
        engine = importing.own_engine(declaration, module) or default_engine()
        if not isinstance(engine, Engine):  # somebody's own, which can only be asked by a call
            return "kept"
        outcome = engine.ensure(declaration, module, rebuild=rebuild, moved=lambda: project.moved)
        path = mirror.relative_path(project.root, outcome.implementation.path)
        if outcome.kind in {"verified", "moved"}:
            self._record.add(outcome.kind, f"{key} in {path}")
        elif outcome.kind == "failing":
            why = [str(diagnostic) for diagnostic in outcome.diagnostics] or ["what it was written from changed"]
            self._record.add("failing", "\n".join([f"{key} in {path}", *why, self._why_frozen]))
        return outcome.kind

    def refusal_of(self, item: pytest.Item) -> str:
        """Why a gate has nothing to test; empty where it has."""
        found = (self.refused.get(each, "") for each in self.decided.get(item, ()))
        return "\n".join(dict.fromkeys(error for error in found if error))


class Project:
    """The gates of one project, as they are at one moment.

    Args:
        root: absolute path of the project root.

    Raises:
        jiti.errors.JitiError: its settings cannot be read.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self._settings: Settings = default_engine().settings_for(root)
        self.found: Found = gates.find(root, self._settings)
        self._by_key = {gate.key: gate for gate in self.found.gates}
        self._declarations: dict[str, dict[str, Declaration]] = {}

    def declaration(self, key: str) -> Declaration:
        """The stub of a key, or the test that is to be written.

        Raises:
            StubError: there is none.
        """
        path = key.partition("::")[0]
        if path not in self._declarations:
            self._declarations[path] = {each.key: each for each in stub.declarations_in(self.root, path)}
        return self._declarations[path].get(key) or stub.declaration_for(self.root, key)

    @cached_property
    def moved(self) -> Mapping[str, Orphan]:
        """What stubs have left behind where they were, by their keys now."""
        return moved.find(self.root, self._settings)

    def module_of(self, key: str) -> str | None:
        """The name of the module of a test that is to be written; None for other stubs."""
        gate = self._by_key.get(key)
        return requirements.test_module(self.root, gate) if gate else None

    def is_due(self, declaration: Declaration) -> bool:
        """Whether a stub has to be generated or verified; that it is not is found out without an engine."""
        state = states.look(declaration)
        if isinstance(state, states.Edited):
            return False
        if not isinstance(state, states.Fresh) or state.implementation is None:
            return True
        return bool(requirements.unverified(declaration, state.implementation, self.found))

    def in_order(self, keys: Sequence[str]) -> list[str]:
        """The same keys; of those that something is to be done for, each after what it needs."""
        due = [key for key in keys if self._may_be_due(key)]
        if len(due) < 2:  # noqa: PLR2004 - one comes first anyway, and looking for what it needs takes time
            return list(keys)
        needs = needs_of(self.root, self._settings, declared(self.root, self._settings)[0], self.found)
        first = graph.in_order(graph.contracted(needs, due))
        return list(dict.fromkeys([*first, *keys]))

    def _may_be_due(self, key: str) -> bool:
        try:
            return self.is_due(self.declaration(key))
        except (JitiError, OSError):  # it is told of when its turn comes
            return False

    def unapproved(self, declaration: Declaration) -> Implementation | None:
        """A stub's code, if the project wants it approved by a person and it is not."""
        if self._settings.approve != ASK:
            return None
        state = states.look(declaration, asks=True)
        return state.implementation if isinstance(state, states.Unapproved) else None


def _keys(gate: Gate) -> Iterator[str]:
    if gate.is_jiti_test:
        yield gate.key
    yield from gate.targets
