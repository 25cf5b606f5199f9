"""A candidate's classes that decide what they are equal to: with one of these a wrong result passes any test."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_DECIDING = frozenset({"__eq__", "__ne__"})
_ADVICE = "let `@dataclass` or a named tuple compare its fields, or compare a key"


def check(code: str, *qualnames: str) -> list[Diagnostic]:
    """What a candidate defines, or puts in place, of its own classes' equality.

    Args:
        code: the candidate; it parses.
        *qualnames: the stub's, which may itself be such a method; of a class, its methods'.
    """
    lines = code.split("\n")
    own = {each.rpartition("<locals>.")[2] for each in qualnames}
    found = dict(_found(ast.parse(code), own))
    return [
        Diagnostic(
            "policy",
            "candidate",
            line,
            "no-own-equality",
            f"`{name}` of its own is not allowed: {_ADVICE}\n    {lines[line - 1].strip()}",
        )
        for line, name in sorted(found.items())
    ]


def _found(tree: ast.AST, own: Collection[str]) -> Iterator[tuple[int, str]]:
    """Line and name of each."""
    waiting: list[tuple[ast.AST, str]] = [(tree, "")]
    while waiting:
        node, place = waiting.pop()
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                # The class that stands for the user's has an underscore in front.
                if name in _DECIDING and f"{place.lstrip('_')}{name}" not in own:
                    yield node.lineno, name
                place = f"{place}{name}."
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()) if name in _DECIDING:
                yield node.lineno, name
            case ast.Constant(value=str(name)) if name in _DECIDING:  # as a key of `type`'s, or for `setattr`
                yield node.lineno, name
        waiting += [(child, place) for child in ast.iter_child_nodes(node)]
