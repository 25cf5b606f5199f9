"""What can be wrong with a gate, and what mends it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti.gates.gate import Problem
from jiti.gates.resolution import ClassThing, FunctionThing, ModuleThing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiti.errors import JitiError
    from jiti.gates.required import Marked
    from jiti.gates.resolution import Thing


def unreadable(path: str, error: Exception) -> Problem:
    """A file that may hold gates and cannot be read, or does not parse."""
    if isinstance(error, SyntaxError) and error.lineno:
        return Problem(
            f"{path}:{error.lineno}", f"does not parse: {error.msg}", "mend it: it may hold gates", hides_gates=True
        )
    reason = str(error) or type(error).__name__
    hint = "mend or exclude the file: it may hold gates"
    return Problem(path, f"cannot be read: {reason}", hint, hides_gates=True)


def misused(path: str, node: ast.expr) -> Problem:
    """`required_for` where no decorator with targets stands."""
    message = "`required_for` is used otherwise than as a decorator with targets: gates are found by reading alone"
    return Problem(f"{path}:{node.lineno}", message, "write `@jiti.required_for(target)` right above the test")


def on_class(path: str, marked: Marked) -> Problem:
    """`required_for` on a class."""
    message = f"`required_for` stands on the class {marked.qualname}"
    return Problem(f"{path}:{marked.line}", message, "put it on each test")


def in_function(path: str, marked: Marked) -> Problem:
    """A gate inside a function."""
    message = f"the gate {marked.qualname} stands inside a function, where pytest does not see it"
    return Problem(f"{path}:{marked.line}", message, "move it to the file's or a class's own level")


def shadowed(path: str, marked: Marked) -> Problem:
    """A gate that a later definition of the same name hides."""
    message = f"another {marked.hidden} follows below: pytest sees only the last one"
    return Problem(f"{path}:{marked.line}", message, "give each a name of its own")


def written(path: str, marked: Marked, error: JitiError) -> Problem:
    """A jiti-test that cannot be worked from."""
    return Problem(f"{path}:{marked.line}", str(error), "say in its docstring what it has to show")


def unresolved(path: str, marked: Marked, target: ast.expr, reasons: Sequence[str]) -> Problem:
    """A target that leads nowhere."""
    reason = reasons[0] if reasons else "its imports lead in a circle"
    message = f"`{ast.unparse(target)}` cannot be found: {reason}"
    hint = "name a stub as the file imports it"
    if " may be " in reason:
        hint = "say in pytest's `pythonpath`, or in `[tool.jiti] sources`, which folder modules are imported from"
    return Problem(f"{path}:{marked.line}", message, hint)


def of_another_project(path: str, marked: Marked, target: ast.expr, thing: FunctionThing) -> Problem:
    """A target in a folder that is a project root itself."""
    message = f"`{ast.unparse(target)}` is at {thing.path}:{thing.line}, in a project of its own"
    hint = "put the test into that project, below the folder with its `pyproject.toml`, `.git` or `.jiti`"
    return Problem(f"{path}:{marked.line}", message, hint)


def without_stub(path: str, marked: Marked, target: ast.expr, things: Sequence[Thing], near: Sequence[str]) -> Problem:
    """A target that is something else than a stub."""
    shown = ast.unparse(target)
    match things[0]:
        case FunctionThing(path=where, line=line):
            message = f"`{shown}` is no stub: {where}:{line} does not carry @jiti"
            hint = "put `@jiti` on it, or take `required_for` away"
        case ClassThing(path=where, owners=owners):
            message = f"`{shown}` is the class at {where}:{owners[-1].lineno}, and no stub"
            hint = f"name its stubs: {', '.join(near)}" if near else "name a stub"
        case ModuleThing(paths=paths):
            message = f"`{shown}` is the module {paths[0]}, and no stub"
            hint = "name a stub in it"
    return Problem(f"{path}:{marked.line}", message, hint)
