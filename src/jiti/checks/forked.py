"""A child process that a fork server has forked, from the side of whoever asked for it."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Forked:
    """A child that a server has forked: what `subprocess.Popen` tells and does of one, as far as that is needed.

    Args:
        told: a descriptor that its number can be read from, and then its exit status.
        send: has the server send a signal to the process of a number.

    Attributes:
        returncode: its exit status, once it is known to have ended.
    """

    def __init__(self, told: int, send: Callable[[int, int], object]) -> None:
        self._told = told
        self._send = send
        self._lines: list[int] = []
        self._partial = b""
        self.returncode: int | None = None

    @property
    def pid(self) -> int:
        """Its process id; waits until it was forked.

        Raises:
            OSError: it never was.
        """
        while not self._lines:
            if not self._listen(None):
                message = "the process that forks children has ended"
                raise ChildProcessError(message)
        return self._lines[0]

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status.

        Raises:
            subprocess.TimeoutExpired: it has not ended within so many seconds.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while self.returncode is None:
            self._listen(None if end is None else max(0.0, end - time.monotonic()))
            if self.returncode is None and end is not None and time.monotonic() >= end:
                raise subprocess.TimeoutExpired("a forked child", timeout or 0.0)
        return self.returncode

    def terminate(self) -> None:
        """Ask it to end."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(OSError):
                self._send(self.pid, int(number))

    def _listen(self, timeout: float | None) -> bool:
        """Take in what is told within some time; whether there may be more to come."""
        if self._told < 0:
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(self._told, selectors.EVENT_READ)
            if not selector.select(timeout):
                return True
        data = os.read(self._told, 1 << 8)
        *lines, self._partial = (self._partial + data).split(b"\n")
        self._lines += map(int, lines)
        if len(self._lines) > 1 or not data:
            # Nothing more is told by a server that has ended, and with it all its children do.
            self.returncode = self._lines[1] if len(self._lines) > 1 else -signal.SIGKILL
            os.close(self._told)
            self._told = -1
        return bool(data)
