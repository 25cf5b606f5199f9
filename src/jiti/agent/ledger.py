"""What a session has spent, and whether it may go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiti.errors import BudgetExceededError, GenerationError
from jiti.usage import Usage, dollars

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiti.models import Model, Reply
    from jiti.usage import Budget


class Ledger:
    """Counts turns, tokens, dollars and seconds.

    Args:
        max_turns: requests that may be made.
        budget: what may be spent besides.
        clock: gives seconds; only differences count.

    Attributes:
        turns: requests made so far.
        usage: the tokens of all replies.
        usd: their price; None where that of one of them is not known.
    """

    def __init__(self, max_turns: int, budget: Budget, clock: Callable[[], float]) -> None:
        self.turns = 0
        self.usage = Usage()
        self.usd: float | None = 0.0
        self._max_turns = max_turns
        self._budget = budget
        self._clock = clock
        self._start = clock()

    @property
    def seconds(self) -> float:
        """Since the session began."""
        return self._clock() - self._start

    def add(self, model: Model, reply: Reply) -> float | None:
        """Count a reply; gives its price in US dollars, if that is known."""
        self.usage += reply.usage
        price = dollars(reply.model, reply.usage)
        if price is None:
            price = dollars(model.name, reply.usage)
        self.usd = None if self.usd is None or price is None else self.usd + price
        return price

    def open_turn(self, key: str) -> int:
        """Begin the next turn, and give its number from 1.

        What a turn costs is known when it is over. So what is spent stays within one turn of the limit.

        Raises:
            GenerationError: all turns are spent.
            BudgetExceededError: tokens, dollars or seconds are spent.
        """
        if self.turns >= self._max_turns:
            raise GenerationError(
                f"{key}: no candidate passed in {self.turns} {'turn' if self.turns == 1 else 'turns'}",
                key=key,
                hint="a clearer docstring helps most; `max_turns` under [tool.jiti] or Engine(max_turns=…) allows more",
            )
        for name, spent, limit, shown in self._limits():
            if limit is not None and spent is not None and spent >= limit:
                raise self._exceeded(key, name, shown)
        self.turns += 1
        return self.turns

    def _limits(self) -> list[tuple[str, float | None, float | None, str]]:
        budget = self._budget
        return [
            ("tokens", self.usage.tokens, budget.tokens, f"{self.usage.tokens:,} of {budget.tokens or 0:,} tokens"),
            ("usd", self.usd, budget.usd, f"${self.usd or 0:.4f} of ${budget.usd or 0:.4f}"),
            ("seconds", self.seconds, budget.seconds, f"{self.seconds:.0f} of {budget.seconds or 0:.0f} seconds"),
        ]

    def _exceeded(self, key: str, name: str, shown: str) -> BudgetExceededError:
        error = BudgetExceededError(
            f"{key}: the budget is spent: {shown}",
            key=key,
            hint=f"`{name}` under [tool.jiti.budget] or Engine(budget=Budget({name}=…)) allows more",
        )
        error.spent, error.limit = self.usage, self._budget
        return error
