"""`jiti show`: all that there is of one stub: spec, code, tests, and where the code comes from."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

import click

from jiti import gates, mirror
from jiti.cli import FINE
from jiti.cli.output import Page, for_people_and_machines, tell_machines
from jiti.cli.project import target_argument
from jiti.cli.subject import Subject, subject
from jiti.effects import standing
from jiti.status import scratch_names

if TYPE_CHECKING:
    from jiti.mirror import Implementation

_PROVENANCE = ("made", "effects", "approved")


@click.command(
    "show",
    short_help="A stub with its code, its tests, and where the code is from.",
    epilog="Example: jiti show app/text.py::slugify",
)
@target_argument
@for_people_and_machines
@click.pass_obj
def command(root: str | None, target: str, *, as_json: bool, no_input: bool) -> int:  # noqa: ARG001 - it never asks
    """The spec, the code, the tests and the provenance of TARGET; only reads.

    TARGET names one stub: a key (app/text.py::slugify), a dotted name or a qualname.
    """
    one = subject(root, target)
    if as_json:
        tell_machines(_as_json(one))
    else:
        _show(one)
    return FINE


def _as_json(one: Subject) -> dict[str, Any]:
    found = one.implementation
    return {
        **one.status.as_json(),
        "spec": dedent(one.declaration.text),
        "code": None if found is None else found.code,
        "scratch_names": list(scratch_names(one.declaration)),
        "not_allowed": standing.shown(one.status.beyond),
        "provenance": {} if found is None else {name: found.header.get(name) for name in _PROVENANCE},
    }


def _show(one: Subject) -> None:
    page = Page()
    state, found = one.status.state, one.implementation
    page.title(*one.title)
    page.heading("spec", one.declaration.place)
    page.code(dedent(one.declaration.text))
    page.heading("code", one.status.implementation or "")
    if found is not None:
        page.code(found.code)
    elif state.error is None:
        page.line("there is none: the next call writes it", indent=4)
    if state.error is not None:
        page.line(str(state.error), "red", indent=4)
    page.heading("tests")
    for line in _tests(one) or ["none decides on it, and none was written for it"]:
        page.line(line, indent=4)
    if found is not None:
        page.heading("provenance")
        for line in _provenance(found):
            page.line(line, indent=4)
        for line in standing.shown(one.status.beyond):
            page.line(f"not allowed by the stub: {line}", "red", indent=4)


def _tests(one: Subject) -> list[str]:
    """The gates, with what the implementation has passed of them, and the scratch tests."""
    found = one.implementation
    passed = gates.parse(found.header.get("gates", "")) if found else {}
    lines = []
    for gate in one.project.of(one.declaration.key):
        verdict = "passed" if passed.get(gate.node_id) == gate.digest else "not passed as it is now"
        kind = "written by jiti" if gate.is_jiti_test else "yours"
        lines.append(f"{gate.node_id}  gate, {kind}, {verdict}")
    scratch = mirror.relative_path(one.declaration.root, mirror.scratch_path(one.declaration))
    return lines + [f"{scratch}::{name}  scratch test" for name in scratch_names(one.declaration)]


def _provenance(found: Implementation) -> list[str]:
    told = {name: found.header.get(name, "-") for name in _PROVENANCE}
    if told.get("approved", "-") != "-":
        told["approved"] = "as it stands" if found.is_approved else "not as it stands"
    return [f"{name}: {value}" for name, value in told.items() if value != "-"] or ["nothing is said of it"]
