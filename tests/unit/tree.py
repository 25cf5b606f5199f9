"""A project that is only files: what reads projects needs no more."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Tree:
    """Such a project; its pyproject.toml is empty."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write({"pyproject.toml": ""})

    def write(self, files: dict[str, str]) -> None:
        """Write files, by path from the root; what their texts are indented by is taken away."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
