"""Where in the user's class the attributes of an implementation can stand: below what they are made of."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti import members
from jiti.splice import names
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.merge.class_implementation import Added, ClassImplementation


@dataclass(frozen=True, slots=True)
class Order:
    """What comes where.

    Attributes:
        anchor: the statement of the user's class above which attributes come to stand.
        above: those attributes, in order.
        below: what comes to stand at the end of the class, in order: methods, and attributes that are made of methods.
        late: the stub's class attributes among these.
    """

    anchor: ast.stmt
    above: tuple[Added, ...]
    below: tuple[Added, ...]
    late: frozenset[str]


def order_of(implementation: ClassImplementation, node: ast.ClassDef) -> Order:
    """The places for what an implementation gives a class besides the bodies of its methods."""
    places = {each.target.id: each for each in members.values(node) if isinstance(each.target, ast.Name)}
    attributes = [each for each in implementation.added if not isinstance(each.statement, FunctionNode)]
    made_late = {name for name, each in names.bound_by(implementation.whole.body) if isinstance(each, FunctionNode)}
    known = 0
    while known != len(made_late):
        known = len(made_late)
        anchor = _anchor(node, places, implementation, attributes, made_late)
        for each in [*attributes, *implementation.given]:
            bound = _bound(each)
            own = places.get(next(iter(bound), ""), anchor)
            later = {name for name, place in places.items() if place.lineno >= own.lineno} - bound
            if set(_needed(each.statement)) & (made_late | later):
                made_late |= bound
    late = [each for each in [*attributes, *implementation.given] if _bound(each) & made_late]
    methods = [each for each in implementation.added if isinstance(each.statement, FunctionNode)]
    below = sorted([*methods, *late], key=lambda each: each.first)
    return Order(
        anchor,
        tuple(each for each in attributes if each not in late),
        tuple(below),
        frozenset(made_late & places.keys()),
    )


def _anchor(
    node: ast.ClassDef,
    places: dict[str, ast.AnnAssign],
    implementation: ClassImplementation,
    attributes: list[Added],
    late: set[str],
) -> ast.stmt:
    """The first method, or the first class attribute that is made of a private one."""
    private = {name for each in attributes for name in _bound(each)} - late
    for statement in node.body:
        if any(isinstance(each, FunctionNode) for each in ast.walk(statement)) and not isinstance(
            statement, ast.ClassDef
        ):
            return statement
        for each in implementation.given:
            bound = _bound(each)
            is_here = any(places.get(name) is statement for name in bound)
            if is_here and not bound & late and private & set(_needed(each.statement)):
                return statement
    return node.body[-1]


def _bound(added: Added) -> set[str]:
    return {name for name, _ in names.bound_by([added.statement])}


def _needed(statement: ast.stmt) -> Iterator[str]:
    """The names that are looked up when a statement of a class runs."""
    waiting: list[ast.AST] = (
        [statement.value] if isinstance(statement, ast.AnnAssign) and statement.value else [statement]
    )
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load):
            yield each.id
        if not isinstance(each, ast.Lambda):
            waiting += ast.iter_child_nodes(each)
