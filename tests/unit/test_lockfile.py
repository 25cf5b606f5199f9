"""Files that one thread of one process can lock."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from jiti.lockfile import LockFile

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 60.0
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "a.lock")


def can_be_locked(path: str) -> bool:
    file = LockFile(path)
    try:
        return file.lock(blocking=False)
    finally:
        file.close()


def test_only_one_at_a_time_has_the_lock(path: str) -> None:
    file = LockFile(path)
    assert file.lock(blocking=False)
    assert not can_be_locked(path)
    file.close()
    assert can_be_locked(path)


def test_what_is_written_replaces_what_was_there_and_can_be_read_by_others(path: str) -> None:
    file, other = LockFile(path), LockFile(path)
    assert other.read() == b""
    assert file.lock(blocking=True)
    file.write(b"something long")
    file.write(b"short")
    assert other.read() == b"short"
    file.close()
    other.close()


def test_a_file_that_is_not_there_is_made_only_if_that_is_wanted(path: str) -> None:
    with pytest.raises(FileNotFoundError):
        LockFile(path, create=False)
    assert not os.path.exists(path)


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="this system follows links")
def test_a_link_is_not_followed(path: str, tmp_path: Path) -> None:
    """It may have come with a repository, and lead to what nobody wants to be written to."""
    (tmp_path / "precious").write_text("text")
    os.symlink(tmp_path / "precious", path)
    with pytest.raises(OSError, match="symbolic link"):
        LockFile(path)


def test_to_close_it_twice_closes_no_other_file(path: str) -> None:
    file = LockFile(path)
    file.close()
    other = LockFile(path)
    file.close()
    assert (file.is_open, other.is_open) == (False, True)
    assert other.lock(blocking=False)
    other.close()


def test_a_closed_file_is_not_written(path: str) -> None:
    """Its descriptor may be another file's by now."""
    file = LockFile(path)
    file.close()
    with pytest.raises(OSError, match="descriptor"):
        file.write(b"text")


FORKED = """
import os
import sys

from jiti.lockfile import LockFile

file = LockFile(sys.argv[1])
assert file.lock(blocking=False)
if os.fork() == 0:
    assert not file.is_open
    file.close()
    sys.stdout.write("forked\\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)
sys.stdin.read()
"""


@needs_fork
def test_a_fork_neither_frees_a_lock_nor_keeps_it_when_its_parent_is_killed(path: str) -> None:
    command = [sys.executable, "-c", FORKED, path]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "forked\n"
    assert not can_be_locked(path)
    process.kill()
    process.wait(SECONDS)
    assert can_be_locked(path)
    process.stdin.close()
    assert process.stdout.read() == ""  # the fork has ended as well
    process.stdout.close()
