"""What a session spends, in tokens and in US dollars, and what it may spend."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens counted by the provider. `input` leaves out what was read from or written to its cache."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Both together."""
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cache_read + other.cache_read,
            self.cache_write + other.cache_write,
        )

    @property
    def tokens(self) -> int:
        """All tokens, cached ones included."""
        return self.input + self.output + self.cache_read + self.cache_write

    def __str__(self) -> str:
        """`1,204 tokens`."""
        return f"{self.tokens:,} tokens"


@dataclass(frozen=True, slots=True)
class Budget:
    """What one stub's generation may spend; None: no limit of that kind.

    Attributes:
        usd: US dollars.
        tokens: tokens, cached ones included.
        seconds: wall-clock seconds.
    """

    usd: float | None = None
    tokens: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens; `cache_write` is that of the 5-minute cache."""

    input: float
    output: float
    cache_read: float
    cache_write: float


PRICES_AS_OF = "2026-11-21"
"""The day of the prices below, from https://platform.claude.com/docs/en/about-claude/pricing. They are Anthropic's own:
Bedrock and Google Cloud set theirs apart, and a data residency in one country costs a tenth more."""

PRICES = {
    "claude-fable-5-1": Price(10.0, 50.0, 0.25, 12.5),
    "claude-mythos-5-1": Price(10.0, 50.0, 0.25, 12.5),
    "claude-fable-5": Price(10.0, 50.0, 1.0, 12.5),
    "claude-mythos-5": Price(10.0, 50.0, 1.0, 12.5),
    "claude-opus-5-5": Price(4.0, 20.0, 0.2, 5.0),
    "claude-opus-5": Price(5.0, 25.0, 0.5, 6.25),
    "claude-opus-4-8": Price(5.0, 25.0, 0.5, 6.25),
    "claude-opus-4-7": Price(5.0, 25.0, 0.5, 6.25),
    "claude-opus-4-6": Price(5.0, 25.0, 0.5, 6.25),
    "claude-opus-4-5": Price(5.0, 25.0, 0.5, 6.25),
    "claude-sonnet-5-5": Price(2.0, 10.0, 0.1, 2.5),
    "claude-sonnet-5": Price(2.0, 10.0, 0.2, 2.5),
    "claude-sonnet-4-6": Price(3.0, 15.0, 0.3, 3.75),
    "claude-sonnet-4-5": Price(3.0, 15.0, 0.3, 3.75),
    "claude-haiku-5-5": Price(0.1, 0.5, 0.01, 0.125),
    "claude-haiku-4-5": Price(1.0, 5.0, 0.1, 1.25),
}

PRICES_OF_LONG_PROMPTS = {"claude-haiku-5-5": Price(0.5, 2.5, 0.05, 0.625)}
"""For prompts of more than `LONG_PROMPT` tokens, cached ones included."""

LONG_PROMPT = 100_000

_SNAPSHOT = re.compile(r"-20\d{6}$")
"""The date at the end of a name that stands for one snapshot of a model, and costs what the model costs."""


def dollars(model: str, usage: Usage) -> float | None:
    """What one request's `usage` costs in US dollars, or None where the model's price is not known."""
    name = _SNAPSHOT.sub("", model)
    price = PRICES.get(name)
    if price is None:
        return None
    if usage.input + usage.cache_read + usage.cache_write > LONG_PROMPT:
        price = PRICES_OF_LONG_PROMPTS.get(name, price)
    total = (
        usage.input * price.input
        + usage.output * price.output
        + usage.cache_read * price.cache_read
        + usage.cache_write * price.cache_write
    )
    return total / 1_000_000
