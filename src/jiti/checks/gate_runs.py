"""Running a stub's gates on a candidate, and on which of them it has to be judged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jiti.checks import gate_problems
from jiti.definition import define
from jiti.errors import GenerationCycleError, GenerationError
from jiti.stub import declaration_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jiti.checks.children import Children
    from jiti.checks.limits import Limits
    from jiti.checks.runs import Run
    from jiti.checks.verdicts import Judge
    from jiti.diagnostics import Diagnostic
    from jiti.gates import Gate


_PATIENCE = 2
"""Candidates of a stub that may fail beside a stand-in before that is turned down; and stand-ins, before it ends."""


class StandInError(GenerationCycleError):
    """A stub cannot pass its gates beside the candidate that stands in for another: that one may be the wrong one."""


class GateRuns:
    """Runs the gates of one stub, all of them in one process.

    Args:
        key: the stub on trial.
        children: where they run.
        judge: judges what comes of it.
        limits: what they may use.
        standing: key to code of the candidates for other stubs whose generation waits for this one.
    """

    def __init__(self, key: str, children: Children, judge: Judge, limits: Limits, standing: Mapping[str, str]) -> None:
        self._key = key
        self._children = children
        self._judge = judge
        self._limits = limits
        self._standing = dict(standing)
        self._classes = [key for key in standing if define(declaration_for(children.root, key)).is_class]
        self._put_off: set[Gate] = set()
        self._failed_beside_stand_ins = 0
        self._turned_down_as_stand_in = 0

    def run(self, code: str) -> tuple[tuple[Diagnostic, ...], tuple[Gate, ...]]:
        """What the gates say of a candidate, and which of them it has passed.

        A gate may call a stub that has no implementation yet. It is generated once all other gates have passed, and
        with this candidate standing in for its stub: so each of two stubs that one gate decides on is judged by it.
        Where that cannot be, because the other stub waits for this very candidate, the gate says nothing.

        Raises:
            StandInError: it fails again beside a candidate that stands in for another stub.
            GenerationError: no candidate can pass them; or there is nothing to run them in.
        """
        while True:
            expected = {test: gate for test, gate in self._children.expected().items() if gate not in self._put_off}
            if not expected:
                return (), ()
            gates = tuple(dict.fromkeys(expected.values()))
            run = self._attempt(code, gates, len(expected))
            missing = self._children.missing(run)
            if not missing:
                found = self._judged(run, expected)
                if found:
                    self._blame_stand_ins(run, found)
                return found, (() if found else gates)
            if found := self._judged(*_without(missing, run, expected)):
                return found, ()
            if found := self._obtain(missing, run, expected, code):
                return found, ()

    def _blame_stand_ins(self, run: Run, found: tuple[Diagnostic, ...]) -> None:
        """Do not go on for ever beside a candidate for another stub which may be what is wrong."""
        beside = sorted({told["key"] for told in run.all("asked")} & self._standing.keys())
        if not beside:
            return
        self._failed_beside_stand_ins += 1
        if self._failed_beside_stand_ins >= _PATIENCE:
            message = f"{self._key} fails a gate beside the candidate for {' and '.join(beside)} that waits for it"
            raise StandInError(message, key=self._key, diagnostics=found)

    def _attempt(self, code: str, gates: Sequence[Gate], count: int) -> Run:
        node_ids = [gate.node_id for gate in gates]
        job = {"kind": "gates", "candidate": code, "gates": node_ids, "standing": self._standing}
        job["classes"] = self._classes
        return self._children.attempt(job, self._limits.test, times=count)

    def _judged(self, run: Run, expected: Mapping[str, Gate]) -> tuple[Diagnostic, ...]:
        """What a run says of a candidate.

        Raises:
            GenerationError: it met what no candidate can mend.
        """
        if not expected:
            return ()
        unmendable = gate_problems.met(self._key, run, expected, self._judge, self._limits.test)
        if unmendable is not None:
            unmendable.hint = self._children.denial(str(unmendable)) or unmendable.hint
            raise unmendable
        return self._judge.gates(run, expected)

    def _obtain(
        self, missing: Sequence[Mapping[str, Any]], run: Run, expected: Mapping[str, Gate], code: str
    ) -> tuple[Diagnostic, ...]:
        """Have what a run missed generated, or put off the gates that cannot have it.

        Gives what stands against the candidate, where that is why another stub could not be generated.
        """
        standing = self._standing | {self._key: code}
        for key, need in {need["key"]: need for need in missing}.items():
            try:
                self._children.obtain([{**need, "standing": standing}])
            except StandInError as error:
                self._turned_down_as_stand_in += 1
                if self._turned_down_as_stand_in > _PATIENCE:
                    raise GenerationError(
                        f"{self._key} and {key} fail the gates that they share, whatever was tried",
                        key=self._key,
                        hint="give each of them a gate of its own, so that it is known which one is wrong",
                        diagnostics=error.diagnostics,
                    ) from error
                question = f"\n(beside {key}, just written: is it this candidate that its own spec does not mean?)"
                return tuple(replace(each, message=each.message + question) for each in error.diagnostics)
            except GenerationCycleError:
                in_need = _in_need(run, key, expected)
                # Where it is the candidate that calls it, every candidate could have its gates put off.
                if not in_need or any(each["own"] for each in missing if each["key"] == key):
                    raise
                self._put_off |= in_need
        return ()


def _without(
    missing: Sequence[Mapping[str, Any]], run: Run, expected: Mapping[str, Gate]
) -> tuple[Run, Mapping[str, Gate]]:
    """What a run tells of the tests that failed and missed nothing, as if those had been all."""
    in_need = set().union(*(_in_need(run, need["key"], expected) for need in missing))
    failed = {phase["test"] for phase in run.all("phase") if phase["outcome"] != "passed"}
    others = {test: gate for test, gate in expected.items() if test in failed and gate not in in_need}
    events = tuple((name, data) for name, data in run.events if data.get("test", "") in {"", *others})
    return replace(run, events=events), others


def _in_need(run: Run, key: str, expected: Mapping[str, Gate]) -> set[Gate]:
    """The gates whose tests ran when a stub was missing."""
    running = ""
    found = set()
    for event, data in run.events:
        if event == "test":
            running = data["test"]
        elif event == "need" and data["key"] == key and running in expected:
            found.add(expected[running])
    return found
