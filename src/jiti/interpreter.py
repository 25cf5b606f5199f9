"""The Python that jiti runs in, which may be another one than the project's: what is said where that shows."""

from __future__ import annotations

import os
import re
import sys

_MISSING = re.compile(r"No module named '(\w+)")
"""The top of what cannot be found, in Python's own words."""


def hint_for(told: str, root: str) -> str | None:
    """What to do where an import failed because a package is not installed; None where it did not, as far as is known.

    Args:
        told: the error, or a text that holds it.
        root: absolute path of the project root; what lies there is the project's own, and not to be installed.
    """
    missing = _MISSING.search(told)
    if missing is None:
        return None
    name = missing[1]
    places = [os.path.join(root, *folder, name + ending) for folder in ((), ("src",)) for ending in ("", ".py")]
    if any(map(os.path.exists, places)):
        return None
    return (
        f"{name} is not installed for {sys.executable}, which runs jiti: run it by the Python that has the project's "
        "packages, and jiti among them: `python -m jiti …`, `uv run jiti …`, `poetry run jiti …`"
    )
