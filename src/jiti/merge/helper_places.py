"""Where helpers come to stand: above their function, or below what they need while the module is imported."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti.merge import scopes
from jiti.merge.stub_place import unit_of
from jiti.merge.text import Edit
from jiti.splice.names import bound_by
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.merge.implementation import Helper, Implementation
    from jiti.merge.text import Text
    from jiti.syntax import Found


def edits(text: Text, found: Found, implementation: Implementation) -> Iterator[Edit]:
    """Put an implementation's helpers into the file of its stub.

    Args:
        text: the file.
        found: the stub in it.
        implementation: with the names that are right in the file.
    """
    statement = _top_level(text.tree, found)
    late = _late(text.tree, text.tree.body.index(statement), implementation)
    above = [each for each in implementation.helpers if id(each) not in late]
    if above:
        top = _top(text, statement)
        yield from _without_gap(text, top, statement, above[0])
        is_about_function = not above[-1].statements and not implementation.classes
        gap = "\n" if is_about_function else "\n\n\n"
        yield Edit(text.offset(top), text.offset(top), _joined(text, above, implementation) + gap)
    for index in sorted(set(late.values())):
        group = [each for each in implementation.helpers if late.get(id(each)) == index]
        after = text.tree.body[index]
        end = text.end_of_line(after.end_lineno or after.lineno)
        yield Edit(end, end, "\n\n\n" + _joined(text, group, implementation))


def _top_level(tree: ast.Module, found: Found) -> ast.stmt:
    """The statement of the file's top level that a stub stands in, or the first of its overloads."""
    first = found.overloads[0] if found.overloads else found.node
    return next(each for each in tree.body if first.lineno <= (each.end_lineno or 0))


def _top(text: Text, statement: ast.stmt) -> int:
    """The line on which a statement begins, with its decorators and the comments right above them."""
    line = min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", ()))])
    first = line
    while first > 1 and text.line(first - 1).startswith("#"):
        first -= 1
    return line if first == 1 else first  # what stands at the very top is about the file


def _without_gap(text: Text, top: int, statement: ast.stmt, helper: Helper) -> Iterator[Edit]:
    """Leave one blank line of several between imports and a value, as ruff and isort want it."""
    before = text.tree.body[: text.tree.body.index(statement)]
    is_definition = any(isinstance(each, FunctionNode | ast.ClassDef) for each in helper.statements[:1])
    if is_definition or not before or not isinstance(before[-1], ast.Import | ast.ImportFrom | ast.If):
        return
    first = (before[-1].end_lineno or top) + 2
    if first < top and not any(text.line(number).strip(" \t") for number in range(first - 1, top)):
        yield text.whole_lines(first, top - 1)


def _joined(text: Text, helpers: list[Helper], implementation: Implementation) -> str:
    unit = unit_of(text)
    lines = [implementation.reindented(line, "", unit) for each in helpers for line in implementation.lines(each)]
    return "\n".join(lines).strip("\n")


# ---------------------------------------------------------------- below what they need


def _late(tree: ast.Module, before: int, implementation: Implementation) -> dict[int, int]:
    """The helpers that cannot stand above their function, by identity: each with the statement that it goes below.

    Its value is made when the module is imported, of what the file binds only further down: of a class that the
    function is a method of, for one.
    """
    bound_at: dict[str, int] = {}
    for index, statement in enumerate(tree.body):
        for name in scopes.bound_by([statement]):
            bound_at.setdefault(name, index)
    needs = _needed_at_once(tree, implementation)
    late: dict[int, int] = {}
    for helper in implementation.helpers:
        places = [bound_at[name] for name in needs[id(helper)] if bound_at.get(name, -1) >= before]
        if places:
            late[id(helper)] = max(places)
            for name, _ in bound_by(helper.statements):
                bound_at[name] = max(places)
    return late


def _needed_at_once(tree: ast.Module, implementation: Implementation) -> dict[int, set[str]]:
    """For each helper the names that it needs while the module is imported, those of functions that it calls too."""
    is_lazy = any(isinstance(each, ast.ImportFrom) and each.module == "__future__" for each in tree.body)
    own: dict[str, Helper] = {name: each for each in implementation.helpers for name, _ in bound_by(each.statements)}
    at_once: dict[int, set[str]] = {}
    whenever: dict[int, set[str]] = {}
    for each in implementation.helpers:
        inside = [use for use in implementation.uses if each.first <= use.node.lineno <= each.last and not use.is_bound]
        evaluated = [use for use in inside if not use.in_annotation or not is_lazy]
        at_once[id(each)] = {use.name for use in evaluated if use.function is None}
        whenever[id(each)] = {use.name for use in inside if not use.in_annotation}
    for names in at_once.values():
        waiting = list(names)
        while waiting:
            helper = own.get(waiting.pop())
            more = whenever[id(helper)] - names if helper is not None else set()
            names.update(more)
            waiting += more
    return at_once
