"""A piece of a test file: statements that share lines, and what they give to others and need of them."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from jiti.merge import fixtures
from jiti.merge.destination import names_in
from jiti.syntax import FunctionNode


@dataclass(slots=True)
class Chunk:
    """Statements that share lines, with the comments above them."""

    statements: list[ast.stmt]
    first: int
    last: int
    bound: set[str] = field(default_factory=set)

    @property
    def test(self) -> str:
        """The name of the test that it is; empty where it is none."""
        node = self.statements[0]
        prefix = "test" if isinstance(node, FunctionNode) else "Test" if isinstance(node, ast.ClassDef) else ""
        return getattr(node, "name", "") if prefix and getattr(node, "name", "").startswith(prefix) else ""

    @property
    def is_about_all(self) -> bool:
        """Whether it does something to every test of its file: a mark, a fixture that nobody asks for, a call."""
        return not self.bound or any(fixtures.counts_for_all(each, self.bound) for each in self.statements)

    @property
    def gives(self) -> set[str]:
        """The names by which others have what it defines."""
        return self.bound | fixtures.defined_by(self.statements)

    @property
    def needs(self) -> set[str]:
        """The names that it uses, in quoted annotations too, and those of fixtures that it asks for."""
        return names_in(self.statements) | fixtures.asked_for(self.statements)

    def collected(self, name: str) -> list[str]:
        """The test that it is as pytest names it, or those of its class, where it is called `name`."""
        node = self.statements[0]
        if not isinstance(node, ast.ClassDef):
            return [name]
        tests = [each.name for each in node.body if isinstance(each, FunctionNode) and each.name.startswith("test")]
        return [f"{name}::{each}" for each in tests]
