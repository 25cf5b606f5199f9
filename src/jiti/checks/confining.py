"""What the processes of jobs are confined to, from the side of the child that they are forked from."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING, Any

from jiti.checks import processes
from jiti.home import NOTEBOOK, source_path
from jiti.sandbox import Confinement, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping


class Confining:
    """Confines jobs, as far as the policy and the kernel go.

    Args:
        setup: what the child was told.
        forks: whether each job has a process of its own.

    Raises:
        OSError: the kernel does not have what it said it has.
    """

    def __init__(self, setup: Mapping[str, Any], *, forks: bool) -> None:
        self._temporary = setup["temporary"]
        self._may_start_processes = "process" in setup.get("allows", ())
        policy = Policy(**setup["sandbox"])
        own = [] if forks else ["/proc/self"]  # by which a child that does not fork finds what it has to end
        if setup["key"].startswith(f"{NOTEBOOK}::"):
            own.append(source_path(setup["root"], NOTEBOOK))  # the stub's own module, though it lies in jiti's folder
        self._confinement = (
            Confinement(policy, setup["root"], setup["folder"], hidden=setup["hidden"], read=own)
            if policy.confined
            else None
        )

    def prepare(self) -> None:
        """Take in what has changed in the project, before a job's process is forked."""
        if self._confinement is not None:
            self._confinement.prepare()

    def enter(self, job: Mapping[str, Any]) -> None:
        """Give up, in the process of a job, what the job does not need.

        Tests of the user's may start processes, and so must a process that has each call made by another.

        Raises:
            OSError: the kernel refuses.
        """
        if self._confinement is None:
            return
        may_start_processes = self._may_start_processes or job["kind"] == "gates" or job.get("witness", False)
        self._confinement.enter(
            [job["folder"], self._temporary],
            processes=may_start_processes,
            all_threads=processes.thread_count() > 1,
        )


def hide(beginnings: tuple[str, ...]) -> None:
    """Let no code of this process open files whose paths begin so, whatever the kernel can do."""

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event != "open" or not isinstance(arguments[0], str | bytes):
            return
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if path.startswith(beginnings):
            message = "what a test is written for cannot be read"
            raise PermissionError(errno.EACCES, message, path)

    sys.addaudithook(refuse)
