"""Committed texts of what commands print: on terminals of 80 and of 160 columns, and into a pipe.

`RENEW_SNAPSHOTS=1 sh scripts/test tests/unit/cli` writes them anew; read the difference before you commit it.
"""

from __future__ import annotations

import io
import os
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from jiti.cli import main

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

FOLDER = Path(__file__).with_name("snapshots")
WIDTHS = {"80": 80, "160": 160, "piped": None}
"""The variants of a snapshot: the terminal's columns; None for a pipe."""
_CODES = re.compile(r"\x1b\[[0-9;]*m")
_BLANK = re.compile("(?<! ) (?! )")
COLOURS = re.compile(r"\x1b\[(?:\d+;)*(?:3|4|9|10)[0-7]")
"""An escape code that sets a colour."""


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(monkeypatch: pytest.MonkeyPatch, *arguments: str, columns: int | None, colour: bool = False) -> str:
    """What a command prints.

    Args:
        monkeypatch: pytest's.
        *arguments: the command's.
        columns: the terminal's; None: it is a pipe.
        colour: whether colours are allowed.
    """
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "" if colour else "1")
    stream = io.StringIO() if columns is None else _Terminal()
    with redirect_stdout(stream):
        main(arguments)
    return stream.getvalue()


def plain(text: str, replaced: Mapping[str, str] | None = None) -> str:
    """A text without escape codes and blanks at the ends of its lines, and with placeholders.

    Args:
        text: what was printed.
        replaced: what differs from machine to machine, wherever it is broken into lines, and its placeholder.
    """
    text = _CODES.sub("", text)
    for found, placeholder in (replaced or {}).items():
        words = map(re.escape, _BLANK.split(found))
        text = re.sub(r"\s+".join(words), lambda _, to=placeholder: to, text)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def compare(name: str, text: str) -> None:
    """Make sure that a text is the committed one, or write it down where that is asked for.

    Args:
        name: the snapshot's file.
        text: what it has to hold.
    """
    file = FOLDER / name
    if os.environ.get("RENEW_SNAPSHOTS"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text == file.read_text(encoding="utf-8")
