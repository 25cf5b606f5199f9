"""What a merge is to change: data first, shown and written later."""

from __future__ import annotations

import io
import os
import tokenize
from dataclasses import dataclass
from difflib import unified_diff
from typing import TYPE_CHECKING

from jiti.source import BOM, normalise_line_ends

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one file.

    Its texts are what the file's bytes say, and no more is done to them: a byte order mark is their first character,
    and line ends are those of the file.

    Attributes:
        path: from the project root, with `/`.
        old: its text as it is; None where there is no such file yet.
        new: its text as it is to be; None where it is to go.
        encoding: between texts and bytes.
    """

    path: str
    old: str | None
    new: str | None
    encoding: str = "utf-8"

    @property
    def old_bytes(self) -> bytes | None:
        """What the file holds."""
        return None if self.old is None else self.old.encode(self.encoding)

    @property
    def new_bytes(self) -> bytes | None:
        """What it is to hold.

        Raises:
            UnicodeEncodeError: its encoding has no such characters.
        """
        return None if self.new is None else self.new.encode(self.encoding)

    def diff(self) -> Iterator[str]:
        """It as the lines of a unified diff, without line ends."""
        before, after = (normalise_line_ends(text or "").split("\n") for text in (self.old, self.new))
        old = f"a/{self.path}" if self.old is not None else "/dev/null"
        new = f"b/{self.path}" if self.new is not None else "/dev/null"
        return unified_diff(_without_last(before), _without_last(after), old, new, lineterm="")


def read(root: str, path: str) -> tuple[str, str]:
    """The text of a Python file, from which its bytes can be told; and its encoding.

    Args:
        root: absolute path of the project root.
        path: from there, with `/`.

    Raises:
        OSError: it cannot be read.
        UnicodeDecodeError, SyntaxError: it cannot be decoded.
    """
    with open(os.path.join(root, *path.split("/")), "rb") as file:
        data = file.read()
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    if data.startswith(BOM):
        encoding = "utf-8"  # the mark stays in the text
    return data.decode(encoding), encoding


def is_current(root: str, change: Change) -> bool:
    """Whether a file still holds what a change was made for.

    Args:
        root: absolute path of the project root.
        change: of a file below it.
    """
    try:
        with open(os.path.join(root, *change.path.split("/")), "rb") as file:
            return file.read() == change.old_bytes
    except FileNotFoundError:
        return change.old is None
    except OSError:
        return False


def removal(root: str, path: str) -> Change:
    """The change by which a file goes, whatever it holds.

    Args:
        root: absolute path of the project root.
        path: from there, with `/`.

    Raises:
        OSError: it cannot be read.
    """
    try:
        text, encoding = read(root, path)
    except (UnicodeDecodeError, SyntaxError):
        encoding = "latin-1"  # in which every byte is a character
        with open(os.path.join(root, *path.split("/")), encoding=encoding, newline="") as file:
            text = file.read()
    return Change(path, text, None, encoding)


def _without_last(lines: list[str]) -> list[str]:
    """The lines, without the empty one that a final newline makes."""
    return lines if lines[-1] else lines[:-1]
