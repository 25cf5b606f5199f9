"""A process that has in memory what every child process needs, and forks one whenever it is asked to.

To import pytest and what checks need takes most of the time of a child that gets ready. Where many children are needed
it is done once. See `jiti.checks.nest` for the process itself. On Linux alone: elsewhere nobody adopts orphans.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from typing import TYPE_CHECKING

from jiti.checks.environment import child_environment, import_path
from jiti.checks.processes import ON_LINUX

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

_BOOT = "import json, sys; setup = json.loads(sys.argv[1]); sys.path[:] = setup['path']; from jiti.checks import nest; "
_BOOT += "nest.main(setup)"
_GRACE = 5.0
"""Seconds that it may take to end itself and all that is left below it."""
_ANSWER = 64
"""Bytes of an answer, at most: a process id."""


class Offspring:
    """A child process that a nursery has forked; the part of `subprocess.Popen` that is needed of one.

    Args:
        pid: its process id.
        handle: a descriptor of the process itself, which is meant even when the id is another's already.
        ended: a pipe that tells its exit status.

    Attributes:
        returncode: its exit status, negative for a signal; None as long as it runs, or nobody has looked.
    """

    def __init__(self, pid: int, handle: int, ended: int) -> None:
        self.pid = pid
        self.stdin = None
        self.returncode: int | None = None
        self._handle = handle
        self._ended = ended

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, so many seconds at most.

        Raises:
            subprocess.TimeoutExpired: it still runs.
        """
        if self.returncode is None:
            if not select.select([self._ended], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a child", timeout or 0.0)
            told = os.read(self._ended, _ANSWER)
            # Where nothing is told, the nursery was killed, and with it all that it had forked.
            self.returncode = int(told) if told else -int(signal.SIGKILL)
            os.close(self._ended)
            os.close(self._handle)
        return self.returncode

    def terminate(self) -> None:
        """Ask it to end."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        if self.returncode is None and sys.platform == "linux":
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._handle, number)


class Nursery:
    """Starts the process; it gets ready on its own, and ends with the thread that made it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder = os.path.realpath(tempfile.mkdtemp(prefix="jiti-nursery-"))
        environment = child_environment(os.environ, passed=(), tag=secrets.token_hex(16), folder=self._folder)
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            setup = {"path": import_path(), "parent": os.getpid(), "socket": theirs.fileno(), "folder": self._folder}
            self._process = subprocess.Popen(  # noqa: S603 - this very interpreter
                [sys.executable, "-P", "-u", "-c", _BOOT, json.dumps(setup)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd=self._folder,
                start_new_session=True,
                pass_fds=[theirs.fileno()],
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def fork(
        self, setup: str, environment: Mapping[str, str], folder: str, output: int, theirs: socket.socket
    ) -> Offspring:
        """A child process, as `jiti.checks.child_process` starts them.

        Args:
            setup: the path of the file that says what it needs to know.
            environment: its variables.
            folder: its working folder.
            output: a descriptor of the file that gets what it prints.
            theirs: its end of the line to us.

        Raises:
            OSError: none could be forked.
        """
        ended, telling = os.pipe()
        order = {"setup": setup, "environment": dict(environment), "folder": folder}
        path = os.path.join(folder, "order")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(order, file)
        try:
            with self._lock:
                socket.send_fds(self._socket, [path.encode()], [theirs.fileno(), output, telling])
                told, handles, _, _ = socket.recv_fds(self._socket, _ANSWER, 1)
        finally:
            os.close(telling)
        if not told or not handles:
            os.close(ended)
            message = "the process that forks others cannot, or has ended"
            raise OSError(message)
        return Offspring(int(told), handles[0], ended)

    def close(self) -> None:
        """End it, and all that is left below it."""
        self._socket.close()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


current: Nursery | None = None
"""Where children come from; None: each is started by itself."""


@contextlib.contextmanager
def opened() -> Generator[None]:
    """Have children come from a nursery, where the system can do that; to be called by the main thread."""
    global current  # noqa: PLW0603 - one for the process, as long as it does many things at once
    if not (ON_LINUX and hasattr(os, "pidfd_open") and current is None):
        yield
        return
    current = Nursery()
    try:
        yield
    finally:
        nursery, current = current, None
        nursery.close()
