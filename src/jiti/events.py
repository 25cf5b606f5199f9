"""What a generation tells whoever watches it: a progress display, a log, a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jiti.usage import Usage


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody else writes the stub's implementation already: it is waited for."""

    key: str
    process: int | None
    """The id of the process in which that happens, which may be this one; None where it is not known."""


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """An agent set out to write a stub's implementation."""

    key: str
    model: str
    reason: str
    """Why: `missing`, or what changed, as `docstring changed`."""


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """A request goes out; `turn` counts from 1."""

    key: str
    turn: int


@dataclass(frozen=True, slots=True)
class Replied:
    """The reply to a turn's request is there. `usage` is this request's alone."""

    key: str
    turn: int
    usage: Usage
    seconds: float
    stop_reason: str
    usd: float | None


@dataclass(frozen=True, slots=True)
class PriceUnknown:
    """A limit in dollars is set, and does not bind `model`, whose price is not known. Told once in a process."""

    key: str
    model: str


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """The agent called a tool; `summary` says on what, on one line."""

    key: str
    name: str
    summary: str


@dataclass(frozen=True, slots=True)
class ToolEnded:
    """A tool answered; `summary` is its answer on one line."""

    key: str
    name: str
    ok: bool
    seconds: float
    summary: str


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """It is over; `outcome` is `accepted`, or the name of the error that it ends in."""

    key: str
    outcome: str
    turns: int
    usage: Usage
    seconds: float
    usd: float | None
    detail: str = ""
    """Where the implementation was filed, or the error's first line."""


@dataclass(frozen=True, slots=True)
class VerificationStarted:
    """What is there is checked as it is, without a model: something changed that it has to pass.

    `reason` says what: `gates changed`.
    """

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class VerificationEnded:
    """It is over; `detail` is the first thing that was found wrong."""

    key: str
    passed: bool
    seconds: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PutAside:
    """Somebody edited a file by hand while what replaces it was written: `path` is where the edit is kept now."""

    key: str
    path: str


Event = (
    Waiting
    | SessionStarted
    | TurnStarted
    | Replied
    | PriceUnknown
    | ToolStarted
    | ToolEnded
    | SessionEnded
    | PutAside
    | VerificationStarted
    | VerificationEnded
)
Observer = Callable[[Event], None]
