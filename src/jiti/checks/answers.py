"""Answers that a candidate knows by heart: what comes out where arguments are equal to literals."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jiti.gates.literals import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes out where arguments are equal to literals.

    Attributes:
        inputs: the literals, as `gates.literals.shown` shows them; of a container its items too.
        output: the literal that comes out.
        line: where it stands.
    """

    inputs: frozenset[str]
    output: str
    line: int


@dataclass(slots=True)
class Table:
    """Answers that belong together: all branches of a function, or one table that it looks up.

    Attributes:
        line: where it begins.
        size: how many entries it has, those included that are no literals.
        is_lookup: whether it is one that the function looks something up in.
        answers: those that are.
    """

    line: int
    size: int = 0
    is_lookup: bool = False
    answers: list[Answer] = field(default_factory=list)

    def add(self, inputs: Iterable[str], output: str, line: int) -> None:
        """Add an entry."""
        self.answers.append(Answer(frozenset(inputs), output, line))


def whole_parts(node: ast.expr) -> Iterable[ast.expr]:
    """What an expression takes as a whole: what it calls something of, cleans up, or puts together with others."""
    match node:
        case ast.Attribute(value=value) | ast.NamedExpr(value=value) | ast.Await(value=value):
            return [value]
        case ast.Subscript(value=ast.Name() as value, slice=ast.Constant()):
            return [value]  # `args[0]`
        case ast.Call(func=called, args=args):
            return [called, *args]
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.BoolOp(values=parts):
            return parts
        case ast.JoinedStr(values=parts):
            return [each.value for each in parts if isinstance(each, ast.FormattedValue)]
    return []


def entries(node: ast.expr) -> Iterator[list[ast.expr]]:
    """The entries of a table: keys, and the value last."""
    if isinstance(node, ast.Dict):
        yield from ([key, value] for key, value in zip(node.keys, node.values, strict=True) if key is not None)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        rows = [each.elts for each in node.elts if isinstance(each, ast.Tuple | ast.List) and len(each.elts) > 1]
        widths = Counter(map(len, rows))
        yield from (row for row in rows if len(widths) == 1)


def inputs_of(value: object) -> frozenset[str]:
    """A literal that something is compared with, and its items: arguments may be compared together."""
    parts = value if isinstance(value, list | tuple) else ()
    return frozenset({shown(value), *map(shown, parts)})
