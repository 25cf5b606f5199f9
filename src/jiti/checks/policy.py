"""What a candidate may not do, read from its syntax tree: see `forbidden` for what and why.

This is the first line of defence and not the last: it keeps honest code honest, and makes dishonest
code go to lengths. The process that a candidate runs in does the rest.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti.checks import forbidden
from jiti.diagnostics import Diagnostic
from jiti.effects.names import normal
from jiti.effects.scopes import Scopes
from jiti.splice.names import without_annotations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiti.checks.forbidden import Rule

_GETTERS = {"builtins.getattr", "builtins.hasattr"}
_SETTERS = {"builtins.setattr", "builtins.delattr"}
_BY_NAME = {"operator.attrgetter", "operator.methodcaller"}
_NAMESPACES = {"builtins.vars", "builtins.locals"}
_WRITES = {"update", "setdefault", "pop", "popitem", "clear", "__setitem__", "__delitem__", "__ior__"}
_RAW_SETTERS = {"__setattr__", "__delattr__"}


def check(code: str, *, is_test: bool = False) -> list[Diagnostic]:
    """What a candidate does that no implementation may, whatever its stub allows.

    Args:
        code: the candidate; it parses.
        is_test: whether it is for a jiti-test, which may use pytest and `unittest.mock`.
    """
    try:
        tree = ast.parse(code)
        if _has_future_annotations(tree):
            tree = without_annotations(tree)
        reader = _Reader(Scopes(tree), code.split("\n"), forbidden.IN_TESTS if is_test else forbidden.NAMES)
        reader.visit(tree)
    except RecursionError:
        return [Diagnostic("policy", "candidate", None, "too-deep", "nest less deeply: this cannot be judged")]
    return sorted(reader.found.values(), key=lambda each: (each.line or 0, each.code))


def _has_future_annotations(tree: ast.Module) -> bool:
    """Whether annotations are never evaluated: then what they name is not used."""
    return any(
        isinstance(each, ast.ImportFrom) and each.module == "__future__" and each.names[0].name == "annotations"
        for each in tree.body
    )


class _Reader(ast.NodeVisitor):
    """Walks a candidate and notes what it breaks, each rule once a line."""

    def __init__(self, scopes: Scopes, lines: list[str], names: Mapping[str, Rule]) -> None:
        self.found: dict[tuple[int, str], Diagnostic] = {}
        self._scopes = scopes
        self._lines = lines
        self._names = names

    def _break(self, rule: Rule, node: ast.AST, what: str) -> None:
        line = getattr(node, "lineno", 1)
        message = f"{what} is not allowed: {rule.advice}\n    {self._lines[line - 1].strip()}"
        self.found.setdefault((line, rule.code), Diagnostic("policy", "candidate", line, rule.code, message))

    def _check_name(self, node: ast.AST, name: str | None) -> None:
        """Note the rule that a full name breaks, itself or as a part of something, whichever module it goes by."""
        parts = normal(name or "").split(".")
        for length in range(1, len(parts) + 1):
            shown = ".".join(parts[:length])
            if shown in self._names:
                self._break(self._names[shown], node, f"`{shown.removeprefix('builtins.')}`")

    def _check_attribute(self, node: ast.AST, name: str) -> None:
        if name in forbidden.ATTRIBUTES:
            self._break(forbidden.ATTRIBUTES[name], node, f"`{name}`")

    # ---------------------------------------------------------------- names

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._check_name(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self._check_name(node, f"{node.module}.{alias.name}")

    def visit_Name(self, node: ast.Name) -> None:
        self._check_name(node, self._scopes.full_name(node))
        if node.id.startswith("__"):
            self._check_attribute(node, node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._check_name(node, self._scopes.full_name(node))
        self._check_attribute(node, node.attr)
        if not isinstance(node.ctx, ast.Load):
            self._check_change(node)
        elif node.attr == "__dict__" and self._is_foreign(node.value):
            self._break(forbidden.NAMESPACE_WRITE, node, "the `__dict__` of something imported")
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if self._scopes.full_name(node.test) == "typing.TYPE_CHECKING" and not self._scopes.assigns("TYPE_CHECKING"):
            # Nothing of it runs; what is imported here is judged where it is used.
            for statement in node.orelse:
                self.visit(statement)
        else:
            self.generic_visit(node)

    # ---------------------------------------------------------------- changes

    def _check_change(self, node: ast.Attribute) -> None:
        if node.attr == "__class__":
            self._break(forbidden.CLASS_CHANGE, node, "changing an object's class")
        elif self._is_foreign(node.value):
            self._break(forbidden.FOREIGN_ASSIGNMENT, node, f"changing `{ast.unparse(node)}`")

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load) and self._is_namespace(node.value):
            self._break(forbidden.NAMESPACE_WRITE, node, f"writing to `{ast.unparse(node.value)}`")
        self.generic_visit(node)

    def _is_foreign(self, node: ast.expr) -> bool:
        """Whether something belongs to what was imported, and not to the candidate."""
        return self._scopes.imported(node) is not None

    def _is_namespace(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and self._scopes.full_name(node.func) in _NAMESPACES

    # ---------------------------------------------------------------- calls

    def visit_Call(self, node: ast.Call) -> None:
        called = self._scopes.full_name(node.func)
        if called == "builtins.vars" and node.args and self._is_foreign(node.args[0]):
            self._break(forbidden.NAMESPACE_WRITE, node, f"`{ast.unparse(node)}`")
        if called in _GETTERS | _SETTERS and len(node.args) > 1:
            self._check_access(node, node.args[0], node.args[1], sets=called in _SETTERS)
        elif called in _BY_NAME:
            self._check_literals(node)
        elif isinstance(node.func, ast.Attribute):
            self._check_method(node, node.func)
        self.generic_visit(node)

    def _check_access(self, node: ast.Call, owner: ast.expr, name: ast.expr, *, sets: bool) -> None:
        foreign = self._scopes.imported(owner)
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            self._check_attribute(node, name.value)
            self._check_name(node, f"{self._scopes.full_name(owner)}.{name.value}")
        elif foreign is not None and not foreign.rpartition(".")[2][:1].isupper():
            self._break(forbidden.COMPUTED_ATTRIBUTE, node, f"a computed attribute of `{foreign}`")
        if sets and foreign is not None:
            self._break(forbidden.FOREIGN_ASSIGNMENT, node, f"changing `{foreign}`")

    def _check_literals(self, node: ast.Call) -> None:
        for argument in node.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                for part in argument.value.split("."):
                    self._check_attribute(node, part)

    def _check_method(self, node: ast.Call, method: ast.Attribute) -> None:
        if method.attr in _WRITES and self._is_namespace(method.value):
            self._break(forbidden.NAMESPACE_WRITE, node, f"writing to `{ast.unparse(method.value)}`")
        elif method.attr in _RAW_SETTERS and node.args and self._is_foreign(node.args[0]):
            self._break(forbidden.FOREIGN_ASSIGNMENT, node, f"changing `{ast.unparse(node.args[0])}`")
