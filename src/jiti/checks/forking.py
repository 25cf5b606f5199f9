"""Child processes forked from one server, for those who start many of them: `jiti build`, pytest, tests.

Without a server each child is a new interpreter, which takes half a second of a processor to import
pytest. Where processes cannot fork safely, or nobody tells who started whom, that is how it stays.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

from jiti.checks import processes
from jiti.checks.environment import FOLDERS, TAG, child_environment, import_path
from jiti.checks.fork_server import HEADER
from jiti.checks.forked import Forked

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Mapping, Sequence

THREAD = "jiti: fork server"
"""The name of the thread that starts a server and lives as long."""
_BOOT = """\
import json, sys
setup = json.loads(sys.argv[1])
sys.path[:] = setup["path"]
from jiti.checks.fork_server import main
main(setup)
"""
_PACKAGES = ("jiti", "pytest", "_pytest", "pluggy", "typeguard", "typing_extensions")
"""That a server imports; where a child would find other ones, it needs another server."""
_OF_A_CHILD = frozenset({TAG, *FOLDERS})
"""Variables that are different for each child."""
_MOST_SERVERS = 2
"""Kept at once: children with other variables, or another set of installed packages, need a server of their own."""
_GRACE = 6.0
"""Seconds that a server may take to end."""


class ForkServer:
    """A fork server, from the side of the process that keeps it.

    It ends when it is closed, and when this process ends, however that does.

    Args:
        environment: the variables that children start with, as far as they share them.
        path: where it finds modules.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, environment: Mapping[str, str], path: Sequence[str]) -> None:
        self.owner = os.getpid()
        self.has_forked = False
        self._ordering = threading.Lock()
        self._tag = secrets.token_hex(16)
        self._folder = os.path.realpath(tempfile.mkdtemp(prefix="jiti-"))
        self._control, theirs = socket.socketpair()
        self._process: subprocess.Popen[bytes] | None = None
        self._problem: OSError | None = None
        setup = {"path": list(path), "control": theirs.fileno(), "parent": os.getpid(), "folder": self._folder}
        command = [sys.executable, "-P", "-u", "-c", _BOOT, json.dumps(setup)]
        variables = child_environment(environment, passed=environment, tag=self._tag, folder=self._folder)
        started = threading.Event()

        def live() -> None:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - this very interpreter
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=variables,
                    cwd=self._folder,
                    start_new_session=True,
                    pass_fds=[theirs.fileno()],
                )
            except OSError as error:
                self._problem = error
            started.set()
            if self._process is not None:
                self._process.wait()

        # A process is told of the end of the thread that started it: this one lives as long as the server.
        self._thread = threading.Thread(target=live, name=THREAD, daemon=True)
        self._thread.start()
        started.wait()
        theirs.close()
        if self._problem is not None:
            self.close()
            raise self._problem

    def is_alive(self) -> bool:
        """Whether it can fork children of this process."""
        return self.owner == os.getpid() and self._process is not None and self._process.returncode is None

    def fork(self, setup: str, environment: Mapping[str, str], folder: str, *, wire: int, output: int) -> Forked:
        """Have a child forked; it gets ready on its own. The first one waits until the server is ready.

        Args:
            setup: path of the file that says what it is for.
            environment: its variables.
            folder: its working folder.
            wire: descriptor of its end of the wire.
            output: descriptor of the file for what it prints.

        Raises:
            OSError: the server has ended.
        """
        ours, told = os.pipe()
        try:
            order = {"setup": setup, "environment": dict(environment), "folder": folder}
            self.order(order, [wire, output, told])
        except OSError:
            os.close(ours)
            raise
        finally:
            os.close(told)
        forked = Forked(ours, lambda pid, number: self.order({"signal": number, "pid": pid}))
        self.has_forked |= forked.pid > 0
        return forked

    def order(self, order: Mapping[str, object], descriptors: Sequence[int] = ()) -> None:
        """Tell the server something.

        Raises:
            OSError: it has ended.
        """
        message = json.dumps(order).encode()
        with self._ordering:
            socket.send_fds(self._control, [HEADER.pack(len(message))], descriptors)
            self._control.sendall(message)

    def retire(self) -> None:
        """Let it end by itself once its children have; it forks no more."""
        with contextlib.suppress(OSError):
            self.order({"retire": True})

    def close(self) -> None:
        """End it and its children, with all that they left behind; do nothing if that has been done."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)  # whoever else has inherited this end
        self._control.close()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE)
            if self._process.returncode is None:
                self._process.kill()
            processes.end_tagged(self._tag)
            self._thread.join(_GRACE)
        shutil.rmtree(self._folder, ignore_errors=True)


class _Servers:
    """The servers that this process keeps, by what their children share."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keepers = 0
        self._servers: dict[object, ForkServer] = {}
        self._retired: list[ForkServer] = []
        self._unfit: set[object] = set()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork_in_child)

    def open(self) -> None:
        with self._lock:
            self._forget_those_of_others()
            self._keepers += 1

    def close(self) -> None:
        with self._lock:
            self._forget_those_of_others()
            self._keepers = max(0, self._keepers - 1)
            if not self._keepers:
                for server in (*self._servers.values(), *self._retired):
                    server.close()
                self._servers.clear()
                self._retired.clear()

    def is_kept(self) -> bool:
        with self._lock:
            self._forget_those_of_others()
            return self._keepers > 0

    def get(self, environment: Mapping[str, str], path: Sequence[str], root: str) -> ForkServer | None:
        shared = {name: value for name, value in environment.items() if name not in _OF_A_CHILD}
        # Folders of tests come and go on the path: what counts is where it leads to.
        found_at = [getattr(PathFinder.find_spec(name, path), "origin", None) or "" for name in _PACKAGES]
        needed = {os.path.dirname(origin.removesuffix(f"{os.sep}__init__.py")) for origin in found_at}
        fitting = [each for each in path if each in needed or not _is_own(each, root)]
        key = sys.executable, frozenset(shared.items()), tuple(found_at)
        with self._lock:
            self._forget_those_of_others()
            if not self._keepers:
                return None
            found = self._servers.pop(key, None)
            if found is not None and not found.is_alive():
                if not found.has_forked:
                    self._unfit.add(key)
                found.close()
                found = None
            if key in self._unfit:
                return None
            found = found or ForkServer(shared, fitting)
            self._servers[key] = found  # the last used comes last
            while len(self._servers) > _MOST_SERVERS:
                oldest = self._servers.pop(next(iter(self._servers)))
                oldest.retire()
                self._retired.append(oldest)
            return found

    def _after_fork_in_child(self) -> None:
        self._lock = threading.Lock()  # whoever held it at the fork is not there to release it

    def _forget_those_of_others(self) -> None:
        """In a fork of the process that keeps them, they are not ours."""
        if any(server.owner != os.getpid() for server in self._servers.values()):
            self._servers.clear()
            self._retired.clear()
            self._keepers = 0


