"""What the tests of splicing stand on: one call from source and submission to formatted text."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import ruff

from jiti.splice import ShapeError, compose
from jiti.submission import Submission
from tests.unit.stubs import define_stub

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Splicer:
    """Composes implementations for the stubs of a project."""

    root: Path

    def compose(
        self,
        source: str,
        body: str,
        helpers: str = "",
        *,
        path: str = "app/text.py",
        module: str = "app.text",
        qualname: str | None = None,
    ) -> str:
        """The implementation, formatted as ruff does by default."""
        definition = define_stub(self.root, source, qualname, path)
        text = compose(definition, module, Submission(body, helpers))
        command = [ruff.find_ruff_bin(), "format", "--isolated", "-"]
        return subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout.decode()

    def problems(
        self, source: str, body: str, helpers: str = "", **place: str
    ) -> list[tuple[str, int | None, str, str]]:
        """Part, line, code and message of each diagnostic that a submission is turned down with."""
        with pytest.raises(ShapeError) as caught:
            self.compose(source, body, helpers, **place)
        assert {each.check for each in caught.value.diagnostics} == {"shape"}
        return [(each.path, each.line, each.code, each.message) for each in caught.value.diagnostics]


@pytest.fixture
def splicer(tmp_path: Path) -> Splicer:
    """A splicer for an empty project."""
    return Splicer(tmp_path)
