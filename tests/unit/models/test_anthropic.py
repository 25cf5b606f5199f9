"""The real client of the `anthropic` package, against a server on this machine."""

from __future__ import annotations

import math
import socket
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import anthropic
import httpx2
import pytest

from jiti.errors import ConfigError, ModelError
from jiti.models import Message, Opaque, Reply, Request, Text, ToolCall, ToolSpec
from jiti.models.anthropic import AnthropicModel
from jiti.testing import MessagesServer, call, fault, reply, say, submit
from jiti.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Self

KEY = "app/text.py::slugify"
SUBMIT = ToolSpec("submit", "Hand in a candidate.", {"type": "object"})
REQUEST = Request(KEY, "-", ("You write code.",), (SUBMIT,), (Message("user", (Text("Write slugify."),)),), 1000)


class Asked:
    """A model on a server's script.

    `waits` are those that it asked for, instead of waiting, rounded up to half a second: chance takes up to a quarter
    off each.
    """

    def __init__(self, server: MessagesServer, *, retries: int = 2) -> None:
        self.waits: list[float] = []
        client = anthropic.Anthropic(base_url=server.url, api_key="key", max_retries=retries)
        self.model = AnthropicModel("claude-test", client, sleep=self._wait)

    def _wait(self, seconds: float) -> None:
        self.waits.append(math.ceil(seconds * 2) / 2)

    def reply(self) -> Reply:
        return self.model.reply(REQUEST)

    def error(self) -> ModelError:
        with pytest.raises(ModelError) as caught:
            self.reply()
        return caught.value


def answered_by(handler: Callable[[httpx2.Request], httpx2.Response]) -> AnthropicModel:
    """A model whose client has that function for a network."""
    http = anthropic.DefaultHttpxClient(transport=httpx2.MockTransport(handler))
    client = anthropic.Anthropic(base_url="http://localhost:1", api_key="key", max_retries=0, http_client=http)
    return AnthropicModel("claude-test", client)


def test_a_streamed_reply_arrives_whole() -> None:
    thinking = {"type": "thinking", "thinking": "What about accents, and runs of spaces?", "signature": "c2lnbmVk"}
    redacted = {"type": "redacted_thinking", "data": "b3BhcXVl"}
    unknown = {"type": "future_block", "parts": [{"text": "not known yet"}]}
    sent = reply(
        Opaque(thinking),
        Opaque(redacted),
        Opaque(unknown),
        "Grüße 😀, and a line\nthat is longer than one piece of the stream.",
        submit('return "-".join(text.split())', tests="def test_it() -> None: ...", quality=8.5),
        call("docs", name="unicodedata.normalize"),
        usage=Usage(input=120, output=45, cache_read=3000, cache_write=200),
    )
    with MessagesServer(sent) as server:
        got = Asked(server).reply()
    assert got == Reply(sent.blocks, "tool_use", Usage(120, 45, 3000, 200), "claude-test")


def test_what_is_asked_goes_out_with_the_key_and_as_a_stream() -> None:
    with MessagesServer(say("a")) as server:
        Asked(server).reply()
    (received,) = server.requests
    assert received.path == "/v1/messages"
    assert received.headers["authorization"] == "Bearer key"
    assert received.body == {
        "model": "claude-test",
        "max_tokens": 1000,
        "stream": True,
        "system": [{"type": "text", "text": "You write code.", "cache_control": {"type": "ephemeral"}}],
        "tools": [
            {
                "name": "submit",
                "description": "Hand in a candidate.",
                "input_schema": {"type": "object"},
                "cache_control": {"type": "ephemeral"},
            }
        ],
        "messages": [
            {
                "role": "user",
                "content": [{"type": "text", "text": "Write slugify.", "cache_control": {"type": "ephemeral"}}],
            }
        ],
    }


def test_a_refusal_is_a_reply() -> None:
    with MessagesServer(reply("I would rather not.", stop_reason="refusal")) as server:
        assert Asked(server).reply().stop_reason == "refusal"


def test_a_malformed_input_comes_as_an_error_on_the_call() -> None:
    with MessagesServer(fault.tool_input('{"body": nope}')) as server:
        (block,) = Asked(server).reply().blocks
    said = "the call's input is not valid JSON: Expecting value: line 1 column 10 (char 9)"
    assert block == ToolCall("toolu_fault", "submit", {}, said)


