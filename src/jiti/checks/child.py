"""The child process in which candidates and experiments run, from its own side.

It imports pytest and the stub's module while the model is thinking. Then it forks for each job: the
fork has all that in memory already, and can spoil nothing for the next one. Where a process cannot
fork, it does one job itself and ends.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

import jiti.trial
from jiti.checks import jobs, leftovers, processes, pytest_run, stub_module, watching
from jiti.checks.confining import Confining, hide
from jiti.checks.jobs import Place
from jiti.checks.relay import Relay
from jiti.checks.reports import OURS, Report, ReportingTrial, message_of, short_traceback, told
from jiti.checks.runs import Stage
from jiti.checks.wire import Wire, decode
from jiti.checks.witness.judge import Witness
from jiti.checks.witness.preparation import Tests
from jiti.stub import SCRIPT_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

_HERE = "in the process that checks candidates"
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
        self._trial = ReportingTrial(setup["key"], self._needed_before_jobs)
        self._trial.withheld = {setup["key"], *setup["candidates"]}
        self._trial.candidates |= setup["candidates"]
        self._plugin = pytest_run.Plugin(setup, self._get_ready)
        self._session: pytest.Session | None = None
        self._script_problem = "it is not known"
        self._is_leaving = False
        jiti.trial.current = self._trial

    def guard(self) -> None:
        """See to it that nothing is left when the parent ends, however it does."""
        processes.adopt_orphans()
        signal.signal(signal.SIGTERM, self._asked_to_leave)
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})  # whoever forked this process had it wait
        processes.end_with_parent(signal.SIGTERM, self._setup["parent"])
        if self._setup["hidden"]:
            hide(tuple(self._setup["hidden"]))

    def run(self) -> NoReturn:
        """Get ready, serve, and end."""
        setup = self._setup
        try:
            plugins = [self._plugin, self._plugin.gates]
            pytest.main(pytest_run.arguments(setup["root"], setup["temporary"]), plugins=plugins)
        except BaseException as error:  # noqa: BLE001 - conftest files and plugins may raise anything
            self._fail(Stage.PYTEST, f"pytest cannot start {_HERE}", short_traceback(error))
        if self._session is None:
            self._fail(Stage.PYTEST, f"pytest cannot start {_HERE}", None)
        self._leave()

    # ------------------------------------------------------------ getting ready

    def _get_ready(self, session: pytest.Session) -> None:
        """Import what the jobs work on, and serve; called where pytest has stopped."""
        self._session = session
        setup = self._setup
        try:
            module = stub_module.load(setup["module"], setup["file"])
        except BaseException as error:  # noqa: BLE001 - the user's module may raise anything, SystemExit too
            self._fail(Stage.IMPORT, f"{setup['module']} cannot be imported {_HERE}", short_traceback(error))
        self._load_script()
        self._serve(module, session)
        if not pytest_run.has_endings(session.config):
            self._leave()  # a tenth of a second sooner than pytest's own way out

    def _load_script(self) -> None:
        """Import the script that the program was started with, if arguments of the live call come from it."""
        live, script = self._setup["live"] or b"", self._setup["script"]
        if script is None or script[0] in sys.modules or not any(name.encode() in live for name in SCRIPT_NAMES):
            return
        try:
            stub_module.load(*script)
        except BaseException as error:  # noqa: BLE001 - a script may raise anything; what it defines is then not there
            self._script_problem = f"{type(error).__name__}: {message_of(error)}"[:200]
            sys.modules.pop(script[0], None)

    def _needed_before_jobs(self, need: dict[str, object]) -> None:
        """A stub is called while this process gets ready: serve there, if it is the one on trial.

        Nothing is unwound: the code around that call would clean up after work that was never done.
        """
        setup, session = self._setup, self._session
        if need["key"] != setup["key"]:
            try:
                self._say("needs", needs=[told(need)])
            finally:
                self._leave()
        caller = f"{need['key']} is called by {self._caller()}"
        if session is None:
            doing = "collects its gates" if self._plugin.gates.is_collecting else "starts"
            self._fail(Stage.CALL, f"{caller} while pytest {doing}, and no candidate can be tried that early", "")
        module = sys.modules.get(setup["module"])
        in_main_thread = threading.current_thread() is threading.main_thread()
        if module is None or not in_main_thread or not stub_module.is_from(module, setup["file"]):
            self._fail(Stage.CALL, f"{caller}, in a thread of its own or by another name, during an import", "")
        try:
            self._serve(module, session)
            if pytest_run.has_endings(session.config):
                self._plugin.finish()
        finally:
            self._leave()

    def _caller(self) -> str:
        """File and line of the call that is being made."""
        own = self._setup["file"], self._setup["qualname"].rpartition(".")[2]
        frames = [frame for frame in traceback.extract_stack() if not frame.filename.startswith(OURS)]
        while frames and (frames[-1].filename, frames[-1].name) == own:
            frames.pop()
        return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "a thread"

    def _fail(self, stage: Stage, what: str, why: str | None) -> NoReturn:
        try:
            self._say("failed", stage=stage, what=what, why=why)
        finally:
            self._leave()

    def _say(self, event: str, **data: object) -> None:
        self._wire.send([event, data], OWN)

    # ------------------------------------------------------------ serving

    def _serve(self, module: ModuleType, session: pytest.Session) -> None:
        """Do jobs, each in a process of its own; this returns in the first process alone, when there are no more."""
        setup = self._setup
        script = setup["script"][0] if setup["script"] else ""
        flags = pytest_run.doctest_flags(session.config)
        place = Place(setup["key"], setup["qualname"], module, setup["live"], script, self._script_problem, flags)
        forks = setup["fork"] and processes.thread_count() == 1
        confining = Confining(setup, forks=forks)
        gc.collect()
        gc.freeze()  # what is there now is shared with every fork, and stays so
        self._say("ready", forks=forks, gates=self._plugin.gates.told())
        if forks:
            self._fork_for_each(place, confining)
        else:
            self._do_one(place, confining)

    def _fork_for_each(self, place: Place, confining: Confining) -> None:
        kept = frozenset(processes.children(os.getpid()))  # a user's module may have started them: they stay
        temporary = self._setup["temporary"]
        kept_files = frozenset(os.listdir(temporary))  # and may have made these
        while True:
            try:
                job = decode(self._wire.receive())
            except EOFError:
                return
            if "kind" not in job:
                continue  # asked to stop a job that had ended by itself
            ours, theirs = socket.socketpair()
            confining.prepare()
            pid = self._fork()
            if pid == 0:
                ours.close()
                self._wire.close()
                self._begin(job, place, confining, Report(Wire(theirs), job["nonce"]))
            theirs.close()
            relay = Relay(pid, Wire(ours), self._wire, prefix=OF_A_JOB.encode(), kept=kept)
            try:
                ended = relay.run(job["processes"])
                self._say("ended", status=ended.status, too_many=ended.too_many)
            except (EOFError, OSError):
                return
            ours.close()
            leftovers.empty(temporary, besides=kept_files)  # what one candidate leaves there is not for the next

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

    def _do_one(self, place: Place, confining: Confining) -> None:
        try:
            job = decode(self._wire.receive())
        except EOFError:
            return
        self._begin(job, place, confining, Report(self._wire, job["nonce"], prefix=OF_A_JOB), is_own=True)

    def _end_when_parent_does(self) -> None:
        try:
            while self._wire.socket.recv(1, socket.MSG_PEEK):
                time.sleep(1)  # something is said that nobody will read
        except OSError:
            pass
        self._leave()

    # ------------------------------------------------------------ in the process of a job

    def _begin(
        self, job: Mapping[str, Any], place: Place, confining: Confining, report: Report, *, is_own: bool = False
    ) -> NoReturn:
        try:
            jobs.leave_event_loop()
            os.chdir(self._setup["root"] if job["kind"] == "gates" else job["folder"])
            processes.limit(cpu=job["cpu"], memory=job["memory"], output=job["output"])
            confining.enter(job)
            if is_own:  # this process, and no fork of it; a thread that was there before would not be confined
                threading.Thread(target=self._end_when_parent_does, daemon=True).start()
            self._trial.begin(report)
            if job["candidate"] is not None:
                self._trial.candidates[place.key] = job["candidate"]
            self._trial.candidates |= job.get("standing", {})
            watching.begin(job, place.key, self._setup["file"], self._session, report)
            if job.get("witness"):
                tests = Tests(self._plugin.running, self._plugin.collected)
                classes = [*self._setup["classes"], *job.get("classes", ())]
                Witness(report, place, {**self._setup, "classes": classes}, self._trial, tests).stand_in()
            if job["kind"] == "gates":
                self._plugin.run(pytest_run.TestJob(report, lambda: _finish(report), gates=job["gates"]))
            elif job["kind"] == "tests":
                path = os.path.join(job["folder"], f"test_{job['nonce'][:12]}.py")
                job_of_tests = pytest_run.TestJob(report, lambda: _finish(report), text=job["text"], path=path)
                self._plugin.run(job_of_tests)
            else:
                jobs.do(job, place, report)
            _finish(report)
        except BaseException:  # noqa: BLE001 - nothing may get back to where the first process goes on
            traceback.print_exc()
        os._exit(1)

    # ------------------------------------------------------------ ending

    def _asked_to_leave(self, *_: object) -> None:
        if not self._is_leaving:  # else what the signal interrupts goes on: an import among it cannot be begun anew
            self._leave()

    def _leave(self) -> NoReturn:
        self._is_leaving = True
        try:
            processes.end_descendants()
        finally:
            leftovers.remove(self._setup["folder"])
            os._exit(0)


def _finish(report: Report) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    report("done")
    os._exit(0)
