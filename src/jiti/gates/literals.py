"""Values that are written down: what an expression of literals comes to, worked out without running anything."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_CONTAINERS = {"dict": dict, "frozenset": frozenset, "list": list, "set": set, "tuple": tuple}
_DISPLAYS: dict[type[ast.expr], type[Any]] = {ast.Tuple: tuple, ast.List: list, ast.Set: set}
_MOST = 100_000
"""Items or digits that a product of literals may come to."""


class Parameters(tuple[Any, ...]):
    """What `pytest.param(…)` holds."""

    __slots__ = ()


class NotLiteralError(Exception):
    """An expression holds something that is known only when it runs."""


def evaluate(node: ast.expr, value_of: Callable[[str], Any]) -> Any:  # noqa: ANN401 - whatever is written there
    """The value of an expression of literals.

    Args:
        node: constants, containers, sums and products of them, names, `pytest.approx(…)`, `TABLE.items()`.
        value_of: gives the value of a name, or of `self.NAME`; raises NotLiteralError.

    Raises:
        NotLiteralError: it is something else.
    """
    try:
        return _evaluate(node, value_of)
    except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise NotLiteralError from error


def shown(value: object) -> str:
    """The `repr` of a literal's value; of equal sets the same."""
    if isinstance(value, set | frozenset):
        items = ", ".join(sorted(shown(each) for each in value))
        return f"{{{items}}}" if value else "set()"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{shown(key)}: {shown(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(shown(each) for each in value) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(shown(each) for each in value) + ("," if len(value) == 1 else "") + ")"
    return repr(value)


def arguments(call: ast.Call, value_of: Callable[[str], Any]) -> list[Any]:
    """The values of a call's arguments, positional ones first.

    Raises:
        NotLiteralError: one of them is none.
    """
    values = list(_items(call.args, value_of))
    for word in call.keywords:
        value = evaluate(word.value, value_of)
        values.extend([value] if word.arg else value.values())
    return values


def _evaluate(node: ast.expr, value_of: Callable[[str], Any]) -> Any:  # noqa: ANN401, PLR0911 - one return for each kind
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return value_of(name)
        case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
            return value_of(f"self.{name}")
        case ast.Tuple(elts=elts) | ast.List(elts=elts) | ast.Set(elts=elts):
            return _DISPLAYS[type(node)](_items(elts, value_of))
        case ast.Dict(keys=keys, values=values):
            return _mapping(keys, values, value_of)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -evaluate(operand, value_of)
        case ast.BinOp(left=left, op=operator, right=right):
            return _combined(evaluate(left, value_of), operator, evaluate(right, value_of))
        case ast.Call():
            return _called(node, value_of)
    raise NotLiteralError


def _items(nodes: Iterable[ast.expr], value_of: Callable[[str], Any]) -> Iterator[Any]:
    for node in nodes:
        if isinstance(node, ast.Starred):
            yield from evaluate(node.value, value_of)
        else:
            yield evaluate(node, value_of)


def _mapping(keys: list[ast.expr | None], values: list[ast.expr], value_of: Callable[[str], Any]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, node in zip(keys, values, strict=True):
        value = evaluate(node, value_of)
        found.update(value if key is None else {evaluate(key, value_of): value})
    return found


def _combined(left: Any, operator: ast.operator, right: Any) -> Any:  # noqa: ANN401 - as written
    if isinstance(operator, ast.Add):
        return left + right
    if isinstance(operator, ast.Sub):
        return left - right
    if isinstance(operator, ast.Mult):
        sizes = [len(each) if isinstance(each, str | bytes | list | tuple) else abs(each) for each in (left, right)]
        if sizes[0] * sizes[1] <= _MOST or all(isinstance(each, int | float) for each in (left, right)):
            return left * right
    raise NotLiteralError


def _called(node: ast.Call, value_of: Callable[[str], Any]) -> Any:  # noqa: ANN401 - as written
    match node.func:
        case ast.Name(id="approx") | ast.Attribute(attr="approx") if node.args:
            return evaluate(node.args[0], value_of)
        case ast.Name(id="param") | ast.Attribute(attr="param"):
            return Parameters(_items(node.args, value_of))
        case ast.Name(id=name) if name in _CONTAINERS and not node.keywords:
            return _CONTAINERS[name](*_items(node.args, value_of))
        case ast.Attribute(value=value, attr="items") if not node.args:
            return list(evaluate(value, value_of).items())
    raise NotLiteralError
