"""Times cached calls in this environment, beside those of plain functions, and these beside their equals.

Run where `m.py` has the stubs, and the other modules the same as plain code. Prints JSON: for each kind of call the
nanoseconds of each module's, those of `exchanged` after their code was.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import time
import timeit
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MODULES = ("m", "plain", "again", "exchanged")
STATEMENTS = {"function": "f(1, 2)", "method": "o.m(1)", "property": "o.p"}
REPEATS, SECONDS = 60, 0.002
"""How often each is timed, and for about how long: short enough to be left alone once, and the shortest counts."""


def statement_timer(module: Any, statement: str) -> Callable[[int], float]:  # noqa: ANN401 - a module of functions
    """What times so many runs of a statement."""
    return timeit.Timer(statement, globals={"f": module.f, "o": module.C()}).timeit


def await_timer(module: Any) -> Callable[[int], float]:  # noqa: ANN401 - as above
    """What times so many `await co(1)`, in an event loop."""
    co = module.co

    async def timed(number: int) -> float:
        start = time.perf_counter()
        for _ in range(number):
            await co(1)
        return time.perf_counter() - start

    return lambda number: asyncio.run(timed(number))


def nanoseconds(timers: list[Callable[[int], float]]) -> list[float]:
    """The best of each, timed in turn; the first call of each has been made before."""
    for timer in timers:
        timer(1)
    numbers = [max(100, int(SECONDS / (timer(1_000) / 1_000))) for timer in timers]
    rounds = [[timer(number) / number for timer, number in zip(timers, numbers, strict=True)] for _ in range(REPEATS)]
    return [min(times) * 1e9 for times in zip(*rounds, strict=True)]


def exchange(module: Any) -> None:  # noqa: ANN401 - a module of functions
    """Give each function of a module other code, which is the same."""
    for function in (module.f, module.co, module.C.m, module.C.p.fget):
        function.__code__ = function.__code__.replace()


def main() -> None:
    """Print the figures."""
    modules = [importlib.import_module(name) for name in MODULES]
    exchange(modules[-1])
    told = {
        kind: nanoseconds([statement_timer(module, statement) for module in modules])
        for kind, statement in STATEMENTS.items()
    }
    told["async"] = nanoseconds([await_timer(module) for module in modules])
    print(json.dumps(told))


if __name__ == "__main__":
    main()
