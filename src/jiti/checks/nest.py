"""The process of a nursery, from its own side: it imports what children need, and forks one for each order.

It runs no code of the user's or of a candidate's. What a child leaves behind when it ends becomes this process's own,
and is ended.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pickle
import select
import shutil
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING, Any, NoReturn

from _pytest.config import default_plugins

from jiti.checks import child, processes

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_PATH = 1 << 12
_STANDARD_ERROR = 2
_GRACE = 2.0
"""Seconds that children have to tidy up, once all is over."""


def main(setup: Mapping[str, Any]) -> NoReturn:
    """Fork children until whoever started this process hangs up or ends.

    Args:
        setup: what `jiti.checks.nursery` writes.
    """
    processes.adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: _leave(setup["folder"]))
    processes.end_with_parent(signal.SIGTERM, setup["parent"])
    for name in default_plugins:
        with contextlib.suppress(ImportError):
            importlib.import_module(f"_pytest.{name}")
    gc.collect()
    gc.freeze()
    line = socket.socket(fileno=setup["socket"])
    line.set_inheritable(False)
    _Nest(line).run()
    _leave(setup["folder"])


def _leave(folder: str) -> NoReturn:
    """End with all children, which take their folders along if they are let."""
    try:
        left = processes.children(os.getpid())
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE
        while left and time.monotonic() < deadline:
            with contextlib.suppress(ChildProcessError):
                left = [pid for pid in left if os.waitpid(pid, os.WNOHANG)[0] != pid]
            time.sleep(0.01)
        processes.end_descendants()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)


class _Nest:
    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._children: dict[int, tuple[int, int]] = {}
        """By a child's descriptor: its process id, and the pipe that its status goes to."""

    def run(self) -> None:
        """Fork for each order; tell each child's end to whoever waits for it."""
        while True:
            poll = select.poll()  # which takes any number of descriptors
            for descriptor in (self._line.fileno(), *self._children):
                poll.register(descriptor, select.POLLIN)
            for descriptor, _ in poll.poll():
                if descriptor in self._children:
                    self._bury(descriptor)
                elif not self._take_order():
                    return

    def _take_order(self) -> bool:
        """Whether there was one."""
        path, descriptors, _, _ = socket.recv_fds(self._line, _LONGEST_PATH, 3)
        if not path:
            return False
        theirs, output, telling = descriptors
        with open(path, encoding="utf-8") as file:
            order = json.load(file)
        os.remove(path)
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError:  # there are too many processes: whoever asked has to see to it by itself
            os.close(telling)
            self._line.send(b"none")
        else:
            if pid == 0:
                _be_child(order, theirs, output, parent)
            handle = os.pidfd_open(pid)
            self._children[handle] = pid, telling
            socket.send_fds(self._line, [str(pid).encode()], [handle])
        os.close(theirs)
        os.close(output)
        return True

    def _bury(self, handle: int) -> None:
        pid, telling = self._children.pop(handle)
        _, status = os.waitpid(pid, 0)
        others = [each for each, _ in self._children.values()]
        processes.end_descendants(besides=others)  # what it has left behind is ours now
        with contextlib.suppress(OSError):  # nobody may wait any more
            os.write(telling, str(os.waitstatus_to_exitcode(status)).encode())
        os.close(telling)
        os.close(handle)


def _be_child(order: Mapping[str, Any], theirs: int, output: int, parent: int) -> NoReturn:
    """Be the child that `jiti.checks.child_process` would have started."""
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.setsid()
        os.dup2(output, 1)
        os.dup2(output, 2)
        _close_all_but(theirs)
        os.environ.clear()
        os.environ.update(order["environment"])
        os.chdir(order["folder"])
        sys.argv[:] = ["-c", order["setup"], str(theirs)]
        with open(order["setup"], "rb") as file:
            setup = pickle.load(file)  # noqa: S301 - the parent of us all has written it
        os.remove(order["setup"])
        sys.path[:] = setup["path"]
        child.main(setup | {"parent": parent})
    finally:
        os._exit(1)


def _close_all_but(kept: int) -> None:
    """Close what is not the child's: the line to the nursery, and what the others' ends are told by."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > _STANDARD_ERROR and int(name) != kept:
            with contextlib.suppress(OSError):  # that of the listing itself is closed already
                os.close(int(name))
