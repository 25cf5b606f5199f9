"""A server on this machine that speaks the Messages API, heard by the real client."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from typing import TYPE_CHECKING, Any

import anthropic
import pytest

from jiti.models import Message, Opaque, Request, Text, ToolCall, ToolResult, ToolSpec
from jiti.testing import MessagesServer, Project, ScriptedModel, call, fault, reply, say, submit
from jiti.usage import Usage

if TYPE_CHECKING:
    from jiti.models import Reply

QUESTION: list[Any] = [{"role": "user", "content": "Write slugify."}]


def client_of(server: MessagesServer) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=server.url, api_key="key", max_retries=0)


def ask(server: MessagesServer, messages: list[Any] = QUESTION) -> anthropic.types.Message:
    return client_of(server).messages.create(model="claude-test", max_tokens=100, messages=messages)


def everything() -> Reply:
    thinking = {"type": "thinking", "thinking": "It has to keep digits, I think.", "signature": "c2ln"}
    return reply(
        Opaque(thinking),
        "A text of more than one piece: ä, 😀.",
        submit('return "é"'),
        call("docs", name="re.sub"),
        usage=Usage(10, 20, 30, 40),
    )


def test_a_stream_and_a_plain_answer_come_to_the_same_message() -> None:
    script = everything()
    with MessagesServer(script, script) as server:
        plain = ask(server)
        with client_of(server).messages.stream(model="claude-test", max_tokens=100, messages=QUESTION) as stream:
            streamed = stream.get_final_message()
    assert streamed.to_dict() == plain.to_dict()
    assert [block.type for block in plain.content] == ["thinking", "text", "tool_use", "tool_use"]
    assert (plain.stop_reason, plain.usage.output_tokens, plain.usage.cache_read_input_tokens) == ("tool_use", 20, 30)


def test_a_stream_has_the_apis_events_in_the_apis_order() -> None:
    with MessagesServer(reply("A text of two pieces.", call("docs", name="re.sub"))) as server:
        connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]))
        body = {"model": "m", "max_tokens": 1, "messages": QUESTION, "stream": True}
        connection.request("POST", "/v1/messages", json.dumps(body))
        answer = connection.getresponse()
        lines = answer.read().decode().splitlines()
        connection.close()
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    names = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    events = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert names == [event["type"] for event in events]
    assert names == [
        "message_start",
        "content_block_start",
        "ping",
        *["content_block_delta"] * 2,
        "content_block_stop",
        "content_block_start",
        *["content_block_delta"] * 3,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    pieces = [event["delta"].get("partial_json") for event in events if event["type"] == "content_block_delta"]
    assert (pieces[2], "".join(pieces[2:])) == ("", '{"name": "re.sub"}')


def test_what_comes_in_is_kept() -> None:
    with MessagesServer(say("a")) as server:
        ask(server)
    (received,) = server.requests
    assert received.body == {"model": "claude-test", "max_tokens": 100, "messages": QUESTION}
    assert (received.path, received.headers["content-type"]) == ("/v1/messages", "application/json")


def test_a_function_is_given_the_request_that_was_meant() -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Reply:
        asked.append(request)
        return say("a")

    thinking: Any = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    with MessagesServer(answer) as server:
        client_of(server).messages.create(
            model="m",
            max_tokens=100,
            system=[{"type": "text", "text": "You write code."}],
            tools=[{"name": "docs", "description": "Look up.", "input_schema": {"type": "object"}}],
            messages=[
                *QUESTION,
                {
                    "role": "assistant",
                    "content": [thinking, {"type": "tool_use", "id": "t1", "name": "docs", "input": {"name": "re"}}],
                },
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "a module"}]},
            ],
        )
    assert asked == [
        Request(
            "*",
            "-",
            ("You write code.",),
            (ToolSpec("docs", "Look up.", {"type": "object"}),),
            (
                Message("user", (Text("Write slugify."),)),
                Message("assistant", (Opaque(thinking), ToolCall("t1", "docs", {"name": "re"}))),
                Message("user", (ToolResult("t1", "a module"),)),
            ),
            100,
        )
    ]


def test_the_stub_whose_key_comes_first_in_the_conversation_is_answered() -> None:
    model = ScriptedModel({"a.py::f": [say("f")], "a.py::g": [say("g")], "*": [say("any")]})
    with MessagesServer(model) as server:
        said = [
            ask(server, [{"role": "user", "content": words}]).content[0]
            for words in ("Write a.py::g. It stands beside a.py::f.", "Write a.py::f.", "Write b.py::h.")
        ]
    assert [getattr(block, "text", "") for block in said] == ["g", "f", "any"]


def test_tokens_are_counted() -> None:
    with MessagesServer() as server:
        counted = client_of(server).messages.count_tokens(model="m", messages=QUESTION)
    assert counted.input_tokens > 0
    assert server.requests == []


def test_a_script_that_has_ended_is_a_bad_request() -> None:
    with MessagesServer(say("a")) as server:
        ask(server)
        with pytest.raises(anthropic.BadRequestError, match=r"the script has no reply 2"):
            ask(server)


def test_an_error_of_the_script_reaches_the_client() -> None:
    def wrong(_: Request) -> Reply:
        message = "expected another question"
        raise AssertionError(message)

    with MessagesServer(wrong) as server, pytest.raises(anthropic.BadRequestError, match="AssertionError: expected"):
        ask(server)


@pytest.mark.parametrize(("path", "body"), [("/v1/messages", b"{"), ("/v1/messages", b"[]"), ("/elsewhere", b"{}")])
def test_a_request_that_makes_no_sense_is_turned_down(path: str, body: bytes) -> None:
    with MessagesServer(say("a")) as server:
        connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]))
        connection.request("POST", path, body)
        status = connection.getresponse().status
        connection.close()
    assert status in {400, 404}


@pytest.mark.parametrize(
    ("failing", "error"),
    [
        (fault.status(401), anthropic.AuthenticationError),
        (fault.status(529), anthropic.OverloadedError),
        (fault.reset(), anthropic.APIConnectionError),
    ],
    ids=str,
)
def test_faults_are_the_clients_own_errors(failing: fault.Fault, error: type[Exception]) -> None:
    with MessagesServer(failing) as server, pytest.raises(error):
        ask(server)
    assert len(server.requests) == 1


def test_a_reset_is_one() -> None:
    with MessagesServer(fault.reset()) as server, pytest.raises(anthropic.APIConnectionError) as caught:
        ask(server)
    # That the connection just ended would read `Server disconnected`.
    assert "Server disconnected" not in str(caught.value.__cause__)


def test_another_process_finds_it_by_its_environment() -> None:
    code = (
        "import anthropic; messages = [{'role': 'user', 'content': 'Hello?'}]\n"
        "print(anthropic.Anthropic().messages.create(model='m', max_tokens=9, messages=messages).content[0].text)"
    )
    with MessagesServer(say("Hello!")) as server:
        done = Project({}).run("python", "-c", code, env=server.env)
    assert (done.stdout, done.stderr) == ("Hello!\n", "")


def test_nothing_is_left_when_it_ends() -> None:
    before = threading.enumerate()
    with MessagesServer(say("a")) as server:
        ask(server)
        # A client that connects, and never says anything, must not hold it up.
        silent = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])))
        ask_again = MessagesServer(say("b"))
        with ask_again:
            ask(ask_again)
    assert silent.recv(1) == b""
    silent.close()
    assert threading.enumerate() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])))
