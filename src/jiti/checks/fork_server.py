"""The fork server, from its own side: a process that has imported what every child needs, and forks children.

To import pytest and what judges candidates takes most of the time in which a child gets ready. Here it
is done once for all children that are started while somebody keeps the server (see `jiti.checks.forking`).
Nothing of any project is imported before a child is forked, and no candidate runs here.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pickle
import selectors
import shutil
import signal
import socket
import struct
import sys
import time
from typing import TYPE_CHECKING

from jiti.checks import processes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

IMPORTED = (
    *("jiti.checks.child", "typeguard"),
    *("jiti.decorator", "jiti.dispatch.loading", "jiti.approval"),  # by the modules of stubs
    *("pathspec", "encodings.utf_8_sig"),  # by who looks for what may be read
    *("faulthandler", "tomllib"),  # by pytest, while it gets ready
)
HEADER = struct.Struct("!Q")
"""How many bytes follow. With an order to fork, descriptors come: a wire, the output, and what its end is told to."""
_DESCRIPTORS = 3
_GRACE = 5.0
"""Seconds that children may take to end when the server does."""


def main(setup: Mapping[str, object]) -> NoReturn:
    """Serve until the parent hangs up, or ends.

    Args:
        setup: `control`, the descriptor of a socket to the parent; `parent`, its process id; and `folder`, which is
            removed in the end.
    """
    server = _Server(socket.socket(fileno=int(str(setup["control"]))), str(setup["folder"]))
    processes.adopt_orphans()
    signal.signal(signal.SIGTERM, server.leave)
    processes.end_with_parent(signal.SIGTERM, int(str(setup["parent"])))
    with contextlib.suppress(Exception):  # a child then fails at the same import, and tells why
        for name in IMPORTED:
            importlib.import_module(name)
        from _pytest.config import default_plugins

        for name in default_plugins:  # pytest would import them next
            importlib.import_module(f"_pytest.{name}")
    gc.collect()
    gc.freeze()
    server.serve()


class _Server:
    def __init__(self, control: socket.socket, folder: str) -> None:
        self._control = control
        self._folder = folder
        self._told: dict[int, int] = {}
        self._is_retired = False
        self._woken, self._waking = os.pipe()
        os.set_blocking(self._waking, False)
        os.set_blocking(self._woken, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a signal without a handler wakes nobody
        signal.set_wakeup_fd(self._waking, warn_on_full_buffer=False)

    def serve(self) -> NoReturn:
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                with contextlib.suppress(BlockingIOError):
                    os.read(self._woken, 1 << 12)
                self._reap()
                if self._control in ready:
                    self._take_order()
                if self._is_retired and not self._told:
                    self.leave()

    def _take_order(self) -> None:
        header, descriptors, _, _ = socket.recv_fds(self._control, HEADER.size, _DESCRIPTORS)
        if len(header) != HEADER.size:
            self.leave()
        order = json.loads(self._exactly(HEADER.unpack(header)[0]))
        if "retire" in order:
            self._is_retired = True
            return
        if "signal" in order:
            if order["pid"] in self._told:  # not reaped yet: the number is nobody else's
                os.kill(order["pid"], order["signal"])
            return
        wire, output, told = descriptors
        # A child that is asked to end before it listens would leave its folder behind: it hears of it when it does.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        pid = os.fork()
        if pid == 0:
            self._become_child(order, wire, output, told)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        for descriptor in (wire, output):
            os.close(descriptor)
        self._told[pid] = told
        self._tell(told, pid)

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            piece = self._control.recv(count - len(found))
            if not piece:
                self.leave()
            found += piece
        return found

    # ------------------------------------------------------------ a child

    def _become_child(self, order: Mapping[str, object], wire: int, output: int, told: int) -> NoReturn:
        """Be what a process would be that was started for this child alone, and do what it does."""
        try:
            server = os.getppid()
            os.setsid()
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            for descriptor in (*self._told.values(), told, self._woken, self._waking):
                os.close(descriptor)
            self._control.close()
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.close(output)
            os.environ.clear()
            os.environ.update(order["environment"])  # ty: ignore[no-matching-overload] - it is a mapping of texts
            os.chdir(str(order["folder"]))
            path = str(order["setup"])
            with open(path, "rb") as file:
                setup = pickle.load(file)  # noqa: S301 - the parent wrote it
            os.remove(path)
            sys.path[:] = setup["path"]
            sys.argv[1:] = [path, str(wire)]
            from jiti.checks.child import main

            main({**setup, "parent": server})
        except BaseException:  # noqa: BLE001 - nothing may get back to where the server goes on
            import traceback

            traceback.print_exc()
        os._exit(1)

    # ------------------------------------------------------------ their ends

    def _reap(self) -> None:
        """Tell of those that have ended; end what they left behind, of which this process has become the parent."""
        ended = False
        for pid in [*self._told]:
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
                continue
            processes.end_group(pid)  # as long as it is not reaped, the number is nobody else's
            _, status = os.waitpid(pid, 0)
            told = self._told.pop(pid)
            self._tell(told, os.waitstatus_to_exitcode(status))
            os.close(told)
            ended = True
        if ended:
            processes.end_descendants(besides=frozenset(self._told))

    def _drop_orders(self) -> None:
        """Remove the folders of children that were to be forked, and never will be."""
        self._control.settimeout(0)
        with contextlib.suppress(OSError, ValueError):
            while len(header := self._control.recv(HEADER.size)) == HEADER.size:
                order = json.loads(self._control.recv(HEADER.unpack(header)[0]))
                shutil.rmtree(order.get("folder", ""), ignore_errors=True)

    @staticmethod
    def _tell(told: int, number: int) -> None:
        with contextlib.suppress(OSError):  # nobody wants to know any more
            os.write(told, b"%d\n" % number)

    def leave(self, *_: object) -> NoReturn:
        """End the children, each of which ends what is below it, and then this process."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self._drop_orders()
        for pid in self._told:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE
        while self._told and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.005)
        try:
            processes.end_descendants()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
            os._exit(0)
