"""Projects whose interfaces are read, and never run."""

from __future__ import annotations

import ast
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from jiti.definition import define
from jiti.interfaces import Interfaces
from jiti.settings import Settings
from jiti.stub import declaration_for

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.definition import Definition


class Tree:
    """A project that is only files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write({"pyproject.toml": ""})

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")

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
