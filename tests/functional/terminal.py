"""A pseudo-terminal for one command, and what is to be read on it in the end."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_TOKENS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\r\n]|[^\x1b\r\n]+")
_UP = re.compile(r"\x1b\[(\d*)A")


class Shown(NamedTuple):
    """What a command has shown.

    Attributes:
        code: its exit code.
        lines: of the terminal, with the escape codes of colours in them.
        written: all that it wrote.
    """

    code: int
    lines: list[str]
    written: str


def show(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], columns: int = 80) -> Shown:
    """Run a command whose input, output and errors are a terminal of its own."""
    ours, theirs = os.openpty()
    environment = {**env, "TERM": "xterm-256color", "COLUMNS": str(columns)}
    environment.pop("NO_COLOR", None)
    written = b""
    with subprocess.Popen(command, cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        try:
            while part := os.read(ours, 65_536):
                written += part
        except OSError:
            pass  # Linux says so where others say that it has ended
    os.close(ours)
    text = written.decode()
    return Shown(process.returncode, screen(text), text)


def screen(text: str) -> list[str]:
    """The lines that are left: live rows are erased where they stood, and drawn again."""
    lines, at = [""], 0
    for part in _TOKENS.findall(text):
        if part == "\n":
            at += 1
            lines += [""] * (at + 1 - len(lines))
        elif up := _UP.fullmatch(part):
            at -= int(up[1] or 1)
        elif part == "\x1b[2K":
            lines[at] = ""
        elif part[0] != "\r" and (part[0] != "\x1b" or part[-1] == "m"):
            lines[at] += part
    return lines
