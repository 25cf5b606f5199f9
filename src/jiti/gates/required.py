"""Tests that carry `@jiti.required_for`: how a file calls it, and where it stands."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jiti import syntax
from jiti.gates.scope import blocks, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.gates.resolution import Owners

NAME = "required_for"


@dataclass(frozen=True, slots=True)
class Marked:
    """A function or class that carries `required_for`.

    Attributes:
        node: its definition.
        qualname: its dotted name.
        owners: the classes around it, outermost first.
        targets: what it is required for, as written.
        is_nested: whether it stands inside a function.
        hidden: the name of what is hidden by another of that name in the same place: itself, or a class around it.
    """

    node: syntax.FunctionNode | ast.ClassDef
    qualname: str
    owners: Owners
    targets: tuple[ast.expr, ...]
    is_nested: bool
    hidden: str

    @property
    def line(self) -> int:
        """1-based, where it begins, decorators included."""
        return min([self.node.lineno, *(each.lineno for each in self.node.decorator_list)])

    @property
    def is_to_be_written(self) -> bool:
        """Whether it is a test with an empty body: the agent's to write."""
        return isinstance(self.node, syntax.FunctionNode) and syntax.first_of_body(self.node) is None


class RequiredFor:
    """What a test file calls the decorator, and where it uses it.

    Attributes:
        elsewhere: where it is called otherwise than as a decorator, or decorates without targets.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        inside = nodes(tree)
        self._names: set[str] = set()
        self._objects: set[str] = set()
        """What has the decorator as its attribute: the module `jiti`, and the decorator of that name."""
        assigned = []
        for node in inside:
            if isinstance(node, ast.ImportFrom) and node.module == "jiti" and not node.level:
                self._read(node)
            elif isinstance(node, ast.Import):
                self._objects |= {each.asname or each.name for each in node.names if each.name == "jiti"}
            elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                assigned.append((node.value, node.targets if isinstance(node, ast.Assign) else [node.target]))
        for value, targets in assigned:
            if _imports_jiti(value):
                self._objects |= {each.id for each in targets if isinstance(each, ast.Name)}
        for value, targets in assigned:
            if self.is_meant(value):
                self._names |= {each.id for each in targets if isinstance(each, ast.Name)}
        self.elsewhere = sorted(self._used_elsewhere(inside), key=lambda each: each.lineno)

    def _read(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name in {NAME, "*"}:
                self._names.add(alias.asname or NAME)
            if alias.name in {"jiti", "*"}:
                self._objects.add(alias.asname or "jiti")

    def is_meant(self, node: ast.expr) -> bool:
        """Whether an expression is the decorator itself, not called yet."""
        if isinstance(node, ast.Name):
            return node.id in self._names
        return isinstance(node, ast.Attribute) and node.attr == NAME and self._is_object(node.value)

    def _is_object(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self._objects
        return isinstance(node, ast.Attribute) and node.attr == "jiti" and self._is_object(node.value)

    def is_on(self, decorator: ast.expr) -> bool:
        """Whether a decorator is this one, called with targets or not."""
        return self.is_meant(decorator.func if isinstance(decorator, ast.Call) else decorator)

    @cached_property
    def marked(self) -> list[Marked]:
        """Every definition of the file that carries it, by line."""
        return sorted(self._walk(self._tree.body, "", (), is_nested=False), key=lambda each: each.line)

    def _used_elsewhere(self, inside: list[ast.AST]) -> Iterator[ast.expr]:
        decorators = {
            each
            for node in inside
            if isinstance(node, syntax.FunctionNode | ast.ClassDef)
            for each in node.decorator_list
        }
        for node in decorators:
            if self.is_on(node) and not (isinstance(node, ast.Call) and node.args):
                yield node
        for node in inside:
            if isinstance(node, ast.Call) and node not in decorators and self.is_meant(node.func):
                yield node

    def _walk(
        self, body: list[ast.stmt], prefix: str, owners: Owners, *, is_nested: bool, hidden: str = ""
    ) -> Iterator[Marked]:
        definitions = list(_definitions(body))
        last = {node.name: node for node in definitions}
        for node in definitions:
            qualname = prefix + node.name
            by_another = hidden or ("" if last[node.name] is node else qualname)
            targets = tuple(self._targets(node))
            if targets:
                yield Marked(node, qualname, owners, targets, is_nested, by_another)
            if isinstance(node, ast.ClassDef):
                around = (*owners, node)
                yield from self._walk(node.body, f"{qualname}.", around, is_nested=is_nested, hidden=by_another)
            else:
                yield from self._walk(node.body, f"{qualname}.<locals>.", (), is_nested=True)

    def _targets(self, node: syntax.FunctionNode | ast.ClassDef) -> Iterator[ast.expr]:
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and self.is_meant(decorator.func):
                yield from decorator.args


def _imports_jiti(node: ast.expr) -> bool:
    """Whether an expression is the module, as in `pytest.importorskip("jiti")`."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[ast.Constant(value="jiti"), *_]):
            return name in {"importorskip", "import_module", "__import__"}
    return False


def _definitions(body: list[ast.stmt]) -> Iterator[syntax.FunctionNode | ast.ClassDef]:
    """The functions and classes that some statements define, those under a condition included."""
    for statement in body:
        if isinstance(statement, syntax.FunctionNode | ast.ClassDef):
            yield statement
        else:
            yield from _definitions(list(blocks(statement)))
