"""The interfaces of one project at one moment, by the keys of its functions and classes."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from jiti import source, syntax
from jiti.gates import parse
from jiti.gates.modules import UNREADABLE, Modules
from jiti.gates.resolution import ClassThing, Resolver
from jiti.gates.scope import blocks
from jiti.gates.stubs import Stubs
from jiti.interfaces import text
from jiti.interfaces.references import references_in
from jiti.interfaces.symbols import Symbols, key_of
from jiti.interfaces.wanted import Wanted, wanted_of
from jiti.spec import text_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jiti.definition import Definition
    from jiti.gates import Found
    from jiti.gates.resolution import Thing
    from jiti.settings import Settings
    from jiti.stub import Declaration

Symbol = syntax.FunctionNode | ast.ClassDef


class Interfaces:
    """What the functions and classes of a project promise, as their files are when first looked at.

    Args:
        root: absolute path of the project root.
        settings: the project's settings.
        modules: its files, where they have been looked at already.
    """

    def __init__(self, root: str, settings: Settings, modules: Modules | None = None) -> None:
        self._modules = modules or Modules(root, settings)
        self._resolver = Resolver(self._modules)
        self._symbols = Symbols(self._resolver)
        self._stubs = Stubs(self._modules, self._resolver)
        self._definitions: dict[str, dict[str, list[Symbol]]] = {}
        self._names: dict[str, syntax.JitiNames] = {}
        self._digests: dict[tuple[str, bool], str | None] = {}

    @staticmethod
    def among(project: Found) -> Interfaces:
        """Those of the project that gates were looked for in, read once for both."""
        return _among(project.modules)

    # ---------------------------------------------------------------- what names mean

    def symbol_of(self, path: str, expression: ast.expr) -> str | None:
        """The key of the function or class that an expression in a file means; None if it means none of the project's.

        Args:
            path: of the file, from the root, with `/`.
            expression: a name, or attributes of one.
        """
        return next(iter(self._symbols.of(expression, path)), None)

    def used_by(self, definition: Definition) -> tuple[str, ...]:
        """The keys of the project's functions and classes that a stub names in `uses=`.

        Raises:
            StubError: something there leads nowhere.
        """
        return tuple(dict.fromkeys(each.key for each in self.wanted_by(definition) if each.key))

    def wanted_by(self, definition: Definition) -> tuple[Wanted, ...]:
        """All that a stub names in `uses=`, what is not the project's own included.

        Raises:
            StubError: something there leads nowhere.
        """
        return tuple(wanted_of(each, definition, self._symbols) for each in definition.uses)

    def definitions_of(self, key: str) -> list[Symbol]:
        """The definitions in the source that a key names; several of what is overloaded, or has halves."""
        path, _, qualname = key.partition("::")
        if path not in self._definitions:
            self._definitions[path] = {}
            try:
                body = self._modules.at(path).file.tree.body
            except UNREADABLE:
                return []
            for name, node in _symbols_in(body, ""):
                self._definitions[path].setdefault(name, []).append(node)
        return self._definitions[path].get(_plain(qualname), [])

    # ---------------------------------------------------------------- digests

    def names_in(self, path: str) -> frozenset[str]:
        """The names that a file binds; none where it cannot be read."""
        try:
            return frozenset(self._modules.at(path).scope.sources)
        except UNREADABLE:
            return frozenset()

    def digest(self, key: str, *, private: bool = False, called: Mapping[str, str] | None = None) -> str | None:
        """Hash of the interface of a function or class; None where there is none of that key.

        Args:
            key: its key.
            private: of a class, whether members count that are nobody's business but its own.
            called: of a class, by which names its methods are taken instead of their own.
        """
        if called:
            return self._digest(key, private=private, called=called)
        if (key, private) not in self._digests:
            self._digests[key, private] = self._digest(key, private=private)
        return self._digests[key, private]

    def _digest(self, key: str, *, private: bool, called: Mapping[str, str] | None = None) -> str | None:
        nodes = self.definitions_of(key)
        classes = _classes(nodes)
        if not nodes:
            return None
        if not classes:
            return text_hash(text.of_function([each for each in nodes if isinstance(each, syntax.FunctionNode)]))
        path, _, qualname = key.partition("::")
        owners = self._owners(path, qualname)
        lineage = self._resolver.lineage(ClassThing(path, (*owners, classes[-1])))
        texts = [
            text.of_class(
                each.owners[-1],
                self._names_in(each.path),
                private=private,
                called=called if each is lineage[0] else None,
            )
            for each in lineage
        ]
        return text_hash("\n".join(texts))

    def _owners(self, path: str, qualname: str) -> tuple[ast.ClassDef, ...]:
        """The classes around a class."""
        names = qualname.split(".")[:-1]
        around = [self.definitions_of(f"{path}::{'.'.join(names[: number + 1])}") for number in range(len(names))]
        return tuple(_classes(each)[-1] for each in around)

    def _names_in(self, path: str) -> syntax.JitiNames:
        if path not in self._names:
            module, aliases = self._modules.at(path), self._stubs.aliases(path)
            self._names[path] = syntax.JitiNames(module.file.tree, aliases) if aliases else module.jiti_names
        return self._names[path]

    # ---------------------------------------------------------------- implementations

    def of_code(self, code: str, declaration: Declaration) -> dict[str, str]:
        """The interfaces that an implementation stands on: digests by keys, its own stub left out.

        A method of a class that it refers to counts where its name stands behind a dot.

        Args:
            code: all that stands below its header.
            declaration: its stub.
        """
        try:
            references = references_in(code)
        except UNREADABLE:
            return {}
        names = sorted(references.imported | references.used)
        things = [each for name in names for each in self._symbols.imported(name, declaration.path)]
        methods = [each for thing in things for each in self._methods(thing, references.attributes)]
        keys = {key for each in (*things, *methods) if (key := key_of(each))} - {declaration.key}
        keys = {key for key in keys if not key.startswith(f"{declaration.key}.")}  # a class's own methods
        found = {key: self.digest(key, private=_is_own(key, declaration)) for key in sorted(keys)}
        return {key: digest for key, digest in found.items() if digest}

    def _methods(self, thing: Thing, names: frozenset[str]) -> Iterator[Thing]:
        if isinstance(thing, ClassThing):
            members = {name for each in self._resolver.lineage(thing) for name in _member_names(each.owners[-1])}
            for name in sorted(names & members):
                yield from self._resolver.attribute(thing, name)

    def changed(self, line: str, code: str, declaration: Declaration) -> dict[str, str] | None:
        """What an implementation stands on now, if that is not what it was checked against; None if it is.

        What has only moved, and is still to be had where the code imports it from, has not changed.

        Args:
            line: the header's `uses:`.
            code: all that stands below the header, as it was written.
            declaration: its stub.
        """
        old = parse(line)
        now = {key: self.digest(key, private=_is_own(key, declaration)) for key in old}
        if now == old:
            return None
        found = self.of_code(code, declaration)
        # What bears the name of another that is still there has not moved: two may have swapped theirs.
        is_replaced = any(found[key] != digest for key, digest in old.items() if key in found)
        return found if is_replaced or sorted(found.values()) != sorted(old.values()) else None

    def missing(self, definition: Definition, code: str) -> list[Wanted]:
        """What a stub names in `uses=` and a candidate does not refer to.

        Args:
            definition: the stub.
            code: the candidate; it parses.

        Raises:
            StubError: something in `uses=` leads nowhere.
        """
        wanted = self.wanted_by(definition)
        if not wanted:
            return []
        try:
            references = references_in(code)
        except RecursionError:
            return []  # nobody can judge it: it is turned down for that
        things = [
            each
            for name in sorted(references.used)
            for each in self._symbols.imported(name, definition.declaration.path)
        ]
        keys = {key_of(each) for each in things}
        return [each for each in wanted if not each.is_met(keys, references)]


@lru_cache(maxsize=2)
def _among(modules: Modules) -> Interfaces:
    return Interfaces(modules.root, modules.settings, modules)


def header_line(interfaces: dict[str, str]) -> str:
    """The header's `uses:`: `<key>=<digest>`, sorted, with a blank between."""
    return " ".join(sorted(f"{key}={digest}" for key, digest in interfaces.items()))


def _symbols_in(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Symbol]]:
    for statement in body:
        if isinstance(statement, Symbol):
            yield f"{prefix}{statement.name}", statement
        if isinstance(statement, ast.ClassDef):
            yield from _symbols_in(statement.body, f"{prefix}{statement.name}.")
        else:
            yield from _symbols_in(list(blocks(statement)), prefix)


def _member_names(node: ast.ClassDef) -> set[str]:
    return {name.partition(".")[0] for name, _ in _symbols_in(node.body, "")}


def _classes(nodes: list[Symbol]) -> list[ast.ClassDef]:
    return [each for each in nodes if isinstance(each, ast.ClassDef)]


def _is_own(key: str, declaration: Declaration) -> bool:
    """Whether a key names a class around a stub."""
    return declaration.key.startswith(f"{key}.")


def _plain(qualname: str) -> str:
    for accessor in source.ACCESSORS:
        qualname = qualname.removesuffix(f".{accessor}")
    return qualname
