"""Making the plan of a merge: which stubs are merged, and which are not."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from jiti import gates
from jiti.figures import count
from jiti.merge.draft import Draft, RefusedError
from jiti.merge.refusals import Refusal, refusal_of
from jiti.status import survey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiti.gates import Problem
    from jiti.merge.plan import Plan
    from jiti.settings import Settings
    from jiti.status import StubStatus


def make(root: str, settings: Settings, targets: Sequence[str] = (), *, prune: bool = False) -> Plan:
    """What merging some stubs comes to; nothing is written.

    Args:
        root: absolute path of the project root.
        settings: the project's settings.
        targets: names of stubs, files or modules; none for all.
        prune: let scratch tests go, instead of moving them to the user's tests.

    Raises:
        StubError: a target means nothing, or several things.
    """
    found = survey(root, settings, targets)
    refused = [each for status in found.stubs if (each := refusal_of(status.declaration, status.state))]
    project = gates.find(root, settings)
    hiding = [_refusal(each) for each in project.problems if each.hides_gates]
    refused += hiding if targets else [Refusal.of_error("", error) for error in found.unreadable]
    refused += [Refusal.of_error(error.key or "", error) for error in found.refused]
    keys = {each.key for each in refused}
    wanted = [each for each in found.stubs if each.declaration.key not in keys]
    lost = [] if targets else [each for each in project.problems if not each.hides_gates]
    while True:
        draft = Draft(root, settings, project, prune=prune)
        try:
            for status in wanted:
                draft.add(status.declaration, status.state)
            return _with_lost_gates(draft.plan(_without_twins(root, refused, wanted)), lost)
        except RefusedError as error:  # the others are merged without it
            refused.append(error.refusal)
            wanted = [each for each in wanted if each.declaration.key not in error.keys]


def _with_lost_gates(plan: Plan, lost: Sequence[Problem]) -> Plan:
    """The plan, with the gates that may be for what is merged, and cannot be told what for, among what is refused.

    Those that are for something else are told of in one sentence.
    """
    merged = set(plan.merged)
    meant = [each for each in lost if merged and (each.targets is None or merged & set(each.targets))]
    others = len(lost) - len(meant)
    notes = (f"`jiti check` tells of {count(others, 'gate')} that cannot count, for none of these",) if others else ()
    return replace(plan, refused=(*plan.refused, *map(_refusal, meant)), notes=(*plan.notes, *notes))


def _without_twins(root: str, refused: Sequence[Refusal], merged: Sequence[StubStatus]) -> list[Refusal]:
    """What is refused, but for stubs of which a link to their file is merged: these have no code of their own."""
    done = {_place(root, each.declaration.key) for each in merged}
    return [each for each in refused if not (each.is_missing and _place(root, each.key) in done)]


def _place(root: str, key: str) -> tuple[str, str]:
    """The file that a key leads to, links followed, and the name there."""
    path, _, qualname = key.partition("::")
    return os.path.realpath(os.path.join(root, *path.split("/"))), qualname


def _refusal(problem: Problem) -> Refusal:
    return Refusal("", f"{problem.place}: {problem.message}", problem.hint)
