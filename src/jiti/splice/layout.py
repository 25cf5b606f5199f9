"""Lines of submitted code: brought to an indentation without touching what stands in strings."""

from __future__ import annotations

import io
import os
import tokenize
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jiti.source import normalise_line_ends

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jiti.splice.shape import Part

INDENT = "    "
_OPENING, _CLOSING = "([{", ")]}"
# From Python 3.12 on an f-string is several tokens, from 3.14 on a template string is too.
_STRING_STARTS = {getattr(tokenize, name, None) for name in ("FSTRING_START", "TSTRING_START")} - {None}
_STRING_ENDS = {getattr(tokenize, name, None) for name in ("FSTRING_END", "TSTRING_END")} - {None}
_NO_CODE = {tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an implementation in the making.

    Attributes:
        text: without its line end.
        part: the submitted text that it comes from; None for what jiti adds.
        number: its 1-based number there.
        in_string: it begins inside a string, so that its indentation is content.
        starts: a statement begins on it.
    """

    text: str
    part: Part | None = None
    number: int = 0
    in_string: bool = False
    starts: bool = False

    @property
    def indentation(self) -> str:
        """The blanks that it begins with."""
        return self.text[: len(self.text) - len(self.text.lstrip(" \t"))]

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing on it."""
        return not self.in_string and not self.text.strip()

    def without(self, margin: str) -> Line:
        """The same line, `margin` less indented, or as far as that goes."""
        if self.in_string:
            return self
        text = self.text.removeprefix(margin) if self.text.startswith(margin) else self.text.lstrip(" \t")
        return replace(self, text=text)

    def indented(self, depth: int) -> Line:
        """The same line, `depth` levels deeper."""
        return self if self.in_string or self.is_blank else replace(self, text=INDENT * depth + self.text)


def read(text: str, part: Part) -> list[Line]:
    """The lines of a submitted text."""
    texts = normalise_line_ends(text).split("\n")
    in_strings, starts = _scan(texts)
    return [
        Line(
            each if number in in_strings else _without_form_feed(each),
            part,
            number,
            in_string=number in in_strings,
            starts=number in starts,
        )
        for number, each in enumerate(texts, start=1)
    ]


def written(*texts: str) -> list[Line]:
    """Lines that jiti adds."""
    return [Line(text) for text in texts]


def joined(lines: Iterable[Line]) -> str:
    """The lines as one text."""
    return "\n".join(line.text for line in lines) + "\n"


def dedented(lines: list[Line]) -> Iterator[list[Line]]:
    """The readings of a text that begins at some indentation, the likeliest first.

    Either all of it is indented alike, or the first line has lost its indentation on the way.
    """
    starts = [line for line in lines if line.starts]
    yield _shifted(lines, starts)
    if len(starts) > 1 and starts[1].indentation.startswith(starts[0].indentation):
        first = starts[0]
        rest = [line for line in lines if line.number > first.number]
        yield [first.without(first.indentation), *_shifted(rest, starts[1:])]


def trimmed(lines: list[Line]) -> list[Line]:
    """The lines without blank ones at either end."""
    kept = [index for index, line in enumerate(lines) if not line.is_blank]
    return lines[kept[0] : kept[-1] + 1] if kept else []


def apart(*sections: list[Line]) -> list[Line]:
    """Sections of a module below each other, with a blank line between; empty ones are left out."""
    lines: list[Line] = []
    for section in filter(None, map(trimmed, sections)):
        lines += [Line(""), *section] if lines else section
    return lines


def _without_form_feed(text: str) -> str:
    """The line without form feeds before its code: behind one Python counts the indentation anew."""
    code = text.lstrip(" \t\f")
    return text[: len(text) - len(code)].rpartition("\f")[2] + code


def _shifted(lines: list[Line], starts: list[Line]) -> list[Line]:
    # Characters are what is wanted here: indentations are no paths.
    margin = os.path.commonprefix([line.indentation for line in starts])  # noqa: RUF071 - as just said
    return [line.without(margin) for line in lines]


def _scan(texts: list[str]) -> tuple[set[int], set[int]]:
    """The numbers of the lines that begin inside a string, and of those on which a statement begins."""
    in_strings: set[int] = set()
    starts: set[int] = set()
    opened: list[int] = []
    depth = last = commented = 0
    for token in _tokens(texts):
        row, end = token.start[0] - 1, token.end[0] - 1
        if token.type == tokenize.COMMENT:
            commented = row
        if token.type in _NO_CODE or not 1 <= row <= len(texts):
            continue
        continued = last == row - 1 != commented and texts[row - 2].endswith("\\")
        if row > last and depth == 0 and not (continued and row > 1):
            starts.add(row)
        last = end
        if token.type == tokenize.OP:
            depth += (token.string in _OPENING) - (token.string in _CLOSING)
        elif token.type == tokenize.STRING:
            in_strings.update(range(row + 1, end + 1))
        elif token.type in _STRING_STARTS:
            opened.append(row)
        elif token.type in _STRING_ENDS and opened:
            in_strings.update(range(opened.pop() + 1, end + 1))
    return in_strings, starts - in_strings


def _tokens(texts: list[str]) -> Iterator[tokenize.TokenInfo]:
    """The tokens of a text as far as they can be told; the parser will say what is wrong with the rest.

    It is read inside brackets, where indentation has no meaning: it need not be right yet.
    """
    readline = io.StringIO("\n".join(["(", *texts, ")"])).readline
    try:
        yield from tokenize.generate_tokens(readline)
    except (tokenize.TokenError, SyntaxError, UnicodeError):
        return
