"""A class that is a stub as a whole, in the file that it stands in: where its methods' bodies and the rest go."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti import members
from jiti.merge.class_implementation import ClassImplementation
from jiti.merge.class_order import order_of
from jiti.merge.stub_place import StubPlace
from jiti.merge.text import Edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jiti.merge.class_implementation import Added
    from jiti.merge.class_order import Order
    from jiti.merge.implementation import Implementation


class ClassPlace(StubPlace):
    """A class in its file."""

    def edits(self, implementation: Implementation) -> Iterator[Edit]:
        """Take `@jiti` away, put bodies in the methods' places, and add what they share."""
        yield self._without_decorator()
        if not isinstance(implementation, ClassImplementation) or not isinstance(self.node, ast.ClassDef):
            return
        by_name = {each.declaration.qualname: each for each in implementation.definition.methods}
        for found in members.methods(self.node, self.found.qualname, self.found.owners):
            yield StubPlace(self.text, found).with_body(implementation.method(by_name[found.qualname]))
        order = order_of(implementation, self.node)
        for value in members.values(self.node):
            name = ast.unparse(value.target)
            if name not in order.late:
                end = self.text.span(value)[1]
                yield Edit(end, end, f" = {implementation.values[name]}")
        yield from self._added(implementation, self.node, order)

    def _added(self, implementation: ClassImplementation, node: ast.ClassDef, order: Order) -> Iterator[Edit]:
        """Private attributes come to stand above the first method, private methods below the last."""
        if order.above:
            first = order.anchor
            line = min([first.lineno, *(each.lineno for each in getattr(first, "decorator_list", ()))])
            while self.text.is_comment(line - 1):
                line -= 1
            at = self.text.offset(line)
            below = "\n" if isinstance(first, ast.AnnAssign) else "\n\n"
            yield Edit(at, at, "\n".join(self._lines(order.above, implementation, gap=False)) + below)
        if order.below:
            last = self.text.last_line(node.end_lineno or node.lineno, self._column)
            at = self.text.end_of_line(last)
            yield Edit(at, at, "\n" + "\n".join(self._lines(order.below, implementation, gap=True)))

    def _lines(self, added: Iterable[Added], implementation: ClassImplementation, *, gap: bool) -> Iterator[str]:
        for each in added:
            if gap:
                yield ""
            for line in implementation.lines_of(each):
                yield implementation.reindented(line, self.indentation, self._unit)
