"""`submit`: hand in a candidate and hear what the checks say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiti.agent.bounds import shortened
from jiti.agent.tool import Answer, Passed, Surroundings, Tool, ToolError, input_schema
from jiti.diagnostics import render
from jiti.models import ToolSpec
from jiti.submission import Submission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiti.submission import Verdict

CHARACTERS = 20_000

SPEC = ToolSpec(
    "submit",
    "Hand in a whole candidate: nothing is kept of an earlier one. All checks run on it; the answer is PASSED, which "
    "ends the session, or what to mend.",
    input_schema(
        {
            "body": {
                "type": "string",
                "description": "Statements, at any indentation: no `def` line, no docstring. Of a class: its methods.",
            },
            "helpers": {"type": "string"},
            "tests": {"type": "string"},
            "quality": {"type": "number", "minimum": 0, "maximum": 10},
        },
        optional=("helpers", "tests"),
    ),
)


def run(surroundings: Surroundings, given: Mapping[str, Any]) -> Answer:
    """Have the candidate checked.

    Raises:
        ToolError: it was turned down; the text holds every finding.
    """
    submission = Submission(
        body=given["body"],
        helpers=given.get("helpers", ""),
        tests=given.get("tests", ""),
        quality=float(given["quality"]),
    )
    return judged(surroundings, submission)


def judged(surroundings: Surroundings, submission: Submission) -> Answer:
    """What the checks say of a submission.

    Raises:
        ToolError: it was turned down; the text holds every finding.
    """
    verdict = surroundings.workbench.check(submission)
    if verdict.candidate is None:
        raise ToolError(
            _told(f"REJECTED. Mend all of this and submit again:\n{render(verdict.diagnostics)}", verdict),
            verdict.diagnostics,
            verdict.judged,
        )
    return Answer(_told("PASSED", verdict), Passed(verdict.candidate, submission.quality), verdict.judged)


def _told(text: str, verdict: Verdict) -> str:
    lines = [text, *(f"note: {note}" for note in verdict.notes)]
    return shortened("\n".join(lines), "Mend these first.", CHARACTERS)


def summary(given: Mapping[str, Any]) -> str:
    """`12 lines, 3 tests, quality 9`."""
    lines = len(str(given.get("body", "")).strip().split("\n"))
    tests = str(given.get("tests", "")).count("def test_")
    counts = [f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in ((lines, "line"), (tests, "test"))]
    return f"{', '.join(counts)}, quality {given.get('quality', '?')}"


TOOL = Tool(SPEC, run, summary)
