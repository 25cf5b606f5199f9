"""What a source file defines and how it names jiti's decorators: gone through once, for all who ask."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from jiti import syntax

if TYPE_CHECKING:
    import ast

    from jiti.source import SourceFile


class Outline:
    """The definitions of a file.

    Args:
        tree: the file's.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree

    @cached_property
    def definitions(self) -> list[syntax.Definition]:
        """Every function and class, in order of appearance."""
        return syntax.all_definitions(self._tree)

    @cached_property
    def names(self) -> syntax.JitiNames:
        """By which names the file reaches the decorators."""
        return syntax.JitiNames(self._tree)

    @cached_property
    def stubs(self) -> list[syntax.Found]:
        """The definitions that carry `@jiti`, and the tests that are to be written."""
        return syntax.stubs_among(self.definitions, self.names)


def of(file: SourceFile) -> Outline:
    """The outline of a file, made when first asked for.

    Raises:
        SyntaxError: the file does not parse.
    """
    if file.outline is None:
        file.outline = Outline(file.tree)
    return file.outline
