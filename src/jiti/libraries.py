"""The third-party libraries that a stub's module works with, and what is known of them offline."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jiti import distributions, readme
from jiti.splice.imports import Packages
from jiti.splice.project import Module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.definition import Definition
    from jiti.distributions import About


@dataclass(frozen=True, slots=True)
class Library:
    """An installed distribution that a module imports.

    Attributes:
        about: what it says of itself.
        names: what the module imports from it by name, or reaches as its attributes.
    """

    about: About
    names: frozenset[str] = field(default_factory=frozenset)

    def matching(self, definition: Definition, characters: int) -> str:
        """The parts of its README that match a stub's spec; empty if none does."""
        own = readme.words_of(self.about.name)
        return readme.matching(self.about.readme, words_of(definition) - own, self.names, characters=characters)


def imported_by(definition: Definition, module: str) -> list[Library]:
    """The distributions that the module of a stub imports, wherever in it, by their names.

    Not the standard library, nor the project's own packages, nor jiti. Nothing is imported to find out.

    Args:
        definition: the stub.
        module: the name by which an import statement gets its module.
    """
    packages = Packages(definition, Module.of(definition.declaration, module))
    names: dict[str, set[str]] = {}
    for imported, bound in _imports(definition.tree):
        if packages.is_third_party(imported.partition(".")[0]):
            for distribution in distributions.of_module(imported):
                names.setdefault(distribution, set()).update(bound)
    found = ((distributions.about(name), names[name]) for name in sorted(names, key=str.lower))
    return [Library(about, frozenset(used)) for about, used in found if about is not None]


def words_of(definition: Definition) -> frozenset[str]:
    """The words that say what a stub is about: those of its signature, docstring and hints."""
    return readme.words_of(definition.text)


def _imports(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """The modules that a file imports by absolute name, each with the names that it uses of them."""
    attributes: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            attributes.setdefault(node.value.id, set()).add(node.attr)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                yield alias.name, attributes.get(bound, set())
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            for alias in node.names:
                # It may be a module of its own, of a package that several distributions share.
                yield f"{node.module}.{alias.name}", {alias.name} | attributes.get(alias.asname or alias.name, set())
