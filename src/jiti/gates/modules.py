"""Modules as the files that they are: where an import finds them, read and never run."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from jiti import outline, source
from jiti.discovery import project_files
from jiti.gates.import_path import extra_folders
from jiti.gates.required import RequiredFor
from jiti.gates.scope import Scope

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from jiti import syntax
    from jiti.settings import Settings

UNREADABLE = (SyntaxError, ValueError, OSError, RecursionError, MemoryError)
"""What reading and parsing somebody's file may raise."""
_PACKAGE = "__init__.py"


class AmbiguousModuleError(Exception):
    """A name that may mean several files of the project; the text lists them."""


class Module:
    """A file of the project, parsed.

    Attributes:
        path: from the project root, with `/`.
        file: its text and tree.
        scope: its names.
    """

    def __init__(self, path: str, file: source.SourceFile) -> None:
        self.path = path
        self.file = file
        self.scope = Scope.of(file.tree.body)

    @cached_property
    def stubs(self) -> dict[str, ast.AST]:
        """The definitions that carry `@jiti`, by qualified name; tests that are to be written are none of these."""
        found = outline.of(self.file).stubs if "jiti" in self.file.text else ()
        return {each.qualname: each.node for each in found if not each.gates}

    @property
    def jiti_names(self) -> syntax.JitiNames:
        """By which names it reaches the decorators."""
        return outline.of(self.file).names

    @cached_property
    def required_for(self) -> RequiredFor:
        """Where it uses the decorator of that name."""
        return RequiredFor(self.file.tree, self.jiti_names)


_read: dict[str, Module] = {}
"""What was read before, by absolute path: it holds for as long as the file is the same."""


def _module(root: str, path: str) -> Module:
    absolute = os.path.join(root, *path.split("/"))
    file = source.read(absolute)
    known = _read.get(absolute)
    if known is None or known.file is not file or known.path != path:
        known = _read[absolute] = Module(path, file)
    return known


class Modules:
    """The modules of a project. A package without an `__init__.py` is named by its folder, with a closing `/`.

    Attributes:
        root: absolute path of the project root.
        settings: the project's settings.
    """

    def __init__(self, root: str, settings: Settings) -> None:
        self.root = root
        self.settings = settings
        self._known: dict[str, Module | Exception] = {}
        self._found: dict[tuple[str, str], tuple[str, ...]] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._extra: tuple[str, ...] | None = None
        self._all: tuple[str, ...] | None = None

    def at(self, path: str) -> Module:
        """The module in a file.

        Args:
            path: from the project root, with `/`.

        Raises:
            SyntaxError, ValueError, OSError, RecursionError, MemoryError: it cannot be read, or does not parse.
        """
        if path not in self._known:
            try:
                self._known[path] = _module(self.root, path)
            except UNREADABLE as error:
                self._known[path] = error
        known = self._known[path]
        if isinstance(known, Exception):
            raise known
        return known

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return os.path.isfile(os.path.join(self.root, *path.split("/")))

    def named(self, name: str, importer: str) -> tuple[str, ...]:
        """The files that an absolute import may mean, the likeliest first.

        They are looked for where pytest makes modules importable: beside the importing file and in the folders
        above it that are no packages, in the project root, where settings say, in `src/`. What is in none of these
        is the project's only file whose path ends like the module's name.

        Args:
            name: the module's dotted name.
            importer: path of the importing file.

        Raises:
            AmbiguousModuleError: several files end like the name.
        """
        key = name, importer.rpartition("/")[0]
        if key not in self._found:
            folders = dict.fromkeys([*self._above(importer), *self._folders(), "", "src/"])
            found = [path for folder in folders for path in self._below(folder, name)]
            # As Python does: a folder is a package only where there is no better.
            found.sort(key=lambda path: path.endswith("/"))
            self._found[key] = tuple(found) or self._by_ending(name)
        return self._found[key]

    def relative(self, name: str, importer: str, level: int) -> tuple[str, ...]:
        """The files that a relative import may mean."""
        folder = importer
        for _ in range(level):
            folder = folder.rpartition("/")[0]
        return self.below(f"{folder}/" if folder else "", name)

    def below(self, package: str, name: str) -> tuple[str, ...]:
        """What a name stands for in a package: its module, or the package in it; empty, the package itself.

        Args:
            package: the path of a package's `__init__.py`, or a folder.
            name: dotted.
        """
        return tuple(self._below(package.removesuffix(_PACKAGE), name))

    def _below(self, folder: str, name: str) -> Iterator[str]:
        if name and not self._begins_in(folder, name.partition(".")[0]):
            return
        stem = folder + name.replace(".", "/")
        package = f"{stem}/" if name else folder
        if self.exists(package + _PACKAGE):
            yield package + _PACKAGE
        elif name and self.exists(f"{stem}.py"):
            yield f"{stem}.py"
        elif os.path.isdir(os.path.join(self.root, *package.split("/"))):
            yield package

    def _begins_in(self, folder: str, name: str) -> bool:
        """Whether a folder holds a package or a module of a name: asked of all, where nearly none does."""
        if folder not in self._names:
            try:
                names = os.listdir(os.path.join(self.root, *folder.split("/")))
            except OSError:
                names = []
            self._names[folder] = frozenset(names)
        names = self._names[folder]
        return name in names or f"{name}.py" in names

    def _above(self, importer: str) -> Iterator[str]:
        folder = importer
        while "/" in folder:
            folder = folder.rpartition("/")[0]
            if not self.exists(f"{folder}/{_PACKAGE}"):
                yield f"{folder}/"

    def _folders(self) -> tuple[str, ...]:
        if self._extra is None:
            self._extra = tuple(extra_folders(self.root, self.settings))
        return self._extra

    def _by_ending(self, name: str) -> tuple[str, ...]:
        if self._all is None:
            self._all = tuple(each for each in project_files(self.root, self.settings.exclude) if each[-3:] == ".py")
        stem = "/" + name.replace(".", "/")
        found = tuple(each for each in self._all if f"/{each}".endswith((f"{stem}.py", f"{stem}/{_PACKAGE}")))
        if len(found) > 1:
            raise AmbiguousModuleError(f"the module {name} may be " + " or ".join(found))
        return found
