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

    Args:
        tree: the file's.
        names: by which it reaches jiti's decorators.

    Attributes:
        elsewhere: where it is called otherwise than as a decorator, or decorates without targets.
    """

    def __init__(self, tree: ast.Module, names: syntax.JitiNames) -> None:
        self._tree = tree
        self._names = names
        self.elsewhere = sorted(self._used_elsewhere(nodes(tree)), key=lambda each: each.lineno)

    def is_on(self, decorator: ast.expr) -> bool:
        """Whether a decorator is this one, called with targets or not."""
        return self._names.is_required_for(decorator)

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
            if isinstance(node, ast.Call) and node not in decorators and self._names.names_required_for(node.func):
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
            if isinstance(decorator, ast.Call) and self._names.names_required_for(decorator.func):
                yield from decorator.args


def _definitions(body: list[ast.stmt]) -> Iterator[syntax.FunctionNode | ast.ClassDef]:
    """The functions and classes that some statements define, those under a condition included."""
    for statement in body:
        if isinstance(statement, syntax.FunctionNode | ast.ClassDef):
            yield statement
        else:
            yield from _definitions(list(blocks(statement)))
