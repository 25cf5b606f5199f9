"""Handing on what the process of a job says, until it ends or has to be ended."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti.checks import processes

if TYPE_CHECKING:
    from collections.abc import Collection

    from jiti.checks.wire import Wire

_TICK = 0.1
_SHORT_TICK = 0.001
"""Seconds between two looks at a process; the short ones once it has hung up, which it does when it ends."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How the process of a job ended.

    Attributes:
        status: its exit code, or minus the number of the signal that killed it.
        too_many: whether it was ended because it had too many descendants.
    """

    status: int
    too_many: bool


class Relay:
    """Between the process of one job, which may say anything, and the parent.

    Args:
        pid: the process; a child of this one.
        job: its wire.
        parent: where its lines go.
        prefix: what each of them is marked with.
        kept: children of this process that have nothing to do with it.
    """

    def __init__(self, pid: int, job: Wire, parent: Wire, *, prefix: bytes, kept: Collection[int]) -> None:
        self._pid = pid
        self._job = job
        self._parent = parent
        self._prefix = prefix
        self._kept = kept
        self._status: int | None = None

    def run(self, most_processes: int) -> Ended:
        """Hand on lines until the job ends, the parent says anything, or it has more descendants than it may.

        Afterwards it is gone, and so is every process that it left behind.

        Raises:
            EOFError: the parent hung up; the job is gone all the same.
            OSError: likewise.
        """
        try:
            too_many = self._follow(most_processes)
        finally:
            status = self._end()
        self._hand_on_the_rest()
        return Ended(status, too_many)

    def _follow(self, most_processes: int) -> bool:
        tick = _TICK
        with selectors.DefaultSelector() as selector:
            selector.register(self._parent.socket, selectors.EVENT_READ)
            selector.register(self._job.socket, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select(tick)}
                if self._job.socket in ready and not self._hand_on():
                    selector.unregister(self._job.socket)
                    tick = _SHORT_TICK
                if self._parent.socket in ready:
                    self._parent.pull()
                    if self._parent.pulled():
                        return False
                if self._has_ended():
                    return False
                if len(processes.descendants(os.getpid(), besides=self._kept)) > most_processes:
                    return True

    def _hand_on(self) -> bool:
        """Hand on what the job said; whether it is still there."""
        try:
            self._job.pull()
        except EOFError:
            return False
        for line in self._job.pulled():
            self._parent.send_line(self._prefix + line)
        return True

    def _hand_on_the_rest(self) -> None:
        """Hand on what an ended job had said before."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._job.socket, selectors.EVENT_READ)
            while selector.select(0) and self._hand_on():
                pass

    def _has_ended(self) -> bool:
        try:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
        except ChildProcessError:  # the user's module has children reaped unseen
            pid, status = self._pid, 0
        if pid:
            self._status = os.waitstatus_to_exitcode(status)
        return pid != 0

    def _end(self) -> int:
        if self._status is None:
            with contextlib.suppress(OSError):
                os.kill(self._pid, signal.SIGKILL)
        processes.end_group(self._pid)
        if self._status is None:
            with contextlib.suppress(ChildProcessError):
                self._status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        processes.end_descendants(self._kept)
        return self._status or 0
