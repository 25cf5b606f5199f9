"""What an expression in a file refers to, found by following imports, aliases and classes through their sources."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from jiti.gates.modules import UNREADABLE, AmbiguousModuleError
from jiti.gates.scope import ImportedModule, ImportedName, Scope
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jiti.gates.modules import Module, Modules
    from jiti.gates.scope import Binding

_PROPERTY_PARTS = {"fget": "", "fset": ".setter", "fdel": ".deleter"}
_ACCESSORS = tuple(_PROPERTY_PARTS.values())
_SAME_FUNCTION = {"__wrapped__", "__func__", "func"}
_WRAPPERS = {"property", "cached_property", "staticmethod", "classmethod"}

Owners = tuple[ast.ClassDef, ...]
"""Classes around something, outermost first."""


@dataclass(frozen=True, slots=True)
class ModuleThing:
    """A module.

    Attributes:
        paths: the files that it may be, the likeliest first; a folder for a package without an `__init__.py`.
    """

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassThing:
    """A class; the last of `owners` is itself."""

    path: str
    owners: Owners


@dataclass(frozen=True, slots=True)
class FunctionThing:
    """A function, a method or a property.

    Attributes:
        path: of its file.
        qualname: its dotted name in there.
        line: where it is defined.
        accessors: which parts of it are meant, if it is a property.
    """

    path: str
    qualname: str
    line: int
    accessors: tuple[str, ...] = _ACCESSORS


Thing = ModuleThing | ClassThing | FunctionThing


class Resolver:
    """Follows names through the files of a project.

    Attributes:
        reasons: why the last expression that led nowhere did not go on, the first one the likeliest.
    """

    def __init__(self, modules: Modules) -> None:
        self.reasons: list[str] = []
        self._modules = modules
        self._open: set[tuple[str, str]] = set()
        self._class_scopes: dict[ast.ClassDef, Scope] = {}

    def find(self, node: ast.expr, path: str, owners: Owners = ()) -> list[Thing]:
        """What an expression may refer to: one thing, several where that hangs on a condition, or nothing.

        Args:
            node: a name, or attributes of one.
            path: of the file that it stands in.
            owners: the classes that it stands in.
        """
        self.reasons = []
        return list(dict.fromkeys(self._find(node, path, owners)))

    def _find(self, node: ast.expr, path: str, owners: Owners) -> list[Thing]:
        match node:
            case ast.Name(id=name):
                return self._name(name, path, owners)
            case ast.Attribute(value=value, attr=name):
                return [thing for owner in self._find(value, path, owners) for thing in self._attribute(owner, name)]
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if name in _WRAPPERS:
                return [thing for each in args for thing in self._find(each, path, owners)]
        return self._miss(f"`{ast.unparse(node)}` is known only when it runs")

    def imported(self, module: str, names: Sequence[str], importer: str) -> list[Thing]:
        """What an import gives: a module, or what attributes of it lead to.

        Args:
            module: its dotted name.
            names: the attributes, one of the other.
            importer: path of the importing file.
        """
        self.reasons = []
        found = self._binding(ImportedModule(module), "", importer, ())
        for name in names:
            found = [thing for owner in found for thing in self._attribute(owner, name)]
        return list(dict.fromkeys(found))

    def attribute(self, owner: Thing, name: str) -> list[Thing]:
        """What an attribute of something may refer to."""
        self.reasons = []
        return self._attribute(owner, name)

    def lineage(self, owner: ClassThing) -> list[ClassThing]:
        """A class and those of the project that it inherits from, in the order in which Python asks them."""
        self.reasons = []
        return self._lineage(owner)

    def leads_out(self, binding: ImportedModule | ImportedName, path: str) -> bool:
        """Whether an import in a file gives something that is not the project's."""
        return not getattr(binding, "level", 0) and not self._paths(binding, path)

    def _miss(self, reason: str) -> list[Thing]:
        self.reasons.append(reason)
        return []

    def definitions_of(self, node: ast.expr, path: str) -> Iterator[tuple[str, ast.expr]]:
        """One step from a name to what it was given by: expressions, each with the file that it stands in.

        Args:
            node: a name, or an attribute of a module.
            path: of the file that it stands in.
        """
        if isinstance(node, ast.Attribute):
            for thing in self._find(node.value, path, ()):
                if isinstance(thing, ModuleThing):
                    yield from ((each, ast.Name(node.attr)) for each in thing.paths if not each.endswith("/"))
        module = self._module(path) if isinstance(node, ast.Name) else None
        for binding in module.scope.bindings.get(ast.unparse(node), ()) if module else ():
            if isinstance(binding, ImportedName):
                paths = self._paths(binding, path)
                yield from ((each, ast.Name(binding.name)) for each in paths if not each.endswith("/"))
            elif isinstance(binding, ast.expr):
                yield path, binding

    # ---------------------------------------------------------------- names

    def _name(self, name: str, path: str, owners: Owners) -> list[Thing]:
        if owners and name in self._scope_of(owners[-1]).bindings:
            return self._bindings(self._scope_of(owners[-1]), name, path, owners)
        module = self._module(path)
        if module is None:
            return []
        return self._global(module, name) or (self._unknown(module, name) if not self.reasons else [])

    def _unknown(self, module: Module, name: str) -> list[Thing]:
        near = get_close_matches(name, module.scope.bindings, n=1)
        return self._miss(f"{module.path} has no {name}" + (f" (but {near[0]})" if near else ""))

    def _global(self, module: Module, name: str) -> list[Thing]:
        step = module.path, name
        if step in self._open:  # modules that import one another
            return []
        self._open.add(step)
        try:
            if name in module.scope.bindings:
                return self._bindings(module.scope, name, module.path, ())
            for star in module.scope.stars:
                found = self._from_star(star, name, module.path)
                if found:
                    return found
            return []
        finally:
            self._open.discard(step)

    def _from_star(self, star: ImportedName, name: str, importer: str) -> list[Thing]:
        for path in self._paths(star, importer):
            module = self._module(path) if not path.endswith("/") else None
            if module is not None and module.scope.exports(name):
                found = self._global(module, name)
                if found:
                    return found
        return []

    def _bindings(self, scope: Scope, name: str, path: str, owners: Owners) -> list[Thing]:
        return [thing for each in scope.bindings[name] for thing in self._binding(each, name, path, owners)]

    def _binding(self, binding: Binding, name: str, path: str, owners: Owners) -> list[Thing]:
        if isinstance(binding, FunctionNode):
            return [FunctionThing(path, _dotted(owners, binding.name), binding.lineno)]
        if isinstance(binding, ast.ClassDef):
            return [ClassThing(path, (*owners, binding))]
        if isinstance(binding, ImportedModule):
            paths = self._paths(binding, path)
            return [ModuleThing(paths)] if paths else self._miss(f"the project has no module {binding.module}")
        if isinstance(binding, ImportedName):
            return self._imported(binding, path)
        if isinstance(binding, ast.Name) and binding.id == name:
            owners = ()  # `parse = parse` in a class means the module's
        return self._find(binding, path, owners)

    def _imported(self, binding: ImportedName, importer: str) -> list[Thing]:
        paths = self._paths(binding, importer)
        if not paths:
            return self._miss(f"the project has no module {'.' * binding.level}{binding.module}")
        return self._attribute(ModuleThing(paths), binding.name)

    def _paths(self, binding: ImportedModule | ImportedName, importer: str) -> tuple[str, ...]:
        if isinstance(binding, ImportedName) and binding.level:
            return self._modules.relative(binding.module, importer, binding.level)
        try:
            return self._modules.named(binding.module, importer)
        except AmbiguousModuleError as error:
            self._miss(str(error))
            return ()

    # ---------------------------------------------------------------- attributes

    def _attribute(self, owner: Thing, name: str) -> list[Thing]:
        match owner:
            case ModuleThing(paths):
                return next((found for each in paths if (found := self._of_module(each, name))), [])
            case ClassThing():
                return self._of_class(owner, name)
            case FunctionThing(path, qualname, line):
                if name in _SAME_FUNCTION:
                    return [owner]
                if name in _PROPERTY_PARTS:
                    return [FunctionThing(path, qualname, line, (_PROPERTY_PARTS[name],))]
        return self._miss(f"`{name}` of a function is known only when it runs")

    def _of_module(self, path: str, name: str) -> list[Thing]:
        module = None if path.endswith("/") else self._module(path)
        found: list[Thing] = self._global(module, name) if module else []
        if not found and path.endswith(("/", "__init__.py")):
            below = self._modules.below(path, name)
            found = [ModuleThing(below)] if below else []
        if not found and module and name not in module.scope.bindings:
            self._unknown(module, name)
        if not found and module is None:
            self._miss(f"{path} has no module {name}")
        return found

    def _of_class(self, owner: ClassThing, name: str) -> list[Thing]:
        for each in self._lineage(owner):
            scope = self._scope_of(each.owners[-1])
            if name in scope.bindings:
                return self._bindings(scope, name, each.path, each.owners)
        shown = _dotted(owner.owners[:-1], owner.owners[-1].name)
        near = get_close_matches(name, self._scope_of(owner.owners[-1]).bindings, n=1)
        return self._miss(f"{owner.path}::{shown} has no {name}" + (f" (but {near[0]})" if near else ""))

    def _lineage(self, owner: ClassThing) -> list[ClassThing]:
        """The class and those that it inherits from, in the order in which Python asks them."""
        order = list(self._ancestors(owner, frozenset()))
        # Of a base that several share, the last place counts: it comes after all that inherit from it.
        return list(reversed(dict.fromkeys(reversed(order))))

    def _ancestors(self, owner: ClassThing, below: frozenset[ClassThing]) -> Iterator[ClassThing]:
        if owner in below:
            return
        yield owner
        for base in owner.owners[-1].bases:
            named = base.value if isinstance(base, ast.Subscript) else base
            for thing in self._find(named, owner.path, owner.owners[:-1]):
                if isinstance(thing, ClassThing):
                    yield from self._ancestors(thing, below | {owner})

    # ---------------------------------------------------------------- files

    def _module(self, path: str) -> Module | None:
        try:
            return self._modules.at(path)
        except UNREADABLE as error:
            self._miss(f"{path} cannot be read: {error}")
            return None

    def _scope_of(self, node: ast.ClassDef) -> Scope:
        if node not in self._class_scopes:
            self._class_scopes[node] = Scope.of(node.body)
        return self._class_scopes[node]


def _dotted(owners: Owners, name: str) -> str:
    return ".".join([*(each.name for each in owners), name])
