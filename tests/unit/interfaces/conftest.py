"""Projects whose interfaces are read, and never run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from jiti.definition import define
from jiti.interfaces import Interfaces
from jiti.settings import Settings
from jiti.stub import declaration_for
from tests.unit import tree

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.definition import Definition


class Tree(tree.Tree):
    """What stands on what in it."""

    @property
    def interfaces(self) -> Interfaces:
        """As the files are now."""
        return Interfaces(str(self.root), Settings())

    def meant(self, expression: str, path: str = "app/use.py") -> str | None:
        """The key of what an expression in a file means."""
        return self.interfaces.symbol_of(path, ast.parse(expression, mode="eval").body)

    def define(self, key: str) -> Definition:
        return define(declaration_for(str(self.root), key))


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A project without any module."""
    return Tree(tmp_path)
