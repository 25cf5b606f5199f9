"""What commands print on a terminal, line by line."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from jiti.cli.output import Page

if TYPE_CHECKING:
    import pytest


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_with_tabs_is_broken_only_where_it_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as one of a diff of numbered lines."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    with redirect_stdout(stream):
        Page().difference(["+8\t@jiti.required_for(slugify)"], indent=6)
    assert stream.getvalue().rstrip() == "      +8      @jiti.required_for(slugify)"
