"""What a candidate has from its stub, and cannot be blamed for.

The signature and the docstring are the user's, and so are the imports that they need. A finding
there which the user's own file has too is not the candidate's.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jiti.syntax import FunctionNode


def inherited_lines(code: str, name: str) -> set[int]:
    """The lines (1-based) of a candidate that it has from its stub: module-level imports, signature, docstring.

    Args:
        code: the candidate.
        name: the stub's own name, without its owners.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return set()
    lines: set[int] = set()
    for statement in _imports(tree.body):
        lines.update(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    for node in _definitions(tree.body):
        if node.name == name:
            first = node.body[0]
            last = first.end_lineno if ast.get_docstring(node, clean=False) is not None else first.lineno - 1
            lines.update(range(node.lineno, (last or node.lineno) + 1))
    return lines


def _imports(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement
        elif isinstance(statement, ast.If):
            yield from _imports(statement.body)


def _definitions(body: Iterable[ast.stmt]) -> Iterator[FunctionNode]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement
        elif isinstance(statement, ast.ClassDef):
            yield from _definitions(statement.body)
