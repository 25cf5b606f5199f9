"""Which modules of a project importing a module imports, as far as that can be read."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti.gates.modules import UNREADABLE, AmbiguousModuleError
from jiti.gates.scope import blocks
from jiti.merge.text import parsed
from jiti.splice.module_names import is_type_checking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.gates.modules import Modules

_PACKAGE = "__init__.py"
_File = tuple[str, bool]
"""A file, and whether it is only a package that what is meant lies in."""


class ImportGraph:
    """Follows the imports of a project's files: those that are made as soon as a file is imported.

    Args:
        modules: the project's.
    """

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._known: dict[str, frozenset[_File]] = {}

    def becomes(self, path: str, text: str) -> None:
        """From now on, take a file for what it is to hold."""
        self._known[path] = self._imported_in(parsed(text).body, path)

    def reaches(self, name: str, path: str) -> bool:
        """Whether importing a module imports the file at a path, which wants to import it.

        Args:
            name: the module's, absolute.
            path: from the project root.
        """
        waiting = list(self._files(name, path))
        seen = set()
        while waiting:
            file, is_package = waiting.pop()
            if is_package and path.startswith(file.removesuffix(_PACKAGE)):
                continue  # the file lies in it: whenever the one is being imported, so is the other
            if file == path:
                return True
            if file not in seen:
                seen.add(file)
                waiting += self._imported_by(file)
        return False

    def _imported_by(self, path: str) -> frozenset[_File]:
        if path not in self._known:
            try:
                body = self._modules.at(path).file.tree.body
            except UNREADABLE:
                body = []
            self._known[path] = self._imported_in(body, path)
        return self._known[path]

    def _imported_in(self, body: list[ast.stmt], path: str) -> frozenset[_File]:
        return frozenset(file for each in _imports(body) for file in self._of(each, path))

    def _of(self, statement: ast.Import | ast.ImportFrom, path: str) -> Iterator[_File]:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                yield from self._files(alias.name, path)
            return
        for alias in statement.names:
            if statement.level:
                base = statement.module or ""
                for name in (base, f"{base}.{alias.name}".strip(".")):
                    yield from ((each, False) for each in self._modules.relative(name, path, statement.level)[:1])
            else:
                yield from self._files(statement.module or "", path)
                yield from self._files(f"{statement.module}.{alias.name}", path)

    def _files(self, name: str, importer: str) -> Iterator[_File]:
        """The file of a module, and those of the packages that it lies in."""
        parts = name.split(".")
        for count in range(1, len(parts) + 1):
            try:
                found = self._modules.named(".".join(parts[:count]), importer)
            except AmbiguousModuleError:
                continue
            yield from ((each, count < len(parts)) for each in found[:1])


def _imports(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that are made when statements run, but those for type checkers."""
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement
        elif isinstance(statement, ast.ClassDef):
            yield from _imports(statement.body)
        elif isinstance(statement, ast.If) and is_type_checking(statement.test):
            yield from _imports(statement.orelse)
        else:
            yield from _imports(list(blocks(statement)))
