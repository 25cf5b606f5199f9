"""Running a stub's gates on a candidate, and on which of them it has to be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiti.checks import gate_problems
from jiti.errors import GenerationCycleError

if TYPE_CHECKING:
    from jiti.checks.children import Children
    from jiti.checks.limits import Limits
    from jiti.checks.runs import Run
    from jiti.checks.verdicts import Judge
    from jiti.diagnostics import Diagnostic
    from jiti.gates import Gate


class GateRuns:
    """Runs the gates of one stub, all of them in one process.

    Args:
        key: the stub on trial.
        children: where they run.
        judge: judges what comes of it.
        limits: what they may use.
    """

    def __init__(self, key: str, children: Children, judge: Judge, limits: Limits) -> None:
        self._key = key
        self._children = children
        self._judge = judge
        self._limits = limits
        self._put_off: set[Gate] = set()

    def run(self, code: str) -> tuple[tuple[Diagnostic, ...], tuple[Gate, ...]]:
        """What the gates say of a candidate, and which of them it has passed.

        A gate that itself calls a stub whose generation waits for this very candidate says nothing, now and later.

        Raises:
            GenerationError: no candidate can pass them; or there is nothing to run them in.
        """
        while True:
            expected = {test: gate for test, gate in self._children.expected().items() if gate not in self._put_off}
            if not expected:
                return (), ()
            gates = tuple(dict.fromkeys(expected.values()))
            job = {"kind": "gates", "candidate": code, "gates": [gate.node_id for gate in gates]}
            run = self._children.attempt(job, self._limits.test, times=len(expected))
            if not self._obtain_missing(run, expected):
                break
        unmendable = gate_problems.met(self._key, run, expected, self._judge, self._limits.test)
        if unmendable is not None:
            raise unmendable
        found = self._judge.gates(run, expected)
        return found, (() if found else gates)

    def _obtain_missing(self, run: Run, expected: dict[str, Gate]) -> bool:
        """Have what a run missed generated, or put off the gates that cannot have it; False if it missed nothing."""
        missing = self._children.missing(run)
        for key, need in {need["key"]: need for need in missing}.items():
            try:
                self._children.obtain([need])
            except GenerationCycleError:
                in_need = _in_need(run, key, expected)
                # Where it is the candidate that calls it, every candidate could have its gates put off.
                if not in_need or any(each["own"] for each in missing if each["key"] == key):
                    raise
                self._put_off |= in_need
        return bool(missing)


def _in_need(run: Run, key: str, expected: dict[str, Gate]) -> set[Gate]:
    """The gates whose tests ran when a stub was missing."""
    running = ""
    found = set()
    for event, data in run.events:
        if event == "test":
            running = data["test"]
        elif event == "need" and data["key"] == key and running in expected:
            found.add(expected[running])
    return found
