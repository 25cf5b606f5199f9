"""Writing files so that a reader, or a crash, sees the old text or the new one, and nothing between."""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_ATTEMPTS = 10
_LEFT_BEHIND = 60.0  # seconds; a younger temporary file may be one that somebody is writing
_PAUSE = 0.05  # seconds; on Windows another process may hold the target open for a moment


def replace(path: str, text: str) -> None:
    """Replace a file whole; whatever happens, a reader sees the old text or the new.

    Folders are made as needed. What an earlier, killed write of the same file left is cleared away.

    Raises:
        OSError: the folder is not writable or the disk is full; the file is as it was.
    """
    replace_bytes(path, text.encode("utf-8"))


def replace_bytes(path: str, data: bytes, *, mode: int | None = None) -> None:
    """Replace a file whole, as `replace` does, by bytes.

    Args:
        path: the file; where it is a link, the link is replaced.
        data: what it is to hold.
        mode: its permissions; left out, those of any new file.

    Raises:
        OSError: the folder is not writable or the disk is full; the file is as it was.
    """
    folder, name = os.path.split(path)
    os.makedirs(folder, exist_ok=True)
    clear_leftovers(path)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if mode is not None:
                os.chmod(temporary, mode)
            os.fsync(file.fileno())
        _patiently(lambda: os.replace(temporary, path))
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    _flush_folder(folder)


def move(path: str, target: str) -> None:
    """Move a file to where there is none, on the same file system.

    Raises:
        OSError: it cannot be moved.
    """
    _patiently(lambda: os.rename(path, target))
    _flush_folder(os.path.dirname(target))
    _flush_folder(os.path.dirname(path))


def remove(path: str) -> None:
    """Remove a file, and make sure that it stays removed after a crash.

    Raises:
        OSError: it cannot be removed.
    """
    _patiently(lambda: os.unlink(path))
    _flush_folder(os.path.dirname(path))


def clear_leftovers(path: str, *, older_than: float = _LEFT_BEHIND) -> None:
    """Remove what killed writes of a file have left beside it.

    Args:
        path: the file.
        older_than: seconds; a younger one may be being written now, unless the caller knows that none is.
    """
    folder, name = os.path.split(path)
    for entry in os.listdir(folder):
        if entry.startswith(f".{name}.") and entry.endswith(".tmp"):
            temporary = os.path.join(folder, entry)
            try:
                if time.time() - os.stat(temporary).st_mtime >= older_than:
                    os.unlink(temporary)
            except FileNotFoundError:
                pass  # its writer is done


def _patiently(action: Callable[[], None]) -> None:
    for attempt in range(_ATTEMPTS):
        try:
            action()
        except PermissionError:
            if sys.platform != "win32" or attempt == _ATTEMPTS - 1:
                raise
            time.sleep(_PAUSE)
        else:
            return


def _flush_folder(folder: str) -> None:
    if sys.platform == "win32":
        return  # a folder cannot be flushed there
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
