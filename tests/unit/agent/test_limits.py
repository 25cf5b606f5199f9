"""How far a session may go: turns, tokens, dollars and seconds, and the process's dollars."""

from __future__ import annotations

from dataclasses import replace

from jiti.agent.ledger import Purse
from jiti.agent.session import Limits
from jiti.errors import BudgetExceededError, GenerationError, ModelError
from jiti.events import PriceUnknown
from jiti.models import Reply, Request
from jiti.settings import Settings
from jiti.submission import OutOfTimeError
from jiti.testing import call, reply, submit
from jiti.usage import Budget, Usage
from tests.unit.agent.stage import KEY, LIMITS, WRONG, Stage, right


def test_spent_turns_say_how_many_and_what_was_wrong_and_what_allows_more(stage: Stage) -> None:
    played = stage.play(*[submit("x")] * 3, verdicts=[WRONG], limits=replace(LIMITS, max_turns=2))
    error = played.error
    assert type(error) is GenerationError
    assert error.diagnostics == WRONG.diagnostics
    assert error.session == str(played.path)
    assert f"{KEY}: no candidate passed in 2 turns" in str(error)
    assert "undefined name 'x'" in str(error)
    assert "max_turns" in str(error)
    assert len(played.model.requests) == 2


def test_spent_tokens_end_it_within_one_turn(stage: Stage) -> None:
    costly = reply(call("docs", name="x"), usage=Usage(input=10, output=20, cache_read=30, cache_write=40))
    played = stage.play(costly, costly, costly, limits=replace(LIMITS, budget=Budget(tokens=150)))
    error = played.error
    assert isinstance(error, BudgetExceededError)
    assert (error.spent.tokens, error.limit) == (200, Budget(tokens=150))
    assert error.usage == error.spent
    assert "200 of 150 tokens" in str(error)
    assert "`tokens` under [tool.jiti.budget]" in str(error)
    assert len(played.model.requests) == 2


def test_spent_dollars_end_it_where_the_price_is_known(stage: Stage) -> None:
    blocks = call("docs", name="x").blocks
    priced = Reply(blocks, "tool_use", Usage(output=100_000), "claude-sonnet-5-5")
    played = stage.play(priced, priced, limits=replace(LIMITS, budget=Budget(usd=0.5)))
    assert isinstance(played.error, BudgetExceededError)
    assert "$1.0000 of $0.5000" in str(played.error)
    assert played.lines[-1]["usd"] == 1.0


def test_dollars_do_not_count_where_the_price_is_not_known_and_that_is_told(stage: Stage) -> None:
    unpriced = reply(call("docs", name="x"), usage=Usage(output=100_000))
    limits = replace(LIMITS, budget=Budget(usd=0.01))
    purse = Purse()
    played = stage.play(unpriced, unpriced, submit("return 1"), limits=limits, purse=purse)
    assert played.accepted is not None
    assert played.accepted.usd is None
    told = [event for event in played.events if isinstance(event, PriceUnknown)]
    assert told == [PriceUnknown(KEY, "scripted")]
    again = stage.play(unpriced, submit("return 1"), limits=limits, purse=purse)
    assert not [event for event in again.events if isinstance(event, PriceUnknown)]


def test_an_unknown_price_is_not_spoken_of_where_nobody_has_set_a_limit_in_dollars(stage: Stage) -> None:
    played = stage.play(reply(submit("return 1"), usage=Usage(output=100_000)))
    assert not [event for event in played.events if isinstance(event, PriceUnknown)]
    limited = stage.play(reply(submit("return 1"), usage=Usage(1)), limits=replace(LIMITS, process_usd=1.0))
    assert PriceUnknown(KEY, "scripted") in limited.events


def test_what_is_known_of_the_price_counts_beside_what_is_not(stage: Stage) -> None:
    blocks = call("docs", name="x").blocks
    replies = [Reply(blocks, "tool_use", Usage(output=100_000), name) for name in ("claude-sonnet-5-5", "another")]
    played = stage.play(*replies, *replies, limits=replace(LIMITS, budget=Budget(usd=1.5)))
    assert isinstance(played.error, BudgetExceededError)
    assert "$2.0000 of $1.5000" in str(played.error)
    assert len(played.model.requests) == 3


# ---------------------------------------------------------------- the process's budget


def dear(*parts: Reply) -> Reply:
    """A reply that costs a dollar."""
    return replace(reply(*parts, usage=Usage(output=100_000)), model="claude-sonnet-5-5")


def test_all_sessions_of_a_process_share_its_dollars(stage: Stage) -> None:
    limits = replace(LIMITS, process_usd=2.5)
    purse = Purse()
    assert stage.play(dear(submit("return 1")), limits=limits, purse=purse).accepted is not None
    second = stage.play(*[dear(call("docs", name="x"))] * 9, limits=limits, purse=purse)
    error = second.error
    assert isinstance(error, BudgetExceededError)
    assert len(second.model.requests) == 2
    assert "this process has spent its budget: $3.0000 of $2.5000" in str(error)
    assert "`process_usd` under [tool.jiti.budget]" in str(error)
    assert (error.spent, error.limit) == (Usage(output=300_000), Budget(usd=2.5))
    assert error.usage == Usage(output=200_000)


