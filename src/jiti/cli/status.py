"""`jiti status`: every stub and how it stands."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from jiti.cli import FINDINGS, FINE
from jiti.cli.project import Project
from jiti.status import survey

if TYPE_CHECKING:
    from jiti.status import StubStatus, Survey

COLOURS = {
    "fresh": "green",
    "edited": "cyan",
    "missing": "yellow",
    "outdated": "yellow",
    "stale": "yellow",
    "conflict": "red",
    "broken": "red",
}


@click.command("status", epilog="Example: jiti status app/text.py")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for machines.")
@click.pass_obj
def command(root: str | None, targets: tuple[str, ...], *, as_json: bool) -> int:
    """Every stub and how it stands; only reads.

    TARGET is a key (app/text.py::slugify), a path, a module, a dotted name or a qualname.
    """
    project = Project.of(root)
    found = survey(project.root, project.settings(), project.targets(targets))
    if as_json:
        stubs = [each.as_json() for each in found.stubs]
        click.echo(json.dumps({"root": project.root, "stubs": stubs}, indent=2))
    else:
        _show(found)
    for problem in found.problems:
        click.echo(f"jiti: error: {problem}", err=True)
    return FINDINGS if found.problems else FINE


def _show(found: Survey) -> None:
    rows = [_row(each) for each in found.stubs]
    if rows and sys.stdout.isatty():
        _show_table(rows)
    elif rows:
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    click.echo(_summary(found))


def _row(each: StubStatus) -> tuple[str, str, str, str]:
    """State, key, where it is declared, and its file with what there is to say of it."""
    remark = ", ".join(each.state.changed)
    changed = f" ({remark} changed)" if remark else ""
    return each.state.name, each.declaration.key, each.declaration.place, f"{each.implementation or '-'}{changed}"


def _show_table(rows: list[tuple[str, str, str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("state", "stub", "source", "implementation", box=None, header_style="dim")
    for state, *cells in rows:
        table.add_row(Text(state, COLOURS.get(state, "")), *(Text(cell, overflow="fold") for cell in cells))
    Console().print(table)


def _summary(found: Survey) -> str:
    if not found.stubs:
        return "no stubs in the files that can be read" if found.problems else "no stubs"
    counts = Counter(each.state.name for each in found.stubs)
    number = f"{len(found.stubs)} stub{'' if len(found.stubs) == 1 else 's'}"
    return f"{number}: " + ", ".join(f"{count} {state}" for state, count in counts.most_common())
