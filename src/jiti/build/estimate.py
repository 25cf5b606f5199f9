"""What generating is likely to cost, told by the sessions that this machine has had of the project."""

from __future__ import annotations

import json
import os
import statistics
from typing import TYPE_CHECKING, Any

from jiti import mirror

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_MOST_SESSIONS = 500
"""The newest that are looked at."""
_TAIL = 1 << 16
"""Bytes at the end of a transcript that surely hold its last line, which is short."""


class Estimates:
    """Tokens of a stub's generation: what its own took, else what one usually took.

    Args:
        sessions: key to the tokens of each of its sessions that came to an implementation.
    """

    def __init__(self, sessions: Mapping[str, Sequence[int]]) -> None:
        self._own = {key: round(statistics.median(each)) for key, each in sessions.items()}
        self._usual = round(statistics.median(self._own.values())) if self._own else None

    def of(self, key: str) -> int | None:
        """Tokens, cached ones included; None where there was no session to tell by."""
        return self._own.get(key, self._usual)


def read(root: str) -> Estimates:
    """What the transcripts in a project's mirror tell; those that cannot be read tell nothing."""
    folder = mirror.local_folder(root, "sessions")
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".jsonl"))
    except OSError:
        names = []
    sessions: dict[str, list[int]] = {}
    for name in names[-_MOST_SESSIONS:]:
        for key, tokens in _session(os.path.join(folder, name)):
            sessions.setdefault(key, []).append(tokens)
    return Estimates(sessions)


def _session(path: str) -> Iterator[tuple[str, int]]:
    """A session's key and its tokens, if it came to an implementation."""
    try:
        with open(path, "rb") as file:
            head = json.loads(file.readline())
            file.seek(max(file.tell(), os.fstat(file.fileno()).st_size - _TAIL))
            end: dict[str, Any] = json.loads(file.read().splitlines()[-1])
        if end["event"] == "end" and end["outcome"] == "accepted":
            yield str(head["key"]), sum(int(number) for number in end["usage"].values())
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return
