"""`jiti resolve`: the two ways out where a stub and its implementation have grown apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jiti import mirror, states
from jiti.cli import FINDINGS, FINE
from jiti.cli.project import Project
from jiti.definition import define
from jiti.locks import unwritable
from jiti.status import declared
from jiti.targets import select_one

if TYPE_CHECKING:
    from jiti.stub import Declaration


@click.command("resolve", epilog="Example: jiti resolve app/text.py::slugify --keep")
@click.argument("target")
@click.option("--keep", is_flag=True, help="The code fits the stub as both are now: it runs as it is.")
@click.option("--regenerate", is_flag=True, help="Put the code aside; the next call writes anew.")
@click.pass_obj
def command(root: str | None, target: str, *, keep: bool, regenerate: bool) -> int:
    """Say what becomes of code whose stub has changed since.

    TARGET names one stub: a key (app/text.py::slugify), a dotted name or a qualname.
    """
    if keep == regenerate:
        raise click.UsageError("say which: --keep or --regenerate")
    project = Project.of(root)
    (name,) = project.targets([target])
    declarations, problems = declared(project.root, project.settings())
    for problem in problems:
        click.echo(f"jiti: error: {problem}", err=True)
    declaration = select_one(declarations, name)
    try:
        return _keep(declaration) if keep else _regenerate(declaration)
    except OSError as error:
        raise unwritable(project.root, error) from error


def _keep(declaration: Declaration) -> int:
    state = states.look(declaration)
    if state.error is not None:
        raise state.error
    if state.implementation is None:
        click.echo(f"{declaration.key}: there is no implementation to keep", err=True)
        return FINDINGS
    if state.runs:
        click.echo(f"{declaration.key}: nothing to resolve, it is {state.name}")
        return FINE
    mirror.stamp(define(declaration), state.implementation)
    click.echo(f"{declaration.key}: kept {mirror.relative_path(declaration.root, state.implementation.path)} as it is")
    return FINE


def _regenerate(declaration: Declaration) -> int:
    state = states.look(declaration)
    found = state.implementation or state.error
    if found is None:
        click.echo(f"{declaration.key}: nothing to put aside, the next call writes it")
        return FINE
    aside = mirror.retire(declaration, found.path)
    old = mirror.relative_path(declaration.root, aside)
    click.echo(f"{declaration.key}: the next call writes it anew; the old code is kept as {old}")
    return FINE
