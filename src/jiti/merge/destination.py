"""The test file that scratch tests are added to."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti import canonical
from jiti.merge import fixtures, imports, scopes
from jiti.merge.file_names import FileNames
from jiti.merge.text import Text
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiti.merge.implementation import Import
    from jiti.splice.project import Module


class Destination:
    """The test file that tests are added to: those of one stub after those of another, and written once for all.

    Args:
        text: as it stands, or is to stand without them; empty where there is none yet.
        module: which module it is.
        package: the top-level package that its imports of the project's own begin with.
        known_as: what the file calls already what an import gives, if it does.

    Attributes:
        known_as: as it was given.
        names: the file's names, those of what was added included.
        fixtures: the fixtures that it defines.
        asked_for: the names by which its tests ask for fixtures.
        has_something_about_all: whether something counts for all tests of it: a mark, or what sets them up.
    """

    def __init__(self, text: str, module: Module, package: str, known_as: Callable[[Import], str | None]) -> None:
        self.known_as = known_as
        self._module = module
        self._package = package
        self._pieces: list[str] = []
        self.begin(text)

    def begin(self, text: str) -> None:
        """Have the file begin with a text."""
        self._text = text
        self.tree = Text(text).tree
        self.names = FileNames(self.tree, self._module)
        self.fixtures: set[str] = set()
        self.asked_for: set[str] = set()
        self.has_something_about_all = False
        self._functions: dict[str, list[FunctionNode]] = {}
        self._note(self.tree.body)

    def add(self, pieces: list[str], statements: list[ast.stmt], names: FileNames) -> None:
        """Add definitions.

        Args:
            pieces: their texts.
            statements: the same, parsed.
            names: the file's names with them.
        """
        self._pieces += pieces
        self._note(statements)
        self.names = names
        names.mention(names_in(statements))

    def has(self, node: ast.stmt) -> bool:
        """Whether a test stands there already, word for word, whatever it is required for."""
        same = self._functions.get(getattr(node, "name", ""), ())
        return bool(same) and canonical.text(node) in {canonical.text(each) for each in same}

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands there yet."""
        return not (self._text or self._pieces)

    @property
    def text(self) -> str:
        """The file as it is to stand."""
        if not self._pieces:
            return self._text
        return imports.added(_below(self._text, self._pieces), self.names.needed, self._package)

    def _note(self, statements: list[ast.stmt]) -> None:
        self.fixtures |= fixtures.defined_by(statements)
        self.asked_for |= fixtures.asked_for(statements)
        for each in statements:
            if isinstance(each, FunctionNode):
                self._functions.setdefault(each.name, []).append(each)
            if fixtures.counts_for_all(each, set(scopes.bound_by([each]))):
                self.has_something_about_all = True


def names_in(statements: list[ast.stmt]) -> set[str]:
    """The names that statements use, parameters included, which pytest fills by name; quoted annotations too."""
    found = {each.name for each in scopes.uses(ast.Module(statements, []))}
    inside = [each for statement in statements for each in ast.walk(statement)]
    return found | {each.arg for each in inside if isinstance(each, ast.arg)}


def _below(text: str, pieces: list[str]) -> str:
    """A file with more definitions at its end, by its own line ends."""
    read = Text(text)
    added = "\n\n\n".join(pieces) + "\n"
    kept = text.rstrip("\r\n\t ")
    ending = text[len(kept) :]
    gap = "\n\n\n" if kept else ""
    return kept + (gap + added).replace("\n", read.newline) if ending or kept else added
