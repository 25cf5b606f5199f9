"""What a provider does wrong: what is tried again, and what is said of it."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import anthropic
import httpx2
import pytest

from jiti.errors import ModelError
from jiti.models import Text
from jiti.models.anthropic import AnthropicModel
from jiti.testing import MessagesServer, fault, reply, say
from jiti.usage import Usage
from tests.unit.models.asked import KEY, REQUEST, Asked, answered_by

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize("broken", [fault.cut(4), fault.cut(0), fault.end_early(4), fault.garbage()], ids=str)
def test_a_reply_that_breaks_off_is_asked_for_again_whole(broken: fault.Fault) -> None:
    with MessagesServer(broken, say("a")) as server:
        asked = Asked(server)
        assert asked.reply().blocks == (Text("a"),)
    first, second = server.requests
    assert (first.body, asked.waits) == (second.body, [0.5])


def test_what_a_broken_reply_had_cost_is_counted() -> None:
    whole = reply("a long story", usage=Usage(100, 50, 1000, 10))
    with MessagesServer(fault.cut(4, whole), whole) as server:
        # Of the first, which broke off, one token of output had been counted.
        assert Asked(server).reply().usage == Usage(200, 51, 2000, 20)


def test_replies_that_break_off_again_and_again_are_an_error_that_says_what_they_cost() -> None:
    whole = reply("a long story", usage=Usage(100, 50, 1000, 10))
    with MessagesServer(*[fault.cut(4, whole)] * 3) as server:
        asked = Asked(server)
        error = asked.error()
    assert error.usage == Usage(300, 3, 3000, 30)
    assert str(error).startswith(f"{KEY}: the reply of 127.0.0.1 broke off 3 times in a row: ")
    assert isinstance(error.__cause__, httpx2.RemoteProtocolError)
    assert (error.key, len(server.requests), asked.waits) == (KEY, 3, [0.5, 1.0])


def test_a_web_page_instead_of_a_reply_is_an_error() -> None:
    with MessagesServer(fault.garbage()) as server:
        error = Asked(server, retries=0).error()
    assert str(error).startswith(f"{KEY}: the reply of 127.0.0.1 broke off once: it ended before its last event")


def test_an_overload_inside_of_a_reply_is_tried_again() -> None:
    with MessagesServer(fault.sse_error("overloaded_error"), fault.sse_error("rate_limit_error"), say("a")) as server:
        asked = Asked(server)
        assert asked.reply().blocks == (Text("a"),)
    assert (len(server.requests), asked.waits) == (3, [0.5, 1.0])


def test_an_overload_that_stays_is_told_as_such() -> None:
    with MessagesServer(*[fault.sse_error("overloaded_error", "busy")] * 2) as server:
        error = Asked(server, retries=1).error()
    assert error.args == (f"{KEY}: 127.0.0.1 is overloaded (529: busy, request req_scripted)",)
    assert str(error.hint).startswith("Try again later")


def test_a_mistake_told_inside_of_a_reply_is_not_tried_again() -> None:
    with MessagesServer(fault.sse_error("invalid_request_error", "no such tool")) as server:
        error = Asked(server).error()
    assert str(error).startswith(f"{KEY}: 127.0.0.1 turned the request down (400: no such tool")
    assert len(server.requests) == 1


def test_a_rate_limit_is_waited_for() -> None:
    with MessagesServer(fault.status(429, retry_after=0), say("a")) as server:
        assert Asked(server).reply().blocks == (Text("a"),)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("status", "requests", "message", "hint"),
    [
        (400, 1, "turned the request down", "try another model"),
        (401, 1, "does not accept the credentials", "ANTHROPIC_API_KEY"),
        (402, 1, "asks for payment", "billing"),
        (403, 1, "does not let these credentials use claude-test", "JITI_MODEL"),
        (404, 1, "has no model 'claude-test'", "JITI_MODEL"),
        (413, 1, "the request is larger than 127.0.0.1 takes", 'values = "types"'),
        (418, 1, "turned the request down", "Messages API"),
        (429, 3, "limits how much is asked of it", "Wait a minute"),
        (500, 3, "127.0.0.1 failed", "Try again later"),
        (504, 3, "127.0.0.1 failed", "Try again later"),
        (529, 3, "is overloaded", "a model other than claude-test"),
    ],
)
def test_a_status_says_what_happened_and_what_to_do(status: int, requests: int, message: str, hint: str) -> None:
    with MessagesServer(*[fault.status(status, "scripted reason")] * 3) as server:
        error = Asked(server).error()
    assert message in error.args[0]
    assert f"({status}: scripted reason, request req_scripted)" in error.args[0]
    assert hint in str(error.hint)
    assert isinstance(error.__cause__, anthropic.APIStatusError)
    assert (error.key, len(server.requests)) == (KEY, requests)


def test_a_rate_limit_says_how_long_to_wait() -> None:
    with MessagesServer(fault.status(429, retry_after=30)) as server:
        error = Asked(server, retries=0).error()
    assert error.hint == "Try again in 30 s."


def test_as_long_is_waited_as_the_provider_asks() -> None:
    with MessagesServer(fault.status(429, retry_after=45), fault.status(529, retry_after=None), say("a")) as server:
        asked = Asked(server)
        assert asked.reply().blocks == (Text("a"),)
    assert asked.waits == [45.0, 1.0]


def test_more_than_a_minute_is_not_waited() -> None:
    with MessagesServer(fault.status(429, retry_after=3600)) as server:
        asked = Asked(server)
        assert asked.error().hint == "Try again in 3600 s."
    assert (len(server.requests), asked.waits) == (1, [])


def test_nothing_is_waited_for_when_the_time_would_be_over() -> None:
    with MessagesServer(fault.status(429, retry_after=30)) as server:
        asked = Asked(server)
        with pytest.raises(ModelError, match="limits how much"):
            asked.model.reply(replace(REQUEST, seconds=29.0))
    assert (len(server.requests), asked.waits) == (1, [])


@pytest.mark.parametrize(("word", "status", "requests"), [("false", 529, 1), ("true", 400, 3)])
def test_the_provider_may_say_itself_what_is_worth_a_retry(word: str, status: int, requests: int) -> None:
    asked: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(status, json={}, headers={"x-should-retry": word})

    http = anthropic.DefaultHttpxClient(transport=httpx2.MockTransport(handler))
    client = anthropic.Anthropic(base_url="http://localhost:1", api_key="key", http_client=http)
    with pytest.raises(ModelError):
        AnthropicModel("claude-test", client, sleep=lambda _: None).reply(REQUEST)
    assert len(asked) == requests


def test_a_rate_limit_that_does_not_say_how_long_is_given_a_minute() -> None:
    with MessagesServer(fault.status(429, retry_after=None)) as server:
        error = Asked(server, retries=0).error()
    assert error.hint == "Wait a minute, then try again."


def test_a_reset_connection_is_an_error_that_names_the_host() -> None:
    with MessagesServer(fault.reset()) as server:
        error = Asked(server, retries=0).error()
    assert str(error).startswith(f"{KEY}: cannot reach 127.0.0.1: ")
    assert len(server.requests) == 1


def test_a_refused_connection_names_the_host_and_the_variable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    client = anthropic.Anthropic(base_url=f"http://127.0.0.1:{port}", api_key="key", max_retries=0)
    with pytest.raises(ModelError, match=r"cannot reach 127\.0\.0\.1: .*refused") as caught:
        AnthropicModel("claude-test", client).reply(REQUEST)
    assert f"ANTHROPIC_BASE_URL (now http://127.0.0.1:{port}" in str(caught.value.hint)
    assert isinstance(caught.value.__cause__, anthropic.APIConnectionError)


def test_a_page_with_a_status_is_told_in_short() -> None:
    model = answered_by(lambda _: httpx2.Response(502, text="<p>Bad gateway</p>" * 1000))
    with pytest.raises(ModelError, match=r"localhost failed \(502: .*<p>Bad gateway</p>") as caught:
        model.reply(REQUEST)
    assert len(str(caught.value)) < 1500


def test_no_answer_in_time_is_an_error() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        message = "scripted"
        raise httpx2.ReadTimeout(message, request=request)

    with pytest.raises(ModelError, match="localhost did not answer in time"):
        answered_by(handler).reply(REQUEST)


def test_a_stream_that_stalls_is_an_error() -> None:
    class Stalling(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b'event: message_start\ndata: {"type": "message_start", "message": {}}\n\n'
            message = "nothing for a while"
            raise httpx2.ReadTimeout(message)

    model = answered_by(lambda _: httpx2.Response(200, stream=Stalling()))
    with pytest.raises(ModelError, match="broke off once: nothing for a while"):
        model.reply(REQUEST)


@pytest.mark.parametrize("data", ['{"type": "message_start"', '"a word"', "[1]", "7"])
def test_events_that_are_none_are_an_error(data: str) -> None:
    model = answered_by(lambda _: httpx2.Response(200, text=f"event: message_start\ndata: {data}\n\n"))
    with pytest.raises(ModelError, match="the reply of localhost broke off once"):
        model.reply(REQUEST)
