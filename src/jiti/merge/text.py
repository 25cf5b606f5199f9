"""Source text that is changed in places: every other character stays, line ends and byte order mark included."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jiti.source import normalise_line_ends

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MARK = "\ufeff"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?")
_END = re.compile(r"\r\n|\r|\n")
_BLANKS = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of a text that gives way to another.

    Attributes:
        start: where it begins, in characters.
        end: where it ends; the same for what is put in.
        new: what comes in its place, with a newline for each line end.
    """

    start: int
    end: int
    new: str


class Text:
    """The text of a Python file as it stands there.

    Args:
        text: with the file's own line ends; a byte order mark may be its first character.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        found = _END.search(text)
        self.newline = found[0] if found else "\n"
        """The line end that the file uses, by its first one."""
        self._lines = [each for each in _LINE.findall(text) if each]
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    @cached_property
    def lines(self) -> list[str]:
        """Its lines without their line ends; line 1 is the first."""
        return [normalise_line_ends(each).removesuffix("\n").removeprefix(MARK) for each in self._lines]

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree.

        Raises:
            SyntaxError: it does not parse.
        """
        return parsed(self.text)

    @cached_property
    def words(self) -> set[str]:
        """The names that stand anywhere in it to be looked up, those in `__all__` and in quotes included."""
        found = set()
        for each in ast.walk(self.tree):
            if isinstance(each, ast.Name):
                found.update([each.id] if isinstance(each.ctx, ast.Load) else [])
            elif isinstance(each, ast.Constant) and isinstance(each.value, str):
                found.add(each.value)
        return found

    @cached_property
    def tokens(self) -> list[tokenize.TokenInfo]:
        """Its tokens; it has to parse."""
        return list(tokenize.generate_tokens(io.StringIO("\n".join([*self.lines, ""])).readline))

    @cached_property
    def comments(self) -> dict[int, str]:
        """Its comments, each by the number of its line."""
        return {each.start[0]: each.string for each in self.tokens if each.type == tokenize.COMMENT}

    def is_comment(self, number: int) -> bool:
        """Whether a line is nothing but a comment; what looks like one may be the end of a string."""
        return number in self.comments and self.line(number).strip() == self.comments[number]

    def with_comments(self, number: int) -> int:
        """The first of the comments that stand at the margin right above a line; without any, the line itself."""
        while self.line(number - 1).startswith("#") and self.is_comment(number - 1):
            number -= 1
        return number

    @cached_property
    def decorators(self) -> dict[int, tuple[int, int]]:
        """The first and last line of every decorator, by each of its lines."""
        spans = list(_decorators(self.tokens))
        return {number: span for span in spans for number in range(span[0], span[1] + 1)}

    def line(self, number: int) -> str:
        """A line by its number, which counts from 1; empty where there is none."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else ""

    def column(self, number: int, column: int) -> int:
        """How many characters of a line come before one of its columns, as syntax trees count them (in bytes)."""
        return len(self.line(number).encode()[:column].decode())

    def offset(self, number: int, column: int = 0) -> int:
        """Where a place of the syntax tree lies in the text."""
        start = self._starts[min(number - 1, len(self._lines))]
        if number == 1 and self.text.startswith(MARK):
            start += 1
        return start + self.column(number, column)

    def end_of_line(self, number: int) -> int:
        """Where a line ends, before its line end."""
        return self.offset(number) + len(self.line(number))

    def before(self, node: ast.stmt) -> str:
        """What stands before a node on its line."""
        return self.text[self.offset(node.lineno) : self.span(node)[0]]

    def is_alone(self, statement: ast.stmt) -> bool:
        """Whether nothing but a comment shares lines with a statement."""
        _, end = self.span(statement)
        behind = self.text[end : self.end_of_line(statement.end_lineno or statement.lineno)].strip()
        return not self.before(statement).strip() and behind[:1] in {"", "#"}

    def end_of_statement(self, number: int) -> int:
        """Where the statements of a line end, and those that stand behind them with a semicolon."""
        return self.end_of_line(next((each for each in self._ends if each >= number), number))

    @cached_property
    def _ends(self) -> list[int]:
        return [each.start[0] for each in self.tokens if each.type == tokenize.NEWLINE]

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where a node begins and ends."""
        end, column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self.offset(node.lineno, node.col_offset), self.offset(end, column)

    def of(self, node: ast.expr | ast.stmt) -> str:
        """What stands there for a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def last_line(self, end: int, indentation: int) -> int:
        """The last line of a block that ends in `end`: comments below it that are indented deeper belong to it."""
        last = end
        for number in range(end + 1, len(self.lines) + 1):
            line = self.line(number)
            if line.strip() and (not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) <= indentation):
                break
            if line.strip():
                last = number
        return last

    def whole_lines(self, first: int, last: int) -> Edit:
        """The edit that takes lines away, the last one's line end included."""
        return Edit(self.offset(first), self._starts[min(last, len(self._lines))], "")

    def edited(self, edits: Iterable[Edit]) -> str:
        """The text after some edits, of which no two overlap; those at one place come in the order given."""
        pieces: list[str] = []
        done = 0
        for edit in sorted(edits, key=lambda each: (each.start, each.end)):
            pieces += [self.text[done : edit.start], edit.new.replace("\n", self.newline)]
            done = edit.end
        return "".join([*pieces, self.text[done:]])


def _decorators(tokens: Iterable[tokenize.TokenInfo]) -> Iterator[tuple[int, int]]:
    begun = 0
    at_start = True
    for token in tokens:
        if token.type == tokenize.NEWLINE:
            if begun:
                yield begun, token.start[0]
            begun, at_start = 0, True
        elif token.type not in _BLANKS:
            if at_start and token.string == "@":
                begun = token.start[0]
            at_start = False


def parsed(text: str) -> ast.Module:
    """The syntax tree of a text that may begin with a byte order mark.

    Raises:
        SyntaxError: it does not parse.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an odd escape is no concern of a merge
        return ast.parse(normalise_line_ends(text.removeprefix(MARK)))


def removal(text: Text, statement: ast.stmt, *, is_first: bool = False) -> Edit:
    """Take a statement away: whole lines, with the blank ones above where there are some below as well.

    Args:
        text: the file.
        statement: what goes.
        is_first: whether a block begins with it, so that no blank lines are to be left there.
    """
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    start, end = text.span(statement)
    before = text.before(statement)
    behind = text.text[end : text.end_of_line(last)]
    if before.strip():  # something else stands on its line
        return Edit(start - len(before) + len(before.rstrip().rstrip(";").rstrip()), end, "")
    if behind.lstrip().startswith(";"):
        return Edit(start, end + len(behind) - len(behind.lstrip().removeprefix(";").lstrip()), "")
    above = _blank_lines(text, first - 1, -1)
    below = _blank_lines(text, last + 1, 1)
    if is_first or above == first - 1 or (below and below < above):
        last += below  # more of them stay above, or it is the first of all
    elif below or last == len(text.lines):
        first -= above
    return text.whole_lines(first, last)


def _blank_lines(text: Text, number: int, step: int) -> int:
    """How many blank lines follow each other from a line on, upwards or downwards."""
    count = 0
    while 1 <= number <= len(text.lines) and not text.line(number).strip(" \t"):
        count += 1
        number += step
    return count
