"""`jiti clear`: delete what was generated, or what of it belongs to no stub any more."""

from __future__ import annotations

import os

import click

from jiti import clearing, mirror
from jiti.cli import FINE
from jiti.cli.output import for_people_and_machines, may_ask, tell_machines
from jiti.cli.project import Project
from jiti.errors import ConflictError
from jiti.figures import count
from jiti.filed import scratch_files
from jiti.locks import unwritable
from jiti.status import orphans


@click.command(
    "clear", short_help="Delete generated code; never a hand edit unasked.", epilog="Example: jiti clear --orphans"
)
@click.option("--orphans", "only_orphans", is_flag=True, help="Only the files that belong to no stub.")
@click.option("--force", is_flag=True, help="Files that were edited by hand, or that jiti cannot read, as well.")
@for_people_and_machines
@click.pass_obj
def command(root: str | None, *, only_orphans: bool, force: bool, as_json: bool, no_input: bool) -> int:
    """Delete the code that jiti generated, and its scratch tests; the next calls write it anew.

    Files that were edited by hand are listed and, on a terminal, asked for; without --force none of them goes
    unasked, and then nothing goes at all. Transcripts, and what was put aside, stay.
    """
    project = Project.of(root)
    found = orphans(project.root, project.settings()) if only_orphans else None
    if found is None:
        paths, tests = clearing.files_of(project.root), list(scratch_files(project.root))
    else:
        paths = [each.path for each in found]
        tests = [each.scratch for each in found if each.scratch is not None and os.path.exists(each.scratch)]
    edited = [mirror.relative_path(project.root, path) for path in clearing.edited(paths, tests)]
    if edited and not force:
        _agree(edited, no_input=no_input or as_json)
    try:
        if found is None:
            clearing.clear_project(project.root, force=True)
        else:
            clearing.clear_orphans(project.root, found)
    except OSError as error:
        raise unwritable(project.root, error) from error
    deleted = [mirror.relative_path(project.root, path) for path in paths]
    if as_json:
        tell_machines({"root": project.root, "deleted": deleted})
    else:
        for path in deleted if only_orphans else ():
            click.echo(f"deleted {path}")
        click.echo(f"{count(len(deleted), 'file')} deleted" if deleted else "nothing to delete")
    return FINE


def _agree(edited: list[str], *, no_input: bool) -> None:
    """Make sure that files which hold a person's work may go.

    Raises:
        ConflictError: nobody says so.
    """
    shown = "\n".join(f"  {path}" for path in edited)
    if may_ask(no_input=no_input):
        click.echo(f"these files were edited by hand, or cannot be read:\n{shown}")
        if click.confirm("delete them as well?"):
            return
    message = f"these files were edited by hand, or cannot be read, and clearing would lose that:\n{shown}"
    raise ConflictError(message, hint="nothing was deleted: commit or move them, or say --force")
