"""What a session is given to do, how far it may go, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jiti.gates import Gate
    from jiti.live import Row
    from jiti.settings import Settings
    from jiti.submission import Candidate
    from jiti.usage import Budget, Usage

SESSION_SECONDS = 900.0
"""How long a session may last where the budget does not say."""


@dataclass(frozen=True, slots=True)
class Task:
    """What the agent is to do.

    Attributes:
        key: the stub.
        spec: its spec, as in the mirror's header.
        system: the system prompt's parts, the same for all stubs of a project.
        message: the task itself, the first message.
        reason: why it is done: `missing`, or what changed.
        prompts: absolute path of a folder whose files replace jiti's own prompts of that name.
        gates: tests that decide on it; told to a person where the agent says that they cannot be met.
        sandbox: what confines the code that is checked.
        is_test: whether the stub is a jiti-test: it is handed in by `submit_test`, and the mirror cannot be read.
        live: the arguments of the call that waits, as the message tells them; None where none does.
    """

    key: str
    spec: str
    system: tuple[str, ...]
    message: str
    reason: str = "missing"
    prompts: str | None = None
    gates: tuple[Gate, ...] = ()
    sandbox: str = ""
    is_test: bool = False
    live: tuple[Row, ...] | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a session may go: see `jiti.settings.Settings`."""

    max_turns: int
    max_tokens: int
    budget: Budget
    quality_threshold: float
    max_refactor: int
    process_usd: float | None = None

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """The limits that the settings set."""
        seconds = SESSION_SECONDS if settings.budget.seconds is None else settings.budget.seconds
        return cls(
            max_turns=settings.max_turns,
            max_tokens=settings.max_tokens,
            budget=replace(settings.budget, seconds=seconds),
            quality_threshold=settings.quality_threshold,
            max_refactor=settings.max_refactor,
            process_usd=settings.process_usd,
        )


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a session ends with when it went well.

    Attributes:
        candidate: the finished texts, ready for the mirror.
        quality: the agent's own rating of it, 0 to 10.
        turns: requests that it took.
        usage: tokens that it took.
        model: the model's name.
        usd: US dollars that it took; None where the model's price is not known.
    """

    candidate: Candidate
    quality: float
    turns: int
    usage: Usage
    model: str
    usd: float | None
