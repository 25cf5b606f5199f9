"""Calls of what a bare `super()` has: for type checkers that is the user's class, with the very method in question."""

from __future__ import annotations

import ast


def lines(tree: ast.Module) -> set[int]:
    """The lines that such calls stand in."""
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call) and _is_of_super(each.func)]
    return {line for each in calls for line in range(each.lineno, (each.end_lineno or each.lineno) + 1)}


def _is_of_super(node: ast.expr) -> bool:
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Call):
        return False
    return isinstance(node.value.func, ast.Name) and node.value.func.id == "super"
