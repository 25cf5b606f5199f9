"""Folders of jobs are removed, whatever was made in them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from jiti.checks import leftovers
from tests.unit.checks.workshop import SLUGIFY
from tests.unit.sandbox.confined import NOBODY, needs_root

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.checks.workshop import Workshop

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="such folders cannot be made there")

DEEP = """
import os


def slugify(text):
    for _ in range(1_050):
        os.mkdir("d")
        os.chdir("d")
    return "hello-world"
"""
SPOILING = """
import os, shutil


def slugify(text):
    place = os.path.join(os.environ["TMPDIR"], "pytest")
    shutil.rmtree(place, ignore_errors=True)
    os.symlink("/nonexistent", place)
    return "hello-world"
"""
TESTS = "from text import slugify\n\n\ndef test_it(tmp_path):\n    assert slugify('Hello, World!') == 'hello-world'\n"
GOOD = "def slugify(text):\n    return 'hello-world'\n"


def deep(folder: Path, name: str, depth: int) -> None:
    """Make folders in folders, by no path that grows with them."""
    there = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=there)
        there, above = os.open(name, os.O_RDONLY, dir_fd=there), there
        os.close(above)
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=there))
    os.close(there)


@pytest.mark.parametrize(("name", "depth"), [("d", 1_050), ("d" * 200, 30)], ids=["deep", "paths too long"])
def test_a_deep_folder_is_removed(tmp_path: Path, name: str, depth: int) -> None:
    (tmp_path / "job").mkdir()
    deep(tmp_path / "job", name, depth)
    leftovers.remove(str(tmp_path / "job"))
    assert list(tmp_path.iterdir()) == []


@needs_root
def test_a_folder_that_is_closed_to_its_owner_is_removed(tmp_path: Path) -> None:
    for each in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        each.chmod(0o777)
    pid = os.fork()
    if pid == 0:
        try:
            os.setresuid(NOBODY, NOBODY, NOBODY)
            os.makedirs(tmp_path / "job" / "closed" / "inner")
            (tmp_path / "job" / "closed").chmod(0)
            leftovers.remove(str(tmp_path / "job"))
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    assert list(tmp_path.iterdir()) == []


def test_what_links_lead_to_stays(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "file").touch()
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "link").symlink_to(tmp_path / "theirs")
    deep(tmp_path / "job", "d", 30)
    leftovers.empty(str(tmp_path / "job"), besides=())
    assert list((tmp_path / "job").iterdir()) == []
    assert (tmp_path / "theirs" / "file").exists()


def test_what_was_there_before_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "other").touch()
    leftovers.empty(str(tmp_path), besides={"kept"})
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize("code", [DEEP, SPOILING], ids=["deep folders", "a link in place of a folder"])
def test_what_a_candidate_leaves_does_not_harm_the_next(workshop: Workshop, code: str) -> None:
    execution = workshop.execution(workshop.stub(SLUGIFY))
    execution.run(code, "")
    assert execution.run(GOOD, TESTS).diagnostics == ()
