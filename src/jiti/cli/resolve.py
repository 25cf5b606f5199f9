"""`jiti resolve`: the two ways out where a stub and its implementation have grown apart."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from jiti import filing, mirror, states
from jiti.cli import FINDINGS, FINE
from jiti.cli.output import for_people_and_machines, may_ask, tell_machines, tell_problems
from jiti.cli.project import Project, target_argument
from jiti.definition import define
from jiti.effects import standing
from jiti.locks import unwritable
from jiti.status import declared
from jiti.targets import select_one

if TYPE_CHECKING:
    from jiti.stub import Declaration


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a stub.

    Attributes:
        key: the stub.
        outcome: `kept`, `put aside`, or `nothing`.
        message: the same for people.
        code: the exit code.
    """

    key: str
    outcome: str
    message: str
    code: int = FINE


@click.command(
    "resolve",
    short_help="The ways out of a conflict: --keep or --regenerate.",
    epilog="Example: jiti resolve app/text.py::slugify --keep",
)
@target_argument
@click.option("--keep", is_flag=True, help="The code fits the stub as both are now: it runs as it is.")
@click.option("--regenerate", is_flag=True, help="Put the code aside; the next call writes anew.")
@for_people_and_machines
@click.pass_obj
def command(root: str | None, target: str, *, keep: bool, regenerate: bool, as_json: bool, no_input: bool) -> int:
    """Say what becomes of code whose stub has changed since; on a terminal you are asked, if you do not say.

    TARGET names one stub: a key (app/text.py::slugify), a dotted name or a qualname.
    """
    if keep and regenerate:
        raise click.UsageError("say which: --keep or --regenerate")
    project = Project.of(root)
    (name,) = project.targets([target])
    declarations, problems = declared(project.root, project.settings())
    tell_problems(problems)
    declaration = select_one(declarations, name)
    if not (keep or regenerate):
        keep = _is_to_be_kept(declaration, no_input=no_input or as_json)
    try:
        outcome = _keep(declaration) if keep else _regenerate(declaration)
    except OSError as error:
        raise unwritable(project.root, error) from error
    if as_json:
        told = asdict(outcome)
        tell_machines({name: told[name] for name in ("key", "outcome", "message")})
    else:
        click.echo(f"{outcome.key}: {outcome.message}", err=outcome.code != FINE)
    return outcome.code


def _is_to_be_kept(declaration: Declaration, *, no_input: bool) -> bool:
    """What a person says, who is asked."""
    if not may_ask(no_input=no_input):
        raise click.UsageError("say which: --keep or --regenerate")
    click.echo(f"{declaration.key} ({states.look(declaration).name}); to see what changed: jiti why {declaration.key}")
    ways = click.Choice(["keep", "regenerate"])
    return click.prompt("keep the code as it is, or regenerate it?", type=ways) == "keep"


def _keep(declaration: Declaration) -> Outcome:
    key, state = declaration.key, states.look(declaration)
    if state.error is not None:
        raise state.error
    if state.implementation is None:
        return Outcome(key, "nothing", "there is no implementation to keep", FINDINGS)
    if state.runs:
        return Outcome(key, "nothing", f"nothing to resolve, it is {state.name}")
    definition = define(declaration)
    effects = standing.line_for(definition, state.implementation)
    if not filing.stamp(definition, state.implementation, effects=effects):
        return Outcome(key, "nothing", "its code was changed meanwhile: look at it again", FINDINGS)
    path = mirror.relative_path(declaration.root, state.implementation.path)
    return Outcome(key, "kept", f"kept {path} as it is")


def _regenerate(declaration: Declaration) -> Outcome:
    key, state = declaration.key, states.look(declaration)
    found = state.implementation or state.error
    if found is None:
        return Outcome(key, "nothing", "nothing to put aside, the next call writes it")
    old = mirror.relative_path(declaration.root, filing.retire(declaration, found.path))
    return Outcome(key, "put aside", f"the next call writes it anew; the old code is kept as {old}")
