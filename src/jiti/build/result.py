"""What came of a build, stub by stub."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from jiti.usage import Usage

Kind = Literal["generated", "moved", "verified", "kept", "skipped", "failing", "failed", "refused", "not done"]
BAD = frozenset({"failed", "failing", "skipped", "not done"})
"""The outcomes that are failures."""


@dataclass(slots=True)
class Result:
    """What came of one stub.

    Attributes:
        key: the stub.
        outcome: `generated` by an agent; `moved`: its file was taken along; `verified` as it was; `kept`: nothing had
            to be done; `skipped`: something that it needs failed; `failing`: what is there does not pass, and nothing
            may be written; `failed`; `refused`: a person has to see to it; `not done`: the build was ended before.
        why: what it was to be done for.
        message: what went wrong.
        hint: what to do about that.
        turns: requests made for it.
        seconds: how long that took, what it waited for left out.
        usage: tokens that it cost.
        usd: their price; None where it is not known.
        unapproved: whether its code is there, and runs only once a person has approved it.
    """

    key: str
    outcome: Kind
    why: str = ""
    message: str = ""
    hint: str = ""
    turns: int = 0
    seconds: float = 0.0
    usage: Usage = field(default_factory=Usage)
    usd: float | None = 0.0
    unapproved: bool = False

    def as_json(self) -> dict[str, Any]:
        """What `jiti build --json` says of it."""
        return {
            "key": self.key,
            "outcome": self.outcome,
            "why": self.why,
            "message": self.message or None,
            "hint": self.hint or None,
            "turns": self.turns,
            "seconds": round(self.seconds, 3),
            "tokens": self.usage.tokens,
            "usd": self.usd,
            "unapproved": self.unapproved,
        }


@dataclass(slots=True)
class Results:
    """What came of all of a build.

    Attributes:
        all: in the order of the plan.
        seconds: how long it took.
        ended_by: what ended it before its time; empty where nothing did.
        interrupted: whether that was a person.
    """

    all: list[Result]
    seconds: float = 0.0
    ended_by: str = ""
    interrupted: bool = False

    def count(self, outcome: Kind) -> int:
        """How many stubs came to that."""
        return sum(1 for each in self.all if each.outcome == outcome)

    @property
    def failed(self) -> bool:
        """Whether anything did."""
        return any(each.outcome in BAD for each in self.all)

    @property
    def usage(self) -> Usage:
        """The tokens of all sessions, those that failed included."""
        return sum((each.usage for each in self.all), start=Usage())

    @property
    def usd(self) -> float | None:
        """What is known of their price; None where nothing is."""
        known = [each.usd for each in self.all if each.usd is not None and each.turns]
        return sum(known) if known else None
