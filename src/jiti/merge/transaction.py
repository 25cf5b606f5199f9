"""Writing all files of a merge, or none.

A journal in `.jiti/.local/merge/` holds the old bytes of every file until the last one is written. Whatever ends the
process before that, the files that it has changed are put back: by the process itself, or after a `kill -9` by the next
`jiti` command.
"""

from __future__ import annotations

import base64
import json
import os
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jiti import durable, mirror
from jiti.errors import MergeError
from jiti.lockfile import LockFile
from jiti.locks import unwritable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from jiti.merge.changes import Change

    Write = Callable[[str, bytes | None, int | None], None]

_JOURNAL, _LOCK = "journal.json", "lock"
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class _Step:
    """One file on its way.

    Attributes:
        path: absolute, and inside the project; links are followed, since it is their target that changes.
        old: what it holds before; None where it is not there.
        new: what it holds after; None where it is gone.
        mode: its permissions, where it is there.
        folders: those that are not there yet and are made for it (absolute), the innermost first.
    """

    path: str
    old: bytes | None
    new: bytes | None
    mode: int | None
    folders: tuple[str, ...] = ()

    def as_json(self, root: str) -> dict[str, Any]:
        """What the journal says of it."""
        path, *folders = (mirror.relative_path(os.path.realpath(root), each) for each in (self.path, *self.folders))
        return {"path": path, "old": _told(self.old), "new": _told(self.new), "mode": self.mode, "folders": folders}

    @classmethod
    def from_json(cls, root: str, told: dict[str, Any]) -> _Step:
        """What the journal said.

        Raises:
            MergeError: its file lies outside the project, which no merge of ours would have written to.
        """
        if not isinstance(told["mode"], int | None):
            raise TypeError("permissions are a number")
        folders = tuple(_path_of(root, each) for each in told["folders"])
        return cls(_path_of(root, told["path"]), _read(told["old"]), _read(told["new"]), told["mode"], folders)


def write_file(path: str, data: bytes | None, mode: int | None) -> None:
    """Have a file hold this, or be gone; a crash leaves the old bytes or the new.

    Raises:
        OSError: it cannot be written; it is as it was.
    """
    if data is not None:
        durable.replace_bytes(path, data, mode=mode)
    elif os.path.lexists(path):
        durable.remove(path)


def apply(root: str, changes: Sequence[Change], *, write: Write = write_file) -> None:
    """Make all the changes, or none.

    Args:
        root: absolute path of the project root.
        changes: in the order in which they are to be made.
        write: writes one file: its absolute path, what it is to hold (None: nothing, it goes), its permissions.

    Raises:
        MergeError: a file is not what the change was made for, is read-only, or cannot be written; or another merge
            is being written. All files are as they were.
        ConfigError: the mirror cannot be written.
    """
    with _alone(root) as is_alone:
        if not is_alone:
            raise MergeError("another merge of this project is being written", hint="wait for it, and try again")
        _recover(root)
        steps = [_step(root, each) for each in changes]
        journal = _journal_of(root)
        try:
            durable.replace(journal, json.dumps([each.as_json(root) for each in steps]))
        except OSError as error:
            raise unwritable(root, error) from error
        _write_all(root, steps, write)
        durable.remove(journal)
    _remove_empty_folders(root, [each.path for each in steps if each.new is None])


def recover(root: str) -> list[str]:
    """Put back what a merge has changed that was killed before its last file was written.

    What has been edited since is left as it is.

    Args:
        root: absolute path of the project root.

    Returns:
        The files that it had changed, from the root with `/`, each with what was done about it.

    Raises:
        ConfigError: the mirror cannot be written.
        MergeError: a file cannot be put back.
    """
    if not os.path.exists(_journal_of(root)):
        return []
    with _alone(root) as is_alone:
        return _recover(root) if is_alone else []  # it is not killed, but on its way


# ---------------------------------------------------------------- writing


def _step(root: str, change: Change) -> _Step:
    """A change as it is to be written, if its file is what it was.

    Raises:
        MergeError: it is not, or may not be written.
    """
    path = _path_of(root, change.path)
    data = None
    mode = None
    with suppress(FileNotFoundError), open(path, "rb") as file:
        data = file.read()
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    if data != change.old_bytes:
        raise MergeError(f"{change.path} was changed meanwhile", hint="nothing was written; try again")
    if mode is not None and not mode & _WRITABLE:
        raise MergeError(f"{change.path} is read-only", hint="make it writable, and try again")
    return _Step(path, data, change.new_bytes, mode, tuple(_missing_folders(path)))


