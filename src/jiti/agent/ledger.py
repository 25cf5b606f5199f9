"""What a session and its process have spent, and whether they may go on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jiti.errors import BudgetExceededError, GenerationError
from jiti.usage import Budget, Usage, dollars

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiti.agent.task import Limits
    from jiti.models import Model

PROCESS_USD = 5.0
"""US dollars that a process may spend where `[tool.jiti.budget] process_usd` does not say."""


class Purse:
    """What all sessions of a process have spent together. Threads may share it."""

    def __init__(self) -> None:
        # Appended to and never changed, which needs no lock: a fork could leave one held for ever.
        self._spent: list[tuple[Usage, float]] = []
        self._unpriced: list[str] = []

    @property
    def usage(self) -> Usage:
        """The tokens of all replies."""
        return sum((usage for usage, _ in self._spent), start=Usage())

    @property
    def usd(self) -> float:
        """The price of those whose price is known."""
        return math.fsum(usd for _, usd in self._spent)

    def spend(self, usage: Usage, usd: float | None) -> None:
        """Count a reply."""
        self._spent.append((usage, usd or 0.0))

    def meets_for_the_first_time(self, model: str) -> bool:
        """Whether nobody has asked this of the model before."""
        is_new = model not in self._unpriced
        self._unpriced.append(model)
        return is_new


OF_THE_PROCESS = Purse()


class Ledger:
    """Counts turns, tokens, dollars and seconds.

    Args:
        limits: how far the session may go.
        clock: gives seconds; only differences count.
        purse: what all sessions of the process have spent.

    Attributes:
        turns: requests made so far.
        usage: the tokens of all replies.
        usd: their price; None where that of one of them is not known.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float], purse: Purse) -> None:
        self.turns = 0
        self.usage = Usage()
        self.usd: float | None = 0.0
        self._priced_usd = 0.0
        self._limits = limits
        self._clock = clock
        self._start = clock()
        self._purse = purse

    @property
    def seconds(self) -> float:
        """Since the session began."""
        return self._clock() - self._start

    @property
    def seconds_left(self) -> float | None:
        """Until the budget's are over; None where it has no such limit."""
        limit = self._limits.budget.seconds
        return None if limit is None else limit - self.seconds

    def add(self, model: Model, answered: str, usage: Usage) -> float | None:
        """Count a reply; gives its price in US dollars, if that is known.

        Args:
            model: who was asked.
            answered: the name of the model that answered.
            usage: what it cost.
        """
        price = dollars(answered, usage)
        if price is None:
            price = dollars(model.name, usage)
        self.usage += usage
        self._priced_usd += price or 0.0
        self.usd = None if self.usd is None or price is None else self._priced_usd
        self._purse.spend(usage, price)
        return price

    def misses_a_price(self, model: str) -> bool:
        """Whether a person has to be told, for the first time, that a limit in dollars does not bind the model."""
        is_limited = self._limits.budget.usd is not None or self._limits.process_usd is not None
        return is_limited and self._purse.meets_for_the_first_time(model)

    def open_turn(self, key: str) -> int:
        """Begin the next turn, and give its number from 1.

        What a turn costs is known when it is over. So what is spent stays within one turn of the limit.

        Raises:
            GenerationError: all turns are spent.
            BudgetExceededError: tokens, dollars or seconds are spent, or the process's dollars.
        """
        if self.turns >= self._limits.max_turns:
            raise GenerationError(
                f"{key}: no candidate passed in {self.turns} {'turn' if self.turns == 1 else 'turns'}",
                key=key,
                hint="a clearer docstring helps most; `max_turns` under [tool.jiti] or Engine(max_turns=…) allows more",
            )
        self.require_budget(key)
        self.turns += 1
        return self.turns

    def require_budget(self, key: str) -> None:
        """Make sure that something is left of everything but turns.

        Raises:
            BudgetExceededError: tokens, dollars or seconds are spent, or the process's dollars.
        """
        budget, purse = self._limits.budget, self._purse
        for name, spent, limit, shown in self._spent(budget):
            if limit is not None and spent >= limit:
                raise self._over(key, name, shown)
        most = PROCESS_USD if self._limits.process_usd is None else self._limits.process_usd
        if purse.usd >= most:
            shown = f"${purse.usd:.4f} of ${most:.4f}"
            hint = "`process_usd` under [tool.jiti.budget] allows more; what is filed stays, and a new process goes on"
            told = f"{key}: this process has spent its budget: {shown}"
            error = _exceeded(told, key, hint, purse.usage, Budget(usd=most))
            error.of_the_process = True
            raise error

    def out_of_time(self, key: str) -> BudgetExceededError:
        """The error for a check that the end of the budget's seconds has ended."""
        *_, (name, _, _, shown) = self._spent(self._limits.budget)
        return self._over(key, name, shown)

    def _over(self, key: str, name: str, shown: str) -> BudgetExceededError:
        hint = f"`{name}` under [tool.jiti.budget] or Engine(budget=Budget({name}=…)) allows more; the lower holds"
        return _exceeded(f"{key}: the budget is spent: {shown}", key, hint, self.usage, self._limits.budget)

    def _spent(self, budget: Budget) -> list[tuple[str, float, float | None, str]]:
        return [
            ("tokens", self.usage.tokens, budget.tokens, f"{self.usage.tokens:,} of {budget.tokens or 0:,} tokens"),
            ("usd", self._priced_usd, budget.usd, f"${self._priced_usd:.4f} of ${budget.usd or 0:.4f}"),
            ("seconds", self.seconds, budget.seconds, f"{self.seconds:.0f} of {budget.seconds or 0:.0f} seconds"),
        ]


def _exceeded(message: str, key: str, hint: str, spent: Usage, limit: Budget) -> BudgetExceededError:
    error = BudgetExceededError(message, key=key, hint=hint)
    error.spent, error.limit = spent, limit
    return error
