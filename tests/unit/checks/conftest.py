"""Projects for the tests of the checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.checks.workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """A project of its own for one test; its child processes end with the test."""
    monkeypatch.syspath_prepend(tmp_path)
    workshop = Workshop(tmp_path)
    yield workshop
    workshop.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A project for all tests of a module that do not change it."""
    root = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root)
        workshop = Workshop(root)
        yield workshop
        workshop.close()
