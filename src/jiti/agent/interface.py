"""What a target promises to those who use it: signatures and docstrings, and no body."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from jiti import syntax
from jiti.agent.support import bound_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jiti.definition import Definition


def interface_of(definition: Definition) -> str:
    """A stub's interface as Python: of a function itself, of a method its class; and the names that it speaks of.

    Bodies are left out, hints for who writes the body too.
    """
    tree, qualname = definition.tree, definition.declaration.qualname
    top = qualname.split(".")[0]
    own = [] if "<locals>" in qualname else [each for each in tree.body if getattr(each, "name", None) == top]
    own = own or [node for node, name, _ in syntax.definitions(tree) if name == qualname]
    shown = [without_bodies(each, definition.node.name) for each in (*_spoken_of(tree, own), *own)]
    return "\n\n".join(ast.unparse(ast.fix_missing_locations(each)) for each in shown)


def _spoken_of(tree: ast.Module, own: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of the module that bind the names in signatures: classes, aliases, constants, imports."""
    names: set[str] = set()
    for part in (part for node in own for part in _signature_of(node)):
        for node in ast.walk(part):
            if isinstance(node, ast.Name):
                names.add(node.id)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.add(node.value)  # an annotation may be quoted
    for statement in tree.body:
        if statement not in own and bound_by(statement) & names:
            yield statement


def _signature_of(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a function or a class, and of its members, that its users see."""
    if isinstance(node, syntax.FunctionNode):
        yield node.args
        if node.returns is not None:
            yield node.returns
    elif isinstance(node, ast.ClassDef):
        yield from node.bases
        for statement in node.body:
            yield from _signature_of(statement)
    elif isinstance(node, ast.AnnAssign):
        yield node.annotation


def without_bodies(statement: ast.stmt, target: str) -> ast.stmt:
    """A copy whose functions are docstring and `...`; a class loses private methods but the target."""
    kept = copy.deepcopy(statement)
    if isinstance(kept, syntax.FunctionNode):
        kept.body = [*_docstring_of(kept), ast.Expr(ast.Constant(...))]
        kept.decorator_list = [each for each in kept.decorator_list if not _is_jitis(each)]
    elif isinstance(kept, ast.ClassDef):
        kept.decorator_list = [each for each in kept.decorator_list if not _is_jitis(each)]
        members = [without_bodies(each, target) for each in kept.body if _is_public(each, target)]
        kept.body = [*_docstring_of(kept), *members] or [ast.Expr(ast.Constant(...))]
    return kept


def _is_public(statement: ast.stmt, target: str) -> bool:
    if not isinstance(statement, syntax.FunctionNode | ast.ClassDef):
        return isinstance(statement, ast.AnnAssign | ast.Assign)
    name = statement.name
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__")) or name == target


def _is_jitis(decorator: ast.expr) -> bool:
    return ast.unparse(decorator).partition("(")[0] in {"jiti", "jiti.jiti"}


def _docstring_of(node: syntax.FunctionNode | ast.ClassDef) -> list[ast.stmt]:
    return node.body[:1] if ast.get_docstring(node, clean=False) is not None else []
