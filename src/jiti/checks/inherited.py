"""What a candidate has from its stub, and cannot be blamed for.

The signature and the docstring are the user's, and so are the imports that they need; the classes around
a method are jiti's. A finding there would be told to the agent again and again, which can do nothing about it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti.splice import owners
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jiti.definition import Definition

_TYPING = frozenset({"TYPE_CHECKING", "Any"})


def given_lines(code: str, definition: Definition) -> set[int]:
    """The lines (1-based) of a candidate that are not the agent's.

    These are the signature with its decorators, the docstring, the classes around a method, and such imports as the
    stub's module has too, or as reach what it binds.
    """
    tree = _parsed(code)
    path = [] if definition.is_class else owners.path_in(tree)
    lines = _lines_of_class(tree, definition) if definition.is_class else set()
    if path:
        begin = min(each.lineno for each in (path[0], *path[0].decorator_list))
        lines.update(range(begin, _end_of_head(path[-1]) + 1))
        below = [each for each in tree.body if each.lineno > (path[0].end_lineno or 0)]
        lines.update(line for each in below for line in _lines(each))
    given = _Given(definition)
    return lines.union(*(_lines(each) for each in _imports(tree.body) if given.has(each)))


def _lines_of_class(tree: ast.Module, definition: Definition) -> set[int]:
    """The lines of a whole class that are the stub's, or what stands around it."""
    found = owners.class_in(tree, definition.declaration.qualname)
    if found is None:
        return set()
    names = {each.node.name for each in definition.methods}
    lines = set(range(found.lineno, _end_of_head(found) + 1))
    for each in found.body:
        if isinstance(each, FunctionNode) and each.name in names:
            first = min(other.lineno for other in (each, *each.decorator_list))
            lines.update(range(first, _end_of_head(each) + 1))
    for each in tree.body:
        if isinstance(each, ast.ClassDef) and each.lineno < found.lineno <= (each.end_lineno or 0):
            lines.update(range(each.lineno, found.lineno))
        elif each.lineno > (found.end_lineno or 0):
            lines.update(_lines(each))
    return lines


def _end_of_head(node: FunctionNode | ast.ClassDef) -> int:
    """The last line of a definition's docstring, or of what stands above its body."""
    first = node.body[0]
    last = first.end_lineno if ast.get_docstring(node, clean=False) is not None else first.lineno - 1
    return max(last or 0, node.lineno)


def import_lines(code: str) -> set[int]:
    """The lines (1-based) of a candidate's module-level imports."""
    return {line for statement in _imports(_parsed(code).body) for line in _lines(statement)}


class _Given:
    """The imports that are written for a stub, as far as its own file tells."""

    def __init__(self, definition: Definition) -> None:
        path = definition.declaration.path.removesuffix(".py").removesuffix("/__init__")
        self._own = path.rpartition("/")[2]
        self._imported: set[tuple[str, str | None]] = set()
        self._bound: set[str] = set()
        for node in ast.walk(definition.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._imported.update((alias.name, alias.asname) for alias in node.names)
                self._bound.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self._bound.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self._bound.add(node.id)

    def has(self, statement: ast.Import | ast.ImportFrom) -> bool:
        return all(self._has(statement, alias) for alias in statement.names)

    def _has(self, statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> bool:
        origin = (statement.module or "") if isinstance(statement, ast.ImportFrom) else ""
        return (
            origin == "__future__"
            or (origin == "typing" and alias.name in _TYPING)
            or (origin.rpartition(".")[2] == self._own and alias.name in self._bound)
            or (alias.name, alias.asname) in self._imported
        )


def _parsed(code: str) -> ast.Module:
    try:
        return ast.parse(code)
    except SyntaxError:
        return ast.Module([], [])


def _lines(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _imports(body: Iterable[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement
        elif isinstance(statement, ast.If):
            yield from _imports(statement.body)
