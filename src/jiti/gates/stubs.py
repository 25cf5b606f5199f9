"""The stubs of a file, those below a decorator included that another file makes: `my = jiti(engine=…)`."""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import TYPE_CHECKING

from jiti import outline, syntax
from jiti.gates.modules import UNREADABLE
from jiti.gates.resolution import ClassThing, FunctionThing, ModuleThing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jiti.gates.modules import Modules
    from jiti.gates.resolution import Resolver, Thing


class Stubs:
    """Finds the stubs of a project's files.

    Args:
        modules: the project's.
        resolver: follows names through them.
    """

    def __init__(self, modules: Modules, resolver: Resolver) -> None:
        self._modules = modules
        self._resolver = resolver
        self._known: dict[str, Mapping[str, ast.AST]] = {}
        self._aliases: dict[str, frozenset[str]] = {}

    def of(self, path: str) -> Mapping[str, ast.AST]:
        """The definitions that carry `@jiti`, by qualified name.

        Raises:
            SyntaxError, ValueError, OSError, RecursionError, MemoryError: the file cannot be read, or does not parse.
        """
        if path not in self._known:
            module = self._modules.at(path)
            aliases = self.aliases(path)
            found = syntax.stubs_in(module.file.tree, aliases) if aliases else ()
            self._known[path] = {each.qualname: each.node for each in found if not each.gates} or module.stubs
        return self._known[path]

    def classes_of(self, thing: Thing) -> Iterator[str]:
        """The key of the class that is a stub as a whole, if a thing is that class, or one of its methods."""
        name = ""
        if isinstance(thing, FunctionThing):
            name = thing.qualname.rpartition(".")[0]
        elif isinstance(thing, ClassThing):
            name = ".".join(each.name for each in thing.owners)
        if name and not isinstance(thing, ModuleThing) and isinstance(self.of(thing.path).get(name), ast.ClassDef):
            yield f"{thing.path}::{name}"

    def aliases(self, path: str) -> frozenset[str]:
        """The expressions by which a file has `@jiti` by way of another file, for its definitions: `my`, `ai.my`.

        Raises:
            SyntaxError, ValueError, OSError, RecursionError, MemoryError: the file cannot be read, or does not parse.
        """
        if path not in self._aliases:
            module = self._modules.at(path)
            found: set[str] = set()
            for node, _, _ in outline.of(module.file).definitions:
                for each in node.decorator_list:
                    if not module.jiti_names.is_jiti(each):
                        found |= self._way_to_jiti(each, path)
            self._aliases[path] = frozenset(found)
        return self._aliases[path]

    def _way_to_jiti(self, node: ast.expr, path: str) -> set[str]:
        """What a file calls a decorator on the way from one of its names to jiti; empty where it leads elsewhere."""
        waiting = [(path, node)]
        seen: dict[tuple[str, str], None] = {}
        while waiting:
            where, named = waiting.pop()
            named = named.func if isinstance(named, ast.Call) else named
            step = where, ast.unparse(named)
            if step in seen:
                continue
            seen[step] = None
            for place, each in self._resolver.definitions_of(named, where):
                with suppress(*UNREADABLE):
                    if self._modules.at(place).jiti_names.is_jiti(each):
                        return {text for at, text in seen if at == path}
                    waiting.append((place, each))
        return set()
