"""The process that forks programs, for `tests/programs.py`: a script, since it must not import `tests`."""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import linecache
import os
import pkgutil
import runpy
import select
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from importlib.machinery import BuiltinImporter, SourceFileLoader
from types import ModuleType, SimpleNamespace, TracebackType
from typing import Any, NoReturn

setup: dict[str, Any] = json.loads(sys.argv[1])
base = sys.path[1:]
sys.path[:] = [setup["package"], *base]

import jiti  # noqa: E402 - it is found only now
from jiti.checks import fork_server, forking  # noqa: E402

IMPORTED = (*fork_server.IMPORTED, "pytest")
OTHERS = ("click", "pathspec", "rich.console", "rich.table")
LEFT_OUT = ("jiti.__main__", "jiti.demo.project", "jiti.pytest_plugin")
"""A program, a project, and what pytest has to import itself."""
DESCRIPTORS = 4
MOST_SAID = 1 << 17


def load_for_children() -> None:
    """Import what a fork server of jiti's imports."""
    for name in IMPORTED:
        importlib.import_module(name)
    from _pytest.config import default_plugins

    for name in default_plugins:
        importlib.import_module(f"_pytest.{name}")


def load_for_programs(*, with_client: bool) -> None:
    """Import all of jiti, what it imports of others, and the client if it is to be used."""
    for name in OTHERS:
        importlib.import_module(name)
    for module in pkgutil.walk_packages(jiti.__path__, "jiti."):
        if not module.name.startswith(LEFT_OUT):
            importlib.import_module(module.name)
    if with_client:
        importlib.import_module("anthropic")


