"""Which stubs a piece of the project's code leads to: what it names, and what the code behind those names does."""

from __future__ import annotations

import ast
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jiti import syntax
from jiti.build import fixtures
from jiti.gates.modules import UNREADABLE, AmbiguousModuleError
from jiti.gates.resolution import ClassThing, FunctionThing
from jiti.gates.scope import ImportedModule, ImportedName, Scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from jiti.gates.modules import Module, Modules
    from jiti.gates.resolution import Resolver, Thing

Symbol = syntax.FunctionNode | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Piece:
    """Code in one file whose names are followed.

    Attributes:
        path: of the file.
        parts: the nodes.
        calls_only: whether only what it calls counts, and not what it merely names.
    """

    path: str
    parts: tuple[ast.AST, ...] = field(compare=False, hash=False)
    name: str = ""
    calls_only: bool = False


class Leads:
    """Follows code through a project.

    Args:
        modules: its files.
        resolver: follows names through them.
        stubs: the keys of all stubs.
    """

    def __init__(self, modules: Modules, resolver: Resolver, stubs: Collection[str]) -> None:
        self._modules = modules
        self._resolver = resolver
        self._stubs = frozenset(stubs)
        self._in_class: dict[str, list[str]] = {}
        for key in self._stubs:
            path, _, qualname = key.partition("::")
            owner, dot, _ = qualname.rpartition(".")
            while dot:
                self._in_class.setdefault(f"{path}::{owner}", []).append(key)
                owner, dot, _ = owner.rpartition(".")
        self._symbols: dict[str, dict[str, list[Symbol]]] = {}
        self._direct: dict[Piece, tuple[set[str], set[Piece]]] = {}

    def of(self, piece: Piece) -> set[str]:
        """The keys of the stubs that a piece of code leads to."""
        found: set[str] = set()
        waiting, seen = [piece], {piece}
        while waiting:
            each = waiting.pop()
            if each not in self._direct:
                self._direct[each] = self._look(each)
            stubs, pieces = self._direct[each]
            found |= stubs
            waiting += pieces - seen
            seen |= pieces
        return found

    def of_test(self, path: str, qualname: str) -> set[str]:
        """The keys of the stubs that a test leads to, its fixtures included, whatever it is required for."""
        module = self._module(path)
        if module is None:
            return set()
        parts: list[ast.AST] = []
        tests = self._symbols_of(path).get(qualname, [])
        for node in tests:
            mine = [each for each in node.decorator_list if not module.required_for.is_on(each)]
            parts += [*mine, *node.body, *([node.args] if isinstance(node, syntax.FunctionNode) else [])]
        found = self.of(Piece(path, tuple(parts), f"test {qualname}"))
        for place, name in fixtures.used_by(tests, path, self._symbols_of):
            found |= self.of(Piece(place, tuple(self._symbols_of(place).get(name, ())), name))
        return found

    def of_import(self, path: str) -> set[str]:
        """The keys of the stubs that a file calls when it is imported, or files that it imports."""
        found: set[str] = set()
        waiting, seen = [path], {path}
        while waiting:
            place = waiting.pop()
            module = self._module(place)
            if module is None:
                continue
            parts = [each for each in module.file.tree.body if _runs_on_import(each)]
            found |= self.of(Piece(place, tuple(parts), "<import>", calls_only=True))
            fresh = [each for each in self._imports(module) if each not in seen]
            seen.update(fresh)
            waiting += fresh
        return found

    # ---------------------------------------------------------------- one piece

    def _look(self, piece: Piece) -> tuple[set[str], set[Piece]]:
        """The stubs that a piece names itself, and the pieces that its other names stand for."""
        module = self._module(piece.path)
        stubs: set[str] = set()
        pieces: set[Piece] = set()
        if module is None:
            return stubs, pieces
        for part in piece.parts:
            own = _own_names(part)
            for chain in _called(part) if piece.calls_only else _chains(part):
                for thing in self._things(chain, module, own):
                    self._take(thing, stubs, pieces)
        return stubs, pieces

    def _take(self, thing: Thing, stubs: set[str], pieces: set[Piece]) -> None:
        if isinstance(thing, FunctionThing):
            keys = {f"{thing.path}::{thing.qualname}{each}" for each in thing.accessors} & self._stubs
            owner = f"{thing.path}::{thing.qualname.rpartition('.')[0]}"
            stubs |= keys | ({owner} & self._stubs)
            if not keys:
                pieces.add(self._piece(thing.path, thing.qualname))
        elif isinstance(thing, ClassThing):
            qualname = ".".join(each.name for each in thing.owners)
            stubs.update({f"{thing.path}::{qualname}"} & self._stubs)
            stubs.update(self._in_class.get(f"{thing.path}::{qualname}", ()))
            pieces.add(self._piece(thing.path, qualname))

    def _piece(self, path: str, qualname: str) -> Piece:
        return Piece(path, tuple(self._symbols_of(path).get(qualname, ())), qualname)

    def _things(self, chain: ast.expr, module: Module, own: Mapping[str, ImportedName | None]) -> list[Thing]:
        """What a dotted name, or as much of it as can be told, stands for."""
        names = _names(chain)
        if names[0] in own:
            local = own[names[0]]
            if local is None or local.level:
                return []
            return self._longest([*([local.name] if local.name else []), *names[1:]], local.module, module.path)
        if names[0] not in module.scope.bindings and not module.scope.stars:
            return []  # built in, or a local name
        node: ast.expr = chain
        while True:
            found: list[Thing] = [each for each in self._resolver.find(node, module.path) if isinstance(each, _CODE)]
            if found or not isinstance(node, ast.Attribute):
                return found
            node = node.value

    def _longest(self, names: list[str], imported: str, importer: str) -> list[Thing]:
        for length in range(len(names), 0, -1):
            found = self._resolver.imported(imported, names[:length], importer)
            if found:
                return [each for each in found if isinstance(each, _CODE)]
        return []

    # ---------------------------------------------------------------- files

    def _module(self, path: str) -> Module | None:
        try:
            return self._modules.at(path)
        except UNREADABLE:
            return None

    def _symbols_of(self, path: str) -> dict[str, list[Symbol]]:
        if path not in self._symbols:
            found: dict[str, list[Symbol]] = {}
            module = self._module(path)
            for name, node in _definitions(module.file.tree.body if module else [], ""):
                found.setdefault(name, []).append(node)
            self._symbols[path] = found
        return self._symbols[path]

    def _imports(self, module: Module) -> Iterator[str]:
        """The files of the project that a module imports when it is imported."""
        for bindings in module.scope.bindings.values():
            for each in bindings:
                if isinstance(each, ImportedModule | ImportedName):
                    paths = self._files(each, module.path)
                    yield from (path for path in paths if not path.endswith("/"))
                    if isinstance(each, ImportedName):
                        packages = [path for path in paths if path.endswith(("/", "__init__.py"))]
                        yield from (below for path in packages for below in self._modules.below(path, each.name))

    def _files(self, binding: ImportedModule | ImportedName, importer: str) -> tuple[str, ...]:
        if isinstance(binding, ImportedName) and binding.level:
            return self._modules.relative(binding.module, importer, binding.level)
        try:
            return self._modules.named(binding.module, importer)
        except AmbiguousModuleError:
            return ()


