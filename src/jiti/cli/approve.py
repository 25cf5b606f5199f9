"""`jiti approve`: a person has read what was generated, and lets it run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import click

from jiti import asking, mirror, states
from jiti.asking import Facts
from jiti.cli import FINDINGS, FINE
from jiti.cli.output import Page, for_people_and_machines, may_ask, tell_machines, tell_problems
from jiti.cli.project import Project, targets_argument
from jiti.status import declared
from jiti.targets import select

if TYPE_CHECKING:
    from jiti.mirror import Implementation
    from jiti.stub import Declaration


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a stub.

    Attributes:
        declaration: the stub.
        outcome: `approved`; `declined`; `nothing`, where there is no code that could run.
        message: the same for people.
        shown: the code that was decided on.
    """

    declaration: Declaration
    outcome: Literal["approved", "declined", "nothing"]
    message: str
    shown: Implementation | None = None

    def as_json(self) -> dict[str, Any]:
        """What `--json` says of it."""
        told: dict[str, Any] = {"key": self.declaration.key, "outcome": self.outcome, "message": self.message}
        if self.shown is not None:
            facts = Facts.of(self.declaration, self.shown)
            told["implementation"] = mirror.relative_path(self.declaration.root, self.shown.path)
            told |= {"code": self.shown.code, "effects": facts.effects, "not_allowed": list(facts.beyond)}
            told |= {"gates": list(facts.gates), "made": facts.made}
        return told


@click.command(
    "approve",
    short_help='Let code run that waits for a person (approve = "ask").',
    epilog="Example: jiti approve app/text.py::slugify",
)
@targets_argument
@for_people_and_machines
@click.pass_obj
def command(root: str | None, targets: tuple[str, ...], *, as_json: bool, no_input: bool) -> int:
    """Let generated code run where `approve = "ask"`: it is shown, with its effects, and its file is stamped.

    On a terminal you are asked about each stub; with --no-input, --json or into a pipe, to call this is to say yes.
    Exits with 1 if any stub that was named has no approved code in the end.

    TARGET is a key (app/text.py::slugify), a path, a module, a dotted name or a qualname.
    """
    if not targets:
        raise click.UsageError("name what to approve; `jiti status` lists it")
    project = Project.of(root)
    declarations, problems = declared(project.root, project.settings())
    tell_problems(problems)
    chosen = {each.key: each for name in project.targets(targets) for each in select(declarations, name)}
    page = None if as_json else Page()
    asks = may_ask(no_input=no_input or as_json)
    outcomes = []
    for declaration in chosen.values():
        outcomes.append(_approve(declaration, page, asks=asks))
        if page is not None:
            page.line(f"{declaration.key}: {outcomes[-1].message}")
    if as_json:
        tell_machines({"root": project.root, "stubs": [each.as_json() for each in outcomes]})
    return FINE if all(each.outcome == "approved" for each in outcomes) else FINDINGS


def _approve(declaration: Declaration, page: Page | None, *, asks: bool) -> Outcome:
    state = states.look(declaration)
    found = state.implementation
    if not state.runs or found is None:
        reason = str(state.error) if state.error is not None else f"it is {state.name}: there is no code to approve"
        return Outcome(declaration, "nothing", reason)
    if found.is_approved:
        return Outcome(declaration, "approved", "has been approved already", found)
    if page is not None:
        _show(page, declaration, found)
    if asks and not click.confirm("approve it?"):
        return Outcome(declaration, "declined", "stays unapproved", found)
    if asking.stamp(declaration, found) is None:
        return Outcome(declaration, "declined", "was changed meanwhile: look at it again", found)
    return Outcome(declaration, "approved", "approved", found)


def _show(page: Page, declaration: Declaration, found: Implementation) -> None:
    page.heading(declaration.key, mirror.relative_path(declaration.root, found.path))
    page.code(found.code)
    for name, value in Facts.of(declaration, found).rows():
        page.entry(name, value)
