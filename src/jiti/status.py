"""How every stub of a project stands, found by reading its files: nothing is imported, nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from jiti import gates, mirror, requirements, states, stub
from jiti.approval import ASK
from jiti.definition import define, refusals
from jiti.discovery import project_files, python_files
from jiti.effects import standing
from jiti.errors import JitiError, StubError
from jiti.filed import unclaimed
from jiti.interfaces import Interfaces
from jiti.targets import select
from jiti.uses import KEYWORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jiti.effects.reading import Effect
    from jiti.filed import Orphan
    from jiti.gates import Found
    from jiti.settings import Settings
    from jiti.states import State
    from jiti.stub import Declaration


@dataclass(frozen=True, slots=True)
class StubStatus:
    """One stub as it stands.

    Attributes:
        declaration: where it is declared.
        state: what its source and its file in the mirror say of each other.
        gates: the node ids of the tests that decide on it.
        beyond: what its code does and it does not allow.
    """

    declaration: Declaration
    state: State
    gates: tuple[str, ...] = ()
    beyond: tuple[Effect, ...] = ()

    @property
    def implementation(self) -> str | None:
        """The path of its file in the mirror, from the root; None where there is none."""
        found = self.state.implementation
        if found is not None:
            path = found.path
        elif self.state.error is not None:
            path = mirror.implementation_path(self.declaration)
        else:
            return None
        return mirror.relative_path(self.declaration.root, path)

    @property
    def scratch_tests(self) -> int:
        """How many scratch tests lie in the mirror for it."""
        return len(scratch_names(self.declaration))

    def as_json(self) -> dict[str, Any]:
        """What `jiti status --json` says of it."""
        return {
            "key": self.declaration.key,
            "state": self.state.name,
            "source": self.declaration.place,
            "implementation": self.implementation,
            "changed": [*self.state.changed, *(["effects"] if self.beyond else ())],
            "gates": list(self.gates),
            "scratch_tests": self.scratch_tests,
        }


@dataclass(frozen=True, slots=True)
class Survey:
    """How a project stands.

    Attributes:
        stubs: those that were asked for, in order of path and line.
        unreadable: files that could not be read on the way.
        gates: what is wrong with tests that decide; none where something was asked for by name.
        refused: what is no stub that jiti can work from.
        orphans: files of the mirror that belong to no stub; none where something was asked for by name.
    """

    stubs: tuple[StubStatus, ...]
    unreadable: tuple[JitiError, ...] = ()
    gates: tuple[JitiError, ...] = ()
    refused: tuple[JitiError, ...] = ()
    orphans: tuple[Orphan, ...] = ()

    @property
    def problems(self) -> tuple[JitiError, ...]:
        """All that is wrong, but with the stubs' states."""
        return *self.unreadable, *self.gates, *self.refused


def survey(root: str, settings: Settings, targets: Sequence[str] = ()) -> Survey:
    """Look at a project's stubs.

    Args:
        root: absolute path of the project root.
        settings: the project's settings.
        targets: names of stubs, files or modules; none for all.

    Raises:
        StubError: a target means nothing, or several things.
    """
    files = tuple(project_files(root, settings.exclude))
    declarations, orphans, unreadable = inventory(root, settings, files)
    if targets:
        wanted = {each.key for target in targets for each in select(declarations, target)}
        declarations = [each for each in declarations if each.key in wanted]
    project = gates.find(root, settings, files)
    stubs, refused = [], []
    for declaration in declarations:
        try:
            stubs.append(look_at(declaration, project, asks=settings.approve == ASK))
        except JitiError as error:
            refused.append(error)
    missing = _refused([each.declaration for each in stubs if each.state.name == "missing"], Interfaces.among(project))
    stubs = [each for each in stubs if each.declaration.key not in missing]
    refused += missing.values()
    if targets:
        return Survey(tuple(stubs), tuple(unreadable), (), tuple(refused))
    return Survey(tuple(stubs), tuple(unreadable), tuple(_problems_of_gates(project)), tuple(refused), tuple(orphans))


