"""`jiti diff`: what a person has changed of generated code, or else what jiti has made of a stub."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import TYPE_CHECKING

import click

from jiti import generated
from jiti.cli import FINE
from jiti.cli.output import Page, for_people_and_machines, tell_machines
from jiti.cli.project import target_argument
from jiti.cli.subject import Subject, subject
from jiti.why import difference

if TYPE_CHECKING:
    from jiti.mirror import Implementation

_STUB, _GENERATED = "stub", "generated"


@click.command(
    "diff",
    short_help="A stub's code against the stub, or your edits against jiti's code.",
    epilog="Example: jiti diff app/text.py::slugify",
)
@target_argument
@click.option("--stub", "against_stub", is_flag=True, help="Against the stub, even if the code was edited by hand.")
@for_people_and_machines
@click.pass_obj
def command(root: str | None, target: str, *, against_stub: bool, as_json: bool, no_input: bool) -> int:  # noqa: ARG001 - it never asks
    """The implementation of TARGET against its stub, or an edited one against what jiti wrote; only reads.

    TARGET names one stub: a key (app/text.py::slugify), a dotted name or a qualname.
    """
    one = subject(root, target)
    found, state = one.implementation, one.status.state
    if found is None:
        if state.error is not None:
            raise state.error
        message = "there is no implementation: the next call writes it"
        if as_json:
            tell_machines({"key": one.declaration.key, "against": None, "lines": [], "note": message})
        else:
            Page().line(f"{one.declaration.key}: {message}")
        return FINE
    is_edited = state.name in {"edited", "conflict"}
    old = generated.kept(one.declaration.root, found.header["code"]) if is_edited and not against_stub else None
    note = _note(one) if is_edited and not against_stub and old is None else ""
    lines = _to_stub(one, found) if old is None else _to_generated(one, found, old)
    if as_json:
        against = _STUB if old is None else _GENERATED
        tell_machines({"key": one.declaration.key, "against": against, "lines": list(lines), "note": note or None})
        return FINE
    if note:
        click.echo(f"jiti: {note}", err=True)
    Page().difference(lines)
    return FINE


def _note(one: Subject) -> str:
    path = one.status.implementation
    return (
        f"{path} was edited by hand, and what jiti wrote is kept only on the machine that wrote it: "
        f"this is the difference from the stub. `git log -p {path}` has it if it was committed."
    )


def _to_generated(one: Subject, found: Implementation, old: str) -> tuple[str, ...]:
    return difference(old, found.code, "as jiti wrote it", one.status.implementation or "")


def _to_stub(one: Subject, found: Implementation) -> tuple[str, ...]:
    """The difference from the stub, which is set as deep as its `def` is in the file."""
    name = one.declaration.qualname.removesuffix(".setter").removesuffix(".deleter").rpartition(".")[2]
    heads = [
        line for line in found.code.splitlines() if line.lstrip().startswith((f"def {name}(", f"async def {name}("))
    ]
    depth = len(heads[-1]) - len(heads[-1].lstrip()) if heads else 0
    stub = indent(dedent(one.declaration.text), " " * depth)
    return difference(stub, found.code, one.declaration.place, one.status.implementation or "")
