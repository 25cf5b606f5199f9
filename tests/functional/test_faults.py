"""Everything that a provider may do wrong, through the real client: what is tried again, what is said, what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anthropic
import pytest

from jiti import ConfigError, Engine, ModelError
from jiti.testing import MessagesServer, ScriptedModel, fault, reply
from jiti.usage import Usage
from tests.campaigns.faults import campaign
from tests.functional.one_stub import RIGHT, Asked, one_stub
from tests.functional.outcome import Outcome, call_with

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.0.0.1"


# ---------------------------------------------------------------- what is turned down

TURNED_DOWN = {
    "400": (400, "turned the request down (400: scripted", "Its words say why."),
    "402": (402, f"{HOST} asks for payment (402", "Mend the account's billing"),
    "403": (403, "does not let these credentials use claude-test (403", "Set JITI_MODEL to a model that they may use"),
    "404": (404, f"{HOST} has no model 'claude-test' (404", "must not end in /v1"),
    "413": (413, f"the request is larger than {HOST} takes (413", 'values = "types" under [tool.jiti]'),
}


@pytest.mark.parametrize(("status", "message", "hint"), TURNED_DOWN.values(), ids=TURNED_DOWN)
def test_what_would_be_turned_down_again_is_sent_once(tmp_path: Path, status: int, message: str, hint: str) -> None:
    outcome = call_with(tmp_path, fault.status(status), RIGHT)
    error = outcome.assert_error(ModelError, message, hint)
    assert isinstance(error.__cause__, anthropic.APIStatusError)
    assert (outcome.requests, outcome.waits) == (1, [])


def test_the_call_after_a_fault_simply_tries_again(tmp_path: Path) -> None:
    with MessagesServer(fault.status(401), RIGHT) as server:
        asked = Asked(server.url)
        with one_stub(tmp_path, Engine(model=asked.model)) as stub:
            with pytest.raises(ModelError):
                stub.double(21)
            assert stub.double(21) == 42
            assert (stub.state, stub.left_behind()) == ("fresh", [])


# ---------------------------------------------------------------- what passes, or does not

SPENT = reply("It goes on and on.", usage=Usage(10, 5))
STAYS = {
    "429 with retry-after": (
        fault.status(429, retry_after=7),
        [7.0, 7.0],
        f"{HOST} limits how much is asked of it, and that is used up (429",
        "Try again in 7 s.",
    ),
    "429 without": (fault.status(429, retry_after=None), [0.5, 1.0], "that is used up (429", "Wait a minute, then"),
    "500": (fault.status(500, retry_after=None), [0.5, 1.0], f"{HOST} failed (500: scripted", "Try again later."),
    "529": (fault.status(529, retry_after=None), [0.5, 1.0], f"{HOST} is overloaded (529", "other than claude-test"),
    "overloaded in mid-stream": (
        fault.sse_error("overloaded_error"),
        [0.5, 1.0],
        f"{HOST} is overloaded (529",
        "or set JITI_MODEL",
    ),
    "reset": (fault.reset(), [0.5, 1.0], f"cannot reach {HOST}: ", "Check the network and ANTHROPIC_BASE_URL (now "),
    "time-out before the stream": (fault.hang(), [0.5, 1.0], f"{HOST} did not answer in time", "a longer time-out"),
    "time-out in mid-stream": (
        fault.stall(4, SPENT),
        [0.5, 1.0],
        f"the reply of {HOST} broke off 3 times in a row: ",
        "a proxy on the way",
    ),
    "cut stream": (fault.cut(4, SPENT), [0.5, 1.0], f"the reply of {HOST} broke off 3 times in a row: ", "Try again;"),
    "a stream that ends early": (fault.end_early(4, SPENT), [0.5, 1.0], "it ended before its last event", "Try again;"),
    "a web page": (fault.garbage(), [0.5, 1.0], "it ended before its last event", "Try again;"),
}


@pytest.mark.parametrize(("failing", "waits", "message", "hint"), STAYS.values(), ids=STAYS)
def test_what_may_pass_is_tried_three_times(
    tmp_path: Path, failing: fault.Fault, waits: list[float], message: str, hint: str
) -> None:
    outcome = call_with(tmp_path, failing, failing, failing, RIGHT)
    error = outcome.assert_error(ModelError, message, hint)
    assert isinstance(error.__cause__, Exception)
    assert (outcome.requests, outcome.waits) == (3, waits)
    assert "the next call tries again" in str(error) or "429" in str(error)


@pytest.mark.parametrize(("failing", "waits"), [case[:2] for case in STAYS.values()], ids=STAYS)
def test_what_has_passed_is_not_noticed(tmp_path: Path, failing: fault.Fault, waits: list[float]) -> None:
    outcome = call_with(tmp_path, failing, RIGHT)
    outcome.assert_right()
    assert (outcome.requests, outcome.waits) == (2, waits[:1])


def test_a_provider_that_asks_for_an_hour_is_not_waited_for(tmp_path: Path) -> None:
    outcome = call_with(tmp_path, fault.status(429, retry_after=3600), RIGHT)
    outcome.assert_error(ModelError, "that is used up (429", "Try again in 3600 s.")
    assert (outcome.requests, outcome.waits) == (1, [])


def test_a_client_says_how_often_is_tried(tmp_path: Path) -> None:
    with MessagesServer(*[fault.status(529)] * 9) as server:
        client = anthropic.Anthropic(base_url=server.url, api_key="key", max_retries=4)
        engine = Engine(client=client)
        with one_stub(tmp_path, engine) as stub, pytest.raises(ModelError, match="is overloaded"):
            stub.double(21)
    assert len(server.requests) == 5


def test_the_tokens_of_replies_that_broke_off_are_counted(tmp_path: Path) -> None:
    error = call_with(tmp_path, *[fault.cut(4, SPENT)] * 3).error
    assert isinstance(error, ModelError)
    assert error.usage == Usage(30, 3)
    assert "spent: 33 tokens" in str(error)


# ---------------------------------------------------------------- what never arrives


def nowhere(root: Path, url: str) -> tuple[Outcome, list[float]]:
    asked = Asked(url)
    outcome = Outcome(root, asked.model, asked.waits, ScriptedModel())
    return outcome, outcome.waits


def test_a_connection_that_is_not_safe_is_tried_once(tmp_path: Path) -> None:
    with MessagesServer(RIGHT) as server:
        outcome, waits = nowhere(tmp_path, server.url.replace("http:", "https:"))
    error = outcome.assert_error(ModelError, f"there is no safe connection to {HOST}: ", "mostly http://, not https://")
    assert isinstance(error.__cause__, anthropic.APIConnectionError)
    assert (server.requests, waits) == ([], [])


def test_an_address_that_is_none_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://host:port")
    with one_stub(tmp_path, Engine()) as stub, pytest.raises(ConfigError, match="cannot be set up") as caught:
        stub.double(21)
    assert "ANTHROPIC_BASE_URL" in str(caught.value.hint)


# ---------------------------------------------------------------- all of it, in random order


def test_generations_under_faults_in_random_order_end_well_or_in_an_error_of_ours(tmp_path: Path) -> None:
    """A short run of the campaign that `python -m tests.campaigns.faults` runs at length."""
    figures = campaign(tmp_path, generations=12, seed=20261121)
    assert figures.wrong == []
    assert sum(figures.outcomes.values()) == 12
    assert {"right", "ModelError"} <= set(figures.outcomes)
