"""`jiti test`: the scratch tests that the agent wrote for its own code: run, kept, or deleted."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import click

from jiti import mirror
from jiti.cli import FINDINGS, FINE
from jiti.cli.output import for_people_and_machines, tell_machines, tell_problems
from jiti.cli.project import Project
from jiti.status import declared
from jiti.targets import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiti.stub import Declaration


@click.group(
    "test",
    short_help="The tests that the agent wrote for its own code: run, keep, prune.",
    epilog="Example: jiti test keep test_empty",
)
def command() -> None:
    """Run, keep or delete the scratch tests that the agent wrote for its own code."""


@command.command("prune", epilog="Example: jiti test prune app/text.py")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@for_people_and_machines
@click.pass_obj
def prune(root: str | None, targets: tuple[str, ...], *, as_json: bool, no_input: bool) -> int:
    """Delete scratch tests: of some stubs, or of all."""
    del no_input  # nothing is ever asked
    from jiti.merge import changes, transaction
    from jiti.merge.scratch import pruned

    project = Project.of(root)
    found = _with_scratch_tests(project, targets)
    paths = [mirror.relative_path(project.root, mirror.scratch_path(each)) for each in found]
    gone = [name for each in found for name in pruned(each)]
    transaction.apply(project.root, [changes.removal(project.root, path) for path in paths])
    if as_json:
        tell_machines({"root": project.root, "pruned": gone, "deleted": paths})
        return FINE
    for test in gone:
        click.echo(f"pruned  {test}")
    click.echo(f"{len(gone)} deleted" if gone else "there are no scratch tests")
    return FINE


@command.command("keep", epilog="Example: jiti test keep test_empty")
@click.argument("name")
@for_people_and_machines
@click.pass_obj
def keep(root: str | None, name: str, *, as_json: bool, no_input: bool) -> int:
    """Move one scratch test to your test file for its module, with required_for.

    NAME is the test's (test_empty), or says whose it is (app/text.py::slugify::test_empty).
    """
    del no_input  # nothing is ever asked
    from jiti.merge import keeping

    project = Project.of(root)
    declaration, test = keeping.scratch_test(_with_scratch_tests(project, ()), name)
    moved = keeping.keep(project.root, project.settings(), declaration, test)
    if as_json:
        tell_machines({"root": project.root, "test": moved.test, "to": moved.to})
    else:
        click.echo(f"kept    {moved.test} as {moved.to}")
    return FINE


@command.command("run", epilog="Example: jiti test run app/text.py::slugify")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@for_people_and_machines
@click.pass_obj
def run(root: str | None, targets: tuple[str, ...], *, as_json: bool, no_input: bool) -> int:
    """Run scratch tests with pytest: of some stubs, or of all. No model is asked."""
    del no_input  # nothing is ever asked
    project = Project.of(root)
    found = _with_scratch_tests(project, targets)
    files = [mirror.relative_path(project.root, mirror.scratch_path(each)) for each in found]
    passed = not files or _pytest(project.root, found, files, quiet=as_json)
    if as_json:
        tell_machines({"root": project.root, "files": files, "passed": passed})
    elif not files:
        click.echo("there are no scratch tests")
    return FINE if passed else FINDINGS


def _with_scratch_tests(project: Project, targets: Sequence[str]) -> list[Declaration]:
    """The stubs that are meant and have scratch tests."""
    declarations, problems = declared(project.root, project.settings())
    tell_problems(problems)
    if targets:
        wanted = {each.key for name in project.targets(targets) for each in select(declarations, name)}
        declarations = [each for each in declarations if each.key in wanted]
    return [each for each in declarations if os.path.exists(mirror.scratch_path(each))]


def _pytest(root: str, stubs: Sequence[Declaration], files: Sequence[str], *, quiet: bool) -> bool:
    from jiti.merge.verification import import_folders

    path = os.pathsep.join(import_folders(root, [each.path for each in stubs]))
    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib", "-p", "no:cacheprovider", *files],
        cwd=root,
        env={**os.environ, "JITI_FROZEN": "1", "PYTHONPATH": path},
        stdout=subprocess.DEVNULL if quiet else None,
        check=False,
    )
    return done.returncode == 0
