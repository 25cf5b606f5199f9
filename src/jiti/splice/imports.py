"""Imports of a candidate: made absolute, and held against what the project can have."""

from __future__ import annotations

import ast
import os
import re
import sys
import tomllib
from dataclasses import replace
from functools import cache, cached_property
from importlib import metadata, util
from typing import TYPE_CHECKING, Any

from jiti import distributions
from jiti.splice.shape import problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jiti.definition import Definition
    from jiti.diagnostics import Diagnostic
    from jiti.splice.layout import Line
    from jiti.splice.project import Module
    from jiti.splice.shape import Part

_RELATIVE = re.compile(r"\bfrom\s*\.[.\s]*[\w.]*\s*import\b")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def make_absolute(lines: list[Line], tree: ast.AST, module: Module, part: Part) -> tuple[list[Line], list[Diagnostic]]:
    """Rewrite relative imports, in the text and in its tree alike.

    Args:
        lines: a text, as it was parsed.
        tree: what it was parsed to, with lines as they are numbered in `lines`.
        module: the stub's module, which the imports are relative to.
        part: which text it is.

    Returns:
        The lines, and what is wrong with those imports that mean nothing.
    """
    problems: list[Diagnostic] = []
    rewritten = {line.number: line for line in lines}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        origin = module.absolute(node.module, node.level)
        line = rewritten[node.lineno]
        text, count = _RELATIVE.subn(f"from {origin} import", line.text, count=1)
        if origin is None:
            message = f"a relative import leads out of the package of {module.name}; import by absolute name"
        elif not count:
            message = f"write `from {origin} import …`"
        else:
            rewritten[node.lineno] = replace(line, text=text)
            node.module, node.level = origin, 0
            continue
        problems.append(problem(part, node.lineno, "relative-import", message))
    return [rewritten[line.number] for line in lines], problems


def star_imports(tree: ast.AST, part: Part) -> list[Diagnostic]:
    """What is wrong with `import *`: nobody can tell which names it brings."""
    return [
        problem(part, node.lineno, "star-import", f"name what you need from {node.module} instead of `*`")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]


def top_level_packages(node: ast.AST) -> Iterator[str]:
    """The packages that a node imports from by absolute name, if it is an import."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name.partition(".")[0]
    elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
        yield node.module.partition(".")[0]


def text_of(statement: ast.stmt, alias: ast.alias) -> str:
    """The import statement for one of the names that an import statement binds."""
    renamed = f" as {alias.asname}" if alias.asname else ""
    prefix = f"from {statement.module} import " if isinstance(statement, ast.ImportFrom) else "import "
    return f"{prefix}{alias.name}{renamed}"


class Packages:
    """The packages that an implementation may import.

    These are the standard library, the project's own, and what is installed, but for what is there
    only because jiti itself needs it.

    Args:
        definition: the stub.
        module: its module.
    """

    def __init__(self, definition: Definition, module: Module) -> None:
        self._root = definition.declaration.root
        self._tree = definition.tree
        self._own = module.name.partition(".")[0]
        self._folders = (module.base, self._root, os.path.join(self._root, "src"))

    def objection(self, name: str) -> str | None:
        """Why a top-level package may not be imported; None if it may."""
        if name in sys.stdlib_module_names or name in {self._own, "jiti"} or self._is_projects(name):
            return None
        origins = distributions.by_package().get(name, ())
        if not origins:
            if _is_importable(name):
                return None
            return f"`{name}` is neither in the standard library nor in the project, and it is not installed"
        if name in self._used_already or not {_normalised(each) for each in origins} <= self._only_jitis:
            return None
        return (
            f"`{name}` is installed for jiti alone: the project does not declare it; "
            "use the standard library or what the project depends on"
        )

    def is_third_party(self, name: str) -> bool:
        """Whether a top-level package is neither the standard library's, nor the project's, nor jiti."""
        return name not in {*sys.stdlib_module_names, self._own, "jiti"} and not self._is_projects(name)

    def _is_projects(self, name: str) -> bool:
        return any(
            os.path.isdir(os.path.join(folder, name)) or os.path.isfile(os.path.join(folder, f"{name}.py"))
            for folder in self._folders
        )

    @cached_property
    def _used_already(self) -> set[str]:
        return {name for node in ast.walk(self._tree) for name in top_level_packages(node)}

    @cached_property
    def _only_jitis(self) -> set[str]:
        """The distributions that jiti brought, and that the project does not depend on."""
        return _with_dependencies(["jiti"]) - _with_dependencies(self._declared())

    def _declared(self) -> Iterator[str]:
        """What the project's `pyproject.toml` asks for."""
        try:
            with open(os.path.join(self._root, "pyproject.toml"), "rb") as file:
                table = tomllib.load(file)
        except (OSError, ValueError):
            return
        project = table.get("project", {})
        groups: list[list[Any]] = [
            project.get("dependencies", []),
            *project.get("optional-dependencies", {}).values(),
            *table.get("dependency-groups", {}).values(),
        ]
        for requirement in (each for group in groups for each in group if isinstance(each, str)):
            name = _required(requirement)
            if name != "jiti":
                yield name


def _is_importable(name: str) -> bool:
    try:
        return util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _with_dependencies(names: Iterable[str]) -> set[str]:
    """Distributions with all that they depend on, extras left out."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        waiting += _dependencies(name)
    return found


@cache
def _dependencies(name: str) -> tuple[str, ...]:
    try:
        requirements = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return ()
    return tuple(_required(each) for each in requirements if "extra ==" not in each.replace("'", '"'))


def _required(requirement: str) -> str:
    """The distribution that a requirement names."""
    match = _NAME.match(requirement.strip())
    return _normalised(match[0]) if match else ""


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
