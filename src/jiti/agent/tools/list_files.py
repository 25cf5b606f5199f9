"""`list_files`: the paths of the project's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiti.agent.bounds import shortened
from jiti.agent.tool import Answer, Surroundings, Tool, input_schema
from jiti.models import ToolSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

SPEC = ToolSpec(
    "list_files",
    "List the project's files whose path from the root matches a glob: `*.py` matches in every folder, `src/*.py` in "
    "that folder, `src/` all below it. Left out: what .gitignore hides, and folders that begin with a dot.",
    input_schema({"glob": {"type": "string"}}),
)


def run(surroundings: Surroundings, given: Mapping[str, Any]) -> Answer:
    """List the paths a line each."""
    glob = given["glob"]
    paths = surroundings.files.paths(glob)
    if not paths:
        return Answer(f"No file of the project matches {glob!r}.")
    return Answer(shortened("\n".join(paths), "Narrow the glob to see them."))


def summary(given: Mapping[str, Any]) -> str:
    """The glob."""
    return str(given.get("glob", ""))


TOOL = Tool(SPEC, run, summary)
