"""What somebody has changed in an implementation that would be lost in a merge."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING

from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiti.definition import Definition


def objection(definition: Definition, path: Sequence[ast.ClassDef | FunctionNode]) -> str | None:
    """Why an implementation's function cannot give its stub a body; None where it can.

    Args:
        definition: the stub.
        path: the function, after the classes around it.
    """
    function = path[-1]
    if not isinstance(function, FunctionNode) or type(function) is not type(definition.node):
        return "its signature is not the stub's"
    if _parameters(function) != _parameters(definition.function):
        return "its signature is not the stub's"
    decorators = {ast.unparse(each) for each in definition.node.decorator_list}
    for each in function.decorator_list:
        if ast.unparse(each) not in decorators:
            return f"`@{ast.unparse(each)}` does not stand on the stub; put it there as well"
    for each, inner in pairwise(path):
        for other in each.body:
            if other is not inner and not _is_property(other):
                return f"line {other.lineno} stands in the method's class; move it above the class"
    return None


def _parameters(node: FunctionNode) -> list[list[str]]:
    found = node.args
    kinds = (found.posonlyargs, found.args, found.kwonlyargs, [found.vararg], [found.kwarg])
    return [[each.arg for each in kind if each is not None] for kind in kinds]


def _is_property(statement: ast.stmt) -> bool:
    """Whether it is `name = property()`, which stands above a setter."""
    return isinstance(statement, ast.Assign) and ast.unparse(statement.value) == "property()"
