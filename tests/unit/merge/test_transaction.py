"""All files of a merge, or none: whatever fails, whoever kills it, at whatever write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from jiti.errors import MergeError
from jiti.lockfile import LockFile
from jiti.merge import transaction
from jiti.merge.changes import Change

if TYPE_CHECKING:
    from pathlib import Path

CHANGES = (
    Change("app/text.py", "old text\r\n", "new text\r\n"),
    Change("tests/unit/test_text.py", None, "new tests\n"),
    Change(".jiti/app/text/slugify.py", "old code\n", None),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project as it is before the changes."""
    for change in CHANGES:
        path = tmp_path / change.path
        if change.old_bytes is not None:
            path.parent.mkdir(parents=True)
            path.write_bytes(change.old_bytes)
    return tmp_path


def files(root: Path) -> dict[str, bytes | None]:
    """All files of a project, and its empty folders, but those that jiti keeps to itself."""
    local = root / ".jiti" / ".local"
    found = [path for path in root.rglob("*") if path != local and local not in path.parents]
    empty = {path for path in found if path.is_dir() and not any(path.iterdir())}
    shown = (path for path in found if path in empty or path.is_file())
    return {path.relative_to(root).as_posix(): None if path in empty else path.read_bytes() for path in shown}


BEFORE: dict[str, bytes | None] = {"app/text.py": b"old text\r\n", ".jiti/app/text/slugify.py": b"old code\n"}
AFTER = {"app/text.py": b"new text\r\n", "tests/unit/test_text.py": b"new tests\n"}


def test_all_files_are_written_byte_for_byte(root: Path) -> None:
    transaction.apply(str(root), CHANGES)
    assert files(root) == AFTER
    assert not (root / ".jiti" / "app").exists()
    assert transaction.recover(str(root)) == []


@pytest.mark.parametrize("failing", range(3))
@pytest.mark.parametrize("is_late", [False, True])
def test_a_failure_at_any_write_leaves_all_files_as_they_were(root: Path, failing: int, *, is_late: bool) -> None:
    """Whether the failing write has done its work before it fails, or not."""
    written: list[str] = []

    def write(path: str, data: bytes | None, mode: int | None) -> None:
        written.append(path)
        if len(written) <= failing or is_late:
            transaction.write_file(path, data, mode)
        if len(written) > failing:
            raise OSError(28, "No space left on device")

    with pytest.raises(MergeError, match=r"cannot be written: No space left on device\n  all files are as they were"):
        transaction.apply(str(root), CHANGES, write=write)
    assert len(written) == failing + 1
    assert files(root) == BEFORE
    assert transaction.recover(str(root)) == []


KILLED = """
import os, signal, sys
from jiti.merge import transaction
from jiti.merge.changes import Change
root, kill, late = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "True"
changes = [Change(*each) for each in eval(sys.argv[4])]
count = 0
def write(path, data, mode):
    global count
    count += 1
    if count <= kill or late:
        transaction.write_file(path, data, mode)
    if count > kill:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.1.ab.tmp"), "w").close()
        os._exit(9)
transaction.apply(root, changes, write=write)
"""


@pytest.mark.parametrize("failing", range(3))
@pytest.mark.parametrize("is_late", [False, True])
def test_what_a_killed_merge_has_changed_is_put_back_by_the_next_command(
    root: Path, failing: int, *, is_late: bool
) -> None:
    changes = repr([(each.path, each.old, each.new) for each in CHANGES])
    command = [sys.executable, "-c", KILLED, str(root), str(failing), str(is_late), changes]
    assert subprocess.run(command, check=False).returncode == 9
    told = transaction.recover(str(root))
    assert files(root) == BEFORE
    changed = [each.path for each in CHANGES[: failing + is_late]]
    assert told == [f"{path} is as it was before" for path in reversed(changed)]
    assert transaction.recover(str(root)) == []


def interrupted(root: Path) -> None:
    """Leave a journal as a merge that was killed after its first write."""

    class Killed(BaseException):
        """Nothing may put anything back."""

    def write(path: str, data: bytes | None, mode: int | None) -> None:
        transaction.write_file(path, data, mode)
        journal = root / ".jiti" / ".local" / "merge" / "journal.json"
        (root / "kept").write_bytes(journal.read_bytes())
        raise Killed

    with pytest.raises(Killed):
        transaction.apply(str(root), CHANGES, write=write)
    (root / "kept").rename(root / ".jiti" / ".local" / "merge" / "journal.json")
    (root / "app" / "text.py").write_bytes(b"new text\r\n")


