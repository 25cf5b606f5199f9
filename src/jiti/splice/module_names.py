"""The names that the user's module binds at its top level, and how another module gets them."""

from __future__ import annotations

import ast
import os
import tokenize
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jiti.splice.names import assigned_by
from jiti.splice.project import Module

if TYPE_CHECKING:
    from collections.abc import Iterable

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


@dataclass(frozen=True, slots=True)
class Binding:
    """One way in which a module comes to hold a name.

    Attributes:
        kind: an import statement of its top level, a function or class, a value; or an import that some
            condition decides about.
        statement: what gives another module the same.
        for_types: it exists for type checkers alone.
    """

    kind: Literal["import", "definition", "value"]
    statement: str
    for_types: bool = False


class ModuleNames:
    """What the user's module binds.

    Args:
        tree: the module's syntax tree.
        module: which module it is.
    """

    def __init__(self, tree: ast.Module, module: Module) -> None:
        self._module = module
        self._bindings: dict[str, list[Binding]] = defaultdict(list)
        self._stars: list[str] = []
        """The modules of which all is imported, the last one first."""
        self.has_future_annotations = False
        """Whether annotations are not evaluated."""
        self._read(tree.body)

    def bindings(self, name: str) -> list[Binding]:
        """How another module gets a name: all these statements together; none where it is not bound here."""
        found = self._bindings.get(name, [])
        if not found and self._stars:
            return [self._by_name(name)]
        if all(each.kind == "import" for each in found) and len({each.for_types for each in found}) <= 1:
            return found
        if all(each.kind == "value" for each in found):
            return found[:1]
        return [self._by_name(name)]

    def binds(self, name: str) -> bool:
        """Whether a statement of the module names it."""
        return name in self._bindings

    def is_value(self, name: str) -> bool:
        """Whether a name is bound by assignment alone, so that it may be bound anew while the program runs."""
        found = self._bindings.get(name, [])
        return bool(found) and all(each.kind == "value" for each in found)

    def origin_of_value(self, name: str, seen: frozenset[str] = frozenset()) -> str | None:
        """The module of the project that has a name as a value, which may be bound anew; None where it is no value.

        Args:
            name: what may be bound in this module, or in one that it imports all of.
            seen: the modules that lead to this one, for such as import all of each other.
        """
        if self.binds(name):
            return self._module.name if self.is_value(name) else None
        for star in self._stars:
            names = None if star in seen else _of_project(star, self._module.base)
            if names is None:
                continue
            origin = names.origin_of_value(name, seen | {star})
            if origin or names.binds(name):
                return origin
        return None

    def _by_name(self, name: str) -> Binding:
        return Binding("definition", f"from {self._module.name} import {name}")

    def _read(self, body: Iterable[ast.stmt], *, conditional: bool = False, for_types: bool = False) -> None:
        for statement in body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                self._read_import(statement, conditional=conditional, for_types=for_types)
            elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self._bindings[statement.name].append(self._by_name(statement.name))
            elif isinstance(statement, ast.If) and is_type_checking(statement.test):
                self._read(statement.body, for_types=True)
                self._read(statement.orelse, conditional=True)
            else:
                for name in assigned_by(statement):
                    self._bindings[name].append(Binding("value", f"from {self._module.name} import {name}"))
                for block in _BLOCKS:
                    self._read(_statements(getattr(statement, block, ())), conditional=True)

    def _read_import(self, statement: ast.Import | ast.ImportFrom, *, conditional: bool, for_types: bool) -> None:
        if isinstance(statement, ast.ImportFrom):
            origin = self._module.absolute(statement.module, statement.level)
            if origin == "__future__":
                self.has_future_annotations |= any(alias.name == "annotations" for alias in statement.names)
                return
            prefix = f"from {origin} import "
        else:
            prefix = "import "
        for alias in statement.names:
            if alias.name == "*":
                self._stars.insert(0, origin or "")
                continue
            name = alias.asname or alias.name.partition(".")[0]
            renamed = f" as {alias.asname}" if alias.asname else ""
            same = Binding("import", f"{prefix}{alias.name}{renamed}", for_types)
            self._bindings[name].append(self._by_name(name) if conditional else same)


def _of_project(name: str, base: str) -> ModuleNames | None:
    """The names of another module of the project; None where there is no file of it, or none that parses."""
    path = os.path.join(base, *name.split("."))
    for file, is_package in ((f"{path}.py", False), (os.path.join(path, "__init__.py"), True)):
        try:
            with tokenize.open(file) as text:
                tree = ast.parse(text.read())
        except (OSError, SyntaxError, ValueError):
            continue
        return ModuleNames(tree, Module(name, is_package, base))
    return None


def is_type_checking(test: ast.expr) -> bool:
    """Whether a condition is `TYPE_CHECKING`, however it was imported."""
    return getattr(test, "attr", getattr(test, "id", None)) == "TYPE_CHECKING"


def _statements(block: Iterable[ast.AST]) -> list[ast.stmt]:
    """The statements of a block, or those of its `except` and `case` clauses."""
    return [
        statement
        for item in block
        for statement in (item.body if isinstance(item, ast.ExceptHandler | ast.match_case) else [item])
        if isinstance(statement, ast.stmt)
    ]
