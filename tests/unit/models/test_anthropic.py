"""The real client of the `anthropic` package, against a server on this machine."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import anthropic
import httpx2
import pytest

from jiti.errors import ConfigError, ModelError
from jiti.models import Opaque, Reply, Text, ToolCall
from jiti.models.anthropic import AnthropicModel
from jiti.testing import MessagesServer, call, fault, reply, say, submit
from jiti.usage import Usage
from tests.unit.models.asked import REQUEST, Asked

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self


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


def test_a_password_in_the_address_is_not_told() -> None:
    client = anthropic.Anthropic(base_url="http://me:secret@127.0.0.1:1/api", api_key="key", max_retries=0)
    with pytest.raises(ModelError) as caught:
        AnthropicModel("claude-test", client).reply(REQUEST)
    assert "http://127.0.0.1:1/api" in str(caught.value)
    assert "secret" not in str(caught.value)


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


def test_without_credentials_there_is_no_client_to_be_had(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for home in ("HOME", "USERPROFILE", "APPDATA", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(home, str(tmp_path))
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    model = AnthropicModel("claude-test")
    for ask in (lambda: model.host, lambda: model.reply(REQUEST)):
        with pytest.raises(ConfigError, match=r"there are no credentials for 127\.0\.0\.1") as caught:
            ask()
        assert "Set ANTHROPIC_API_KEY" in str(caught.value.hint)


def test_a_client_without_credentials_is_told_as_much(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for home in ("HOME", "USERPROFILE", "APPDATA", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(home, str(tmp_path))
    client = anthropic.Anthropic(base_url="http://127.0.0.1:1")
    with pytest.raises(ModelError, match=r"there are no credentials for 127\.0\.0\.1") as caught:
        AnthropicModel("claude-test", client).reply(REQUEST)
    assert isinstance(caught.value.__cause__, TypeError)


def test_a_header_of_the_users_own_says_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    with MessagesServer(say("a")) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "X-Api-Key: mine")
        AnthropicModel("claude-test").reply(REQUEST)
    assert server.requests[0].headers["x-api-key"] == "mine"


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
