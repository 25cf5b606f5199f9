"""Comments that excuse ty in an implementation's own file alone, where the class is another than the user's."""

from __future__ import annotations

import re

from jiti.merge.text import Text
from jiti.splice import super_calls

_OF_ATTRIBUTES = re.compile(r"# ty: ignore\[[a-z-]*attribute\]")
_OF_CALLS = re.compile(r"# ty: ignore\[[a-z, -]*\]")


def without_excuses(text: Text) -> Text:
    """The code without those comments."""
    if "# ty: ignore[" not in text.text:
        return text
    lines = text.text.split("\n")
    calls = super_calls.lines(text.tree)
    for number, comment in text.comments.items():
        excuse = _OF_CALLS if number in calls else _OF_ATTRIBUTES
        if excuse.fullmatch(comment.rstrip()):
            lines[number - 1] = lines[number - 1].rpartition("#")[0].rstrip()
    return Text("\n".join(lines))
