"""What a key's lock file says of whoever holds it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti import mirror, retold
from jiti.lockfile import LockFile
from jiti.spec import text_hash

if TYPE_CHECKING:
    from jiti.errors import JitiError


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a key.

    Attributes:
        process: its process id; None where the file does not say.
        needs: the key that it needs now.
        failure: what its generation has ended in.
    """

    process: int | None = None
    needs: str | None = None
    failure: JitiError | None = None

    @classmethod
    def of(cls, file: LockFile) -> Holder:
        """The holder that a locked file tells of; of one that is not locked any more, the last."""
        try:
            told = json.loads(file.read())
            failure = told.get("failure")
            return cls(told["process"], told["needs"], failure and retold.read(failure))
        except (ValueError, TypeError, KeyError, AttributeError):  # another version's
            return cls()

    def __str__(self) -> str:
        """What the file is to say."""
        told = {"process": self.process, "needs": self.needs}
        return json.dumps(told if self.failure is None else {**told, "failure": retold.write(self.failure)})


def path_of(root: str, key: str) -> str:
    """Absolute path of a key's lock file."""
    return mirror.local_folder(root, "locks", f"{text_hash(key)}.lock")


def need_of(root: str, key: str) -> str | None:
    """The key that whoever holds this one needs; None where it needs none, or nobody holds it."""
    try:
        file = LockFile(path_of(root, key), create=False)
    except FileNotFoundError:
        return None
    try:
        return None if file.lock(blocking=False) else Holder.of(file).needs
    finally:
        file.close()
