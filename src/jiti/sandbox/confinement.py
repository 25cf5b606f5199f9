"""Confining a process: files by Landlock, all else by a filter of system calls, and no privilege to undo it.

What is the same for many processes is prepared before they are forked.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from jiti.sandbox import capabilities, installed, landlock, seccomp
from jiti.sandbox.landlock import Rules
from jiti.sandbox.policy import absolute, make_folders
from jiti.sandbox.readable import Readable
from jiti.sandbox.system_calls import architecture

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from jiti.sandbox.policy import Policy

_MOST_SOURCES = 20_000
"""Files of one folder on the import path that is neither the project's nor an installation's."""

_confined: list[bool] = []
"""Holds something once this process, or the one it was forked from, was confined."""


class Confinement:
    """The confinement of processes that check one project's code.

    Args:
        policy: what the project allows.
        root: absolute path of the project root.
        folder: a folder of the checks' own; it can be read.
        hidden: how paths begin that cannot be read.
        read: what else can be read.

    Raises:
        OSError: the kernel does not have what it takes.
    """

    def __init__(
        self, policy: Policy, root: str, folder: str, *, hidden: Collection[str] = (), read: Sequence[str] = ()
    ) -> None:
        self._policy = policy
        root = os.path.realpath(root)
        make_folders(root, policy.write)
        self._writable = absolute(root, policy.write)
        self._reading = Rules.of_reading()
        packages, sources = installed.packages(root, sys.path)
        fixed = [*installed.system(root), *installed.python(root), *packages]
        self._reading.allow(landlock.READ, [*fixed, folder, *read, *absolute(root, policy.read), *self._writable])
        self._reading.allow(landlock.READ, installed.FOR_NETWORK if policy.network else ())
        self._reading.allow(landlock.READ_DIR, [root, *sources])  # names can be seen, contents cannot
        known = [os.path.realpath(path) for path in fixed]
        sources = [each for each in sources if not any(installed.is_below(each, path) for path in known)]
        self._projects = [Readable(root, hidden=hidden), *(Readable(each, most=_MOST_SOURCES) for each in sources)]
        for processes in (True, False):
            self._filter(processes=processes)  # it takes a millisecond, and is kept
        self.prepare()

    def prepare(self) -> None:
        """Take in what has changed in the project; before a process is forked."""
        for project in self._projects:
            self._reading.allow(landlock.READ, project.news())

    def enter(self, writable: Sequence[str], *, processes: bool, all_threads: bool = False) -> None:
        """Confine this thread, and all that it starts, for good.

        Args:
            writable: files and folders that it may change, beyond those that the project allows.
            processes: whether it may start processes, whatever the project says.
            all_threads: whether to hold threads that run already to the filter of system calls too.

        Raises:
            OSError: the kernel refuses; what was done till then holds.
        """
        policy = self._policy
        changing = Rules.of_changing(network=policy.network)
        changing.allow(landlock.WRITE, [*writable, *self._writable])
        changing.allow(landlock.WRITE_FILE, installed.DEVICES)
        code = self._filter(processes=policy.processes or processes)
        capabilities.give_up()
        for rules in (changing, self._reading):  # the large set last: each one copies those before
            rules.enforce()
            rules.close()
        _confined.append(True)
        seccomp.install(code, all_threads=all_threads)  # last: it would refuse some of the above

    def _filter(self, *, processes: bool) -> bytes:
        own = None if processes or landlock.contains_signals() else os.getpid()
        return seccomp.for_this_machine(
            network=self._policy.network, processes=processes, modes=self._policy.modes, own=own
        )


def seal() -> None:
    """Keep this process, if it is confined, from starting others and from signalling the one that started it.

    For one that a confined process has forked, to run code that this one must not.

    Raises:
        OSError: the kernel refuses.
    """
    machine = architecture()
    if _confined and machine is not None:
        seccomp.install(seccomp.alone(machine, os.getpid()), all_threads=False)
