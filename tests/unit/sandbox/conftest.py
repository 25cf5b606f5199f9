"""What confined processes have to work with."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.unit.sandbox.confined import Box

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Box:
    """A project, and confined processes for it; nothing else of this tree is on the import path."""
    installed = [each for each in sys.path if "site-packages" in each or each.startswith(sys.base_prefix)]
    monkeypatch.setattr(sys, "path", [str(tmp_path / "project"), *installed])
    for each in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        each.chmod(0o755)  # another user has to reach it
    return Box(tmp_path)
