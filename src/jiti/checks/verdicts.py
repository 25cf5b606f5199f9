"""From what a job reported to what the agent is told: diagnostics and notes.

A job's process may have been tampered with, so silence never counts as success: what had to be
reported is known before, and whatever of it did not come has failed.
"""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from jiti.checks.runs import PART_OF_CALL, Ending
from jiti.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jiti.checks.limits import Limits
    from jiti.checks.runs import Run
    from jiti.gates import Gate

CANDIDATE, TESTS = "candidate", "tests"
_PHASES = {"setup", "call", "teardown"}
_CHARACTERS = 1_500
_PRINTED = 500


UNFINISHED = {"timeout", "crashed", "output", "processes", "forged", "memory"}
"""Codes of diagnostics that say that something ran into a limit, or ended its own process."""

Findings: TypeAlias = tuple[tuple[Diagnostic, ...], tuple[str, ...]]
"""Diagnostics, and notes that turn nothing down."""


class Judge:
    """Judges the jobs of one stub's candidates.

    Args:
        source: path of the stub's file from the project root, for what stands there.
        limits: what the jobs may use.
    """

    def __init__(self, source: str, limits: Limits) -> None:
        self._source = source
        self._limits = limits

    def examples(self, run: Run) -> Findings:
        """What the docstring's examples say, and a note for each that is malformed."""
        expected = run.first("examples") or {"lines": [], "malformed": []}
        notes = tuple(
            f"{self._source}:{line}: malformed docstring example, not run: {why}" for line, why in expected["malformed"]
        )
        ran = run.all("example")
        found = [
            Diagnostic("example", self._source, each["line"], *_example_failure(each))
            for each in ran
            if not each["passed"]
        ]
        if refused := _refused(run, "example"):
            return refused, notes
        missing = [line for line in expected["lines"] if line not in [each["line"] for each in ran]]
        if run.ending is not Ending.DONE or missing:
            what = f"the example in line {missing[0]}" if missing else "the last example"
            found.append(self._unfinished(run, "example", what, self._limits.example))
        return _shortened(found, run.printed), notes

    def call(self, run: Run) -> Findings:
        """What the live call says: a result that does not fit, an exception (code: its type), or no end."""
        if refused := _refused(run, "call"):
            return refused, ()
        untried, raised, returned = (run.first(event) for event in ("untried", "raised", "returned"))
        found: Diagnostic | None = None
        notes: tuple[str, ...] = ()
        if run.ending is not Ending.DONE or not (untried or raised or returned):
            found = self._unfinished(run, "call", "the live call", self._limits.call)
        elif untried:
            notes = (f"The live call was not tried: its arguments cannot be rebuilt ({untried['why']}).",)
        elif raised:
            code, message = _raised(raised)
            found = Diagnostic("call", CANDIDATE, raised["line"], code, f"the live call raised {message}")
        elif returned and returned["misfit"]:
            message = f"{returned['misfit']}\n    returned {returned['shown']}"
            found = Diagnostic("call", CANDIDATE, None, "return-type", message)
        elif returned and returned["note"]:
            notes = (returned["note"],)
        return _shortened([found] if found else [], run.printed), notes

    def tests(self, run: Run, expected: Iterable[str]) -> tuple[Diagnostic, ...]:
        """What the scratch tests say.

        Args:
            run: the job.
            expected: the names of the test functions, read from their text.
        """
        found = [_scratch(None, "uncollected", each["why"]) for each in run.all("uncollected")]
        if found:
            return _shortened(found, run.printed)
        if refused := _refused(run, "scratch"):
            return refused
        collected = (run.first("collected") or {"tests": []})["tests"]
        for test in collected:
            found += self._test(test, [phase for phase in run.all("phase") if phase["test"] == test])
        functions = {test.partition("[")[0] for test in collected}
        unknown = [name for name in expected if name not in functions]
        found += [_scratch(None, "not-run", f"{name} was not collected") for name in unknown]
        if run.ending is not Ending.DONE or (stopped := run.last("stopped")):
            # What it did not come to is not what is wrong: the reason that it stopped is.
            found = [each for each in found if each.code != "not-run"]
        if run.ending is not Ending.DONE:
            at = run.last("test")
            found.append(self._unfinished(run, "scratch", at["test"] if at else "the tests", self._limits.test))
        elif stopped:
            found.append(_scratch(None, "stopped", f"the test run was stopped by {stopped['why']}"))
        return _shortened(found, run.printed)

    def gates(self, run: Run, expected: Mapping[str, Gate]) -> tuple[Diagnostic, ...]:
        """What gates say: nothing if each of their tests has passed, in every phase, once.

        Args:
            run: the job.
            expected: the tests that were collected before there was a candidate, by name, and their gates.
        """
        if refused := _refused(run, "gate"):
            return refused
        phases = run.all("phase")
        found = [each for test, gate in expected.items() for each in _gate(test, gate, phases)]
        if run.ending is not Ending.DONE or (stopped := run.last("stopped")):
            found = [each for each in found if each.code != "not-run"]
        if run.ending is not Ending.DONE:
            at = run.last("test")
            name = at["test"] if at and at["test"] in expected else next(iter(expected))
            found.append(_of_gate(expected[name], None, *self.reason(run, name, self._limits.test)))
        elif stopped:
            found.append(_unexpected("stopped", f"the test run was stopped by {stopped['why']}"))
        elif unknown := [each["test"] for each in phases if each["test"] not in expected]:
            found.append(_unexpected("forged", f"{unknown[0]} was reported, and is no gate"))
        return _shortened(found, run.printed)

    @staticmethod
    def _test(name: str, phases: list[dict[str, Any]]) -> list[Diagnostic]:
        found = []
        for phase in phases:
            if phase["outcome"] != "passed":
                outcome = phase["outcome"] if phase["when"] == "call" else f"{phase['outcome']} in {phase['when']}"
                code = "memory" if "\nE   MemoryError" in phase["message"] else phase["outcome"]
                found.append(_scratch(phase["line"], code, f"{name} {outcome}\n{phase['message']}"))
        if not found and {phase["when"] for phase in phases} != _PHASES:
            found.append(_scratch(None, "not-run", f"{name} was not run to its end"))
        return found

    def _unfinished(self, run: Run, check: str, what: str, seconds: float) -> Diagnostic:
        return Diagnostic(check, CANDIDATE, None, *self.reason(run, what, seconds))

    def reason(self, run: Run, what: str, seconds: float) -> tuple[str, str]:
        """Why a job did not end well: a code, and a sentence about `what`."""
        limits, how = self._limits, _how(run.status)
        reasons = {
            Ending.TIMEOUT: ("timeout", f"{what} did not end within {seconds:g} s"),
            Ending.FLOOD: ("output", f"{what} wrote more than {_mebibytes(limits.output)}"),
            Ending.PROCESSES: ("processes", f"{what} started more than {limits.processes} processes"),
            Ending.FORGED: ("forged", f"{what} wrote into the checks' own channel"),
            Ending.LOST: ("crashed", f"{what} ended the process that runs the checks ({how})"),
            Ending.CRASHED: ("crashed", f"{what} ended its own process ({how}) before there was a result"),
            Ending.DONE: ("crashed", f"{what} ended without a result"),
        }
        if run.ending is Ending.CRASHED and "MemoryError" in run.printed:
            return "memory", f"{what} took more than {_mebibytes(limits.memory)} of memory"
        return reasons[run.ending]


