"""What the processes of one run of pytest tell each other: xdist's workers, or one process alone."""

from __future__ import annotations

import os
import pickle
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


class Board:
    """Values by name that every process of the run sees, each written once.

    Args:
        folder: of the run, for its processes alone; None where there is one process.
    """

    def __init__(self, folder: str | None) -> None:
        # A worker on another machine has no part in the folder.
        self.folder = folder if folder and os.path.isdir(folder) else None
        self._known: dict[str, object] = {}

    @contextmanager
    def turn(self) -> Generator[None]:
        """Be the only process of the run that is in here."""
        if self.folder is None:
            yield
            return
        from jiti.lockfile import LockFile

        lock = LockFile(os.path.join(self.folder, "lock"))
        try:
            lock.lock(blocking=True)
            yield
        finally:
            lock.close()

    def get(self, *name: str) -> object:
        """What was put there; None if nothing was."""
        found = self._known.get(_NAME.join(name))
        if found is None and self.folder is not None:
            try:
                with open(self._path(*name), "rb") as file:
                    found = pickle.load(file)  # noqa: S301 - a process of this very run has written it
            except FileNotFoundError:
                return None
            self._known[_NAME.join(name)] = found
        return found

    def put(self, value: object, *name: str) -> None:
        """Let all processes see a value."""
        self._known[_NAME.join(name)] = value
        if self.folder is not None:
            path = self._path(*name)
            with open(f"{path}.{os.getpid()}", "wb") as file:
                pickle.dump(value, file)
            os.replace(file.name, path)

    def _path(self, *name: str) -> str:
        from jiti.spec import text_hash

        return os.path.join(self.folder or "", text_hash(_NAME.join(name)))


_NAME = "\n"  # between the parts of a name: none of them holds one
