"""Processes that are killed at a random instant of what they do, and all that may outlive them."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti.checks import processes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECONDS = 60.0
"""What takes longer than this hangs."""
_PATIENCE = 10.0
"""Seconds that what a killed process has started may take to go."""
_CHANGES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate", "os.link"})
_WRITING = os.O_WRONLY | os.O_RDWR
_ENDED_BY_ERROR = 99


@dataclass(frozen=True, slots=True)
class Instant:
    """When a process is to be killed.

    Attributes:
        change: just before its n-th change of a file of the project; 0: whatever it does.
        seconds: after that change is about to be made, or after its start.
        holds: whether the process waits there, and so never makes that change.
    """

    change: int = 0
    seconds: float = 0.0
    holds: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """How a process ended: its exit code (negative: the signal), what it printed, how long it took."""

    code: int
    printed: str
    seconds: float

    @property
    def is_killed(self) -> bool:
        """Whether that came from outside."""
        return self.code == -signal.SIGKILL


def run(root: Path, output: Path, action: Callable[[], int], instant: Instant | None = None) -> End:
    """Fork this process, have the fork do something in a project, and kill it if it is not done before.

    Args:
        root: the project, which becomes the working folder and comes first on the import path.
        output: the file that gets what it prints.
        action: gives the exit code.
        instant: when to kill it; None: never.

    Raises:
        TimeoutError: it hangs; it was killed.
    """
    start = time.monotonic()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _be(root, output, action, instant, writer)
    os.close(writer)
    descriptor = os.pidfd_open(pid)
    try:
        if instant is not None:
            _kill_at(instant, pid, reader, descriptor)
        is_over = bool(select.select([descriptor], [], [], SECONDS)[0])
        if not is_over:
            os.kill(pid, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    finally:
        os.close(descriptor)
        os.close(reader)
    printed = output.read_text("utf-8", "backslashreplace")
    if not is_over:
        raise TimeoutError(f"it hangs, after it has printed: {printed}")
    return End(code, printed, time.monotonic() - start)


def left() -> list[str]:
    """The command lines of the processes that do not go; they are killed. This process has to adopt orphans."""
    deadline = time.monotonic() + _PATIENCE
    while found := processes.descendants(os.getpid()):
        _reap()
        if time.monotonic() > deadline:
            told = [_command_line(pid) for pid in found]
            processes.end_descendants()
            return told
        time.sleep(0.002)
    return []


def _kill_at(instant: Instant, pid: int, reader: int, descriptor: int) -> None:
    if instant.change:
        # The pipe ends with the process.
        select.select([reader, descriptor], [], [], SECONDS)
    if not select.select([descriptor], [], [], instant.seconds)[0]:
        os.kill(pid, signal.SIGKILL)


def _be(root: Path, output: Path, action: Callable[[], int], instant: Instant | None, writer: int) -> None:
    """Be the fork: never returns."""
    code = _ENDED_BY_ERROR
    try:
        target = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(target, 1)
        os.dup2(target, 2)
        os.chdir(root)
        sys.path.insert(0, str(root))
        if instant is not None and instant.change:
            sys.addaudithook(_Watch(str(root), instant, writer).see)
        code = action()
    except BaseException:  # noqa: BLE001 - it is told, and nothing of this process may run on in the fork
        traceback.print_exc()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


class _Watch:
    """Counts the changes of files below a folder that this process makes, and tells of one of them."""

    def __init__(self, root: str, instant: Instant, writer: int) -> None:
        self._root = root
        self._instant = instant
        self._writer = writer
        self._left = instant.change

    def see(self, event: str, args: tuple[object, ...]) -> None:
        """What `sys.addaudithook` takes."""
        is_change = event in _CHANGES or (event == "open" and isinstance(args[2], int) and args[2] & _WRITING)
        if not is_change or not isinstance(args[0], str) or not args[0].startswith(self._root):
            return
        self._left -= 1
        if self._left == 0:
            os.write(self._writer, b".")
            if self._instant.holds:
                time.sleep(SECONDS)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _command_line(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode("utf-8", "replace")[:200]
    except OSError:
        return f"process {pid}"
