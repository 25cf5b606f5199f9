"""Names that come into a module otherwise than by a statement that says them: `import *`, and its submodules."""

from __future__ import annotations

import ast
import os
import sys
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti.gates.scope import Scope
from jiti.merge import scopes
from jiti.splice.project import Module

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNREADABLE = (OSError, SyntaxError, ValueError)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Names that may be bound in a module although none of its statements says so.

    Attributes:
        names: those that are known.
        is_complete: whether there are no others; some module of which all is imported cannot be read otherwise.
    """

    names: frozenset[str] = frozenset()
    is_complete: bool = True

    def may_have(self, name: str) -> bool:
        """Whether a name may come; from what cannot be read, private ones are taken not to."""
        return name in self.names or (not self.is_complete and not name.startswith("_"))

    @classmethod
    def of(cls, tree: ast.Module, module: Module) -> Arrivals:
        """What may come into a module of the project."""
        found = _all_of(_stars(tree, module), module.base, frozenset())
        return cls(found.names | frozenset(_submodules(module)), found.is_complete)


def _stars(tree: ast.Module, module: Module) -> list[str]:
    """The modules of which all is imported."""
    return [module.absolute(star.module, star.level) or "" for star in Scope.of(tree.body).stars]


def _all_of(modules: list[str], base: str, seen: frozenset[str]) -> Arrivals:
    names: set[str] = set()
    is_complete = True
    for name in modules:
        found = _exported(name, base, seen) if name not in seen else Arrivals()
        names |= found.names
        is_complete &= found.is_complete
    return Arrivals(frozenset(names), is_complete)


def _exported(name: str, base: str, seen: frozenset[str]) -> Arrivals:
    """What `import *` takes out of a module."""
    read = _read(name, base)
    if read is None:
        return Arrivals(is_complete=False)
    tree, module = read
    inner = _all_of(_stars(tree, module), base, seen | {name})
    names = {*scopes.bound_by(tree.body), *scopes.declared_global(tree), *_submodules(module), *inner.names} - {"*"}
    mentioned = [each for each in ast.walk(tree) if isinstance(each, ast.Name) and each.id == "__all__"]
    scope = Scope.of(tree.body)
    if len(mentioned) > 1:  # it is put together while the module runs
        return Arrivals(frozenset(names), inner.is_complete)
    texts = [each.value for each in ast.walk(tree) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    listed = texts if mentioned else []
    return Arrivals(frozenset(each for each in (*names, *listed) if scope.exports(each)), inner.is_complete)


def _read(name: str, base: str) -> tuple[ast.Module, Module] | None:
    """A module, its code not run; None where it is not written in Python, or not found."""
    for folder in [base, *sys.path]:
        path = os.path.join(folder, *name.split("."))
        for file, is_package in ((os.path.join(path, "__init__.py"), True), (f"{path}.py", False)):
            try:
                with tokenize.open(file) as text:
                    return ast.parse(text.read()), Module(name, is_package, folder)
            except _UNREADABLE:
                continue
    return None


def _submodules(module: Module) -> Iterator[str]:
    """What lies in a package: whoever imports it binds its name there."""
    if not module.is_package:
        return
    try:
        found = os.listdir(os.path.join(module.base, *module.name.split(".")))
    except OSError:
        return
    names = (each.partition(".")[0] for each in found)
    yield from (each for each in names if each.isidentifier() and not (each.startswith("__") and each.endswith("__")))
