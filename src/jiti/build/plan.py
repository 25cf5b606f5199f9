"""What a build is to do, as data: what, why, in which order, and what it is likely to cost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from jiti import gates, moved, requirements
from jiti.build import estimate, graph, importing
from jiti.build.dependencies import needs_of
from jiti.errors import ConflictError, JitiError
from jiti.orders import settled
from jiti.status import declared, survey
from jiti.targets import select

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from jiti.filed import Orphan
    from jiti.gates import Found
    from jiti.settings import Settings
    from jiti.status import StubStatus
    from jiti.stub import Declaration

Action = Literal["generate", "verify"]


@dataclass(frozen=True, slots=True)
class Step:
    """One stub that something is to be done for.

    Attributes:
        declaration: the stub.
        module: the name by which an import statement gets its module.
        action: whether it is to be written; or checked as it is, and written only if it does not pass.
        why: `missing`, or what changed.
        needs: the keys of the steps that have to be done before.
        tokens: what it is likely to cost; None where nothing tells, or nothing is likely to be asked.
    """

    declaration: Declaration
    module: str
    action: Action
    why: str
    needs: tuple[str, ...] = ()
    tokens: int | None = None

    @property
    def key(self) -> str:
        """The stub's key."""
        return self.declaration.key

    def as_json(self) -> dict[str, Any]:
        """What `jiti build --dry-run --json` says of it."""
        return {
            "key": self.key,
            "source": self.declaration.place,
            "action": self.action,
            "why": self.why,
            "needs": list(self.needs),
            "tokens": self.tokens,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build is to do.

    Attributes:
        root: absolute path of the project root.
        steps: each after those that it needs.
        kept: how many of the stubs that were asked for are as they should be.
        left: of `--verify`, the keys of the stubs that only a model could write.
        refused: why other stubs cannot be worked on, by their keys: a conflict, say.
        problems: what could not be read on the way.
        moved: what stubs have left behind where they were, by their keys now: it is tried before anything is written.
    """

    root: str
    steps: tuple[Step, ...]
    kept: int = 0
    left: tuple[str, ...] = ()
    refused: Mapping[str, JitiError] = field(default_factory=dict)
    problems: tuple[JitiError, ...] = ()
    moved: Mapping[str, Orphan] = field(default_factory=dict)

    @property
    def needs(self) -> dict[str, tuple[str, ...]]:
        """Key to the keys that come before."""
        return {step.key: step.needs for step in self.steps}

    @property
    def tokens(self) -> int | None:
        """What all steps are likely to cost together; None where nothing tells."""
        known = [step.tokens for step in self.steps if step.tokens is not None]
        return sum(known) if known else None


def make(root: str, settings: Settings, targets: Sequence[str] = (), *, verify: bool = False) -> Plan:
    """Find out what is to be done; nothing is imported or changed.

    Args:
        root: absolute path of the project root.
        settings: the project's settings.
        targets: names of stubs, files or modules; none for all. What they need that has no code is built, too.
        verify: whether only what is outdated is looked at, so that no model is asked.

    Raises:
        StubError: a target means nothing, or several things.
    """
    # Whether a person has approved code is no matter here: what nobody has to approve is built as what has to be.
    found = survey(root, replace(settings, approve="auto"))
    project = gates.find(root, settings)
    by_key = {each.declaration.key: each for each in found.stubs}
    known = declared(root, settings)[0] if targets else []
    wanted = {each.key for target in targets for each in select(known, target)}
    refused = {error.key: error for error in found.refused if error.key and (not targets or error.key in wanted)}
    refused |= {key: error for key, each in by_key.items() if (error := _refusal(each)) is not None}
    due = {key for key, each in by_key.items() if _is_due(each, verify=verify)}
    needs = needs_of(root, settings, [each.declaration for each in found.stubs], project) if due else {}
    if targets:
        built = {key for key in due if by_key[key].state.name in _WRITTEN}
        due &= wanted | (graph.closure(needs, wanted) & built)
        refused = {key: each for key, each in refused.items() if key in graph.closure(needs, wanted)}
    ordered = graph.in_order(graph.contracted(needs, [key for key in by_key if key in due]))
    contracted = graph.contracted(needs, {*due, *refused})
    estimates = estimate.read(root)
    places = importing.folders(root, settings)
    left_behind = moved.find(root, settings) if any(by_key[key].state.name == "missing" for key in due) else {}
    steps = tuple(
        _moved(_step(by_key[key], contracted[key], project, estimates, places), left_behind.get(key)) for key in ordered
    )
    asked = wanted or set(by_key)
    left = tuple(key for key in by_key if verify and key in asked and by_key[key].state.name in _WRITTEN)
    kept = len(asked - due - set(refused) - set(left))
    problems = tuple(each for each in (found.unreadable if targets else found.problems) if each.key not in refused)
    return Plan(root, steps, kept, left, refused, problems, left_behind)


_WRITTEN = {"missing", "stale"}


def _is_due(each: StubStatus, *, verify: bool) -> bool:
    return each.state.name == "outdated" or (not verify and each.state.name in _WRITTEN)


def _refusal(each: StubStatus) -> JitiError | None:
    """Why nothing can be done for a stub before a person has seen to it."""
    if each.state.name not in {"conflict", "broken"}:
        return None
    try:
        settled(each.declaration, each.state, frozen=False)
    except JitiError as error:
        return error
    return None


def _step(
    each: StubStatus, needs: Collection[str], project: Found, estimates: estimate.Estimates, places: Sequence[str]
) -> Step:
    declaration, state = each.declaration, each.state
    gate = project.by_key.get(declaration.key)
    if gate is not None:
        module = requirements.test_module(declaration.root, gate)
    else:
        module = importing.module_of(declaration, places)
    why = f"{' and '.join(state.changed)} changed" if state.changed else state.name
    action: Action = "generate" if state.name in _WRITTEN else "verify"
    tokens = estimates.of(declaration.key) if action == "generate" else None
    return Step(declaration, module, action, why, tuple(sorted(needs)), tokens)


def _moved(step: Step, orphan: Orphan | None) -> Step:
    return step if orphan is None else replace(step, why=f"was {orphan.key}", tokens=None)


def is_conflict(plan: Plan) -> bool:
    """Whether what a person has to see to is a conflict."""
    return any(isinstance(error, ConflictError) for error in plan.refused.values())
