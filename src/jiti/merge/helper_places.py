"""Where helpers come to stand: above their function, or below what they need while the module is imported."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from jiti.merge import scopes
from jiti.merge.stub_place import unit_of
from jiti.merge.text import Edit
from jiti.splice.names import bound_by
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jiti.merge.implementation import Helper, Implementation
    from jiti.merge.text import Text
    from jiti.syntax import Found


class HelperPlaces:
    """The places for helpers in a file.

    Args:
        text: the file.
    """

    def __init__(self, text: Text) -> None:
        self._text = text
        self._body = text.tree.body

    def edits(self, found: Found, implementation: Implementation) -> Iterator[Edit]:
        """Put an implementation's helpers into the file of its stub.

        Args:
            found: the stub in it.
            implementation: with the names that are right in the file.
        """
        text = self._text
        statement = _top_level(text.tree, found)
        late = self._late(self._body.index(statement), implementation)
        above = [each for each in implementation.helpers if id(each) not in late]
        if above:
            top = _top(text, statement)
            yield from _without_gap(text, top, statement, above[0])
            is_about_function = not above[-1].statements and not implementation.classes
            gap = "\n" if is_about_function else "\n\n\n"
            yield Edit(text.offset(top), text.offset(top), _joined(text, above, implementation) + gap)
        for index in sorted(set(late.values())):
            group = [each for each in implementation.helpers if late.get(id(each)) == index]
            after = self._body[index]
            end = text.end_of_statement(after.end_lineno or after.lineno)
            yield Edit(end, end, "\n\n\n" + _joined(text, group, implementation))

    # ------------------------------------------------------------ below what they need

    def _late(self, before: int, implementation: Implementation) -> dict[int, int]:
        """The helpers that cannot stand above their function, by identity: each with the statement that it goes below.

        Its value is made when the module is imported, of what the file binds, or changes, only further down: of a class
        that the function is a method of, for one.
        """
        needs = self._needed_at_once(implementation)
        late: dict[int, int] = {}
        moved: dict[str, int] = {}
        for helper in implementation.helpers:
            needed = needs[id(helper)]
            places = [moved[name] for name in needed & moved.keys()]
            places += [index for index in range(before, len(self._body)) if not needed.isdisjoint(self._made_by[index])]
            if places:
                late[id(helper)] = max(places)
                moved |= {name: max(places) for name, _ in bound_by(helper.statements)}
        return late

    def _needed_at_once(self, implementation: Implementation) -> dict[int, set[str]]:
        """For each helper the names that it needs while the module is imported, also by functions that it calls."""
        is_lazy = any(isinstance(each, ast.ImportFrom) and each.module == "__future__" for each in self._body)
        named_by = dict(self._named_by)
        at_once: dict[int, set[str]] = {}
        for each in implementation.helpers:
            inside = [use for use in implementation.uses if each.first <= use.node.lineno <= each.last]
            inside = [use for use in inside if not use.is_bound]
            evaluated = [use for use in inside if not use.in_annotation or not is_lazy]
            at_once[id(each)] = {use.name for use in evaluated if use.function is None}
            whenever = {use.name for use in inside if not use.in_annotation}
            named_by |= {name: whenever for name, _ in bound_by(each.statements)}
        return {helper: _closure(names, named_by) for helper, names in at_once.items()}

    @cached_property
    def _named_by(self) -> dict[str, set[str]]:
        """The names that the functions and classes of the file look up, whenever that is."""
        definitions = [each for each in self._body if isinstance(each, FunctionNode | ast.ClassDef)]
        found = {each.name: scopes.uses(ast.Module([each], [])) for each in definitions}
        return {name: {use.name for use in uses if not use.in_annotation} for name, uses in found.items()}

    @cached_property
    def _made_by(self) -> list[set[str]]:
        """The names that each statement binds when the file is imported, or changes the values of."""
        modules_and_functions = [each for each in self._body if isinstance(each, ast.Import | FunctionNode)]
        plain = frozenset(scopes.bound_by(modules_and_functions))  # to call what they have does not change them
        return [
            set() if _is_for_scripts(each) else {*scopes.bound_by([each]), *(self._changed_by(each) - plain)}
            for each in self._body
        ]

    def _changed_by(self, statement: ast.stmt) -> set[str]:
        """The names whose values a statement may change: it calls something with them, or assigns to a part of them."""
        nodes = list(_run_at_once(statement))
        calls = [each for each in nodes if isinstance(each, ast.Call)]
        changes = [*calls, *(each for each in nodes if _is_change(each))]
        silent = [part for each in nodes for name in ("decorator_list", "bases") for part in getattr(each, name, ())]
        called = {id(each) for each in (*silent, *(call.func for call in calls))}
        inside = [name for each in (*changes, *silent) for name in ast.walk(each) if isinstance(name, ast.Name)]
        roots = {name.id for name in inside}
        return {name.id for name in inside if id(name) not in called} | (_closure(roots, self._named_by) - roots)


def _closure(names: Iterable[str], named_by: Mapping[str, set[str]]) -> set[str]:
    """Some names, and those that the code names which they stand for."""
    found = set(names)
    waiting = list(found)
    while waiting:
        more = named_by.get(waiting.pop(), set()) - found
        found |= more
        waiting += more
    return found


def _run_at_once(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement that run with it: of a function its decorators and defaults."""
    yield node
    if isinstance(node, FunctionNode | ast.Lambda):
        parts: list[ast.AST] = [*getattr(node, "decorator_list", ()), node.args]
    else:
        parts = list(ast.iter_child_nodes(node))
    for each in parts:
        yield from _run_at_once(each)


def _is_change(node: ast.AST) -> bool:
    is_part = isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load)
    return is_part or isinstance(node, ast.AugAssign)


def _is_for_scripts(statement: ast.stmt) -> bool:
    """Whether it is `if __name__ == "__main__":`, which does nothing when the file is imported."""
    return isinstance(statement, ast.If) and ast.unparse(statement.test) == "__name__ == '__main__'"


def _top_level(tree: ast.Module, found: Found) -> ast.stmt:
    """The statement of the file's top level that a stub stands in, or the first of its overloads."""
    first = found.overloads[0] if found.overloads else found.node
    return next(each for each in tree.body if first.lineno <= (each.end_lineno or 0))


def _top(text: Text, statement: ast.stmt) -> int:
    """The line on which a statement begins, with its decorators and the comments right above them."""
    line = min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", ()))])
    first = text.with_comments(line)
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
