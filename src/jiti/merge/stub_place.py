"""Where in the user's file an implementation's body comes to stand, and what goes there."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from jiti import definition, syntax
from jiti.errors import MergeError
from jiti.merge.comments import is_for_tools
from jiti.merge.text import Edit
from jiti.source import normalise_line_ends

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jiti.merge.implementation import Implementation
    from jiti.merge.text import Text
    from jiti.syntax import StubNode


class StubPlace:
    """A stub in the file that it stands in.

    Args:
        text: the file.
        found: the stub, as it was found there.
    """

    def __init__(self, text: Text, found: syntax.Found) -> None:
        self.text = text
        self.found = found
        self.node: StubNode = found.node

    def edits(self, implementation: Implementation) -> Iterator[Edit]:
        """Take `@jiti` away, and put the body in the placeholder's place."""
        if not self.found.gates:
            yield self._without_decorator()
        yield self.with_body(implementation)

    def _without_decorator(self) -> Edit:
        line = self.found.decorator.lineno
        first, last = self.text.decorators.get(line, (line, line))
        comments = [self.text.comments.get(number, "") for number in range(first, last + 1)]
        kept = [f"{self._outer}{each}\n" for each in comments if each and not is_for_tools(each)]
        return replace(self.text.whole_lines(first, last), new="".join(kept))

    def with_body(self, implementation: Implementation) -> Edit:
        """Put the body in the placeholder's place."""
        if ast.get_docstring(self.node, clean=False) is None:
            return self._in_place_of_all(implementation)
        docstring, *placeholder = self.node.body
        end = docstring.end_lineno or docstring.lineno
        last = self.text.last_line(self.node.end_lineno or end, self._column)
        body = self._indented(implementation)
        if not placeholder:
            at = self.text.end_of_line(last)
            return self._below_docstring(Edit(at, at, "\n" + "\n".join(body)))
        first = placeholder[0]
        hints = [self.indentation + each for each in self._hints(placeholder, last)]
        if first.lineno > end + 1:  # a blank line, or a comment, stands above already
            body = body[next(index for index, line in enumerate(body) if line) :]
        new = "\n".join([*hints, *body])
        if first.lineno == end:
            start = self.text.span(docstring)[1]
            return self._below_docstring(Edit(start, self.text.end_of_line(last), f"\n{new}"))
        return Edit(self.text.offset(first.lineno), self.text.end_of_line(last), new)

    def _in_place_of_all(self, implementation: Implementation) -> Edit:
        """The same for a method that has no docstring."""
        first = self.node.body[0]
        last = self.text.last_line(self.node.end_lineno or first.lineno, self._column)
        hints = [self.indentation + each for each in self._hints(self.node.body, last)]
        new = "\n".join([*hints, *self._indented(implementation)])
        start = self.text.offset(first.lineno)
        before = self.text.text[start : self.text.span(first)[0]]
        if not before.strip():
            return Edit(start, self.text.end_of_line(last), new)
        return Edit(start + len(before.rstrip()), self.text.end_of_line(last), f"\n{new}")

    def _below_docstring(self, edit: Edit) -> Edit:
        """The edit, with the docstring on a line of its own where it stands behind the colon."""
        docstring = self.node.body[0]
        start = self.text.offset(docstring.lineno)
        before = self.text.text[start : self.text.span(docstring)[0]]
        if not before.strip():
            return edit
        start += len(before.rstrip())
        kept = self.text.text[start : edit.start].lstrip()
        return Edit(start, edit.end, f"\n{self.indentation}{normalise_line_ends(kept)}{edit.new}")

    def _hints(self, placeholder: list[ast.stmt], last: int) -> Iterator[str]:
        """The comments beside the placeholder and below it; those for tools are about what goes."""
        first, end = placeholder[0].lineno, placeholder[-1].end_lineno or 0
        for row in range(first, last + 1):
            comment = self.text.comments.get(row, "")
            if comment and (row > end or not comment.lstrip("# ").lower().startswith(definition.PRAGMAS)):
                yield comment

    def _indented(self, implementation: Implementation) -> list[str]:
        """The body's lines at the stub's indentation, with its unit for each further level."""
        return [implementation.reindented(each, self.indentation, self._unit) for each in implementation.body()]

    @property
    def _column(self) -> int:
        return self.text.column(self.node.lineno, self.node.col_offset)

    @property
    def _outer(self) -> str:
        """The indentation of the `def`."""
        return self.text.line(self.node.lineno)[: self._column].rpartition("\f")[2]

    @property
    def indentation(self) -> str:
        """The indentation of what stands in the stub."""
        first = self.node.body[0]
        before = self.text.line(first.lineno)[: self.text.column(first.lineno, first.col_offset)].rpartition("\f")[2]
        return self._outer + self._unit if before.strip() else before

    @property
    def _unit(self) -> str:
        """By what one level is indented deeper than the one around it."""
        first = self.node.body[0]
        before = self.text.line(first.lineno)[: self.text.column(first.lineno, first.col_offset)].rpartition("\f")[2]
        if not before.strip() and before.removeprefix(self._outer):
            return before.removeprefix(self._outer)
        return unit_of(self.text)


def unit_of(text: Text) -> str:
    """By what a file indents, as its first block does; four blanks where it has none."""
    for node in ast.walk(text.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.col_offset:
            first = node.body[0]
            before = text.line(first.lineno)[: first.col_offset]
            if before and not before.strip():
                return before
    return "    "


def find(stubs: Iterable[syntax.Found], key: str, qualname: str) -> syntax.Found:
    """The stub of a qualname among those of a file.

    Raises:
        MergeError: there is none, or more than one.
    """
    found = [each for each in stubs if each.qualname == qualname]
    if len(found) != 1:
        reason = "is defined more than once" if found else "is no stub of its file"
        raise MergeError(f"{key} {reason}", key=key, hint="see what `jiti status` says of the file")
    return found[0]
