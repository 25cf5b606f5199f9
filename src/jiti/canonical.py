"""Syntax trees as text that is the same on every Python: our own walk, since `ast.dump`'s changes between versions.

A node is its name, then its fields in the grammar's order, without None, empty lists and positions;
a constant is its type and `ascii(repr)`; quoted annotations are parsed.
"""

from __future__ import annotations

import ast
import copy
from functools import cache, lru_cache
from typing import NamedTuple

_SKIPPED = {"kind", "type_comment", "type_ignores"}  # `u""` and comments: how it is written, not what it says
_ANNOTATIONS = {"annotation", "returns"}
_DEEPEST = 100
"""Nodes in nodes that are written in one go."""


def text(*nodes: ast.AST | None) -> str:
    """The canonical text of some nodes, one after the other; None stands as `-`."""
    return "\n".join(["-" if node is None else _text(node) for node in nodes])


def annotation(node: ast.expr | None) -> str:
    """The canonical text of an annotation, which may be quoted."""
    return "-" if node is None else _text(_unquoted(node))


class _Place(NamedTuple):
    """Where the text of a node goes that is written later."""

    node: ast.AST
    around: list[str]
    at: int


def _text(root: ast.AST) -> str:
    text = [""]
    waiting = [_Place(root, text, 0)]
    written = []
    for each in waiting:  # it grows meanwhile
        pieces: list[str] = []
        _write(each.node, pieces, waiting, _DEEPEST)
        written.append(pieces)
    for each, pieces in zip(reversed(waiting), reversed(written), strict=True):
        each.around[each.at] = "".join(pieces)
    return text[0]


def _write(node: ast.AST, pieces: list[str], waiting: list[_Place], depth: int) -> None:
    """Add a node's text; what is nested deeper than `depth`, as a long chain of operators is, is left to be written."""
    if isinstance(node, ast.Constant):
        pieces.append(_constant(node.value))
        return
    if isinstance(node, ast.Name):  # half of all nodes
        pieces.append(f"(Name id={_word(node.id)} ctx=({type(node.ctx).__name__}))")
        return
    if not depth:
        waiting.append(_Place(node, pieces, len(pieces)))
        pieces.append("")
        return
    head, fields = _shape(type(node))
    pieces.append(head)
    for field, before, is_annotation in fields:
        value = getattr(node, field, None)
        if isinstance(value, ast.AST):
            pieces.append(before)
            part = _unquoted(value) if is_annotation and isinstance(value, ast.expr) else value
            _write(part, pieces, waiting, depth - 1)
        elif isinstance(value, list):
            _write_all(before, value, node, pieces, waiting, depth - 1)
        elif value is not None:
            pieces.append(before + (_word(value) if type(value) is str else _constant(value)))
    pieces.append(")")


def _write_all(
    before: str, values: list[object], node: ast.AST, pieces: list[str], waiting: list[_Place], depth: int
) -> None:
    """Add the text of a node's field that is a list, and what stands before it; of an empty one nothing."""
    if not values:
        return
    pieces.append(f"{before}[")
    for each in _joined(values) if isinstance(node, ast.JoinedStr) else values:
        if isinstance(each, ast.AST):
            _write(each, pieces, waiting, depth)
        else:
            pieces.append("-" if each is None else _constant(each))
    pieces.append("]")


@cache
def _shape(kind: type[ast.AST]) -> tuple[str, tuple[tuple[str, str, bool], ...]]:
    """What a kind of node begins with; its fields, each with what stands before it, and whether it is an annotation."""
    fields = tuple((each, f" {each}=", each in _ANNOTATIONS) for each in kind._fields if each not in _SKIPPED)
    return f"({kind.__name__}", fields


def _joined(values: list[object]) -> list[object]:
    """The values of an f-string with neighbouring pieces of text joined: Pythons split them differently."""
    joined: list[object] = []
    for value in values:
        if isinstance(value, ast.Constant) and joined and isinstance(joined[-1], ast.Constant):
            joined[-1] = ast.Constant(f"{joined[-1].value}{value.value}")
        else:
            joined.append(value)
    return [value for value in joined if not (isinstance(value, ast.Constant) and value.value == "")]


@lru_cache(maxsize=10_000)
def _word(name: str) -> str:
    """A name as a constant: there are far fewer of them than places where they stand."""
    return _constant(name)


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