def _missing_folders(path: str) -> Iterator[str]:
    folder = os.path.dirname(path)
    while not os.path.exists(folder):
        yield folder
        folder = os.path.dirname(folder)


def _path_of(root: str, path: str) -> str:
    """The file that a path from the root leads to, links followed.

    Raises:
        MergeError: it lies outside the project.
    """
    found = os.path.realpath(os.path.join(root, *path.split("/")))
    if not found.startswith(os.path.realpath(root) + os.sep):
        raise MergeError(f"{path} is a link that leads out of the project", hint="merge it where it lies")
    return found


def _write_all(root: str, steps: Sequence[_Step], write: Write) -> None:
    begun: list[_Step] = []
    try:
        for step in steps:
            begun.append(step)
            write(step.path, step.new, step.mode)
    except BaseException as error:
        _put_back(root, begun)
        durable.remove(_journal_of(root))
        if not isinstance(error, OSError):
            raise
        shown = _shown(root, begun[-1])
        message = f"{shown} cannot be written: {error.strerror or error}"
        raise MergeError(message, hint="all files are as they were; make it writable, and try again") from error


def _put_back(root: str, steps: Sequence[_Step]) -> list[str]:
    """Have files hold again what they held; those that somebody has edited since are left alone.

    Raises:
        MergeError: one cannot be written; the journal stays, and the next command tries again.
    """
    done = []
    for step in reversed(steps):
        shown = _shown(root, step)
        try:
            found = _content(step.path)
            if found == step.old:
                continue
            if found != step.new:
                done.append(f"{shown} was edited since, and left as it is")
                continue
            write_file(step.path, step.old, step.mode)
        except OSError as error:
            message = f"{shown} cannot be put back as it was before the merge: {error.strerror or error}"
            raise MergeError(message, hint="make it writable, and run any jiti command") from error
        done.append(f"{shown} is as it was before")
    for folder in sorted({folder for step in steps for folder in step.folders}, key=len, reverse=True):
        with suppress(OSError):  # it was not made, or holds what somebody has put there since
            os.rmdir(folder)
    return done


def _shown(root: str, step: _Step) -> str:
    return mirror.relative_path(os.path.realpath(root), step.path)


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _remove_empty_folders(root: str, gone: Sequence[str]) -> None:
    """Remove the folders of the mirror that hold nothing any more."""
    top = os.path.realpath(mirror.folder_of(root))
    for path in gone:
        folder = os.path.dirname(path)
        while folder.startswith(top + os.sep):
            try:
                _remove_bytecode(folder)
                os.rmdir(folder)
            except FileNotFoundError:
                pass  # with the file before
            except OSError:
                break  # it holds something
            folder = os.path.dirname(folder)


def _remove_bytecode(folder: str) -> None:
    """Remove what Python has cached of the files of a folder that has none left."""
    entries = os.listdir(folder)
    cache = os.path.join(folder, "__pycache__")
    if entries != ["__pycache__"]:
        return
    for name in os.listdir(cache):
        os.unlink(os.path.join(cache, name))
    os.rmdir(cache)


# ---------------------------------------------------------------- the journal


def _journal_of(root: str) -> str:
    return mirror.local_folder(root, "merge", _JOURNAL)


@contextmanager
def _alone(root: str) -> Generator[bool]:
    """Keep other merges out; whether that could be done at once."""
    folder = mirror.local_folder(root, "merge")
    try:
        os.makedirs(folder, exist_ok=True)
        file = LockFile(os.path.join(folder, _LOCK))
    except OSError as error:
        raise unwritable(root, error) from error
    try:
        yield file.lock(blocking=False)
    finally:
        file.close()


def _recover(root: str) -> list[str]:
    journal = _journal_of(root)
    try:
        with open(journal, encoding="utf-8") as file:
            steps = [_Step.from_json(root, each) for each in json.load(file)]
    except FileNotFoundError:
        return []
    except (MergeError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        told = error.args[0] if isinstance(error, MergeError) else error
        message = f"{mirror.relative_path(root, journal)}, which a merge has left, cannot be used: {told}"
        raise MergeError(message, hint="see what version control says of the files, and delete it") from error
    for step in steps:
        with suppress(OSError):
            durable.clear_leftovers(step.path, older_than=0.0)  # whoever wrote there is dead
    done = _put_back(root, steps)
    durable.remove(journal)
    return done


def _told(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def _read(told: str | None) -> bytes | None:
    return None if told is None else base64.b64decode(told)
