"""What a project asks of the sandbox, and what it allows beyond the usual."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti.errors import ConfigError
from jiti.sandbox.level import SWITCHED_OFF, Level, level

if TYPE_CHECKING:
    from jiti.settings import Settings


@dataclass(frozen=True, slots=True)
class Policy:
    """The sandbox of a project's checks.

    Attributes:
        confined: whether the kernel confines them.
        network: whether they may use the network, and sockets of this machine.
        read: paths, from the root, that they may read beyond the project, Python and the system's own files.
        write: the same for writing; these can be read as well.
        processes: whether they may start processes; gates always may.
        modes: whether they may change files' modes.
    """

    confined: bool = True
    network: bool = False
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    processes: bool = False
    modes: bool = False

    @classmethod
    def of(cls, settings: Settings, there: Level | None = None) -> Policy:
        """What the settings ask for, as far as this machine has it.

        Args:
            settings: the project's.
            there: what the machine has, where that is known.

        Raises:
            ConfigError: they require what it does not have.
        """
        there = there or level()
        if settings.sandbox == "require" and there.layer == 1:
            raise ConfigError(
                f'sandbox = "require", and here is only {there}',
                hint='set `sandbox = "auto"` to go on without; `jiti doctor` says what there is',
            )
        return cls(
            confined=settings.sandbox != "off" and there.layer > 1,
            network=settings.network,
            read=settings.read,
            write=settings.write,
            processes=settings.processes,
            modes=settings.modes,
        )


def level_of(settings: Settings) -> Level:
    """What holds under some settings here."""
    return SWITCHED_OFF if settings.sandbox == "off" else level()


def make_folders(root: str, paths: tuple[str, ...]) -> None:
    """Make the folders of the settings that are not there; a path with a slash at its end is one."""
    for path in paths:
        if path.endswith("/"):
            with suppress(OSError):  # what cannot be made cannot be written to, and is told then
                os.makedirs(os.path.join(root, os.path.expanduser(path)), exist_ok=True)


def absolute(root: str, paths: tuple[str, ...]) -> list[str]:
    """Paths of the settings, which are from the root or absolute, without links."""
    return [os.path.realpath(os.path.join(root, os.path.expanduser(path))) for path in paths]