def test_a_process_that_has_spent_its_dollars_sends_nothing_more(stage: Stage) -> None:
    purse = Purse()
    purse.spend(Usage(1), 5.0)
    played = stage.play(submit("return 1"), purse=purse)
    assert isinstance(played.error, BudgetExceededError)
    assert "$5.0000 of $5.0000" in str(played.error)
    assert played.model.requests == []


def test_a_candidate_that_passed_is_kept_when_the_process_has_spent_its_dollars(stage: Stage) -> None:
    played = stage.play(dear(submit("a", quality=1)), submit("b"), limits=replace(LIMITS, process_usd=0.5))
    assert played.accepted is not None
    assert played.accepted.quality == 1.0


def test_a_session_lasts_fifteen_minutes_where_the_budget_does_not_say() -> None:
    assert Limits.of(Settings()).budget == Budget(seconds=900.0)
    budget = Budget(usd=1.0, seconds=7_200.0)
    assert Limits.of(Settings(budget=budget)).budget == budget


def test_spent_seconds_end_it(stage: Stage) -> None:
    now = [0.0]

    def slow(_request: object) -> Reply:
        now[0] += 60
        return call("docs", name="x")

    played = stage.play(slow, slow, slow, limits=replace(LIMITS, budget=Budget(seconds=100)), clock=lambda: now[0])
    assert isinstance(played.error, BudgetExceededError)
    assert "120 of 100 seconds" in str(played.error)
    assert len(played.model.requests) == 2


def test_a_request_is_told_the_seconds_that_are_left(stage: Stage) -> None:
    now = [0.0]

    def slow(request: Request) -> Reply:
        assert request.seconds == 100 - now[0]
        now[0] += 40
        return call("docs", name="x")

    limits = replace(LIMITS, budget=Budget(seconds=100))
    played = stage.play(slow, slow, submit("return 1"), limits=limits, clock=lambda: now[0])
    assert played.accepted is not None
    assert [request.seconds for request in played.model.requests] == [100, 60, 20]
    assert stage.play(submit("return 1")).model.requests[0].seconds is None


def test_what_a_failure_had_cost_is_counted(stage: Stage) -> None:
    failure = ModelError("it broke off", usage=Usage(output=20))
    played = stage.play(reply(call("docs", name="x"), usage=Usage(input=7)), failure)
    assert played.error is failure
    assert failure.usage == Usage(7, 20)
    assert played.lines[-1]["usage"]["output"] == 20


def test_a_failure_that_took_the_last_of_the_seconds_is_told_as_such(stage: Stage) -> None:
    now = [0.0]
    failure = ModelError("no answer in time")

    def hangs(_request: Request) -> Reply:
        now[0] += 100
        raise failure

    played = stage.play(hangs, limits=replace(LIMITS, budget=Budget(seconds=100)), clock=lambda: now[0])
    assert isinstance(played.error, BudgetExceededError)
    assert "100 of 100 seconds" in str(played.error)
    assert played.error.__cause__ is failure


def test_a_check_that_the_end_of_the_seconds_ends_is_told_as_such(stage: Stage) -> None:
    now = [0.0]

    def slow(_request: object) -> Reply:
        now[0] += 101
        return submit("while True: pass")

    limits = replace(LIMITS, budget=Budget(seconds=100))
    ended = OutOfTimeError()
    played = stage.play(slow, submit("return 1"), verdicts=[ended], limits=limits, clock=lambda: now[0])
    assert isinstance(played.error, BudgetExceededError)
    assert played.error.args == (f"{KEY}: the budget is spent: 101 of 100 seconds",)
    assert "`seconds` under [tool.jiti.budget]" in str(played.error.hint)
    assert (played.error.limit, played.error.__cause__) == (limits.budget, ended)
    assert len(played.model.requests) == 1


def test_a_candidate_that_passed_is_kept_when_the_seconds_end_the_check_of_the_next(stage: Stage) -> None:
    script = submit("a", quality=1), submit("while True: pass")
    played = stage.play(*script, verdicts=[right(), OutOfTimeError()], limits=replace(LIMITS, budget=Budget(seconds=9)))
    assert played.accepted is not None
    assert (played.accepted.candidate, played.error) == (right().candidate, None)


def test_the_workbench_is_told_the_seconds_that_are_left(stage: Stage) -> None:
    now = [0.0]
    limits = replace(LIMITS, budget=Budget(seconds=100))
    played = stage.play(submit("return 1"), limits=limits, clock=lambda: now[0])
    now[0] = 30.0
    assert played.workbench.seconds_left() == 70.0
