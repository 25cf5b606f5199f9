"""The project that a command is about, and the stubs in it that its arguments name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from jiti import settings
from jiti.errors import ConfigError, JitiError
from jiti.home import ROOT_MARKERS, home_of
from jiti.mirror import local_folder
from jiti.targets import dotted_name, from_working_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jiti.settings import Settings


@dataclass(frozen=True, slots=True)
class Project:
    """A project root, and the folder that the command was given in (None where that was deleted)."""

    root: str
    folder: str | None

    @classmethod
    def of(cls, root: str | None) -> Project:
        """The project at `--root`, or around the working directory; what a killed merge has left there is put back.

        Raises:
            ConfigError: no root was given, and the working directory is in no project, or was deleted.
            MergeError: what a killed merge has changed cannot be put back.
        """
        project = cls._found(root)
        _mend(project.root)
        return project

    @classmethod
    def _found(cls, root: str | None) -> Project:
        try:
            folder = os.getcwd()
        except FileNotFoundError:
            folder = None
        if root is not None:
            return cls(root, folder)
        if folder is None:
            raise ConfigError("the working directory was deleted", hint="say where the project is: jiti --root DIR …")
        home = home_of(os.path.join(folder, "any.py"))
        if home.is_installed:
            raise ConfigError(f"{folder} holds installed code, which is as it is", hint="go to a project of yours")
        if not _markers(home.root):
            message = f"{folder} is in no project: neither it nor a folder above it holds {_either(ROOT_MARKERS)}"
            raise ConfigError(message, hint="go to a project, or say where it is: jiti --root DIR …")
        return cls(home.root, folder)

    @property
    def reason(self) -> str:
        """Why its root is what it is."""
        found = _markers(self.root)
        return f"it holds {' and '.join(found)}" if found else "--root says so"

    def settings(self) -> Settings:
        """Its settings.

        Raises:
            ConfigError: they cannot be read.
        """
        return settings.load(self.root, os.environ)

    def targets(self, names: Iterable[str]) -> list[str]:
        """Names as they are from the root, though they may be written as paths from here."""
        if self.folder is None:
            return list(names)
        return [from_working_folder(name, self.root, self.folder) for name in names]


def _markers(folder: str) -> list[str]:
    return [marker for marker in ROOT_MARKERS if os.path.exists(os.path.join(folder, marker))]


def _either(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}"


def _complete(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """What the shell proposes: keys of the project's stubs, and dotted names where one was begun."""
    from jiti.status import declared

    try:
        project = Project.of(context.parent.params.get("root") if context.parent else None)
        declarations, _problems = declared(project.root, project.settings())
    except JitiError:
        return []
    keys = [each.key for each in declarations if each.key.startswith(incomplete)]
    dotted = [dotted_name(each) for each in declarations] if incomplete else []
    return keys + [name for name in dotted if name.startswith(incomplete)]


targets_argument = click.argument("targets", nargs=-1, metavar="[TARGET]...", shell_complete=_complete)
"""Any number of names of stubs, files or modules."""

target_argument = click.argument("target", shell_complete=_complete)
"""The name of one stub."""


def _mend(root: str) -> None:
    """Put back what a merge has changed that was killed half way, and say so."""
    if not os.path.exists(local_folder(root, "merge", "journal.json")):
        return
    from jiti.merge import transaction

    for each in transaction.recover(root):
        click.echo(f"jiti: a merge was ended half way: {each}", err=True)
