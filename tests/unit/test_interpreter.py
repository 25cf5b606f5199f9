"""The Python that jiti runs in, which may be another one than the project's."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from jiti import interpreter

if TYPE_CHECKING:
    from pathlib import Path


def test_a_package_that_is_not_installed_names_the_interpreter(tmp_path: Path) -> None:
    told = interpreter.hint_for("Traceback: …\nModuleNotFoundError: No module named 'shelf.books'", str(tmp_path))
    assert told is not None
    assert told.startswith(f"shelf is not installed for {sys.executable}, which runs jiti: ")
    assert "`uv run jiti …`" in told


@pytest.mark.parametrize("path", ["shelf.py", "src/shelf/__init__.py", "shelf/__init__.py"])
def test_what_lies_in_the_project_is_not_to_be_installed(tmp_path: Path, path: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).touch()
    assert interpreter.hint_for("No module named 'shelf.books'", str(tmp_path)) is None


def test_another_error_is_not_explained(tmp_path: Path) -> None:
    assert interpreter.hint_for("ImportError: cannot import name 'x' from 'y'", str(tmp_path)) is None
