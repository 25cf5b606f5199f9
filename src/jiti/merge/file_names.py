"""The names of the file that is merged into: which are taken, which are free, and what it imports."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from jiti.gates.scope import Scope
from jiti.merge import scopes
from jiti.merge.arrivals import Arrivals
from jiti.merge.implementation import Import, imported
from jiti.splice.module_names import is_type_checking
from jiti.syntax import FunctionNode, StubNode

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from jiti.splice.project import Module


class FileNames:
    """The names of one file, and those that a merge is about to add.

    Args:
        tree: the file's syntax tree.
        module: which module it is.
        exported: names that other files take from it; `*` where one of them takes all.

    Attributes:
        needed: the imports that are to be added.
        has_future_annotations: whether its annotations are not evaluated.
    """

    def __init__(self, tree: ast.Module, module: Module, exported: Collection[str] = ()) -> None:
        self.module = module
        self.needed: list[Import] = []
        self.has_future_annotations = any(
            isinstance(each, ast.ImportFrom) and each.module == "__future__" and _names(each, "annotations")
            for each in tree.body
        )
        self._bindings = Counter(scopes.bound_by(tree.body))
        self._assigned = frozenset(scopes.declared_global(tree))
        self._bound = {*self._bindings, *self._assigned}
        self._arrivals = Arrivals.of(tree, module)
        self._is_taken_whole = "*" in exported and Scope.of(tree.body).exports("anything")
        self._mentioned = {each.name for each in scopes.uses(tree)}
        self._imports = list(self._top_level_imports(tree.body))

    def _top_level_imports(self, body: list[ast.stmt], *, for_types: bool = False) -> Iterator[Import]:
        for statement in body:
            if isinstance(statement, ast.If) and is_type_checking(statement.test):
                yield from self._top_level_imports(statement.body, for_types=True)
            elif isinstance(statement, ast.ImportFrom) and statement.level:
                origin = self.module.absolute(statement.module, statement.level)
                yield from imported(ast.ImportFrom(origin, statement.names, 0), for_types=for_types)
            else:
                yield from imported(statement, for_types=for_types)

    def has(self, name: str) -> bool:
        """Whether the file binds a name itself, as far as can be seen: it may come with `import *`."""
        return name in self._bound or ("*" in self._bound and name in self._mentioned)

    def binds(self, name: str) -> bool:
        """Whether a statement of the file's top level binds a name."""
        return name in self._bound

    def may_bind(self, name: str) -> bool:
        """Whether the file may come to have a name, by whatever means."""
        return name in self._bound or self._arrivals.may_have(name)

    def binds_once(self, name: str) -> bool:
        """Whether a name is given its one meaning by one statement of the file."""
        return self._bindings[name] == 1 and name not in self._assigned and not self._arrivals.may_have(name)

    def is_taken(self, name: str) -> bool:
        """Whether a name means something in the file already, or is to."""
        return name in self._bound or name in self._mentioned or name in self._arrivals.names

    def mention(self, names: Collection[str]) -> None:
        """Note that names stand in the file from now on."""
        self._mentioned.update(names)

    def copy(self) -> FileNames:
        """The same, to be changed apart."""
        other = copy.copy(self)
        vars(other).update(needed=list(self.needed), _bound=set(self._bound), _mentioned=set(self._mentioned))
        return other

    def take(self, name: str, avoided: Collection[str]) -> str:
        """A name of which nobody else may make use from now on: this one, or one like it.

        Args:
            name: what is wanted.
            avoided: names that mean something else where it is to be used.
        """
        number = 2
        free = name = f"_{name}" if self._leaks(name) else name
        while self.is_taken(free) or free in avoided:
            free = f"{name}_{number}"
            number += 1
        self._bound.add(free)
        return free

    def import_as(self, wanted: Import, hidden: Collection[str], avoided: Collection[str]) -> str | None:
        """The name by which the file has, or is to have, what an implementation imports.

        Args:
            wanted: the import.
            hidden: the names that mean something else where it is used.
            avoided: more names that a new one must not be.

        Returns:
            None where no such name can be found.
        """
        same = [each for each in (*self._imports, *self.needed) if each.target == wanted.target]
        for each in same:
            usable = self._shares(each.bound, wanted) and (wanted.for_types or not each.for_types)
            if usable and (each.bound == wanted.bound or not _is_dotted(each, wanted)) and each.bound not in hidden:
                return each.bound
        name = self._free_for(wanted, hidden, avoided)
        if name is None:
            return None
        alias = wanted.alias if name == wanted.bound else name
        self.needed.append(replace(wanted, alias=alias))
        self._bound.add(name)
        return name

    def _free_for(self, wanted: Import, hidden: Collection[str], avoided: Collection[str]) -> str | None:
        name = wanted.bound
        is_free = not (self.is_taken(name) or self._arrivals.may_have(name) or self._leaks(name))
        if name not in hidden and (is_free or self._shares(name, wanted)):
            return name
        if _is_dotted(wanted, wanted):
            return None
        return self.take(name if name.startswith("_") else f"_{name}", {*hidden, *avoided})

    def _shares(self, name: str, wanted: Import) -> bool:
        """Whether a name means what is wanted wherever it is looked up: imports of that alone bind it."""
        imports = [each for each in self._imports if each.bound == name]
        others = [*imports, *(each for each in self.needed if each.bound == name)]
        package = wanted.name is None and wanted.alias is None
        return (
            bool(others)
            and all(each.target == wanted.target or (package and each.name is each.alias is None) for each in others)
            and self._bindings[name] == len(imports)
            and name not in self._assigned
            and not self._arrivals.may_have(name)
        )

    def _leaks(self, name: str) -> bool:
        """Whether a new name would come into a file that imports all of this one."""
        return self._is_taken_whole and not name.startswith("_")


def names_around(tree: ast.Module, node: StubNode) -> frozenset[str]:
    """The names that functions around a definition bind."""
    end = node.end_lineno or node.lineno
    return frozenset(
        name
        for each in ast.walk(tree)
        if isinstance(each, FunctionNode) and each is not node and each.lineno < node.lineno
        if end <= (each.end_lineno or 0)
        for name in scopes.bound_in(each)
    )


def _names(statement: ast.ImportFrom, name: str) -> bool:
    return any(alias.name == name for alias in statement.names)


def _is_dotted(*imports: Import) -> bool:
    """Whether one of them is like `import os.path`, which binds `os`."""
    return any(each.name is None and each.alias is None and "." in each.module for each in imports)
