"""What the parent has of a job: the events that it reported, how it ended, and what it printed."""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeAlias

from jiti.checks.processes import OUT_OF_TIME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Event: TypeAlias = tuple[str, dict[str, Any]]
"""A name, and what belongs to it."""

PRINTED_CHARACTERS = 20_000
_MOST_LINES = 20
"""Of what is told of a child that did not get ready."""
PART_OF_CALL = "subtest"
"""What is reported for each of the parts that a test's call may have, in place of a phase."""

_MAYBE_TEXT, _MAYBE_LINE = (str, NoneType), (int, NoneType)
_ERROR = {"type": str, "message": str, "line": _MAYBE_LINE, "shown": _MAYBE_TEXT}
_EVENTS: Mapping[str, Mapping[str, type | tuple[type, ...]]] = {
    "need": {"key": str, "module": str, "qualname": str, "arguments": _MAYBE_TEXT, "rows": list, "own": bool},
    "answer": {"text": str},
    "examples": {"lines": list, "malformed": list},
    "example": {"line": int, "passed": bool, "message": str, "error": (dict, NoneType)},
    "untried": {"why": str},
    "raised": _ERROR,
    "returned": {"shown": str, "misfit": _MAYBE_TEXT, "note": _MAYBE_TEXT},
    "uncollected": {"why": str},
    "collected": {"tests": list},
    "test": {"test": str},
    "phase": {"test": str, "when": str, "outcome": str, "message": str, "line": _MAYBE_LINE, "own": bool},
    "asked": {"key": str},
    "unwitnessed": {"why": str, "lasting": bool},
    "refused": {"why": str},
    "effect": {"effect": str, "what": str, "line": int},
    "stopped": {"why": str},
    "done": {},
}
"""What a job may report, and what belongs to it."""


class Stage(StrEnum):
    """What a child was at when it could not get ready."""

    PYTEST = "pytest"
    IMPORT = "import"
    CALL = "call"


class Ending(Enum):
    """How the process of a job ended."""

    DONE = "done"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    FLOOD = "flood"
    PROCESSES = "processes"
    FORGED = "forged"
    LOST = "lost"
    """It took the process with it that it was forked from."""


@dataclass(frozen=True, slots=True)
class Run:
    """One job, done or not.

    Attributes:
        events: what it reported, in order. They are a claim of a process that ran the candidate.
        ending: how it ended.
        status: its exit code, or minus the number of a signal; None where that is not known.
        printed: the first and the last that it wrote to standard output and error.
    """

    events: tuple[Event, ...]
    ending: Ending
    status: int | None
    printed: str

    def all(self, name: str) -> list[dict[str, Any]]:
        """The data of every event of a name."""
        return [data for event, data in self.events if event == name]

    def first(self, name: str) -> dict[str, Any] | None:
        """The data of the first event of a name; a later one of that name may be a forgery."""
        found = self.all(name)
        return found[0] if found else None

    def last(self, name: str) -> dict[str, Any] | None:
        """The data of the last event of a name."""
        found = self.all(name)
        return found[-1] if found else None

    @property
    def needs(self) -> list[dict[str, Any]]:
        """The stubs without an implementation that it called."""
        return [need_of(data) for data in self.all("need")]


def read_event(message: object, nonce: str) -> Event | None:
    """An event as a job reports it; None if it is none, or was not said by the job that has the nonce."""
    match message:
        case [str(said), str(name), dict(data)] if said.isascii() and secrets.compare_digest(said, nonce):
            return (name, data) if name in _EVENTS and _fits(data, _EVENTS[name]) else None
    return None


def _fits(data: dict[str, Any], shape: Mapping[str, type | tuple[type, ...]]) -> bool:
    if data.keys() != shape.keys() or not all(isinstance(data[name], kind) for name, kind in shape.items()):
        return False
    error = data.get("error")
    return error is None or _fits(error, _ERROR)


def need_of(data: dict[str, Any]) -> dict[str, Any]:
    """A need as `generate` takes it."""
    rows = [row for row in data["rows"] if isinstance(row, list) and [type(each) for each in row] == [str, str, str]]
    try:
        arguments = base64.b64decode(data["arguments"] or "", validate=True) or None
    except ValueError:
        arguments = None
    return data | {"rows": rows, "arguments": arguments}


def ending_of(events: Sequence[Event], status: int | None, *, too_many: bool) -> tuple[Ending, int | None]:
    """How a job ended, with its status.

    Args:
        events: what it reported.
        status: see `Run`.
        too_many: whether it was ended because it had too many descendants.
    """
    if too_many:
        return Ending.PROCESSES, status
    if events and events[-1][0] == "done" and status == 0:
        return Ending.DONE, status
    return (Ending.TIMEOUT if status == OUT_OF_TIME else Ending.CRASHED), status


def excerpt(descriptor: int, characters: int = PRINTED_CHARACTERS) -> str:
    """The beginning and the end of an open file, as text."""
    half = characters // 2
    with open(os.dup(descriptor), "rb", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        if size <= characters:
            return _text(file.read(characters))
        beginning = _text(file.read(half))
        file.seek(size - half)
        return f"{beginning}\n… {size - 2 * half:,} bytes left out …\n{_text(file.read(half))}"


def shortened(why: str) -> str:
    """Pytest's own words or a traceback, without the command line's usage and the middle of what is long."""
    lines = [line for line in why.splitlines() if not line.startswith("ERROR: usage:")]
    return "\n".join(lines if len(lines) <= _MOST_LINES else [*lines[:2], "…", *lines[3 - _MOST_LINES :]])


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "replace").replace("\0", "").strip()