_CODE = (FunctionThing, ClassThing)


def _definitions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Symbol]]:
    for statement in body:
        if isinstance(statement, syntax.FunctionNode | ast.ClassDef):
            yield f"{prefix}{statement.name}", statement
            if isinstance(statement, ast.ClassDef):
                yield from _definitions(statement.body, f"{prefix}{statement.name}.")
        else:
            yield from _definitions(
                [each for each in ast.iter_child_nodes(statement) if isinstance(each, ast.stmt)], prefix
            )


def _runs_on_import(statement: ast.stmt) -> bool:
    """Whether a statement does something besides defining and importing, when its file is imported."""
    match statement:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return False
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom():
            return False
    return True


def _own_names(part: ast.AST) -> dict[str, ImportedName | None]:
    """The names that a function binds itself: its parameters, and what it imports."""
    if not isinstance(part, syntax.FunctionNode):
        return {}
    own: dict[str, ImportedName | None] = {}
    arguments = part.args
    for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
        if each is not None:
            own[each.arg] = None
    for name, bindings in Scope.of(part.body).bindings.items():
        for binding in bindings:
            if isinstance(binding, ImportedName):
                own[name] = binding
            elif isinstance(binding, ImportedModule):
                own[name] = ImportedName(binding.module, "", 0)
    return own


def _names(chain: ast.expr) -> list[str]:
    """The parts of a dotted name."""
    names: list[str] = []
    while isinstance(chain, ast.Attribute):
        names.insert(0, chain.attr)
        chain = chain.value
    return [chain.id, *names] if isinstance(chain, ast.Name) else names


def _chains(part: ast.AST) -> Iterator[ast.expr]:
    """All dotted names in a piece of code, each as long as it stands; annotations in quotes are read."""
    waiting: list[ast.AST] = [part]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and _is_dotted(node)):
            yield node
            continue
        waiting += ast.iter_child_nodes(node)
        annotation = getattr(node, "annotation", None) or getattr(node, "returns", None)
        if isinstance(annotation, ast.expr):
            waiting += _quoted(annotation)


def _quoted(annotation: ast.expr) -> Iterator[ast.expr]:
    for each in ast.walk(annotation):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            with suppress(SyntaxError, ValueError, MemoryError, RecursionError):  # it may be a value of a `Literal`
                yield ast.parse(each.value.strip(), mode="eval").body


def _called(part: ast.AST) -> Iterator[ast.expr]:
    """The dotted names that a piece of code calls where it runs itself, and not in what it only defines."""
    waiting: list[ast.AST] = [part]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and _is_dotted(node.func):
            yield node.func
        if not isinstance(node, syntax.FunctionNode | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _is_dotted(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)