def test_what_was_edited_since_a_killed_merge_is_left_alone(root: Path) -> None:
    interrupted(root)
    (root / "app" / "text.py").write_bytes(b"edited since\n")
    assert transaction.recover(str(root)) == ["app/text.py was edited since, and left as it is"]
    assert files(root) == BEFORE | {"app/text.py": b"edited since\n"}


def test_the_next_merge_begins_with_what_a_killed_one_has_left(root: Path) -> None:
    interrupted(root)
    transaction.apply(str(root), CHANGES)
    assert files(root) == AFTER


def test_a_merge_that_is_being_written_is_not_taken_for_a_killed_one(root: Path) -> None:
    interrupted(root)
    lock = LockFile(str(root / ".jiti" / ".local" / "merge" / "lock"))
    assert lock.lock(blocking=False)
    try:
        assert transaction.recover(str(root)) == []
        with pytest.raises(MergeError, match="another merge"):
            transaction.apply(str(root), CHANGES)
    finally:
        lock.close()
    assert files(root) == BEFORE | {"app/text.py": b"new text\r\n"}


@pytest.mark.parametrize("path", ["app/text.py", "tests/unit/test_text.py", ".jiti/app/text/slugify.py"])
def test_a_file_that_was_changed_meanwhile_keeps_all_from_being_written(root: Path, path: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text("another text")
    with pytest.raises(MergeError, match=f"{path} was changed meanwhile"):
        transaction.apply(str(root), CHANGES)
    assert files(root) == BEFORE | {path: b"another text"}


def test_a_file_that_has_gone_meanwhile_keeps_all_from_being_written(root: Path) -> None:
    (root / "app" / "text.py").unlink()
    with pytest.raises(MergeError, match=r"app/text.py was changed meanwhile"):
        transaction.apply(str(root), CHANGES)


def test_a_read_only_file_is_refused(root: Path) -> None:
    """Whoever runs it: an administrator may write to any file, and shall not."""
    (root / "app" / "text.py").chmod(0o444)
    with pytest.raises(MergeError, match=r"app/text.py is read-only"):
        transaction.apply(str(root), CHANGES)
    assert files(root) == BEFORE


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_permissions_stay(root: Path) -> None:
    (root / "app" / "text.py").chmod(0o755)
    transaction.apply(str(root), CHANGES)
    assert os.stat(root / "app" / "text.py").st_mode & 0o777 == 0o755


def test_a_link_stays_one(root: Path) -> None:
    (root / "app" / "text.py").rename(root / "app" / "real.py")
    (root / "app" / "text.py").symlink_to("real.py")
    transaction.apply(str(root), CHANGES)
    assert (root / "app" / "text.py").is_symlink()
    assert (root / "app" / "real.py").read_bytes() == b"new text\r\n"


def test_nothing_outside_the_project_is_written(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "text.py"
    outside.write_bytes(b"old text\r\n")
    (root / "app" / "text.py").unlink()
    (root / "app" / "text.py").symlink_to(outside)
    with pytest.raises(MergeError, match="leads out of the project"):
        transaction.apply(str(root), CHANGES)
    assert outside.read_bytes() == b"old text\r\n"


def test_a_journal_from_elsewhere_cannot_name_files_outside_the_project(root: Path) -> None:
    journal = root / ".jiti" / ".local" / "merge" / "journal.json"
    journal.parent.mkdir(parents=True)
    step = {"path": "../elsewhere.py", "old": "YQ==", "new": None, "mode": None, "folders": []}
    journal.write_text(json.dumps([step]))
    with pytest.raises(MergeError, match="leads out of the project"):
        transaction.recover(str(root))
    assert not (root.parent / "elsewhere.py").exists()


@pytest.mark.parametrize(
    "text",
    [
        *("{", "[1]", '[{"path": "a.py"}]', "[" * 200_000),
        '[{"path": "app/text.py", "old": "eA==", "new": null, "mode": "x", "folders": []}]',
    ],
    ids=str.__len__,
)
def test_a_journal_that_cannot_be_read_is_told_of(root: Path, text: str) -> None:
    journal = root / ".jiti" / ".local" / "merge" / "journal.json"
    journal.parent.mkdir(parents=True)
    journal.write_text(text)
    with pytest.raises(MergeError, match=r"merge/journal.json, which a merge has left, cannot be used: "):
        transaction.recover(str(root))
    assert files(root) == BEFORE
