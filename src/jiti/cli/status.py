"""`jiti status`: every stub and how it stands."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from jiti.cli import FINDINGS, FINE
from jiti.cli.output import STATES, Page, for_people_and_machines, tell_machines, tell_problems
from jiti.cli.project import Project, targets_argument
from jiti.effects import standing
from jiti.figures import count, row
from jiti.status import survey

if TYPE_CHECKING:
    from jiti.filed import Orphan
    from jiti.status import StubStatus, Survey


@click.command("status", epilog="Example: jiti status app/text.py")
@targets_argument
@for_people_and_machines
@click.pass_obj
def command(root: str | None, targets: tuple[str, ...], *, as_json: bool, no_input: bool) -> int:  # noqa: ARG001 - it never asks
    """Every stub and how it stands; only reads.

    TARGET is a key (app/text.py::slugify), a path, a module, a dotted name or a qualname; left out, all.
    """
    project = Project.of(root)
    found = survey(project.root, project.settings(), project.targets(targets))
    if as_json:
        stubs = [each.as_json() for each in found.stubs] + [_orphan_as_json(each) for each in found.orphans]
        tell_machines({"root": project.root, "stubs": stubs})
    else:
        _show(found)
    tell_problems(found.problems)
    return FINDINGS if found.problems else FINE


def _orphan_as_json(each: Orphan) -> dict[str, Any]:
    """An orphan as `StubStatus.as_json` has stubs: it has no source, and may have no key."""
    nothing = {"source": None, "implementation": each.shown, "changed": [], "gates": [], "scratch_tests": 0}
    return {"key": each.key, "state": "orphan"} | nothing


def _show(found: Survey) -> None:
    page = Page()
    rows = [_row(each, is_short=page.is_narrow) for each in found.stubs] + [_orphan_row(each) for each in found.orphans]
    if rows:
        heads = ("state", "stub", "source", "changed", "tests", "implementation")
        # A stub's key holds the path of its source, and its implementation's is much like that.
        shown = (0, 1, 3, 4) if page.is_narrow else range(len(heads))
        page.table([heads[at] for at in shown], [[each[at] for at in shown] for each in rows], STATES.__getitem__)
    page.line(_summary(found))


def _row(each: StubStatus, *, is_short: bool) -> tuple[str, ...]:
    """A stub's cells, in the order of the heads."""
    gates = count(len(each.gates), "gate") if each.gates else ""
    scratch = f"{each.scratch_tests} scratch" if each.scratch_tests and not is_short else ""
    beyond = [f"effects (not allowed: {' '.join(standing.names(each.beyond))})"] if each.beyond else []
    changed = ", ".join([*each.state.changed, *beyond])
    told = (changed, row(gates, scratch), each.implementation)
    return each.state.name, each.declaration.key, each.declaration.place, *(cell or "-" for cell in told)


def _orphan_row(each: Orphan) -> tuple[str, ...]:
    return "orphan", each.key or each.shown, "-", "-", "-", each.shown


def _summary(found: Survey) -> str:
    if not found.stubs and not found.orphans:
        return "no stubs in the files that can be read" if found.problems else "no stubs"
    counts = Counter(each.state.name for each in found.stubs)
    states = [f"{number} {state}" for state, number in counts.most_common()]
    orphans = [count(len(found.orphans), "orphan")] if found.orphans else []
    return f"{count(len(found.stubs), 'stub')}: {', '.join([*states, *orphans])}"
