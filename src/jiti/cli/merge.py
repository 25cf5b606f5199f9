"""`jiti merge`: the generated code becomes the user's own, and jiti goes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from jiti.cli import CONFLICT, FINDINGS, FINE
from jiti.cli.output import Page, for_people_and_machines, tell_machines
from jiti.cli.project import Project
from jiti.figures import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiti.merge.plan import Plan
    from jiti.merge.refusals import Refusal


@click.command(
    "merge",
    short_help="Fold generated code into your own files; @jiti goes.",
    epilog="Example: jiti merge app/text.py --dry-run",
)
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--all", "everything", is_flag=True, help="Merge every stub that can be.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--prune", is_flag=True, help="Delete scratch tests, instead of moving them to your tests.")
@for_people_and_machines
@click.pass_obj
def command(
    root: str | None,
    targets: tuple[str, ...],
    *,
    everything: bool,
    dry_run: bool,
    prune: bool,
    as_json: bool,
    no_input: bool,
) -> int:
    """Fold generated code back into your source files, and take @jiti away.

    TARGET is a key (app/text.py::slugify), a path, a module, a dotted name or a qualname. What is merged has to pass
    its tests as it is to stand; all files are written, or none.
    """
    del no_input  # nothing is ever asked
    from jiti.merge import graduation, planning

    if everything == bool(targets):
        raise click.UsageError("name what to merge, or say --all")
    project = Project.of(root)
    settings, names = project.settings(), project.targets(targets)
    if dry_run:
        plan = planning.make(project.root, settings, names, prune=prune)
    else:
        plan = graduation.merge(project.root, settings, names, prune=prune)
    if as_json:
        tell_machines(_as_json(plan, written=not dry_run))
    elif dry_run:
        _show_diff(plan)
    if not as_json:
        _show(plan, dry_run=dry_run)
    return _exit_code(plan.refused, names)


def _exit_code(refused: Sequence[Refusal], names: Sequence[str]) -> int:
    if len(names) == 1 and len(refused) == 1 and refused[0].is_conflict:
        return CONFLICT
    return FINDINGS if refused else FINE


def _as_json(plan: Plan, *, written: bool) -> dict[str, Any]:
    return {
        "root": plan.root,
        "written": written and bool(plan.changes),
        "merged": list(plan.merged),
        "refused": [each.as_json() for each in plan.refused],
        "changed": [each.path for each in plan.changes if each.new is not None],
        "deleted": [each.path for each in plan.changes if each.new is None],
        "tests": [{"test": each.test, "to": each.to} for each in plan.tests],
        "notes": list(plan.notes),
    }


def _show_diff(plan: Plan) -> None:
    """The changes of the user's files, and the files of the mirror that would go."""
    is_terminal = sys.stdout.isatty()
    page = Page()
    for change in plan.changes:
        if change.new is not None:
            lines = change.diff()
            if is_terminal:
                page.difference(lines)
            else:
                click.echo("".join(f"{line}\n" for line in lines), nl=False)  # a patch, to the byte
    for change in plan.changes:
        if change.new is None:
            page.line(f"delete {change.path}")
    if plan.changes:
        page.line()


def _show(plan: Plan, *, dry_run: bool) -> None:
    page = Page()
    rows = [("merged", key) for key in plan.merged]
    rows += [("moved", f"{each.test} to {each.to}") for each in plan.tests if each.to is not None]
    rows += [("pruned", each.test) for each in plan.tests if each.to is None]
    rows += [("note", each) for each in plan.notes]
    for what, about in rows:
        page.outcome(what, about)
    sys.stdout.flush()
    errors = Page(to_stderr=True)
    for each in plan.refused:
        errors.outcome("refused", str(each))
        if each.hint:
            errors.outcome("", each.hint, is_minor=True)
    sys.stderr.flush()
    page.line(_summary(plan, dry_run=dry_run), "yellow" if plan.refused else "green" if plan.merged else "")


def _summary(plan: Plan, *, dry_run: bool) -> str:
    if not plan.merged:
        return "nothing was merged" if plan.refused else "there is nothing to merge"
    files = sum(1 for each in plan.changes if each.new is not None)
    would = "would be " if dry_run else ""
    told = f"{len(plan.merged)} {would}merged, {count(files, 'file')} {would}written"
    return f"{told}; {len(plan.refused)} refused" if plan.refused else told
