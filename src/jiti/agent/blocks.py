"""Blocks of the task message: texts between fences, cut where they are long."""

from __future__ import annotations

import re

from jiti.agent.bounds import shortened

CHARACTERS = 20_000
"""Of an old body, or of the live call's arguments together."""


def bounded(text: str) -> str:
    """The beginning of a text that is too long to be told."""
    return shortened(text.rstrip("\n"), "They are left out here.", CHARACTERS)


def fenced(text: str, language: str) -> str:
    """The text between fences that it cannot close itself."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
