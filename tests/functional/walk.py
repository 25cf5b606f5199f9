"""The blocks of a Markdown page, and what is to be read of a console beside what is printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCKS = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"# ([\w./-]+)\n")
_PROMPT = re.compile(r"^\$ ", re.MULTILINE)


class Block(NamedTuple):
    """A block of code.

    Attributes:
        language: as its fence says; empty if that says none.
        text: what stands in it.
    """

    language: str
    text: str

    @property
    def file(self) -> str:
        """The name that a comment at its top gives it; empty if there is none."""
        found = _NAME.match(self.text)
        return found[1] if found else ""

    @property
    def commands(self) -> Iterator[tuple[str, str]]:
        """Of a console: each command, and what is shown of its output."""
        for part in _PROMPT.split(self.text)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def blocks_of(page: str) -> list[Block]:
    """All blocks of code, in order."""
    return [Block(language, text) for language, text in _BLOCKS.findall(page)]


def fits(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed, where `…` stands for anything, and for lines if it is one itself."""
    parts = re.split("(^…\n|…)", shown, flags=re.MULTILINE)
    wanted = "".join(_ANY.get(part) or re.escape(part) for part in parts)
    return re.fullmatch(wanted, printed) is not None


_ANY = {"…\n": r"(?:.*\n)+", "…": ".*"}
