"""The child processes of one bench: one at a time, and another when a job has spoilt it."""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from jiti import interpreter
from jiti.checks import forking, gate_problems, stub_module
from jiti.checks.child_process import ChildError, ChildProcess
from jiti.checks.judging import Judging
from jiti.checks.limits import SessionTime
from jiti.checks.runs import Stage
from jiti.checks.turns import beginnings, checks
from jiti.errors import GenerationError
from jiti.sandbox import Policy, hint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jiti.checks.limits import Limits
    from jiti.checks.runs import Run
    from jiti.definition import Definition
    from jiti.diagnostics import Diagnostic
    from jiti.gates import Gate
    from jiti.live import LiveCall

MOST_NEEDS = 50
"""How many different stubs the checks of one may need to have generated."""

_LONGEST_WAIT = 1.0
"""Seconds that a child which nobody waits for is not started, while candidates are being checked."""

_HINTS = {
    Stage.PYTEST: "`python -m pytest --collect-only` has to work: candidates are tested under the project's settings",
    Stage.IMPORT: "make its import work in a fresh process; `[tool.jiti.sandbox] env` passes on environment variables",
    Stage.CALL: "call it in a function, a fixture or a test instead, which run later",
}


class Children:
    """Has jobs done, once every stub that they need has an implementation.

    It belongs to the thread that made it: a child is ended by the system when the thread that
    started it ends.

    Args:
        definition: the stub on trial.
        module: the name by which an import statement gets its module.
        live: the call that asks for it.
        env: names of environment variables that children get although they look like secrets.
        generate: sees to it that another stub, which a child needs, gets an implementation; the time
            it takes does not count against any limit.
        limits: what one job may use.
        fork: whether children fork for each job, where the system can.
        gates: what has to pass.
        standing: key to code of candidates for other stubs, which stand in for whatever these have in the mirror.
        hidden: how paths begin of files that no code in a child may open.
        sandbox: what the kernel confines jobs to; None: nothing.
        witness: whether candidates run apart from what judges them, where they can.

    Attributes:
        time: how long all may take.
        judging: tells where they did.
        seen: the effects that jobs have seen, until somebody takes them away.
    """

    def __init__(  # noqa: PLR0913 - what a child is made of, handed through by the benches
        self,
        definition: Definition,
        module: str,
        live: LiveCall | None,
        *,
        env: tuple[str, ...],
        generate: Callable[[Mapping[str, object]], object],
        limits: Limits,
        fork: bool,
        gates: Sequence[Gate] = (),
        standing: Mapping[str, str] | None = None,
        hidden: Sequence[str] = (),
        sandbox: Policy | None = None,
        witness: bool = True,
    ) -> None:
        declaration = definition.declaration
        self._key = declaration.key
        self._setup: dict[str, Any] = {
            "root": declaration.root,
            "key": declaration.key,
            "qualname": (live.called if live else "") or declaration.qualname,
            "module": module,
            "file": declaration.source,
            "live": live.pickled if live else None,
            "script": stub_module.program(module, declaration.source),
            "gates": [gate.node_id for gate in gates],
            "candidates": dict(standing or {}),
            "hidden": [os.path.realpath(path) for path in hidden],
            "sandbox": asdict(sandbox or Policy(confined=False)),
            "allows": sorted(definition.allows),
            "classes": [declaration.key] if definition.is_class else [],
        }
        self._gates = gates
        self._expected: Mapping[str, Gate] | None = None
        self._env = env
        self._generate = generate
        self._limits = limits
        self.time = SessionTime()
        self.judging = Judging(wanted=witness)
        self._fork = fork and hasattr(os, "fork")
        self._child: ChildProcess | None = None
        self._starting = threading.RLock()
        self._is_wanted_soon = False
        self._generated: set[str] = set()
        self._problem: GenerationError | None = None
        self._lent: str | None = None
        self._is_called_early = False
        self.seen: list[Mapping[str, Any]] = []

    @property
    def root(self) -> str:
        """Absolute path of the project root."""
        return self._setup["root"]

    def denial(self, text: str) -> str | None:
        """The setting that would allow what a job was denied; None where an error's text speaks of no such thing."""
        return hint(text, self._setup["root"]) if self._setup["sandbox"]["confined"] else None

    def explained(self, diagnostic: Diagnostic) -> Diagnostic:
        """A diagnostic, with the setting that would allow what the candidate was denied."""
        denial = self.denial(diagnostic.message)
        return replace(diagnostic, message=f"{diagnostic.message}\n{denial}") if denial else diagnostic

    def lend(self, code: str | None) -> None:
        """Let what is called of the stub on trial while a child gets ready run this; None: such a call is an error.

        It is for an implementation that is filed already. A candidate must not run before gates are collected.
        """
        if self._is_called_early and code != self._lent:
            self.close()
            self._setup["candidates"].pop(self._key, None)
            self._problem, self._is_called_early = None, False
        self._lent = code

    def start_soon(self) -> None:
        """Have the child started when no candidate is being checked, and in a while in any case.

        To get one ready takes a processor as long as to check a candidate does, and nobody waits for it yet.

        Raises:
            GenerationError: it cannot be started.
        """
        if not (self._fork and forking.is_kept()):
            self.start()
            return
        self._is_wanted_soon = True
        threading.Thread(target=self._start_when_quiet, name="jiti: start a child", daemon=True).start()

    def _start_when_quiet(self) -> None:
        with beginnings.taken():
            if self._is_wanted_soon:
                checks.await_quiet(_LONGEST_WAIT)
            with self._starting, contextlib.suppress(Exception):  # who needs the child meets it too, and is heard
                if self._is_wanted_soon and forking.is_kept():
                    self._started(forked=True)

    def start(self) -> ChildProcess:
        """The child, started if there is none; it gets ready on its own.

        Raises:
            GenerationError: it cannot be started, or one before could not get ready.
        """
        with self._starting:
            return self._started(forked=False)

    def _started(self, *, forked: bool) -> ChildProcess:
        if self._problem is not None:
            raise self._problem
        if self._child is None:
            try:
                self._child = ChildProcess(
                    self._setup, limits=self._limits, env=self._env, fork=self._fork, forked=forked
                )
            except ChildError as error:
                raise self._unusable(error) from error
        self._is_wanted_soon = False
        return self._child

    def problem(self) -> GenerationError | None:
        """Why nothing can be run, and never will; None as long as nothing is wrong or nothing is known."""
        child = self._child
        if child is not None and self._problem is None and child.has_spoken():
            with contextlib.suppress(GenerationError):  # it is kept
                self._learn(child)
        return self._problem

    def expected(self) -> Mapping[str, Gate]:
        """The tests that have to pass, by their names: what was collected before there was any candidate.

        Raises:
            GenerationError: no child gets ready, or there is a gate that no candidate can pass.
        """
        if self._expected is None:
            self._ready()
        return self._expected or {}

    def close(self) -> None:
        """End the child, if there is one, and all that it left behind."""
        with self._starting:
            self._is_wanted_soon = False
            child, self._child = self._child, None
        if child is not None:
            child.close()

    def run(self, job: Mapping[str, object], seconds: float, *, times: int = 1) -> Run:
        """Have a job done; again, when stubs that it needed have been generated.

        Args:
            job: see `ChildProcess.run`.
            seconds: likewise.
            times: likewise.

        Raises:
            GenerationError: no child gets ready, or a stub that is needed does not get an implementation.
            OutOfTimeError: the session's time was over before.
        """
        while True:
            run = self.attempt(job, seconds, times=times)
            missing = self.missing(run)
            if not missing:
                return run
            self.obtain(missing)

    def attempt(self, job: Mapping[str, object], seconds: float, *, times: int = 1) -> Run:
        """Have a job done once, whatever it needs.

        Args:
            job: see `ChildProcess.run`.
            seconds: likewise.
            times: likewise.

        Raises:
            GenerationError: as `run`.
        """
        while True:
            child = self._ready()
            witness = self.judging.wants_witness(job, forks=child.forks)
            run = child.run({**job, "witness": witness}, seconds, times=times, end=self.time.end())
            self.seen += run.all("effect")
            if not child.usable:
                self.close()
                self.start()
            if self.judging.is_settled(job, run, witness=witness):
                return run

    def missing(self, run: Run) -> list[dict[str, Any]]:
        """The stubs that a job called, besides the one on trial, and that have no implementation."""
        return [need for need in run.needs if need["key"] != self._key]

    def _ready(self) -> ChildProcess:
        while True:
            child = self.start()
            missing = self._learn(child)
            if self._child is not child:
                continue  # it was of no use: another one will be
            if not missing:
                return child
            self.close()
            self.obtain(missing)

    def _learn(self, child: ChildProcess) -> Sequence[Mapping[str, Any]]:
        """What a child needs to get ready; of one that is ready, the first time, what it knows of the gates."""
        try:
            missing = child.needs(self.time.end())
        except ChildError as error:
            is_first, self._is_called_early = not self._is_called_early, error.stage is Stage.CALL
            if self._is_called_early and is_first and self._lent is not None:
                self.close()
                self._setup["candidates"][self._key] = self._lent
                return ()
            raise self._unusable(error) from error
        if not missing and self._expected is None:
            self._problem = gate_problems.unmendable(self._key, self._gates, child.gates)
            if self._problem is not None:
                self.close()
                raise self._problem
            by_id = {gate.node_id: gate for gate in self._gates}
            self._expected = {test: by_id[told["gate"]] for told in child.gates for test in told["tests"]}
        return missing

    def obtain(self, needs: Sequence[Mapping[str, Any]]) -> None:
        """Have stubs generated that are needed.

        Raises:
            GenerationError: one does not get an implementation, or has been asked for already.
        """
        for need in {need["key"]: need for need in needs}.values():
            key = need["key"]
            if key in self._generated or len(self._generated) >= MOST_NEEDS:
                message = f"{self._key} cannot be checked: it needs {key}, which still has no implementation that runs"
                raise GenerationError(message, key=self._key, hint=f"call {key} by itself to see why")
            self._generate(need)
            self._generated.add(key)

    def _unusable(self, error: ChildError) -> GenerationError:
        """What is said, now and whenever it is asked for again, of a child that did not get ready."""
        self.close()
        hint = _HINTS.get(error.stage, _HINTS[Stage.IMPORT])
        script = self._setup["script"]
        if error.stage is Stage.IMPORT and script is not None and script[1] == self._setup["file"]:
            hint = 'put what the script does under `if __name__ == "__main__":`, so that it can be imported'
        hint = interpreter.hint_for(str(error), self.root) or hint
        self._problem = GenerationError(f"{self._key} cannot be checked: {error}", key=self._key, hint=hint)
        return self._problem