class Served:
    """Forks a process for each order that comes; in such a process, `order` is it, and `descriptors` come with it.

    Args:
        control: where orders come from; at its end, this process ends.
        children: process ids of children that have begun before, by what is told of them.
    """

    def __init__(self, control: socket.socket, children: dict[int, int]) -> None:
        gc.collect()
        gc.freeze()
        self._woken, self._waking = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waking, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a signal without a handler wakes nobody
        signal.set_wakeup_fd(self._waking, warn_on_full_buffer=False)
        self._told = children
        message, self.descriptors = self._next(control)
        self.order: dict = json.loads(message)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        control.close()
        for descriptor in (self._woken, self._waking, *self._told.values()):
            os.close(descriptor)

    def _next(self, control: socket.socket) -> tuple[bytes, list[int]]:
        with selectors.DefaultSelector() as selector:
            selector.register(control, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                self._reap(woken=self._woken in ready)
                if control not in ready:
                    continue
                message, descriptors, _, _ = socket.recv_fds(control, MOST_SAID, DESCRIPTORS)
                if not message:
                    for child in self._told:  # what they used counts as used by this process
                        os.waitpid(child, 0)
                    os._exit(0)
                pid = os.fork()
                if pid == 0:
                    return message, descriptors
                self._told[pid] = descriptors.pop()
                with contextlib.suppress(OSError):
                    os.write(self._told[pid], b"%d " % pid)
                for descriptor in descriptors:
                    os.close(descriptor)

    def _reap(self, *, woken: bool) -> None:
        if woken:
            os.read(self._woken, 1 << 12)
        for pid in [*self._told]:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                with contextlib.suppress(OSError):
                    os.write(self._told[pid], b"%d" % os.waitstatus_to_exitcode(status))
                os.close(self._told.pop(pid))


class Borrowed:
    """A fork server of jiti's, forked and not started: stands for `subprocess.Popen` in `jiti.checks.forking`."""

    lender: socket.socket

    def __init__(self, command: list[str], *, env: dict[str, str], cwd: str, pass_fds: list[int], **_: object) -> None:
        self._told, told = os.pipe()
        self.returncode: int | None = None
        order = {"setup": json.loads(command[-1]), "environment": env, "folder": cwd}
        try:
            socket.send_fds(self.lender, [json.dumps(order).encode()], [pass_fds[0], told])
        finally:
            os.close(told)
        self._pid = int(os.read(self._told, 20))

    def wait(self, timeout: float | None = None) -> int:
        ready, _, _ = select.select([self._told], [], [], timeout)
        if not ready:
            raise subprocess.TimeoutExpired("a fork server", timeout or 0.0)
        self.returncode = 0
        return 0

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            os.kill(self._pid, signal.SIGKILL)


def lend(control: socket.socket, children: dict[int, int]) -> NoReturn:
    """Fork a fork server of jiti's for each program that wants one."""
    served = Served(control, children)
    os.setsid()
    with open(os.devnull, "r+b", buffering=0) as nowhere:
        for number in range(3):
            os.dup2(nowhere.fileno(), number)
    own: dict[str, Any] = {**served.order["setup"], "control": served.descriptors[0], "parent": os.getppid()}
    os.environ.clear()
    os.environ.update(served.order["environment"])
    os.chdir(served.order["folder"])
    os.close(served.descriptors[1])
    sys.path[:] = own["path"]
    fork_server.main(own)


def become(order: dict, base: list[str]) -> None:
    """Be in all that a program sees what a new interpreter is."""
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    os.umask(order["umask"])
    sys.orig_argv[:] = order["command"]
    sys.path[:] = [*dict.fromkeys([*filter(None, os.environ["PYTHONPATH"].split(os.pathsep)), *base])]
    sys.path_importer_cache.clear()
    importlib.invalidate_caches()
    tempfile.tempdir = None


def execute(kind: str, what: str, arguments: list[str], *, safe: bool) -> None:
    """Run the program, as the main module."""
    main = sys.modules["__main__"] = ModuleType("__main__", None)
    main.__dict__.update(__builtins__=__builtins__, __annotations__={})
    if kind == "module":
        sys.argv[:] = ["-m", *arguments]
        if not safe:
            sys.path.insert(0, os.getcwd())
        main.__dict__["__loader__"] = BuiltinImporter
        as_main: Any = runpy
        as_main._run_module_as_main(what)  # noqa: SLF001 - as `python -m` does
        return
    if kind == "code":
        sys.argv[:] = ["-c", *arguments]
        code, name, folder = what, "<string>", ""
        main.__dict__["__loader__"] = BuiltinImporter
        if sys.version_info >= (3, 13):
            linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    else:
        sys.argv[:] = [what, *arguments]
        name = os.path.join(os.getcwd(), what)
        folder = os.path.dirname(os.path.realpath(name))
        with open(name, encoding="utf-8") as file:
            code = file.read()
        main.__dict__.update(__file__=name, __cached__=None, __loader__=SourceFileLoader("__main__", name))
    if not safe:
        sys.path.insert(0, folder)
    exec(compile(code, name, "exec", dont_inherit=True), main.__dict__)  # noqa: S102 - it is what the process is for


def own_part(trace: TracebackType | None) -> TracebackType | None:
    """The traceback without what is of this file."""
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def run(order: dict) -> int:
    """Run the program, and tell what it raises; gives what it exits with."""
    try:
        execute(order["kind"], order["what"], order["arguments"], safe=order["safe"])
    except SystemExit as error:
        if error.code is None or isinstance(error.code, int):
            return error.code or 0
        sys.stderr.write(f"{error.code}\n")
        return 1
    except BaseException as error:  # noqa: BLE001 - all that a program may raise
        sys.stdout.flush()
        error.__traceback__ = own_part(error.__traceback__)
        sys.excepthook(type(error), error, error.__traceback__)
        return -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    return 0


def end(status: int, loaded: set[str]) -> NoReturn:
    """End as an interpreter ends, but leave what the server has imported: to take it apart would take longest."""
    if threading.active_count() == 1:  # a thread that is not waited for would see how its modules go
        for name in [*({*sys.modules} - loaded), "__main__"]:
            getattr(sys.modules.pop(name), "__dict__", {}).clear()
        gc.collect()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status & 0xFF)


def main() -> None:
    control = socket.socket(fileno=setup["control"])
    load_for_children()
    lender, borrower = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid:
        control.close()
        borrower.close()
        lend(lender, {pid: os.open(os.devnull, os.O_WRONLY)})
    lender.close()
    load_for_programs(with_client=setup["with_client"])
    control.send(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})).encode())
    served = Served(control, {})
    for number, descriptor in enumerate(served.descriptors[:3]):
        os.dup2(descriptor, number)
    for descriptor in served.descriptors:
        os.close(descriptor)
    Borrowed.lender = borrower
    borrowing: Any = forking
    borrowing.subprocess = SimpleNamespace(
        Popen=Borrowed, DEVNULL=subprocess.DEVNULL, TimeoutExpired=subprocess.TimeoutExpired
    )
    become(served.order, base)
    loaded = {*sys.modules}
    with forking.kept():
        status = run(served.order)
        interpreter: tuple[Any, Any] = threading, atexit  # which do this themselves when Python ends
        interpreter[0]._shutdown()  # noqa: SLF001 - and nobody else can
        interpreter[1]._run_exitfuncs()  # noqa: SLF001 - the same
    end(status, loaded)


main()
