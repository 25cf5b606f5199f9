"""`jiti why`: what has changed since a stub's code was generated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jiti.cli import FINE
from jiti.cli.output import Page, for_people_and_machines, tell_machines
from jiti.cli.project import target_argument
from jiti.cli.subject import Subject, subject
from jiti.spec import text_hash
from jiti.why import changes

if TYPE_CHECKING:
    from jiti.why import Change


@click.command(
    "why", short_help="What changed since a stub's code was generated.", epilog="Example: jiti why app/text.py::slugify"
)
@target_argument
@for_people_and_machines
@click.pass_obj
def command(root: str | None, target: str, *, as_json: bool, no_input: bool) -> int:  # noqa: ARG001 - it never asks
    """What has changed since TARGET was generated, field by field; only reads.

    TARGET names one stub: a key (app/text.py::slugify), a dotted name or a qualname.
    """
    one = subject(root, target)
    found = changes(one.declaration, one.status.state, one.project)
    if as_json:
        told = [{"field": each.field, "message": each.message, "lines": list(each.lines)} for each in found]
        state = {"key": one.declaration.key, "state": one.status.state.name}
        tell_machines({**state, "implementation": one.status.implementation, "changes": told})
    else:
        _show(one, found)
    return FINE


def _show(one: Subject, found: tuple[Change, ...]) -> None:
    page = Page()
    page.title(*one.title)
    if not found:
        page.line(_without_changes(one), indent=2)
    for each in found:
        page.line(f"{each.field}: {each.message}", indent=2)
        page.difference(each.lines, indent=6)


def _without_changes(one: Subject) -> str:
    state, found = one.status.state, one.implementation
    if state.error is not None:
        return str(state.error)
    if found is None:
        return "there is no implementation: the next call writes it"
    if text_hash(one.declaration.text) != found.header["stub"] or text_hash(found.code) != found.header["code"]:
        return "nothing that counts has changed since it was generated: only how it is written"
    return "nothing has changed since it was generated"
