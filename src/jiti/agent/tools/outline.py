"""`outline`: what a Python file of the project holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiti.agent.bounds import shortened
from jiti.agent.outline import outline
from jiti.agent.tool import Answer, Surroundings, Tool, ToolError, input_schema
from jiti.models import ToolSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

SPEC = ToolSpec(
    "outline",
    "Outline a Python file of the project: its classes and functions with line numbers, signatures and the first lines "
    "of their docstrings.",
    input_schema({"path": {"type": "string"}}),
)


def run(surroundings: Surroundings, given: Mapping[str, Any]) -> Answer:
    """Outline the file as far as it can be understood."""
    path = given["path"]
    text = surroundings.files.read(path)
    if not path.endswith((".py", ".pyi")):
        raise ToolError(f"{path} is no Python file; read_file shows it.")
    lines = outline(text)
    if not lines:
        return Answer(f"{path} defines no class and no function.")
    return Answer(shortened("\n".join([f"{path}:", *lines]), f"read_file(path={path!r}, start=…) shows the rest."))


def summary(given: Mapping[str, Any]) -> str:
    """The path."""
    return str(given.get("path", ""))


TOOL = Tool(SPEC, run, summary)
