"""Fixtures of test files, which pytest hands to tests by name, and what else counts for every test of a file."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti.gates.digest import OF_TEST_FILES, fixture_words, used_fixtures
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterable


def defined_by(statements: Iterable[ast.AST]) -> set[str]:
    """The names by which pytest knows the fixtures that some statements define."""
    return {
        name
        for each in statements
        if isinstance(each, FunctionNode) and (words := fixture_words(each)) is not None
        for name in [_given(words.get("name")) or each.name]
    }


def asked_for(statements: Iterable[ast.AST]) -> set[str]:
    """The names that tests or fixtures ask for: by parameters, by `usefixtures`."""
    inside = [each for statement in statements for each in ast.walk(statement)]
    parameters = {each.arg for each in inside if isinstance(each, ast.arg)}
    return parameters | set(used_fixtures(inside))


def counts_for_all(statement: ast.stmt, bound: set[str]) -> bool:
    """Whether a statement does something to every test of its file: marks, fixtures that nobody asks for, set-up.

    Args:
        statement: of the file's top level.
        bound: the names that it binds.
    """
    words = fixture_words(statement) if isinstance(statement, FunctionNode) else None
    return not bound.isdisjoint(OF_TEST_FILES) or (words is not None and "autouse" in words)


def _given(word: ast.expr | None) -> str:
    return word.value if isinstance(word, ast.Constant) and isinstance(word.value, str) else ""
