"""The project's modules, as a merge has to know them: by which name a file is imported, and who imports what of it."""

from __future__ import annotations

import ast
import os
from typing import TYPE_CHECKING

from jiti import source
from jiti.discovery import project_files
from jiti.gates.modules import UNREADABLE, AmbiguousModuleError
from jiti.merge.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jiti.gates.modules import Modules
    from jiti.settings import Settings
    from jiti.source import SourceFile


def name_of(modules: Modules, path: str, codes: Iterable[str]) -> str:
    """The name by which an import statement gets a file.

    It is the one by which implementations import it; where none does, the packages around it tell.

    Args:
        modules: the project's.
        path: from the project root.
        codes: the implementations of stubs in the file.
    """
    for code in codes:
        for name in _imported(code):
            if f"/{path}".endswith(_endings(name)) and path in _named(modules, name, path):
                return name
    *folders, stem = path.removesuffix(".py").removesuffix("/__init__").split("/")
    packages: list[str] = []
    while folders and modules.exists("/".join([*folders, "__init__.py"])):
        packages.insert(0, folders.pop())
    if not packages and folders:
        packages = folders[1:] if folders[0] == "src" else folders  # without any `__init__.py`
    return ".".join([*packages, stem])


def imported_from(root: str, settings: Settings, modules: Modules, path: str) -> frozenset[str]:
    """The names that the project's other files take from a file; `*` is among them where one takes all."""
    return frozenset(_taken(root, settings, modules, path, set()))


def _taken(root: str, settings: Settings, modules: Modules, path: str, seen: set[str]) -> Iterator[str]:
    seen.add(path)
    stem = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
    for importer in project_files(root, settings.exclude):
        file = _holding(root, importer, "import" if path.endswith("__init__.py") else stem)
        if file is None or importer in seen:
            continue
        nodes = list(ast.walk(file.tree))
        imports = [each for each in nodes if isinstance(each, ast.ImportFrom)]
        names = {alias.name for each in imports if path in _meant(modules, each, importer) for alias in each.names}
        yield from names
        if "*" in names:  # what it uses, or somebody takes of it, may be any of them
            yield from (each.id for each in nodes if isinstance(each, ast.Name))
            yield from _taken(root, settings, modules, importer, seen)
        yield from _attributes(nodes, stem)


def _attributes(nodes: list[ast.AST], stem: str) -> Iterator[str]:
    """The names that are looked up in what is called like a module: `text.slugify`, `app.text.slugify`."""
    aliases = [alias for each in nodes if isinstance(each, ast.Import | ast.ImportFrom) for alias in each.names]
    called = {stem, *(each.asname for each in aliases if each.asname and each.name.rpartition(".")[2] == stem)}
    for node in nodes:
        if isinstance(node, ast.Attribute):
            owner = node.value
            if getattr(owner, "attr", getattr(owner, "id", None)) in called:
                yield node.attr


def importers_of_jiti(root: str, settings: Settings, instead: Mapping[str, str]) -> Iterator[str]:
    """The files of a project that import jiti, or something of it; and those that do not parse.

    Args:
        root: absolute path of the project root.
        settings: the project's settings.
        instead: the texts that files are to hold, by path.
    """
    for path in dict.fromkeys([*instead, *project_files(root, settings.exclude)]):
        if not path.endswith(".py"):
            continue
        try:
            if path in instead:
                tree = Text(instead[path]).tree if "jiti" in instead[path] else None
            else:
                file = source.read(os.path.join(root, *path.split("/")))
                tree = file.tree if "jiti" in file.text else None
        except UNREADABLE:
            yield path
            continue
        if tree and any("jiti" in _top_modules(node) for node in ast.walk(tree)):
            yield path


def _holding(root: str, path: str, word: str) -> SourceFile | None:
    """A Python file that parses and holds a word; None if it is none."""
    if not path.endswith(".py"):
        return None
    try:
        file = source.read(os.path.join(root, *path.split("/")))
        found = file if word in file.text and file.tree else None
    except UNREADABLE:
        found = None
    return found


def _top_modules(node: ast.AST) -> set[str]:
    named = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
    named += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    return {name.partition(".")[0] for name in named}


def _meant(modules: Modules, statement: ast.ImportFrom, importer: str) -> tuple[str, ...]:
    if statement.level:
        return modules.relative(statement.module or "", importer, statement.level)
    return _named(modules, statement.module or "", importer)


def _named(modules: Modules, name: str, importer: str) -> tuple[str, ...]:
    try:
        return modules.named(name, importer)
    except AmbiguousModuleError:
        return ()


def _endings(name: str) -> tuple[str, str]:
    stem = "/" + name.replace(".", "/")
    return f"{stem}.py", f"{stem}/__init__.py"


def _imported(code: str) -> Iterator[str]:
    """The modules that code imports, or imports from."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
