"""The project that a command is about, and the stubs in it that its arguments name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti import settings, stub
from jiti.errors import ConfigError
from jiti.targets import from_working_folder

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
        """The project at `--root`, or around the working directory.

        Raises:
            ConfigError: no root was given, and the working directory was deleted.
        """
        try:
            folder = os.getcwd()
        except FileNotFoundError:
            folder = None
        if root is not None:
            return cls(root, folder)
        if folder is None:
            raise ConfigError("the working directory was deleted", hint="say where the project is: jiti --root DIR …")
        return cls(stub.root_of(os.path.join(folder, "any.py")), folder)

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
