"""Figures as people read them: seconds, tokens, dollars; and text from elsewhere as one harmless line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jiti.usage import Usage

_CENT = 0.01


def row(*figures: str) -> str:
    """Those that say something, beside each other."""
    return " · ".join(figure for figure in figures if figure)


def count(number: int, noun: str) -> str:
    """`1 turn`, `3 turns`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def seconds(number: float) -> str:
    """`1.2 s`."""
    return f"{number:.1f} s"


def tokens(usage: Usage) -> str:
    """`1,204 tokens`; nothing where there are none."""
    return str(usage) if usage.tokens else ""


def dollars(usd: float | None) -> str:
    """To the cent; less than a cent with two digits that say something; nothing where the price is not known."""
    if usd is None:
        return ""
    return f"${usd:.2f}" if usd == 0 or usd >= _CENT else f"${usd:.2g}"


def legible(text: str) -> str:
    """Lines of text from files, without what a terminal would take for commands, or what would hide a part of them."""
    return "".join(each if each.isprintable() or each in "\n\t" else "\N{REPLACEMENT CHARACTER}" for each in text)


def printable(text: str) -> str:
    """One line without control characters: some of it comes from a model, and from what it ran."""
    return "".join(character if character.isprintable() else " " for character in text)
