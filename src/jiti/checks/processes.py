"""Limits on a process, and the end of all its descendants, in the ways that each system has.

Linux has them all: a subreaper gets every orphan below it for a child, and `/proc` tells who is
whose. Elsewhere a process group has to do.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from jiti.checks.environment import TAG

if TYPE_CHECKING:
    from collections.abc import Collection

    from jiti.checks.forked import Forked

try:
    import resource
except ImportError:  # Windows
    resource = None

ON_LINUX = sys.platform == "linux"
OUT_OF_TIME = -int(getattr(signal, "SIGXCPU", 0))
"""The exit status of a process that spent all the processor time it may."""
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PATIENCE = 5.0
"""Seconds to go on ending processes that keep appearing."""


def _prctl(option: int, value: int) -> None:
    import ctypes  # only children call this, and only on Linux

    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, so that none gets lost."""
    if ON_LINUX:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_with_parent(number: int, parent: int) -> None:
    """Be sent a signal when the thread that started this process ends, or at once if its process is gone already.

    Args:
        number: the signal.
        parent: the process id that the parent had when it started this process.
    """
    if ON_LINUX:
        _prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os.kill(os.getpid(), number)


def limit(*, cpu: int, memory: int, output: int) -> None:
    """Bound what this process may use from now on.

    Args:
        cpu: seconds of processor time.
        memory: bytes that it may map beyond what it has mapped; only where `/proc` tells what that is.
        output: bytes that a file it writes may hold.
    """
    if resource is None:
        return
    cpu += math.ceil(time.process_time())  # what it has used so far counts too
    bounds = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, cpu), (resource.RLIMIT_FSIZE, output)]
    with contextlib.suppress(OSError, ValueError), open("/proc/self/statm", "rb") as file:
        bounds.append((resource.RLIMIT_AS, int(file.read().split()[0]) * resource.getpagesize() + memory))
    for which, bound in bounds:
        _, hard = resource.getrlimit(which)
        most = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        # At the first bound of time the system says which one it was, at the second it kills.
        last = most + 1 if which == resource.RLIMIT_CPU and most != hard else most
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(which, (most, last))


def thread_count() -> int:
    """How many threads this process has, native ones included where `/proc` tells."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()


# ---------------------------------------------------------------- who is whose


def children(pid: int) -> list[int]:
    """The children of a process, ended and unreaped ones included; none where there is no `/proc`."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", "rb") as file:
                found += map(int, file.read().split())
    return found


def descendants(pid: int, *, besides: Collection[int] = ()) -> list[int]:
    """All processes below one, parents before children; `besides` and what is below them left out."""
    found: list[int] = []
    below = [pid]
    while below:
        below = [child for parent in below for child in children(parent) if child not in besides]
        found += below
    return found


def tagged(tag: str) -> list[int]:
    """The processes that were started with `JITI_CHILD` set to `tag`, or forked from one that was."""
    wanted = f"{TAG}={tag}".encode()
    found = []
    for name in os.listdir("/proc") if ON_LINUX else ():
        if name.isdigit() and int(name) != os.getpid():
            with contextlib.suppress(OSError), open(f"/proc/{name}/environ", "rb") as file:
                if wanted in file.read().split(b"\0"):
                    found.append(int(name))
    return found


# ---------------------------------------------------------------- ending them


def end_group(pid: int) -> None:
    """Kill the process group that `pid` leads, if there is one."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


def end_descendants(besides: Collection[int] = ()) -> None:
    """Kill and reap every process below this one.

    Args:
        besides: children that stay, with all that is below them.
    """
    deadline = time.monotonic() + _PATIENCE
    while (found := descendants(os.getpid(), besides=besides)) and time.monotonic() < deadline:
        # Stopped first, all of them: one that only forks would be faster than we kill.
        _signal_all(found, signal.SIGSTOP)
        _signal_all(found, signal.SIGKILL)
        _reap(found)


def end_tagged(tag: str) -> None:
    """Kill every process that carries a tag, wherever it is in the tree."""
    deadline = time.monotonic() + _PATIENCE
    while (found := tagged(tag)) and time.monotonic() < deadline:
        _signal_all(found, signal.SIGSTOP)
        _signal_all(found, signal.SIGKILL)
        time.sleep(0.001)  # a killed process needs a moment to be gone
        _reap(found)


def end_tree(process: subprocess.Popen[bytes] | Forked, tag: str) -> None:
    """End a child process, and all that it left behind.

    It is asked first, since it knows its descendants; where it does not answer it is killed.
    """
    if sys.platform == "win32":
        command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - no part of it comes from outside
    else:
        process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(0.5)
    process.kill()
    end_group(process.pid)
    process.wait()
    end_tagged(tag)


def _signal_all(pids: Collection[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, number)


def _reap(pids: Collection[int]) -> None:
    """Reap those that are our children; the others' ends are for their own parents."""
    for pid in pids:
        with contextlib.suppress(OSError):
            os.waitpid(pid, os.WNOHANG)
