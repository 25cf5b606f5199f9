"""`give_up`: end the session because the spec cannot be met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiti.agent.tool import Answer, GaveUp, Surroundings, Tool, input_schema
from jiti.models import ToolSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

SPEC = ToolSpec(
    "give_up",
    "End the session without a candidate, because the spec contradicts itself, its examples or its gates, or cannot be "
    "met; not because it is hard. A person reads it.",
    input_schema(
        {
            "reason": {"type": "string", "description": "Why, and what to change."},
            "conflict": {"type": "string", "description": "What contradicts what: quote both."},
        },
        optional=("conflict",),
    ),
)


def run(surroundings: Surroundings, given: Mapping[str, Any]) -> Answer:
    """Take note of it; the session ends."""
    del surroundings
    return Answer("The session ends.", GaveUp(given["reason"], given.get("conflict", "")))


def summary(given: Mapping[str, Any]) -> str:
    """The reason."""
    return str(given.get("reason", ""))


TOOL = Tool(SPEC, run, summary)
