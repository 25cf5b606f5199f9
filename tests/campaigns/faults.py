"""Generations under the provider's faults in random order: `python -m tests.campaigns.faults [COUNT] [SEED]`.

Each has to end in the right answer or in a `JitiError`, within its budget to one turn, and leave the mirror whole.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jiti import Budget, Engine, JitiError
from jiti.events import SessionEnded
from jiti.models import Reply, Text
from jiti.testing import MessagesServer, call, fault, reply, say, submit
from jiti.usage import Usage
from tests.functional.one_stub import Asked, one_stub

if TYPE_CHECKING:
    from jiti.events import Event
    from jiti.models import Request
    from jiti.testing.scripted import Line

MODEL = "claude-sonnet-5-5"
COST = Usage(300, 100)
"""What each reply costs."""
REQUESTS_A_TURN = 3

RIGHT = reply(submit("return 2 * n"), usage=COST)


def _raising(request: Request) -> Reply:
    # Each another one: to submit the same again says that the call has to raise, and is believed.
    return reply(submit(f"raise KeyError(n, {len(request.messages)})"), usage=COST)


FAULTS: dict[str, Line] = {
    **{f"status {status}": fault.status(status) for status in (400, 401, 403, 404, 413, 429, 500, 529)},
    "429 without retry-after": fault.status(429, retry_after=None),
    "429 for an hour": fault.status(429, retry_after=3600),
    "reset": fault.reset(),
    "time-out before the stream": fault.hang(),
    "time-out in mid-stream": fault.stall(4, reply("On and on.", usage=COST)),
    "cut stream": fault.cut(5, reply("On and on.", usage=COST)),
    "stream that ends early": fault.end_early(5, reply("On and on.", usage=COST)),
    "overloaded in mid-stream": fault.sse_error("overloaded_error"),
    "web page": fault.garbage(),
    "truncated tool call": fault.tool_input('{"body": "return 2 *', stop_reason="max_tokens"),
    "malformed input": fault.tool_input('{"body": return}'),
    "unknown tool": reply(call("write_file", path="x"), usage=COST),
    "no arguments": reply(call("submit"), usage=COST),
    "two calls": reply(call("inspect", expr="n"), call("list_files", glob="*.py"), usage=COST),
    "text": reply(say("I would return 2 * n."), usage=COST),
    "empty message": Reply((), "end_turn", COST),
    "blank text": Reply((Text(" "),), "end_turn", COST),
    "pause_turn": reply("Wait.", stop_reason="pause_turn", usage=COST),
    "refusal": reply("No.", stop_reason="refusal", usage=COST),
    "context window": reply("So long", stop_reason="model_context_window_exceeded", usage=COST),
    "candidate with a lint finding": reply(submit("return m * 2"), usage=COST),
    "candidate that raises": _raising,
    "candidate of the wrong type": reply(submit("return str(n)"), usage=COST),
}
ENDING = ("status 4", "429 for", "refusal", "context")
"""How the names of those begin that end a session; drawn less often, so that sessions get to be long."""


@dataclass
class Figures:
    """What a campaign came to.

    Attributes:
        outcomes: how many generations ended how: `right`, or an error's name.
        played: how often each fault was met.
        requests: to the provider.
        wrong: what should not have happened, with the generation's number.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    played: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    wrong: list[str] = field(default_factory=list)


def campaign(folder: Path, generations: int, seed: int) -> Figures:
    """Play so many generations, each in a project of its own below `folder`."""
    figures = Figures()
    for number in range(generations):
        root = folder / f"project-{number}"
        root.mkdir()
        try:
            _play(root, random.Random(f"{seed}/{number}"), figures)  # noqa: S311 - to be had again by its seed
        except (Exception, AssertionError) as error:  # noqa: BLE001 - that it comes to this is a finding
            figures.wrong.append(f"generation {number} of seed {seed}: {type(error).__name__}: {error}")
    return figures


def _play(root: Path, chance: random.Random, figures: Figures) -> None:
    weights = [0.3 if name.startswith(ENDING) else 1.0 for name in FAULTS]
    names = chance.choices([*FAULTS], weights, k=chance.randint(0, 8))
    budget = Budget(
        tokens=chance.choice((None, None, 1000, 3000)),
        usd=chance.choice((None, None, 0.002, 0.006)),
    )
    events: list[Event] = []
    with MessagesServer(*[FAULTS[name] for name in names], RIGHT) as server:
        asked = Asked(server.url, name=MODEL)
        engine = Engine(model=asked.model, budget=budget, max_turns=chance.choice((4, 40)), observe=events.append)
        with one_stub(root, engine, "[tool.jiti.budget]\nprocess_usd = 1000\n") as stub:
            try:
                value, outcome = stub.double(21), "right"
                assert value == 42, f"it returned {value}"
            except JitiError as error:
                outcome = type(error).__name__
            _check_mirror(stub.state, stub.left_behind(), outcome)
    _check_budget(events, budget)
    figures.outcomes[outcome] += 1
    figures.requests += len(server.requests)
    figures.played.update(names[: len(server.requests)])


def _check_mirror(state: str, left_behind: list[str], outcome: str) -> None:
    expected = "fresh" if outcome == "right" else "missing"
    assert (state, left_behind) == (expected, []), f"{outcome}: {state}, {left_behind}"


def _check_budget(events: list[Event], budget: Budget) -> None:
    (end,) = [event for event in events if isinstance(event, SessionEnded)]
    most_tokens = (budget.tokens or 0) + REQUESTS_A_TURN * COST.tokens
    assert budget.tokens is None or end.usage.tokens < most_tokens, f"{end.usage} of {budget.tokens}"
    a_turn = REQUESTS_A_TURN * 0.0016  # US dollars: 300 tokens in and 100 out of the model's
    assert end.usd is not None
    assert budget.usd is None or end.usd < budget.usd + a_turn, f"${end.usd} of ${budget.usd}"


def main(generations: int = 200, seed: int = 1) -> int:
    """Print the figures of a campaign; gives the exit code."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures = campaign(Path(folder), generations, seed)
    seconds = time.monotonic() - start
    lines = [
        f"{generations} generations (seed {seed}), {figures.requests} requests, {seconds:.0f} s",
        *_counted(figures.outcomes),
        f"{figures.played.total()} faults met",
        *_counted(figures.played),
        f"{len(figures.wrong)} wrong",
        *figures.wrong,
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if figures.wrong else 0


def _counted(counts: Counter[str]) -> list[str]:
    return [f"  {count:4}  {name}" for name, count in counts.most_common()]


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
