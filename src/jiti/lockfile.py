"""Files that one thread of one process can lock, by the locks that the operating system has for that.

The system drops a lock with the process that has it, however that ends. But a forked process has a copy of every
descriptor, and a lock lasts as long as any copy does: so a fork closes its copies before it does anything else.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress

_START = 1
"""Where a file's text begins: Windows lets nobody read the byte that is locked."""
_PAUSE = 0.002
"""Seconds between two attempts, for who waits for a lock: one that is waited for is held for a few milliseconds."""


class LockFile:
    """An open file that no other thread or process can lock while this one has.

    Args:
        path: the file.
        create: whether to make it where there is none.

    Raises:
        OSError: it cannot be opened.
    """

    def __init__(self, path: str, *, create: bool = True) -> None:
        flags = os.O_RDWR | getattr(os, "O_BINARY", 0) | (os.O_CREAT if create else 0)
        flags |= getattr(os, "O_NOFOLLOW", 0)  # it is written to: not by way of a link that came with a repository
        self._is_locked = False
        with _not_forking:
            self._descriptor = os.open(path, flags, 0o666)
            _open_files.add(self)

    @property
    def is_open(self) -> bool:
        """Whether it is open; it is not in a fork of the process that opened it."""
        return self._descriptor != _CLOSED

    def lock(self, *, blocking: bool) -> bool:
        """Lock it, or try to; whether it is locked now.

        Raises:
            OSError: files cannot be locked here.
        """
        from filelock import lock_descriptor

        self._is_locked = lock_descriptor(self._descriptor, blocking=blocking, poll_interval=_PAUSE)
        return self._is_locked

    def read(self) -> bytes:
        """What was written last, by whatever process."""
        os.lseek(self._descriptor, _START, os.SEEK_SET)
        return os.read(self._descriptor, os.fstat(self._descriptor).st_size)

    def write(self, data: bytes) -> None:
        """Have the file hold this and nothing else; a reader at that moment may see anything."""
        os.lseek(self._descriptor, _START, os.SEEK_SET)
        os.write(self._descriptor, data)
        os.ftruncate(self._descriptor, _START + len(data))

    def close(self) -> None:
        """Unlock and close it; do nothing if it is closed."""
        from filelock import unlock_descriptor

        with _not_forking:
            descriptor, self._descriptor = self._descriptor, _CLOSED
            _open_files.discard(self)
            if descriptor != _CLOSED:
                try:
                    if self._is_locked:
                        # To close it would not do while a fork has not come to close its copy yet.
                        unlock_descriptor(descriptor)
                finally:
                    os.close(descriptor)

    def close_copy(self) -> None:
        """Close it in a fork; to unlock it there would unlock it for the process that has locked it."""
        descriptor, self._descriptor = self._descriptor, _CLOSED
        with suppress(OSError):
            os.close(descriptor)


_CLOSED = -1
_open_files: set[LockFile] = set()
_not_forking = threading.RLock()  # held while a file opens or closes: no fork may have a copy that it does not know of


def _after_fork_in_child() -> None:
    for file in _open_files:
        file.close_copy()
    _open_files.clear()
    _not_forking.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_not_forking.acquire, after_in_parent=_not_forking.release, after_in_child=_after_fork_in_child
    )