def _refused(run: Run, check: str) -> tuple[Diagnostic, ...]:
    """That a result is none that can be judged, whatever the tests made of that."""
    refused = run.first("refused")
    return (Diagnostic(check, CANDIDATE, None, "no-value", refused["why"]),) if refused else ()


def _mebibytes(size: int) -> str:
    return f"{size / (1 << 20):g} MiB"


def _how(status: int | None) -> str:
    if status is None:
        return "how is not known"
    if status >= 0:
        return f"exit code {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"


def _example_failure(example: dict[str, Any]) -> tuple[str, str]:
    if example["error"] is None:
        return "wrong-output", example["message"]
    code, message = _raised(example["error"])
    return code, f"{example['message']}raised {message}"


def _raised(error: dict[str, Any]) -> tuple[str, str]:
    """A code and a message for an error that a job gave account of."""
    message = f"{error['type']}: {error['message']}" if error["message"] else error["type"]
    if error["line"] is not None:
        message += f"\n    candidate:{error['line']}: {error['shown'] or ''}".rstrip()
    return "memory" if error["type"] == "MemoryError" else error["type"], message


def _scratch(line: int | None, code: str, message: str) -> Diagnostic:
    return Diagnostic("scratch", TESTS, line, code, message)


def _gate(test: str, gate: Gate, phases: list[dict[str, Any]]) -> list[Diagnostic]:
    """What is wrong with how one test of a gate ran."""
    own = [phase for phase in phases if phase["test"] == test]
    found = []
    for phase in own:
        if phase["outcome"] != "passed":
            outcome = phase["outcome"] if phase["when"] == "call" else f"{phase['outcome']} in {phase['when']}"
            found.append(_of_gate(gate, phase["line"], phase["outcome"], f"{test} {outcome}\n{phase['message']}"))
    ran = sorted(phase["when"] for phase in own if phase["when"] != PART_OF_CALL)
    if not found and ran != sorted(_PHASES):
        again = len(ran) > len(set(ran))
        code, what = ("forged", "was reported more than once") if again else ("not-run", "was not run to its end")
        found.append(_of_gate(gate, None, code, f"{test} {what}"))
    return found


def _of_gate(gate: Gate, line: int | None, code: str, message: str) -> Diagnostic:
    return Diagnostic("gate", gate.path, gate.line if line is None else line, code, message)


def _unexpected(code: str, message: str) -> Diagnostic:
    return Diagnostic("gate", CANDIDATE, None, code, message)


def _shortened(found: list[Diagnostic], printed: str) -> tuple[Diagnostic, ...]:
    """The diagnostics, none too long; the first one with the end of what was printed."""
    short = [replace(each, message=each.message[:_CHARACTERS]) for each in found]
    if short and printed:
        short[0] = replace(short[0], message=f"{short[0].message}\nprinted: {printed[-_PRINTED:]}")
    return tuple(short)
