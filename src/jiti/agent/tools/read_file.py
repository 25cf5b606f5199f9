"""`read_file`: numbered lines of a project file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiti.agent.bounds import fitting, numbered
from jiti.agent.tool import Answer, Surroundings, Tool, ToolError, input_schema
from jiti.models import ToolSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

SPEC = ToolSpec(
    "read_file",
    "Read a text file of the project, as numbered lines: all of it, or lines `start` to `end`, both included. At most "
    "2,000 at once.",
    input_schema(
        {
            "path": {"type": "string", "description": "From the project root, like src/app/text.py."},
            "start": {"type": "integer", "minimum": 1},
            "end": {"type": "integer", "minimum": 1},
        },
        optional=("start", "end"),
    ),
)


def run(surroundings: Surroundings, given: Mapping[str, Any]) -> Answer:
    """Show the lines, and say how to get those that did not fit."""
    path = given["path"]
    lines = surroundings.files.read(path).removesuffix("\n").split("\n")
    if lines == [""]:
        return Answer(f"{path} is empty.")
    start, end = given.get("start", 1), min(given.get("end", len(lines)), len(lines))
    if start > len(lines) or end < start:
        raise ToolError(
            f"{path} has lines 1 to {len(lines):,}; there are none from {start} to {given.get('end', end)}."
        )
    wanted = numbered(lines[start - 1 : end], start)
    shown = fitting(wanted)
    last = start + shown - 1
    text = "\n".join([f"{path}, lines {start}-{last} of {len(lines)}:", *wanted[:shown]])
    if last < end:
        text += f"\n… {end - last:,} more lines: read_file(path={path!r}, start={last + 1})"
    return Answer(text)


def summary(given: Mapping[str, Any]) -> str:
    """`src/app/text.py 10-20`."""
    lines = f" {given.get('start', 1)}-{given.get('end', '')}" if {"start", "end"} & given.keys() else ""
    return f"{given.get('path', '')}{lines}"


TOOL = Tool(SPEC, run, summary)
