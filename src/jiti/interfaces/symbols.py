"""Keys of the project's functions and classes: what expressions and imported names mean."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from jiti.gates.resolution import ClassThing, FunctionThing
from jiti.gates.scope import ImportedModule, ImportedName, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.gates.resolution import Resolver, Thing


class Symbols:
    """Finds what names mean; nothing that lies outside the project is found.

    Args:
        resolver: follows names through the project's files.
    """

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def of(self, expression: ast.expr, path: str) -> tuple[str, ...]:
        """The keys of what an expression in a file may mean: several where that hangs on a condition."""
        return tuple(dict.fromkeys(_keys(self._resolver.find(expression, path))))

    @property
    def reasons(self) -> list[str]:
        """Why the last expression that led nowhere did not go on, the likeliest first."""
        return self._resolver.reasons

    def imported(self, name: str, importer: str) -> list[Thing]:
        """The functions and classes that a full name may mean: `app.text.Parser.parse`.

        Args:
            name: it begins with that of a module.
            importer: path of the file that imports it, or of another in its folder.
        """
        first, *_ = parts = name.split(".")
        if first in sys.stdlib_module_names or first == "builtins":
            return []
        for length in range(len(parts) - 1, 0, -1):
            found = self._resolver.imported(".".join(parts[:length]), parts[length:], importer)
            if found:
                return found
        return []

    def foreign(self, expression: ast.expr, tree: ast.Module, path: str) -> str | None:
        """The full name of something that a file imports from outside the project; None of anything else.

        Args:
            expression: a name, or attributes of one.
            tree: the file's.
            path: the file.
        """
        name, _, below = ast.unparse(expression).partition(".")
        for binding in Scope.of(tree.body).bindings.get(name, ()):
            if isinstance(binding, ImportedModule | ImportedName) and self._resolver.leads_out(binding, path):
                last = (binding.name,) if isinstance(binding, ImportedName) else ()
                return ".".join([binding.module, *last, *filter(None, [below])])
        return None


def key_of(thing: Thing) -> str | None:
    """The key of a function or a class; None of a module."""
    if isinstance(thing, ClassThing):
        return f"{thing.path}::{'.'.join(each.name for each in thing.owners)}"
    if isinstance(thing, FunctionThing):
        accessor = thing.accessors[0] if len(thing.accessors) == 1 else ""
        return f"{thing.path}::{thing.qualname}{accessor}"
    return None


def _keys(things: list[Thing]) -> Iterator[str]:
    yield from (key for each in things if (key := key_of(each)))
