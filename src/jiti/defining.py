"""Whether a file may define what it is for, by whatever statement: people may write it otherwise than jiti does."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti import source, syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def may_define(code: str, qualname: str) -> bool:
    """Whether an implementation may define its stub's function, by whatever statement.

    Raises:
        SyntaxError: it does not parse.
    """
    name = qualname.rpartition("<locals>.")[2]
    for accessor in source.ACCESSORS:
        name = name.removesuffix(f".{accessor}")
    tree = source.SourceFile("<implementation>", code.encode("utf-8", "surrogatepass")).tree
    return _may_define(tree, name.split("."))


def _may_define(tree: ast.Module | ast.ClassDef, path: Sequence[str]) -> bool:
    """Whether running a module, or a class's body, may give it what a dotted name leads to: by whatever statement.

    Args:
        tree: the module or the class.
        path: the names, of which all but the last are classes'.
    """
    name, *inner = path
    classes: list[ast.ClassDef] = []
    is_bound = False
    for statement in _statements_of_scope(tree.body):
        if isinstance(statement, ast.ClassDef) and statement.name.lstrip("_") == name.lstrip("_"):
            classes.append(statement)
        is_bound = is_bound or not {name, "*"}.isdisjoint(_bound_by(statement))
    return is_bound and (not inner or not classes or any(_may_define(each, inner) for each in classes))


def _statements_of_scope(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block and of those in it; not of functions and classes, nor what only type checkers read."""
    for statement in body:
        yield statement
        is_for_types = isinstance(statement, ast.If) and syntax.last_name(statement.test) == "TYPE_CHECKING"
        if isinstance(statement, ast.If) and is_for_types:
            yield from _statements_of_scope(statement.orelse)
        elif not isinstance(statement, syntax.FunctionNode | ast.ClassDef):
            yield from _statements_of_scope(syntax.nested(statement))


def _bound_by(statement: ast.stmt) -> set[str]:
    """The names that a statement binds, but for what it has of other statements."""
    if isinstance(statement, syntax.FunctionNode | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    found: set[str] = set()
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        found.update(name for name in (getattr(node, "name", None), getattr(node, "rest", None)) if name)
        waiting += [each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.stmt)]
    return found