def test_an_input_that_was_cut_off_comes_as_an_error_on_the_call() -> None:
    with MessagesServer(fault.tool_input('{"body": "return te', stop_reason="max_tokens")) as server:
        got = Asked(server).reply()
    said = "the call was cut off, as the reply had reached its limit of tokens: write less at once"
    assert (got.stop_reason, got.blocks) == ("max_tokens", (ToolCall("toolu_fault", "submit", {}, said),))


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


def test_a_password_in_the_address_is_not_told() -> None:
    client = anthropic.Anthropic(base_url="http://me:secret@127.0.0.1:1/api", api_key="key", max_retries=0)
    with pytest.raises(ModelError) as caught:
        AnthropicModel("claude-test", client).reply(REQUEST)
    assert "http://127.0.0.1:1/api" in str(caught.value)
    assert "secret" not in str(caught.value)


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


def test_an_error_in_our_own_code_is_not_told_as_the_providers() -> None:
    class Faulty:
        base_url = "http://localhost:1"

        max_retries = 0
        timeout = None

        @property
        def messages(self) -> object:
            message = "a bug"
            raise TypeError(message)

        def with_options(self, *, max_retries: int) -> Self:
            self.max_retries = max_retries
            return self

        def close(self) -> None:
            """Nothing is open."""

    with pytest.raises(TypeError, match="a bug"):
        AnthropicModel("claude-test", Faulty()).reply(REQUEST)


def test_without_credentials_the_error_says_what_to_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for home in ("HOME", "USERPROFILE", "APPDATA", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(home, str(tmp_path))
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    with pytest.raises(ModelError, match=r"there are no credentials for 127\.0\.0\.1") as caught:
        AnthropicModel("claude-test").reply(REQUEST)
    assert "Set ANTHROPIC_API_KEY" in str(caught.value.hint)
    assert isinstance(caught.value.__cause__, TypeError)


def test_a_profile_that_is_not_there_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("ANTHROPIC_PROFILE", "work")
    with pytest.raises(ConfigError, match="work"):
        AnthropicModel("claude-test").reply(REQUEST)


@pytest.mark.parametrize("variable", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"])
def test_the_environment_says_whom_to_ask_and_as_whom(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    with MessagesServer(say("a")) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv(variable, "from the environment")
        model = AnthropicModel("claude-test")
        model.reply(REQUEST)
    assert (model.name, model.host) == ("claude-test", "127.0.0.1")
    assert server.requests[0].headers["authorization"] == "Bearer from the environment"


def test_an_address_that_is_none_is_a_configuration_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://host:port")
    with pytest.raises(ConfigError, match="cannot be set up") as caught:
        _ = AnthropicModel("claude-test").host
    assert "ANTHROPIC_BASE_URL" in str(caught.value.hint)


@pytest.mark.parametrize("url", ["https://api.anthropic.com", "http://10.0.0.1:80", "http://localhost.example"])
def test_requests_to_other_machines_can_be_forbidden(url: str) -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        pytest.fail(f"a request went out to {request.url}")

    http = anthropic.DefaultHttpxClient(transport=httpx2.MockTransport(handler))
    client = anthropic.Anthropic(base_url=url, api_key="key", http_client=http)
    with pytest.raises(ModelError, match="was refused, as JITI_FORBID_REQUESTS is set"):
        AnthropicModel("claude-test", client).reply(REQUEST)


def test_warming_makes_the_client_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    with MessagesServer(say("a")) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "key")
        model = AnthropicModel("claude-test")
        model.warm()
        model.warm()
        assert model.reply(REQUEST).blocks == (Text("a"),)


def test_warming_keeps_its_errors_for_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://host:port")
    model = AnthropicModel("claude-test")
    model.warm()
    with pytest.raises(ConfigError):
        model.reply(REQUEST)


def test_nothing_is_imported_until_a_request_is_due() -> None:
    code = (
        "import sys; from jiti.models.anthropic import AnthropicModel; AnthropicModel('m');"
        "print({'anthropic', 'httpx2', 'pydantic'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_without_the_package_the_error_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['anthropic'] = None; from jiti.models.anthropic import AnthropicModel\n"
        "AnthropicModel('m').host"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ConfigError: asking a model needs the `anthropic` package" in done.stderr
    assert "pip install jiti" in done.stderr
