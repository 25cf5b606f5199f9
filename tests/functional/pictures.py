"""The pictures of docs/pictures: what a terminal has really shown, as SVG.

`sh scripts/pictures` makes them anew. Else what they say is compared with what is shown now, but for times, colours
and the widths of blanks.
"""

from __future__ import annotations

import html
import io
import os
import re
from pathlib import Path

from rich.console import Console
from rich.text import Text

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_WORDS = re.compile(r'<text class="(\S+?)-r\d+" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>')
_INDENTED = re.compile(r'x="([\d.]+)"( y="[\d.]+" )textLength="([\d.]+)"( [^>]*>)((?:&#160;)+)(?=[^<&\s]|&(?!#160))')
_WIDTH = 12.2  # of a character, in the pictures that rich draws
_TIMES = re.compile(r"\d+\.\d s\b")


def agree(name: str, title: str, lines: list[str], columns: int = 80) -> None:
    """Make sure that a picture shows these lines, or make it where that is asked for.

    Args:
        name: the picture's file, without `.svg`.
        title: of the window that it shows.
        lines: what a terminal shows, with the escape codes of colours.
        columns: the terminal's width.
    """
    file = FOLDER / f"{name}.svg"
    if os.environ.get("RENEW_PICTURES"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(_picture(name, title, lines, columns), encoding="utf-8", newline="\n")
    drawn, shown = said(file.read_text("utf-8")), "\n".join(lines)
    assert _masked(drawn) == _masked(Text.from_ansi(shown).plain), "sh scripts/pictures"


def _picture(name: str, title: str, lines: list[str], columns: int) -> str:
    console = Console(record=True, width=columns, file=io.StringIO())
    console.print(Text.from_ansi("\n".join([*lines, " "])), soft_wrap=False)
    # A picture in a page may fetch nothing: the fonts are those of who looks at it.
    drawn = _FONTS.sub("", console.export_svg(title=title, unique_id=name))
    drawn = _INDENTED.sub(_moved, drawn)
    return "".join(f"{line.rstrip()}\n" for line in drawn.splitlines())


def _moved(text: re.Match[str]) -> str:
    """A text that begins where its first word does: not everything that draws it keeps blanks at its beginning."""
    x, between, length, blanks = float(text[1]), text[2], float(text[3]), text[5].count("&")
    return f'x="{x + blanks * _WIDTH:g}"{between}textLength="{length - blanks * _WIDTH:g}"{text[4]}'


def said(picture: str) -> str:
    """The text of a picture of ours, line by line."""
    lines: dict[float, list[tuple[float, str]]] = {}
    for kind, x, y, words in _WORDS.findall(picture):
        if not kind.endswith("-title"):
            lines.setdefault(float(y), []).append((float(x), html.unescape(words)))
    return "\n".join("".join(words for _, words in sorted(lines[y])) for y in sorted(lines))


def _masked(text: str) -> list[str]:
    """What is compared: the words of each line, without times."""
    text = _TIMES.sub("…", text.replace("\N{NO-BREAK SPACE}", " "))
    return [words for line in text.splitlines() if (words := "".join(line.split()))]
