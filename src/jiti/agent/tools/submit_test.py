"""`submit_test`: hand in a test that is written before what it tests, and hear what the checks say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiti.agent.tool import Answer, Surroundings, Tool, input_schema
from jiti.agent.tools.submit import judged
from jiti.models import ToolSpec
from jiti.submission import Submission

if TYPE_CHECKING:
    from collections.abc import Mapping

SPEC = ToolSpec(
    "submit_test",
    "Hand in the test. It is checked, and pytest runs it on a target that raises NotImplementedError, where it has to "
    "fail; the answer is PASSED, which ends the session, or what to mend. Always send the whole test: nothing is kept "
    "of an earlier one.",
    input_schema(
        {
            "body": {
                "type": "string",
                "description": "Statements, at any indentation: no `def` line, no docstring.",
            },
            "helpers": {"type": "string", "description": "Imports, constants, private helpers (`_name`)."},
        },
        optional=("helpers",),
    ),
)


def run(surroundings: Surroundings, given: Mapping[str, Any]) -> Answer:
    """Have the test checked. One that passes is never refactored: it is not rated.

    Raises:
        ToolError: it was turned down; the text holds every finding.
    """
    return judged(surroundings, Submission(body=given["body"], helpers=given.get("helpers", "")))


def summary(given: Mapping[str, Any]) -> str:
    """`12 lines`."""
    lines = len(str(given.get("body", "")).strip().split("\n"))
    return f"{lines} line{'' if lines == 1 else 's'}"


TOOL = Tool(SPEC, run, summary)
