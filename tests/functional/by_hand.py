"""A module with stubs, as somebody would have written it who had no jiti."""

from __future__ import annotations

import re
from textwrap import dedent, indent

_PLACEHOLDER = re.compile(r"^( *)(?:raise NotImplementedError(?:\n *yield 0)?|yield \.\.\.)$", re.MULTILINE)
_DECORATOR = re.compile(r"^ *@jiti\n", re.MULTILINE)


def written_by_hand(source: str, *bodies: str) -> str:
    """The module with a body for each of its placeholders, in order, and no `@jiti`."""
    placeholders = _PLACEHOLDER.findall(source)
    assert len(placeholders) == len(bodies)
    left = iter(bodies)
    text = _PLACEHOLDER.sub(lambda found: indent(dedent(next(left)), found[1]), source)
    return _DECORATOR.sub("", text).replace("from jiti import jiti\n", "")
