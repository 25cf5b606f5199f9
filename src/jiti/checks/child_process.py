"""The child process in which candidates and experiments run, from the side of the parent.

Nothing that a child says is believed beyond what it can know, none of it is unpickled, and nobody
waits for it longer than its limits.
"""

from __future__ import annotations

import contextlib
import math
import os
import pickle
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any

from jiti.checks import forking, leftovers, processes
from jiti.checks.environment import child_environment, import_path
from jiti.checks.runs import Ending, Event, Run, Stage, ending_of, excerpt, need_of, read_event, shortened
from jiti.checks.wire import Wire, decode
from jiti.submission import OutOfTimeError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import NoReturn

    from jiti.checks.forked import Forked
    from jiti.checks.limits import Limits

_BOOT = """\
import os, pickle, sys
with open(sys.argv[1], "rb") as file:
    setup = pickle.load(file)
os.remove(sys.argv[1])
sys.path[:] = setup["path"]
from jiti.checks.child import main
main(setup)
"""
_OWN, _OF_A_JOB = b"s", b"j"
"""How a child's lines begin, as in `jiti.checks.child`: its own, and those of the process of a job."""
_MOST_SAID = 256 << 20
"""Bytes of all lines of one job."""
_IDLE = frozenset({"effect", "need", "asked"})
"""Events by which a job gets no further, so that a candidate may bring them about as often as it likes."""
_STEPS = 3
"""Of a test, each of which may take its time: its setup, its call, its teardown."""
_GRACE = 5.0
"""Seconds that a child may take to end a job or itself, once it was told to."""


class ChildError(Exception):
    """The child process did not get ready; the message says why, for people to read.

    Args:
        message: it.
        stage: what it was at; None where that is not known.
    """

    def __init__(self, message: str, stage: Stage | None = None) -> None:
        super().__init__(message)
        self.stage = stage


class NoServerError(Exception):
    """There is no process that a child could be forked from."""


