"""Syntax trees as text that is the same on every Python: our own walk, since `ast.dump`'s changes between versions.

A node is its name, then its fields in the grammar's order, without None, empty lists and positions;
a constant is its type and `ascii(repr)`; quoted annotations are parsed.
"""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SKIPPED = {"kind", "type_comment", "type_ignores"}  # `u""` and comments: how it is written, not what it says
_ANNOTATIONS = {"annotation", "returns"}


def text(*nodes: ast.AST | None) -> str:
    """The canonical text of some nodes, one after the other; None stands as `-`."""
    return "\n".join("-" if node is None else "".join(_pieces(node)) for node in nodes)


def annotation(node: ast.expr | None) -> str:
    """The canonical text of an annotation, which may be quoted."""
    return "-" if node is None else "".join(_pieces(_unquoted(node)))


def _pieces(root: ast.AST) -> Iterable[str]:
    # A stack of our own: a long chain of operators is nested deeper than Python recurses.
    stack: list[ast.AST | str] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, ast.Constant):
            yield _constant(item.value)
        else:
            stack.extend(reversed(_parts(item)))


def _parts(node: ast.AST) -> list[ast.AST | str]:
    parts: list[ast.AST | str] = [f"({type(node).__name__}"]
    for field, value in ast.iter_fields(node):
        if value is None or value == [] or field in _SKIPPED:
            continue
        parts.append(f" {field}=")
        if isinstance(value, list):
            parts.append("[")
            parts.extend(_item(each) for each in _joined(node, value))
            parts.append("]")
        elif isinstance(value, ast.AST):
            parts.append(_unquoted(value) if field in _ANNOTATIONS and isinstance(value, ast.expr) else value)
        else:
            parts.append(_constant(value))
    return [*parts, ")"]


def _item(value: object) -> ast.AST | str:
    if isinstance(value, ast.AST):
        return value
    return "-" if value is None else _constant(value)


def _joined(node: ast.AST, values: list[object]) -> list[object]:
    """The values of an f-string with neighbouring pieces of text joined: Pythons split them differently."""
    if not isinstance(node, ast.JoinedStr):
        return values
    joined: list[object] = []
    for value in values:
        if isinstance(value, ast.Constant) and joined and isinstance(joined[-1], ast.Constant):
            joined[-1] = ast.Constant(f"{joined[-1].value}{value.value}")
        else:
            joined.append(value)
    return [value for value in joined if not (isinstance(value, ast.Constant) and value.value == "")]


def _constant(value: object) -> str:
    try:
        shown = repr(value)
    except ValueError:  # an integer of more digits than Python converts; it was written in hexadecimal
        shown = hex(value) if isinstance(value, int) else "?"
    return f"<{type(value).__name__} {shown!a}>"


def _unquoted(node: ast.expr) -> ast.expr:
    """The annotation with its quoted parts parsed; strings that are values (`Literal["a"]`) stay."""
    if isinstance(node, ast.Name):
        return node
    if not any(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in ast.walk(node)):
        return node  # copying it would take longer than all the rest
    return _Unquote().visit(copy.deepcopy(node))


class _Unquote(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, str):
            return node
        try:
            return self.visit(ast.parse(node.value.strip(), mode="eval").body)
        except SyntaxError:
            return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if name == "Literal":
            return node
        if name == "Annotated" and isinstance(node.slice, ast.Tuple) and node.slice.elts:
            node.slice.elts[0] = self.visit(node.slice.elts[0])
            return node
        self.generic_visit(node)
        return node
