"""Gates that no candidate can pass: told to whoever waits for one, since the agent can do nothing about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiti.checks.runs import Ending
from jiti.errors import GenerationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jiti.checks.runs import Run
    from jiti.checks.verdicts import Judge
    from jiti.gates import Gate

_ADVICE = "a gate has to run and to pass: mend it, or take `required_for` away"
_REASONS = {
    "uncollected": ("cannot be collected", "`python -m pytest {gate}` has to find it"),
    "no-fixture": ("asks for a fixture that it does not get", "`python -m pytest {gate}` has to find its fixtures"),
    "skipped": ("is skipped", _ADVICE),
    "xfailed": ("is expected to fail", _ADVICE),
    "failed": ("fails without having called what it decides on", _ADVICE),
}


def unmendable(key: str, gates: Sequence[Gate], told: Sequence[Mapping[str, Any]]) -> GenerationError | None:
    """What is wrong with the first gate that nothing can pass, as far as a child knows before it runs any.

    Args:
        key: the stub on trial.
        gates: what was to be collected.
        told: what the child tells of each.
    """
    by_id = {gate.node_id: gate for gate in gates}
    return next((problem(key, by_id[each["gate"]], *each["why"]) for each in told if each["why"]), None)


def problem(key: str, gate: Gate, code: str, why: str) -> GenerationError:
    """The error for a gate that decides nothing.

    Args:
        key: the stub on trial.
        gate: the gate.
        code: in what way.
        why: pytest's own words.
    """
    what, advice = _REASONS[code]
    message = f"{key} cannot be checked: its gate {gate.node_id} ({gate.place}) {what}"
    return GenerationError(f"{message}:\n{why}" if why else message, key=key, hint=advice.format(gate=gate.node_id))


def met(key: str, run: Run, expected: Mapping[str, Gate], judge: Judge, seconds: float) -> GenerationError | None:
    """What a run met that no candidate can mend: a gate that is skipped or expected to fail as it runs, or fails alone.

    A gate fails alone where the stub on trial had not been called yet: no candidate had any part in it.

    Args:
        key: the stub on trial.
        run: the gates' run.
        expected: the tests, by name, and their gates.
        judge: says why a run did not end well.
        seconds: that a test may take.
    """
    return _failed_alone(key, run, expected, judge, seconds) or _passed_over(key, run, expected)


def _failed_alone(
    key: str, run: Run, expected: Mapping[str, Gate], judge: Judge, seconds: float
) -> GenerationError | None:
    running = ""
    for event, data in run.events:
        if event == "asked" and data["key"] == key:
            return None
        running = data.get("test", running)
        why = data["message"] if event == "phase" and data["outcome"] == "failed" else None
        why = f"the test run was stopped by {data['why']}" if event == "stopped" else why
        if why is not None and running in expected:
            return problem(key, expected[running], "failed", why)
    if running in expected and run.ending not in {Ending.DONE, Ending.LOST}:  # lost: so may be what was said last
        return problem(key, expected[running], "failed", judge.reason(run, running, seconds)[1])
    return None


def _passed_over(key: str, run: Run, expected: Mapping[str, Gate]) -> GenerationError | None:
    for phase in run.all("phase"):
        if phase["outcome"] in {"skipped", "xfailed"} and not phase["own"] and phase["test"] in expected:
            return problem(key, expected[phase["test"]], phase["outcome"], phase["message"])
    return None