def _is_own(entry: str, root: str) -> bool:
    """Whether what is found there is a project's, which no server imports; an environment may lie in a project."""
    installed = any(_is_below(entry, prefix) for prefix in (sys.prefix, sys.base_prefix))
    return _is_below(entry, root) and not installed


def _is_below(path: str, folder: str) -> bool:
    return os.path.join(path, "").startswith(os.path.join(folder, ""))


_servers = _Servers()


@contextlib.contextmanager
def kept() -> Generator[None]:
    """Let child processes that are started meanwhile be forked from one server; it ends when nobody keeps it any more.

    Without effect but on Linux, where such processes can be told apart, and are sure to end.
    """
    _servers.open()
    try:
        yield
    finally:
        _servers.close()


def is_kept() -> bool:
    """Whether somebody keeps a server, as far as processes can be forked from one here."""
    return processes.ON_LINUX and _servers.is_kept()


def get_ready(root: str, env: Collection[str]) -> None:
    """Start the server that children of a project will be forked from, if one is kept; it gets ready on its own.

    Args:
        root: the project's.
        env: names of environment variables that children get although they look like secrets.
    """
    with contextlib.suppress(OSError):  # who needs a child will hear of it
        server_for(child_environment(os.environ, passed=env, tag="", folder=""), import_path(), root)


def server_for(environment: Mapping[str, str], path: Sequence[str], root: str) -> ForkServer | None:
    """The server that forks children with these variables and this import path; None where nobody keeps one.

    Args:
        environment: the variables of a child.
        path: where it finds modules.
        root: the project's; what lies there is imported in no server.

    Raises:
        OSError: it cannot be started.
    """
    return _servers.get(environment, path, root) if processes.ON_LINUX else None
