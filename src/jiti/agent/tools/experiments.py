"""`docs`, `inspect` and `run_python`: what the workbench finds out by running things, in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiti.agent.bounds import shortened
from jiti.agent.tool import Answer, Surroundings, Tool, input_schema
from jiti.models import ToolSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

CHARACTERS = 20_000

DOCS_SPEC = ToolSpec(
    "docs",
    "Signature and docstring of an object of an installed library, by its dotted name (`json.dumps`); of a class or "
    "module, what is in it; of a package, the parts of its installed README that match the stub.",
    input_schema({"name": {"type": "string"}}),
)
INSPECT_SPEC = ToolSpec(
    "inspect",
    "Type and repr of a Python expression. It sees the live call's arguments by their names, and the names of the "
    "stub's module.",
    input_schema({"expr": {"type": "string"}}),
)
RUN_PYTHON_SPEC = ToolSpec(
    "run_python",
    "Run Python code and get what it prints, and the value of its last expression. It sees what `inspect` sees, on "
    "copies of the arguments. For experiments of at most 10 seconds: nothing that it does lasts.",
    input_schema({"code": {"type": "string"}}),
)


def look_up(surroundings: Surroundings, given: Mapping[str, Any]) -> Answer:
    """Documentation of an installed object."""
    text = surroundings.workbench.docs(given["name"])
    return Answer(shortened(text, "Ask for a more specific name.", CHARACTERS))


def inspect(surroundings: Surroundings, given: Mapping[str, Any]) -> Answer:
    """Type and repr of an expression."""
    text = surroundings.workbench.inspect(given["expr"])
    return Answer(shortened(text, "Ask for a part of it.", CHARACTERS))


def run_python(surroundings: Surroundings, given: Mapping[str, Any]) -> Answer:
    """What a piece of code prints."""
    text = surroundings.workbench.run_python(given["code"])
    return Answer(shortened(text, "Print less.", CHARACTERS) or "(it printed nothing)")


DOCS = Tool(DOCS_SPEC, look_up, lambda given: str(given.get("name", "")))
INSPECT = Tool(INSPECT_SPEC, inspect, lambda given: str(given.get("expr", "")))
RUN_PYTHON = Tool(RUN_PYTHON_SPEC, run_python, lambda given: str(given.get("code", "")))
