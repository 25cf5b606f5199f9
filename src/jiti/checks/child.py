"""The child process in which candidates and experiments run, from its own side.

It imports pytest and the stub's module while the model is thinking. Then it forks for each job: the
fork has all that in memory already, and can spoil nothing for the next one. Where a process cannot
fork, it does one job itself and ends.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import socket
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

import jiti.trial
from jiti.checks import jobs, processes, pytest_run, stub_module
from jiti.checks.jobs import Place
from jiti.checks.relay import Relay
from jiti.checks.reports import Report, ReportingTrial, short_traceback, told
from jiti.checks.wire import Wire, decode
from jiti.trial import Needed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

OWN, OF_A_JOB = "s", "j"
"""How a line to the parent begins: said by this process, or handed on from the process of a job."""


def main(setup: Mapping[str, Any]) -> NoReturn:
    """Serve until the parent hangs up.

    Args:
        setup: what `jiti.checks.parent` writes for the child.
    """
    wire = _connect()
    sys.argv[:] = setup["argv"]
    child = _Child(setup, wire)
    child.guard()
    os.chdir(setup["root"])
    child.run()


def _connect() -> Wire:
    if sys.platform == "win32":
        return Wire(socket.fromshare(sys.stdin.buffer.read()))
    connected = socket.socket(fileno=int(sys.argv[2]))
    connected.set_inheritable(False)
    return Wire(connected)


class _Child:
    def __init__(self, setup: Mapping[str, Any], wire: Wire) -> None:
        self._setup = setup
        self._wire = wire
        self._trial = ReportingTrial()
        jiti.trial.current = self._trial

    def guard(self) -> None:
        """See to it that nothing is left when the parent ends, however it does."""
        processes.adopt_orphans()
        signal.signal(signal.SIGTERM, lambda *_: self._leave())
        processes.end_with_parent(signal.SIGTERM, self._setup["parent"])

    def run(self) -> NoReturn:
        """Get ready, serve, and end."""
        setup = self._setup
        plugin = pytest_run.Plugin(setup["gates"], self._serve, setup["key"], setup["file"])
        try:
            code = pytest.main(pytest_run.arguments(setup["root"], setup["folder"]), plugins=[plugin])
        except BaseException as error:  # noqa: BLE001 - conftest files and plugins may raise anything
            self._fail("pytest cannot start", error)
        if code in {pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR}:
            self._fail("pytest cannot start", None)
        self._leave()

    # ------------------------------------------------------------ getting ready

    def _serve(self, config: pytest.Config) -> pytest_run.TestJob | None:
        setup = self._setup
        module = self._load_module()
        place = Place(setup["key"], setup["qualname"], module, setup["live"], pytest_run.doctest_flags(config))
        gc.collect()
        gc.freeze()  # what is there now is shared with every fork, and stays so
        forks = setup["fork"] and processes.thread_count() == 1
        self._say("ready", forks=forks)
        job = self._fork_for_each(place) if forks else self._do_one(place)
        if job is None and not pytest_run.has_endings(config):
            self._leave()  # a tenth of a second sooner than pytest's own way out
        return job

    def _load_module(self) -> ModuleType:
        setup = self._setup
        try:
            return stub_module.load(setup["module"], setup["file"], setup["key"], self._trial)
        except Needed:
            self._say("needs", needs=[told(need) for need in self._trial.needs[-1:]])
        except BaseException as error:  # noqa: BLE001 - the user's module may raise anything, SystemExit too
            self._fail(f"{setup['module']} cannot be imported", error)
        return self._leave()

    def _fail(self, what: str, error: BaseException | None) -> NoReturn:
        self._say("failed", what=what, why="" if error is None else short_traceback(error))
        self._leave()

    def _say(self, event: str, **data: object) -> None:
        self._wire.send([event, data], OWN)

    # ------------------------------------------------------------ serving

    def _fork_for_each(self, place: Place) -> pytest_run.TestJob | None:
        kept = frozenset(processes.children(os.getpid()))  # a user's module may have started them: they stay
        while True:
            try:
                job = decode(self._wire.receive())
            except EOFError:
                return None
            if "kind" not in job:
                continue  # asked to stop a job that had ended by itself
            ours, theirs = socket.socketpair()
            pid = self._fork()
            if pid == 0:
                ours.close()
                self._wire.close()
                return self._begin(job, place, Report(Wire(theirs), job["nonce"]))
            theirs.close()
            relay = Relay(pid, Wire(ours), self._wire, prefix=OF_A_JOB.encode(), kept=kept)
            try:
                ended = relay.run(job["processes"])
                self._say("ended", status=ended.status, too_many=ended.too_many)
            except (EOFError, OSError):
                return None
            ours.close()

    @staticmethod
    def _fork() -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            processes.end_with_parent(signal.SIGKILL, server)
        return pid

    def _do_one(self, place: Place) -> pytest_run.TestJob | None:
        try:
            job = decode(self._wire.receive())
        except EOFError:
            return None
        threading.Thread(target=self._end_when_parent_does, daemon=True).start()
        return self._begin(job, place, Report(self._wire, job["nonce"], prefix=OF_A_JOB))

    def _end_when_parent_does(self) -> None:
        try:
            while self._wire.socket.recv(1, socket.MSG_PEEK):
                time.sleep(1)  # something is said that nobody will read
        except OSError:
            pass
        self._leave()

    # ------------------------------------------------------------ in the process of a job

    def _begin(self, job: Mapping[str, Any], place: Place, report: Report) -> pytest_run.TestJob | None:
        try:
            os.chdir(job["folder"])
            processes.limit(cpu=job["cpu"], memory=job["memory"], output=job["output"])
            self._trial.report = report
            if job["candidate"] is not None:
                self._trial.candidates[place.key] = job["candidate"]
            if job["kind"] == "tests":
                path = os.path.join(job["folder"], f"test_{job['nonce'][:12]}.py")
                return pytest_run.TestJob(job["text"], path, report, lambda: _finish(report))
            jobs.do(job, place, report)
            _finish(report)
        except BaseException:  # noqa: BLE001 - nothing may get back to where the first process goes on
            traceback.print_exc()
            os._exit(1)

    # ------------------------------------------------------------ ending

    def _leave(self) -> NoReturn:
        processes.end_descendants()
        shutil.rmtree(self._setup["folder"], ignore_errors=True)
        os._exit(0)


def _finish(report: Report) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    report("done")
    os._exit(0)
