"""Scratch tests as the agent sends them, with the import of their target where it was left out."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti.splice.names import bound_by

if TYPE_CHECKING:
    from jiti.definition import Definition


def complete_tests(definition: Definition, module: str, tests: str) -> str:
    """The tests with an import of the target, if they use it without importing it.

    Args:
        definition: the stub.
        module: the name by which an import statement gets the stub's module.
        tests: the text that was submitted; one that does not parse comes back as it is.
    """
    name, *inner = definition.declaration.qualname.split(".")
    if "<locals>" in inner:
        return tests
    try:
        tree = ast.parse(tests)
    except (SyntaxError, ValueError):
        return tests
    is_used = any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))
    if not is_used or name in {bound for bound, _ in bound_by(tree.body)}:
        return tests
    lines = tests.splitlines(keepends=True)
    return "".join([*lines[: _opening(tree)], f"from {module} import {name}\n", *lines[_opening(tree) :]])


def _opening(tree: ast.Module) -> int:
    """How many lines come before the first import may stand: a docstring, imports from the future."""
    last = 0
    for statement in tree.body:
        is_docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not is_docstring and not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
            break
        last = statement.end_lineno or last
    return last