class ChildProcess:
    """A child process; it starts at once, and gets ready on its own.

    It is ended by the system if the thread that made it ends.

    Args:
        setup: what it needs to know of the stub (see `jiti.checks.child.main`), in plain types.
        limits: what its jobs may use.
        env: names of environment variables that it gets although they look like secrets.
        fork: whether it forks for each job; else it does one job and ends.
        forked: whether it has to be forked from a server: such a one does not end with the thread that made it.

    Raises:
        ChildError: it cannot be started.
        NoServerError: it would have to be forked, and there is nothing to fork it from.
    """

    def __init__(
        self,
        setup: Mapping[str, object],
        *,
        limits: Limits,
        env: Collection[str] = (),
        fork: bool = True,
        forked: bool = False,
    ) -> None:
        self._limits = limits
        self._tag = secrets.token_hex(16)
        self._folder = ""
        self._output = -1
        self._needs: tuple[dict[str, Any], ...] | None = None
        self.forks = False
        """Whether it forks for each job; known once it is ready."""
        self.gates: list[dict[str, Any]] = []
        """What it told of each gate when it was ready, before it ran any candidate."""
        self.usable = True
        """Whether it can do another job."""
        try:
            self._folder = os.path.realpath(tempfile.mkdtemp(prefix="jiti-"))
            self._output = os.open(os.path.join(self._folder, "output"), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            self._process, self._wire = self._start(dict(setup), env, fork=fork, forked=forked)
        except BaseException as error:
            self._clear()
            if not isinstance(error, OSError):
                raise
            message = f"{sys.executable or 'python'} cannot be started: {error}"
            raise ChildError(message) from error

    def _start(
        self, setup: dict[str, object], env: Collection[str], *, fork: bool, forked: bool
    ) -> tuple[subprocess.Popen[bytes] | Forked, Wire]:
        temporary = os.path.join(self._folder, "tmp")
        os.mkdir(temporary)
        setup |= {"path": import_path(), "argv": sys.argv, "parent": os.getpid(), "folder": self._folder, "fork": fork}
        setup["temporary"] = temporary
        path = os.path.join(self._folder, "setup")
        with open(path, "wb") as file:
            pickle.dump(setup, file)
        environment = child_environment(os.environ, passed=env, tag=self._tag, folder=temporary)
        server = forking.server_for(environment, import_path(), str(setup["root"])) if fork else None
        ours, theirs = socket.socketpair()
        with theirs:
            wire = theirs.fileno()
            if server is not None:
                with contextlib.suppress(OSError):  # it has just ended: the child is started by itself
                    child = server.fork(path, environment, self._folder, wire=wire, output=self._output)
                    return child, Wire(ours)
            if forked:
                ours.close()
                raise NoServerError
            command = [sys.executable, "-P", "-u", "-c", _BOOT, path, str(wire)]
            return self._spawn(command, environment, theirs), Wire(ours)

    def _spawn(self, command: list[str], environment: dict[str, str], theirs: socket.socket) -> subprocess.Popen[bytes]:
        on_windows = sys.platform == "win32"
        process = subprocess.Popen(  # noqa: S603 - this very interpreter
            command,
            stdin=subprocess.PIPE if on_windows else subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            env=environment,
            cwd=self._folder,
            start_new_session=not on_windows,
            pass_fds=[] if on_windows else [theirs.fileno()],
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        if process.stdin is not None:  # Windows hands sockets on in this way alone
            with process.stdin as stdin:
                stdin.write(theirs.share(process.pid))  # ty: ignore[missing-attribute] - Windows has it
        return process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    # ------------------------------------------------------------ getting ready

    def needs(self, end: float = math.inf) -> tuple[dict[str, Any], ...]:
        """Wait until it is ready; the stubs that it needs to become so, if there are any: then it has ended.

        Args:
            end: the moment of the monotonic clock when the session's time is over.

        Raises:
            ChildError: it did not get ready, and never will.
            OutOfTimeError: it was not ready at the end.
        """
        if self._needs is None:
            event, data = self._first_word(end)
            if event == "failed":
                why = self._printed() if data["why"] is None else data["why"]
                self._fail(data["what"], shortened(why), Stage(data["stage"]))
            self.usable = event == "ready"
            self.forks = bool(data.get("forks"))
            self.gates = data.get("gates", [])
            self._needs = tuple(need_of(need) for need in data.get("needs", ()))
        return self._needs

    def has_spoken(self) -> bool:
        """Whether `needs` would tell at once."""
        return self._needs is not None or self._wire.is_ready()

    def _first_word(self, end: float) -> Event:
        try:
            line = self._wire.receive(min(self._limits.start, max(0.0, end - time.monotonic())))
        except TimeoutError as error:
            if time.monotonic() >= end:
                raise OutOfTimeError from error
            self._fail(f"the process that checks candidates was not ready within {self._limits.start:g} s", "")
        except EOFError:
            self._fail("the process that checks candidates ended while it got ready", self._printed())
        event, data = decode(line[1:])
        return event, data

    def _fail(self, what: str, why: str, stage: Stage | None = None) -> NoReturn:
        self.close()
        raise ChildError(f"{what}:\n{why}" if why else what, stage)

    def _printed(self) -> str:
        return excerpt(self._output, 2_000)

    # ------------------------------------------------------------ jobs

    def run(self, job: Mapping[str, object], seconds: float, *, times: int = 1, end: float = math.inf) -> Run:
        """Have a job done, from its beginning until nothing of it is left.

        Args:
            job: its `kind`, and what that needs.
            seconds: how long it may be silent. Each step that it reports gives it as long again.
            times: how many such spans it may compute for; and how many tests or examples it has, at least.
            end: the moment of the monotonic clock when the session's time is over.

        Raises:
            OutOfTimeError: it was not done at the end.
        """
        nonce = secrets.token_hex(16)
        folder = tempfile.mkdtemp(prefix="job-", dir=self._folder)
        bounds = {"memory": self._limits.memory, "output": self._limits.output, "processes": self._limits.processes}
        cpu = int(seconds * (times + 1)) + 1
        os.truncate(self._output, 0)
        try:
            self._wire.send({"candidate": None} | dict(job) | bounds | {"nonce": nonce, "folder": folder, "cpu": cpu})
            events, ending, status = self._listen(nonce, seconds, times, end)
        except OSError:
            events, ending, status = [], Ending.LOST, None
        finally:
            leftovers.remove(folder)
        if os.fstat(self._output).st_size >= self._limits.output:
            ending = Ending.FLOOD
        return Run(tuple(events), ending, status, excerpt(self._output))

    def _listen(self, nonce: str, seconds: float, times: int, end: float) -> tuple[list[Event], Ending, int | None]:
        events: list[Event] = []
        said = 0
        last = min(time.monotonic() + seconds * (_STEPS * times + 2), end)
        deadline = min(time.monotonic() + seconds, last)
        while True:
            try:
                line = self._wire.receive(max(0.0, deadline - time.monotonic()))
            except TimeoutError as error:
                ended = events, Ending.TIMEOUT, self._stop()
                if deadline == end:
                    raise OutOfTimeError from error
                return ended
            except EOFError:
                return events, *self._hung_up(events)
            if line[:1] == _OWN:
                _, data = decode(line[1:])
                return events, *ending_of(events, data["status"], too_many=data["too_many"])
            event = read_event(decode(line[1:]), nonce) if line[:1] == _OF_A_JOB else None
            if event is None:
                return events, Ending.FORGED, self._stop()
            events.append(event)
            said += len(line)
            if said > _MOST_SAID:
                return events, Ending.FLOOD, self._stop()
            if event[0] not in _IDLE:
                deadline = min(time.monotonic() + seconds, last)

    def _hung_up(self, events: list[Event]) -> tuple[Ending, int | None]:
        """It is gone: because it does one job only, or because the job ended it."""
        self.usable = False
        self._wait()
        status = self._process.returncode
        self._end()
        return (Ending.LOST, status) if self.forks else ending_of(events, status, too_many=False)

    def _stop(self) -> int | None:
        """End the job that runs; where the child cannot, or is itself the job's process, end the child."""
        if self.forks:
            with contextlib.suppress(OSError, EOFError, TimeoutError):
                self._wire.send({"stop": True})
                deadline = time.monotonic() + _GRACE
                while (line := self._wire.receive(max(0.0, deadline - time.monotonic())))[:1] != _OWN:
                    pass
                return decode(line[1:])[1]["status"]
        self.usable = False
        self._end()
        return self._process.returncode

    # ------------------------------------------------------------ ending

    def close(self) -> None:
        """End it, and all that it left behind; do nothing if that has been done."""
        self.usable = False
        self._wire.hang_up()
        if self._needs is not None:  # else it is still getting ready, and does not listen
            self._wait()
        if self._process.returncode != 0:
            self._end()
        self._clear()

    def _wait(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)

    def _end(self) -> None:
        processes.end_tree(self._process, self._tag)

    def _clear(self) -> None:
        if self._output >= 0:
            os.close(self._output)
            self._output = -1
        leftovers.remove(self._folder)