def look_at(declaration: Declaration, project: Found, *, asks: bool) -> StubStatus:
    """How one stub stands.

    Args:
        declaration: the stub.
        project: the gates of its project.
        asks: whether its code has to be approved.

    Raises:
        StubError, RealBodyError: it is no stub that jiti can work from.
    """
    node_ids = tuple(gate.node_id for gate in project.of(declaration.key))
    state = _state(declaration, project, asks=asks)
    return StubStatus(declaration, state, node_ids, _beyond(declaration, state))


_MADE_FOR_IT = {"fresh", "edited", "outdated", "unapproved"}


def _beyond(declaration: Declaration, state: State) -> tuple[Effect, ...]:
    """What code that was made for the stub as it stands does, and the stub does not allow."""
    found = state.implementation
    if found is None or state.name not in _MADE_FOR_IT:
        return ()
    return standing.beyond(declaration, found, untouched=state.name in {"fresh", "outdated"})


def _state(declaration: Declaration, project: Found, *, asks: bool) -> State:
    """The state of a stub, the tests that decide on it included."""
    state = states.look(declaration, asks=asks)
    if state.name != "fresh" or state.implementation is None:
        return state
    changed = requirements.unverified(declaration, state.implementation, project)
    return states.Outdated(state.implementation, changed) if changed else state


def _problems_of_gates(project: Found) -> list[JitiError]:
    """What is wrong with gates; files that cannot be read at all are told of as such."""
    return [
        StubError(f"{each.place}: {each.message}", hint=each.hint) for each in project.problems if not each.hides_gates
    ]


def _refused(missing: list[Declaration], known: Interfaces) -> dict[str, JitiError]:
    """Those of the stubs without a file that a call would turn down, by their keys, and why."""
    refused: dict[str, JitiError] = {}
    for _, declarations in groupby(missing, key=lambda each: each.path):
        refused |= refusals(list(declarations))
    for declaration in missing:
        if declaration.key not in refused and KEYWORD in declaration.text:
            try:
                known.wanted_by(define(declaration))
            except JitiError as error:
                refused[declaration.key] = error
    return refused


def declared(root: str, settings: Settings) -> tuple[list[Declaration], list[JitiError]]:
    """All stubs of a project in order of path and line, and the files that could not be read."""
    declarations, _, problems = inventory(root, settings)
    return declarations, problems


def orphans(root: str, settings: Settings) -> list[Orphan]:
    """The files of a project's mirrors that belong to no stub."""
    return inventory(root, settings)[1]


def inventory(
    root: str, settings: Settings, files: Iterable[str] | None = None
) -> tuple[list[Declaration], list[Orphan], list[JitiError]]:
    """A project's stubs, the files of its mirrors that belong to none, and what could not be read.

    Args:
        root: absolute path of the project root.
        settings: the project's settings.
        files: what `jiti.discovery.project_files` has found, where it was asked already.
    """
    declarations: list[Declaration] = []
    problems: list[JitiError] = []
    paths = dict.fromkeys(python_files(root, settings, files))
    for path in paths:
        try:
            declarations += stub.declarations_in(root, path)
        except JitiError as error:
            problems.append(error)
    others, orphans = unclaimed(root, declarations, paths)
    if others:
        declarations = sorted([*declarations, *others], key=lambda each: (each.path, each.line))
    return declarations, orphans, problems


def scratch_names(declaration: Declaration) -> tuple[str, ...]:
    """The names of the scratch tests that lie in the mirror for a stub."""
    try:
        with open(mirror.scratch_path(declaration), encoding="utf-8") as file:
            lines = [line.removeprefix("async ") for line in file]
    except (OSError, UnicodeDecodeError):
        return ()
    return tuple(line[4:].partition("(")[0] for line in lines if line.startswith("def test_"))
