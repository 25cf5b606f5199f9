"""What an implementation refers to by name, as its imports say."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti.effects.scopes import Scopes

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class References:
    """What a piece of code refers to.

    Attributes:
        imported: the full names that it imports, used or not: `app.text.Token`.
        used: the full names that it uses, quoted annotations included.
        attributes: all names that stand behind a dot.
    """

    imported: frozenset[str]
    used: frozenset[str]
    attributes: frozenset[str]


def references_in(code: str) -> References:
    """What an implementation refers to.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it does not parse.
    """
    tree = ast.parse(code)
    scopes = Scopes(tree)
    inside = list(ast.walk(tree))
    quoted = list(_quoted(inside))
    for each in quoted:
        scopes.adopt(each, scopes.top)
    inside += [node for each in quoted for node in ast.walk(each)]
    named = [each for each in inside if isinstance(each, ast.Name | ast.Attribute)]
    return References(
        frozenset(name for each in inside for name in _imported(each)),
        frozenset(name for each in named for name in scopes.full_names(each)),
        frozenset(each.attr for each in named if isinstance(each, ast.Attribute)),
    )


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom) and not node.level:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)


def _quoted(inside: list[ast.AST]) -> Iterator[ast.expr]:
    """The expressions that stand in quotes in annotations."""
    for node in inside:
        annotation = getattr(node, "returns", None) or getattr(node, "annotation", None)
        if not isinstance(annotation, ast.expr):
            continue
        for each in ast.walk(annotation):
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                try:
                    yield ast.parse(each.value.strip(), mode="eval").body
                except (SyntaxError, ValueError):
                    continue  # a value of a `Literal`
