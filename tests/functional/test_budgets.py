"""Budgets hold to within one turn: turns, tokens, dollars and seconds of a stub, dollars of a process."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from jiti import Budget, BudgetExceededError, Engine, GenerationError
from jiti.submission import OutOfTimeError
from jiti.testing import MessagesServer, Project, ScriptedModel, call, fault, reply, submit
from jiti.usage import Usage
from tests.functional.one_stub import WRONG, Asked, one_stub

if TYPE_CHECKING:
    from pathlib import Path

PRICED = "claude-sonnet-5-5"
LOOKS = reply(call("inspect", expr="n"), usage=Usage(input=200, output=100))
"""A turn of 300 tokens, which cost $0.0014 of that model."""


def spent_by(root: Path, engine: Engine) -> GenerationError:
    """The error of a session that runs into a limit."""
    with one_stub(root, engine) as stub:
        with pytest.raises(GenerationError) as caught:
            stub.double(21)
        assert (stub.state, stub.left_behind()) == ("missing", [])
        assert caught.value.key == stub.key
    return caught.value


def test_turns(tmp_path: Path) -> None:
    with MessagesServer(WRONG, WRONG, WRONG) as server:
        error = spent_by(tmp_path, Engine(model=Asked(server.url).model, max_turns=2))
    assert type(error) is GenerationError
    assert "no candidate passed in 2 turns" in str(error)
    assert "`max_turns` under [tool.jiti] or Engine(max_turns=…) allows more" in str(error)
    assert [finding.check for finding in error.diagnostics][:1] == ["ruff"]
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("budget", "shown", "requests"),
    [
        (Budget(tokens=600), "600 of 600 tokens", 2),
        (Budget(tokens=601), "900 of 601 tokens", 3),
        (Budget(usd=0.002), "$0.0028 of $0.0020", 2),
        (Budget(usd=0.0), "$0.0000 of $0.0000", 0),
        (Budget(tokens=100_000, usd=0.001), "$0.0014 of $0.0010", 1),
    ],
    ids=str,
)
def test_tokens_and_dollars(tmp_path: Path, budget: Budget, shown: str, requests: int) -> None:
    with MessagesServer(*[LOOKS] * 9) as server:
        error = spent_by(tmp_path, Engine(model=Asked(server.url, name=PRICED).model, budget=budget))
    assert isinstance(error, BudgetExceededError)
    assert (error.spent.tokens, error.limit.tokens, error.limit.usd) == (300 * requests, budget.tokens, budget.usd)
    assert f"the budget is spent: {shown}" in str(error)
    assert "under [tool.jiti.budget] or Engine(budget=Budget(" in str(error)
    assert len(server.requests) == requests


def test_what_replies_that_broke_off_had_cost_counts(tmp_path: Path) -> None:
    broken = fault.cut(4, LOOKS)  # of each, 200 tokens of input and one of output were counted
    with MessagesServer(broken, broken, LOOKS, LOOKS) as server:
        error = spent_by(tmp_path, Engine(model=Asked(server.url).model, budget=Budget(tokens=700)))
    assert isinstance(error, BudgetExceededError)
    assert "702 of 700 tokens" in str(error)
    assert len(server.requests) == 3


@pytest.mark.parametrize("stuck", [fault.hang(), fault.stall(4), fault.chatter()], ids=str)
def test_seconds_end_even_a_request_that_never_ends(tmp_path: Path, stuck: fault.Fault) -> None:
    with MessagesServer(stuck, stuck) as server:
        asked = Asked(server.url, read=600.0)
        start = time.monotonic()
        error = spent_by(tmp_path, Engine(model=asked.model, budget=Budget(seconds=0.5)))
    assert isinstance(error, BudgetExceededError)
    assert "`seconds` under [tool.jiti.budget]" in str(error)
    assert (len(server.requests), asked.waits) == (1, [])
    assert time.monotonic() - start < 60


def test_seconds_end_even_a_check_that_has_more_time_of_its_own(tmp_path: Path) -> None:
    """A live call may take ten."""
    endless = submit("while True:\n    n += 1")
    with MessagesServer(endless, endless) as server:
        error = spent_by(tmp_path, Engine(model=Asked(server.url).model, budget=Budget(seconds=3)))
    assert isinstance(error, BudgetExceededError)
    seconds = re.search(r"the budget is spent: (\d+) of 3 seconds", str(error))
    assert seconds is not None
    assert int(seconds[1]) < 10
    assert isinstance(error.__cause__, OutOfTimeError)
    assert len(server.requests) == 1


TWO_STUBS = '''from jiti import jiti


@jiti
def double(n: int) -> int:
    """Twice n."""


@jiti
def triple(n: int) -> int:
    """Thrice n."""
'''
CALLS = """
import jiti, app
for name in ("double", "triple"):
    try:
        print(getattr(app, name)(2))
    except jiti.JitiError as error:
        print(type(error).__name__, error)
"""


def two_stubs(settings: str, cost: Usage) -> Project:
    """A project whose stubs cost so much each."""
    model = ScriptedModel(reply(submit("return 2 * n"), usage=cost), reply(submit("return 3 * n"), usage=cost))
    return Project({"app.py": TWO_STUBS, "pyproject.toml": settings}, model, server=True)


def test_dollars_of_a_process() -> None:
    """The second stub has to wait for a new process; the first is there."""
    project = two_stubs("[tool.jiti.budget]\nprocess_usd = 0.05\n", Usage(output=6000))
    first = project.run("python", "-c", CALLS)
    lines = first.stdout.splitlines()
    assert lines[:2] == [
        "4",
        "BudgetExceededError app.py::triple: this process has spent its budget: $0.0600 of $0.0500",
    ]
    assert "`process_usd` under [tool.jiti.budget] allows more" in first.stdout
    assert len(project.received) == 1
    assert project.run("python", "-c", CALLS).stdout.splitlines() == ["4", "6"]
    assert len(project.received) == 2


def test_a_process_stops_at_five_dollars_where_nobody_says_otherwise() -> None:
    told = two_stubs("", Usage(output=500_000)).run("python", "-c", CALLS).stdout
    assert "this process has spent its budget: $5.0000 of $5.0000" in told


@pytest.mark.parametrize(
    ("limit", "lines"),
    [
        ("usd = 1", 1),
        ("process_usd = 1", 1),
        ("tokens = 100_000", 0),
    ],
)
def test_an_unknown_price_is_told_once_where_dollars_are_limited(limit: str, lines: int) -> None:
    settings = f'[tool.jiti]\nmodel = "qwen3-coder"\n[tool.jiti.budget]\n{limit}\n'
    ran = two_stubs(settings, Usage(output=90_000)).run("python", "-c", CALLS)
    assert ran.stdout.splitlines() == ["4", "6"], ran.stderr
    told = "jiti: the price of qwen3-coder is not known: only its tokens are counted, and no dollars"
    assert ran.stderr.splitlines().count(told) == lines
