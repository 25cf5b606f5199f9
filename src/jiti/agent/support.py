"""What a test stands on: the definitions of its file that it uses, and its fixtures out of conftest files."""

from __future__ import annotations

import ast
import os
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti import source, syntax

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jiti.source import SourceFile

_RUN_BY_THEMSELVES = frozenset(
    {
        *("setUp", "asyncSetUp", "setUpClass", "setUpModule", "setup_method", "setup_class", "setup_module"),
        *("tearDown", "asyncTearDown", "tearDownClass", "tearDownModule", "teardown_method", "teardown_class"),
    }
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of a file.

    Attributes:
        path: of the file, from the project root.
        first: 1-based number of the first line.
        lines: the lines.
    """

    path: str
    first: int
    lines: tuple[str, ...]


def support_of(root: str, path: str, qualname: str) -> list[Piece]:
    """The pieces that a test needs to be understood, in order of file and line, its own file first.

    By reading alone, and so only as far as names tell: fixtures of plugins, for example, are not found.

    Args:
        root: absolute path of the project root.
        path: of the test's file, from the root.
        qualname: the test's name in it.
    """
    own = _File.read(root, path)
    if own is None:
        return []
    pieces, missing = own.used_by(qualname)
    folder = posixpath.dirname(path)
    while missing:
        conftest = _File.read(root, posixpath.join(folder, "conftest.py"))
        if conftest is not None and conftest.path != path:
            found, missing = conftest.fixtures_of(missing)
            pieces += found
        if not folder:
            break
        folder = posixpath.dirname(folder)
    return pieces


class _File:
    """A test file or a conftest file: its definitions by the names that they bind."""

    def __init__(self, path: str, file: SourceFile) -> None:
        self.path = path
        self._lines = file.lines
        self._tree = file.tree
        self._definitions: dict[str, list[ast.stmt]] = {}
        self._taken: dict[int, ast.stmt] = {}
        for statement in self._tree.body:
            for name in bound_by(statement):
                self._definitions.setdefault(name, []).append(statement)

    @classmethod
    def read(cls, root: str, path: str) -> _File | None:
        """The file, as far as there is one that parses."""
        try:
            return cls(path, source.read(os.path.join(root, *path.split("/"))))
        except (OSError, UnicodeDecodeError, SyntaxError, ValueError, RecursionError):
            return None

    def used_by(self, qualname: str) -> tuple[list[Piece], set[str]]:
        """What a test of the file uses, and the fixtures that it takes from elsewhere."""
        nodes = [node for node, name, _ in syntax.definitions(self._tree) if name == qualname]
        if not nodes:
            return [], set()
        automatic = [each for each in self._tree.body if _is_automatic(each)]
        around = _classes_around(self._tree, nodes[-1])
        members = [member for each in around for member in _members_used(each, nodes[-1])]
        headers = [header for each in around for header in (*each.decorator_list, *each.bases)]
        missing = self._take([nodes[-1], *members, *automatic, *headers])
        self._taken |= {id(each): each for each in (*members, *automatic)}
        shown = [each for each in self._taken.values() if each not in around and each is not nodes[-1]]
        titles = [Piece(self.path, each.lineno, (self._lines[each.lineno - 1],)) for each in around]
        return sorted([*map(self._piece, shown), *titles], key=lambda piece: piece.first), missing

    def fixtures_of(self, names: set[str]) -> tuple[list[Piece], set[str]]:
        """The fixtures of those names with all that they use, and the names that are to be found further out."""
        found = [each for name in names for each in self._definitions.get(name, ()) if _fixture(each) is not None]
        left = {name for name in names if not any(each in found for each in self._definitions.get(name, ()))}
        self._taken |= {id(each): each for each in found}
        missing = self._take(found)
        shown = sorted(self._taken.values(), key=lambda each: each.lineno)
        return [self._piece(each) for each in shown], left | missing

    def _take(self, nodes: Iterable[ast.AST]) -> set[str]:
        """Take all that the nodes use, and what that uses; gives the fixtures that are not in this file."""
        waiting, missing = list(nodes), set()
        while waiting:
            node = waiting.pop()
            requested = _requested_by(node)
            for name in _names_in(node) | requested:
                found = self._definitions.get(name, ())
                if not found and name in requested:
                    missing.add(name)
                fresh = [each for each in found if id(each) not in self._taken and not _is_test(each)]
                self._taken |= {id(each): each for each in fresh}
                waiting += fresh
        return missing

    def _piece(self, node: ast.stmt) -> Piece:
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        return Piece(self.path, first, tuple(self._lines[first - 1 : node.end_lineno]))


def bound_by(statement: ast.stmt) -> set[str]:
    """The names that a statement of the top level binds; a fixture is known by that of its `name=` as well."""
    fixture = _fixture(statement)
    bound = {fixture} if fixture else set()
    if isinstance(statement, syntax.FunctionNode | ast.ClassDef):
        return bound | {statement.name}
    for node in ast.walk(statement):
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, syntax.FunctionNode | ast.ClassDef):
            bound.add(node.name)
    return bound


def _fixture(statement: ast.AST) -> str | None:
    """The name of the fixture that a statement defines; None where it defines none."""
    for decorator in getattr(statement, "decorator_list", ()):
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(called, ast.Name | ast.Attribute) and _last_name(called) in {"fixture", "yield_fixture"}:
            given = {each.arg: each.value for each in getattr(decorator, "keywords", ())}.get("name")
            named = given.value if isinstance(given, ast.Constant) else None
            return named if isinstance(named, str) else getattr(statement, "name", None)
    return None


def _is_automatic(statement: ast.stmt) -> bool:
    """Whether it takes part in every test: an autouse fixture, or what sets the module up."""
    if getattr(statement, "name", None) in _RUN_BY_THEMSELVES:
        return True
    keywords = [each for mark in getattr(statement, "decorator_list", ()) for each in getattr(mark, "keywords", ())]
    is_autouse = any(
        each.arg == "autouse" and isinstance(each.value, ast.Constant) and each.value.value for each in keywords
    )
    return _fixture(statement) is not None and is_autouse


def _classes_around(tree: ast.Module, node: ast.AST) -> list[ast.ClassDef]:
    found = [each for each in ast.walk(tree) if isinstance(each, ast.ClassDef)]
    return [each for each in found if any(inner is node for inner in ast.walk(each))]


def _members_used(owner: ast.ClassDef, test: ast.AST) -> list[ast.stmt]:
    """The members of a test's class that it uses: by `self`, as fixtures, or since they are run before each test."""
    members = {name: each for each in owner.body if not _is_test(each) for name in bound_by(each)}
    taken = [each for each in members.values() if _is_automatic(each)]
    waiting: list[ast.AST] = [test, *taken]
    while waiting:
        node = waiting.pop()
        own = {
            each.attr
            for each in ast.walk(node)
            if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id in {"self", "cls"}
        }
        fresh = [members[name] for name in own | _requested_by(node) if name in members]
        fresh = [each for each in fresh if each not in taken and each is not test]
        taken += fresh
        waiting += fresh
    return taken


def _is_test(statement: ast.stmt) -> bool:
    return isinstance(statement, syntax.FunctionNode) and statement.name.startswith("test")


def _names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _requested_by(node: ast.AST) -> set[str]:
    """The fixtures that a test or a fixture takes: its parameters, and what `usefixtures` names."""
    if not isinstance(node, syntax.FunctionNode):
        return set()
    arguments = node.args
    names = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)} - {"self", "cls"}
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _last_name(decorator.func) == "usefixtures":
            names |= {str(each.value) for each in decorator.args if isinstance(each, ast.Constant)}
    return names


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
