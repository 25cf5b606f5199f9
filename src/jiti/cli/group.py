"""The commands together, and what they share: `--root`, `--version`, the words for a usage error."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

from jiti.cli import FINE, INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (
    *("approve", "build", "check", "clear", "demo", "diff", "doctor", "merge", "replay", "resolve", "show", "status"),
    *("test", "why"),
)


class Commands(click.Group):
    """The group, which loads a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of a module's that is named like it."""
        return import_module(f"jiti.cli.{cmd_name}").command if cmd_name in COMMANDS else None


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: jiti status",
)
@click.version_option(package_name="jiti", message="jiti %(version)s")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, resolve_path=True),
    metavar="DIR",
    help="The project root; else the nearest folder from here upwards with a .jiti, pyproject.toml or .git.",
)
@click.pass_context
def group(context: click.Context, root: str | None) -> None:
    """Look after the functions that @jiti writes; `jiti demo` shows, offline, what that is."""
    context.obj = root


def run(arguments: Sequence[str] | None) -> int:
    """Run one command and give its exit code; a usage error is shown.

    Raises:
        jiti.errors.JitiError: what the command ended in.
    """
    try:
        result = group.main(args=arguments, prog_name="jiti", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("jiti: interrupted", err=True)
        return INTERRUPTED
    return result if isinstance(result, int) else FINE
