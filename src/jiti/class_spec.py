"""The contract of a class that is a stub as a whole: what of its text counts, and in which of the spec's fields."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING

from jiti import canonical, members, syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.syntax import FunctionNode

_KINDS = frozenset({"staticmethod", "classmethod", "property", "cached_property", "abstractmethod"})


def signature(node: ast.ClassDef) -> Iterator[str]:
    """What it is and has, in order: bases, fields and values, the signatures of its methods.

    The bodies of methods that have one do not count, nor do decorators of the class.
    """
    yield from _head(node)
    for statement in _statements(node):
        yield from _of(statement, is_own=True)


def _head(node: ast.ClassDef) -> Iterator[str]:
    yield f"class {node.name}"
    yield from (canonical.text(each) for each in (*getattr(node, "type_params", ()), *node.bases, *node.keywords))


def _of(statement: ast.stmt, *, is_own: bool) -> Iterator[str]:
    """What a statement says; of a class inside the class nothing is to be written, whatever it leaves open."""
    if isinstance(statement, syntax.FunctionNode):
        yield from _of_method(statement, is_own=is_own)
    elif isinstance(statement, ast.ClassDef):
        yield from _head(statement)
        for each in statement.body:
            yield from _of(each, is_own=False)
        yield "end"
    elif isinstance(statement, ast.If):
        yield canonical.text(statement.test)
        for each in (*statement.body, *statement.orelse):
            yield from _of(each, is_own=is_own)
    elif isinstance(statement, ast.AnnAssign):
        yield canonical.text(statement.target, statement.value)
        yield canonical.annotation(statement.annotation)
    else:
        yield canonical.text(statement)


def _of_method(node: FunctionNode, *, is_own: bool) -> Iterator[str]:
    kinds = [ast.unparse(each) for each in node.decorator_list if syntax.last_name(each) in _KINDS]
    half = syntax.accessor(node)
    kind = "async method" if isinstance(node, ast.AsyncFunctionDef) else "method"
    state = "to be written" if is_own and members.is_to_be_written(node) else "written"
    yields = " generator" if state != "written" and any(isinstance(each, ast.Yield) for each in ast.walk(node)) else ""
    yield " ".join([*kinds, *filter(None, [half]), kind + yields, node.name, state])
    yield from (canonical.text(each) for each in (node.args, *getattr(node, "type_params", ())))
    yield canonical.annotation(node.returns)


def docstring(node: ast.ClassDef, own: str) -> str:
    """What it says, and what its methods do: one after the other, each with its name."""
    said = [own]
    for each in _statements(node):
        text = ast.get_docstring(each, clean=False) if isinstance(each, syntax.FunctionNode) else None
        if text is not None and isinstance(each, syntax.FunctionNode):
            said.append(f"{each.name}: {inspect.cleandoc(text)}")
    return "\n\n".join(said)


def hides(node: ast.ClassDef, line: int) -> bool:
    """Whether what stands in a line of a class is no concern of whoever writes its methods: it is in another's body."""
    written = (each for each in node.body if isinstance(each, syntax.FunctionNode | ast.ClassDef))
    return any(
        each.body[0].lineno <= line <= (each.end_lineno or each.lineno)
        for each in written
        if not members.is_to_be_written(each)
    )


def _statements(node: ast.ClassDef) -> list[ast.stmt]:
    return node.body if ast.get_docstring(node, clean=False) is None else node.body[1:]
