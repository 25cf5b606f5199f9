"""Projects with gates, which are read and never run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti import gates
from jiti.settings import Settings
from tests.unit import tree

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.gates import Found, Gate

STUBS = '''
from jiti import jiti


@jiti
def slugify(text: str) -> str:
    """Make a slug."""


def plain(text: str) -> str:
    return text


class Base:
    @jiti
    def parse(self) -> str:
        """Parse."""

    @classmethod
    @jiti
    def scan(cls) -> str:
        """Scan."""


class Parser(Base):
    @property
    @jiti
    def size(self) -> int:
        """The size."""

    @size.setter
    @jiti
    def size(self, to: int) -> None:
        """Set the size."""

    def help(self) -> str:
        return ""

    class Token:
        @jiti
        def show(self) -> str:
            """Show."""
'''


class Tree(tree.Tree):
    """The gates in it."""

    def find(self, settings: Settings | None = None) -> Found:
        return gates.find(str(self.root), settings or Settings())

    def only(self) -> Gate:
        """The one gate of a project without problems."""
        found = self.find()
        assert found.problems == ()
        (gate,) = found.gates
        return gate


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A project with `app/text.py` that has some stubs."""
    tree = Tree(tmp_path)
    tree.write({"app/__init__.py": "", "app/text.py": STUBS})
    return tree
