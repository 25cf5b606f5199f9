"""What several of the parts' tests stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """A project whose stubs have their implementations in the mirror; what is imported of it goes afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    program = Program(tmp_path)
    yield program
    program.unload()
