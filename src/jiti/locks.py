"""One generation a key, whoever asks: a file lock that threads and processes share.

The operating system drops the lock with the process that held it, however that ended.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jiti import mirror
from jiti.errors import ConfigError
from jiti.spec import text_hash

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def hold(root: str, key: str) -> Generator[None]:
    """Hold the lock of a key; wait for whoever holds it now.

    Raises:
        ConfigError: the mirror cannot be written.
    """
    from filelock import FileLock

    folder = mirror.local_folder(root, "locks")
    try:
        os.makedirs(folder, exist_ok=True)
        # A lock of its own for every holder: shared between threads it would count, and let all of them in.
        lock = FileLock(os.path.join(folder, f"{text_hash(key)}.lock"), thread_local=False, is_singleton=False)
        lock.acquire()
    except OSError as error:
        raise unwritable(root, error) from error
    try:
        yield
    finally:
        lock.release()


def unwritable(root: str, error: OSError) -> ConfigError:
    """The error for a mirror that nothing can be filed in."""
    return ConfigError(
        f"{mirror.folder_of(root)} cannot be written: {error.strerror or error}",
        hint="make the folder writable, or set JITI_FROZEN=1 where nothing is to be generated",
    )
