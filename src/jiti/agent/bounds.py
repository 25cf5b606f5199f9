"""How much of anything a tool shows: a result that floods the conversation is paid for in every later turn."""

from __future__ import annotations

LINES = 2_000
CHARACTERS = 50_000
LINE_CHARACTERS = 2_000


def shortened_line(line: str, limit: int = LINE_CHARACTERS) -> str:
    """A line, cut where it is longer than anyone writes."""
    return line if len(line) <= limit else f"{line[:limit]} …[{len(line) - limit:,} more characters]"


def numbered(lines: list[str], first: int = 1, characters: int = LINE_CHARACTERS) -> list[str]:
    """The lines with their numbers before them, as every tool shows source; each at most so many characters."""
    return [f"{number}\t{shortened_line(line, characters)}" for number, line in enumerate(lines, first)]


def fitting(lines: list[str], characters: int = CHARACTERS, count: int = LINES) -> int:
    """How many of the lines can be shown together; one at least."""
    room = characters
    for shown, line in enumerate(lines[:count]):
        room -= len(line) + 1
        if room < 0:
            return max(shown, 1)
    return min(len(lines), count)


def shortened(text: str, advice: str, characters: int = CHARACTERS, count: int = LINES) -> str:
    """A text, and where it is too long only its beginning and `advice` on how to get the rest."""
    lines = [shortened_line(line, characters) for line in text.split("\n")]
    shown = fitting(lines, characters, count)
    if shown == len(lines):
        return "\n".join(lines)
    return "\n".join([*lines[:shown], f"… {len(lines) - shown:,} more lines. {advice}"])
