"""What has to hold, and to be said, before a session begins."""

from __future__ import annotations

import errno
import io
import sys
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from jiti import preflight
from jiti.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.models import Reply, Request
    from tests.unit.program import Program

STUB = '\n@jiti\ndef double(n: int) -> int:\n    """Twice n."""\n'


@dataclass
class Elsewhere:
    """A model on some host."""

    host: str | None
    name: str = "a model"

    def reply(self, request: Request) -> Reply:
        raise NotImplementedError


def test_what_leaves_is_said_once_for_each_host(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for host in ("one.example", "one.example", "two.example"):
        preflight.tell_what_leaves(str(tmp_path), Elsewhere(host))
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" to ")[2].split()[0] for line in lines] == ["one.example", "two.example"]
    assert lines[0].startswith(
        f"jiti: {tmp_path}: sends stubs, what its agent reads of the project, and live arguments"
    )


@pytest.mark.parametrize("host", [None, "localhost", "127.0.0.1", "::1"])
def test_where_nothing_leaves_the_machine_nothing_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], host: str | None
) -> None:
    preflight.tell_what_leaves(str(tmp_path), Elsewhere(host))
    assert capsys.readouterr().err == ""
    assert not (tmp_path / ".jiti").exists()


def test_a_stream_that_is_closed_keeps_nobody_from_generating(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    preflight.tell_what_leaves(str(tmp_path), Elsewhere("one.example"))


def test_a_mirror_is_made_that_an_implementation_can_be_filed_in(program: Program) -> None:
    program.write(STUB)
    preflight.require_writable(program.declaration("double"))
    assert {path.name for path in (program.root / ".jiti").iterdir()} == {
        ".gitignore",
        ".local",
        "ruff.toml",
        program.name,
    }


def test_a_mirror_that_cannot_be_made_is_an_error_that_says_what_to_do(program: Program) -> None:
    program.write(STUB)
    (program.root / ".jiti").mkdir()
    (program.root / ".jiti" / program.name).write_text("in the way", encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"\.jiti cannot be written: .*\n  make the folder writable, or generate where it is"
    ):
        preflight.require_writable(program.declaration("double"))


def test_no_folder_for_temporary_files_is_an_error_that_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp', '/var/tmp']")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    with pytest.raises(ConfigError) as caught:
        preflight.require_installed()
    assert str(caught.value) == (
        "candidates are checked in temporary folders, and none can be made: No usable temporary directory found in "
        "['/tmp', '/var/tmp']\n  set TMPDIR to a folder that can be written"
    )
