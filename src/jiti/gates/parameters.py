"""The sets of arguments that `@pytest.mark.parametrize` gives a test, as far as they are literals."""

from __future__ import annotations

import ast
import itertools
from typing import TYPE_CHECKING, Any

from jiti.gates.literals import NotLiteralError, Parameters, evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    ValueOf = Callable[[str], Any]
    Row = dict[str, Any]


def parameter_sets(decorators: Sequence[ast.expr], value_of: ValueOf) -> Iterator[Row]:
    """Each set of arguments by name; what is no literal is left out of it. One empty set where nothing is given."""
    tables = [_rows(each, value_of) for each in decorators if isinstance(each, ast.Call) and _is_parametrize(each)]
    for rows in itertools.product(*(table or [{}] for table in tables)):
        yield {name: value for row in rows for name, value in row.items()}


def _is_parametrize(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr == "parametrize"


def _rows(node: ast.Call, value_of: ValueOf) -> list[Row]:
    words = {each.arg: each.value for each in node.keywords}
    given = dict(zip(("argnames", "argvalues"), node.args, strict=False))
    argnames, argvalues = given.get("argnames", words.get("argnames")), given.get("argvalues", words.get("argvalues"))
    if argnames is None or argvalues is None:
        return []
    try:
        names = evaluate(argnames, value_of)
    except NotLiteralError:
        return []
    if isinstance(names, str):
        names = [each.strip() for each in names.split(",") if each.strip()]
    return list(_read(list(names), argvalues, value_of))


def _read(names: list[str], node: ast.expr, value_of: ValueOf) -> Iterator[Row]:
    if not isinstance(node, ast.List | ast.Tuple):
        yield from _whole(names, node, value_of)
        return
    for each in node.elts:
        if isinstance(each, ast.Starred):
            yield from _read(names, each.value, value_of)
        elif isinstance(each, ast.Call) and _last_name(each.func) == "param":
            yield _row(names, each.args, value_of)
        elif len(names) == 1:
            yield _row(names, [each], value_of)
        elif isinstance(each, ast.List | ast.Tuple):
            yield _row(names, each.elts, value_of)
        else:
            yield from _whole(names, ast.List([each]), value_of)


def _row(names: list[str], nodes: Sequence[ast.expr], value_of: ValueOf) -> Row:
    """One set, read part by part: what is no literal does not spoil the others."""
    row: Row = {}
    for name, node in zip(names, nodes, strict=False):
        try:
            row[name] = evaluate(node, value_of)
        except NotLiteralError:
            continue
    return row


def _whole(names: list[str], node: ast.expr, value_of: ValueOf) -> Iterator[Row]:
    """The sets of a table that is no list: a constant by name, `TABLE.items()`."""
    try:
        rows = list(evaluate(node, value_of))
    except (NotLiteralError, TypeError):
        return
    for row in rows:
        if len(names) == 1 and not isinstance(row, Parameters):
            yield {names[0]: row}
        elif isinstance(row, list | tuple):
            yield dict(zip(names, row, strict=False))


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
