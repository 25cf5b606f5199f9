"""Requests and replies, to and from the Messages API's form."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiti.models import Message, Opaque, Reply, Request, Text, ToolCall, ToolResult, ToolSpec
from jiti.models.messages_api import Assembly, body_of
from jiti.usage import Usage

SUBMIT = ToolSpec("submit", "Hand in a candidate.", {"type": "object"})
DOCS = ToolSpec("docs", "Look something up.", {"type": "object"})
ASK = Message("user", (Text("Write slugify."),))


def request(*messages: Message, system: tuple[str, ...] = ("You write code.", "House style.")) -> Request:
    return Request("app/text.py::slugify", "-", system, (DOCS, SUBMIT), messages, 1000)


def marks(value: object) -> int:
    match value:
        case dict():
            return ("cache_control" in value) + sum(map(marks, value.values()))
        case list():
            return sum(map(marks, value))
    return 0


def unmarked(value: Any) -> Any:  # noqa: ANN401 - JSON
    match value:
        case dict():
            return {name: unmarked(part) for name, part in value.items() if name != "cache_control"}
        case list():
            return [unmarked(part) for part in value]
    return value


def assembled(*events: dict[str, Any]) -> Reply:
    assembly = Assembly()
    for event in events:
        assembly.add(event)
    return assembly.reply()


def tool_use(*pieces: str, stop_reason: str = "tool_use") -> Reply:
    start = {"type": "tool_use", "id": "t1", "name": "submit", "input": {}}
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    return assembled(
        {"type": "content_block_start", "index": 0, "content_block": start},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "message_delta", "delta": {"stop_reason": stop_reason}},
    )


def test_a_body_holds_the_whole_request_and_marks_what_is_worth_caching() -> None:
    mark = {"cache_control": {"type": "ephemeral"}}
    assert body_of(request(ASK), model="m", effort=None) == {
        "model": "m",
        "max_tokens": 1000,
        "tools": [
            {"name": "docs", "description": "Look something up.", "input_schema": {"type": "object"}},
            {"name": "submit", "description": "Hand in a candidate.", "input_schema": {"type": "object"}, **mark},
        ],
        "system": [{"type": "text", "text": "You write code."}, {"type": "text", "text": "House style.", **mark}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Write slugify.", **mark}]}],
    }


def test_each_request_of_a_conversation_begins_with_the_one_before_and_has_at_most_four_marks() -> None:
    messages = [ASK]
    bodies = []
    for turn in range(6):
        bodies.append(body_of(request(*messages), model="m", effort=None))
        messages.append(Message("assistant", (Text("Looking."), ToolCall(f"t{turn}", "docs", {"name": "re"}))))
        messages.append(Message("user", (ToolResult(f"t{turn}", "a module"),)))
    for shorter, longer in pairwise(bodies):
        # What one request wrote to the cache is what the next one reads: all up to a marked block, unchanged.
        length = len(shorter["messages"])
        assert unmarked(longer["messages"][:length]) == unmarked(shorter["messages"])
        assert marks(longer["messages"][length - 1]) == 1
        assert {**longer, "messages": []} == {**shorter, "messages": []}
    assert max(map(marks, bodies)) == 4


def test_a_request_is_not_changed_by_being_sent() -> None:
    schema = {"type": "object"}
    data = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    sent = Request("k", "-", (), (ToolSpec("t", "", schema),), (Message("user", (Opaque(data),)),), 1)
    body_of(sent, model="m", effort=None)
    assert (schema, data) == ({"type": "object"}, {"type": "thinking", "thinking": "Hm.", "signature": "s"})


def test_blank_words_and_messages_without_any_block_are_left_out_as_the_api_refuses_them() -> None:
    blank = Message("assistant", (Text(" \n"),))
    mixed = Message("assistant", (Text(""), ToolCall("t1", "docs", {})))
    messages = body_of(request(ASK, blank, ASK, mixed), model="m", effort=None)["messages"]
    assert [message["role"] for message in messages] == ["user", "user", "assistant"]
    assert messages[2]["content"] == [{"type": "tool_use", "id": "t1", "name": "docs", "input": {}}]


def test_an_empty_system_prompt_and_no_tools_need_no_marks() -> None:
    body = body_of(Request("k", "-", ("",), (), (ASK,), 1), model="m", effort=None)
    assert (body["system"], body["tools"], marks(body)) == ([], [], 1)


def test_effort_turns_thinking_on() -> None:
    body = body_of(request(ASK), model="m", effort="high")
    assert (body["thinking"], body["output_config"]) == ({"type": "adaptive"}, {"effort": "high"})


def test_tool_results_and_the_providers_own_blocks_go_back_as_they_are() -> None:
    thinking = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    answered = Message("assistant", (Opaque(thinking), ToolCall("t1", "docs", {"name": "re"})))
    result = Message("user", (ToolResult("t1", "no such thing", is_error=True),))
    messages = unmarked(body_of(request(ASK, answered, result), model="m", effort=None)["messages"])
    assert messages[1:] == [
        {
            "role": "assistant",
            "content": [thinking, {"type": "tool_use", "id": "t1", "name": "docs", "input": {"name": "re"}}],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": "no such thing", "is_error": True},
            ],
        },
    ]


def test_later_counts_replace_earlier_ones_and_leave_the_others() -> None:
    reply = assembled(
        {
            "type": "message_start",
            "message": {"model": "m", "usage": {"input_tokens": 9, "output_tokens": 1, "cache_read_input_tokens": 50}},
        },
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn"},
            "usage": {"output_tokens": 7, "input_tokens": None, "cache_creation_input_tokens": 3},
        },
        {"type": "message_stop"},
    )
    assert reply == Reply((), "end_turn", Usage(9, 7, 50, 3), "m")


def test_events_and_deltas_of_kinds_that_are_not_known_do_no_harm() -> None:
    start = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "a"}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "mood_delta", "mood": "fine"}}
    assert assembled({"type": "news"}, start, delta).blocks == (Text("a"),)


def test_a_block_of_a_kind_that_is_not_known_is_kept_with_its_input() -> None:
    block = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}}
    delta = {"type": "input_json_delta", "partial_json": '{"query": "re"}'}
    reply = assembled(
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_delta", "index": 0, "delta": delta},
    )
    assert reply.blocks == (Opaque({**block, "input": {"query": "re"}}),)


def test_a_part_of_a_block_that_never_began_is_no_reply() -> None:
    delta = {"type": "content_block_delta", "index": 3, "delta": {"type": "text_delta", "text": "a"}}
    with pytest.raises(ValueError, match="block 3 came before its start"):
        assembled(delta)


def test_counts_names_and_reasons_that_are_none_do_no_harm() -> None:
    """A gateway in between may send anything; less than nothing would be taken off what was spent."""
    odd: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"model": 1, "usage": [None]}},
        {"type": "message_delta", "delta": {"stop_reason": ["x"]}, "usage": {"input_tokens": -5, "output_tokens": "2"}},
    ]
    assert assembled(*odd) == Reply((), "", Usage(), "")


@pytest.mark.parametrize(("text", "piece"), [("a", {"text": 1}), ("a", {}), (5, {"text": "a"})])
def test_a_part_that_is_no_text_is_no_reply(text: object, piece: dict[str, object]) -> None:
    start = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": text}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", **piece}}
    with pytest.raises(ValueError, match="part of block 0 is no text"):
        assembled(start, delta)


def test_a_block_that_is_nested_deeper_than_anyone_could_walk_is_no_reply() -> None:
    block: dict[str, Any] = {"type": "news"}
    for _ in range(3_000):
        block = {"type": "news", "in": [block]}
    with pytest.raises(ValueError, match="block 0 is nested too deep"):
        assembled({"type": "content_block_start", "index": 0, "content_block": block})


# Where the table of characters is not there yet, a busy machine takes seconds for the first text.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    body=st.text(st.characters(exclude_categories=["Cs"])),
    cuts=st.lists(st.integers(min_value=0, max_value=40), max_size=5),
)
def test_an_input_is_the_same_in_however_many_pieces_it_comes(body: str, cuts: list[int]) -> None:
    text = json.dumps({"body": body}, ensure_ascii=False)
    places = [0, *sorted(cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    assert "".join(pieces) == text
    assert tool_use(*pieces).blocks == (ToolCall("t1", "submit", {"body": body}),)


def test_a_call_without_any_input_has_an_empty_one() -> None:
    assert tool_use("").blocks == (ToolCall("t1", "submit", {}),)


def test_line_breaks_inside_of_a_string_are_let_pass() -> None:
    assert tool_use('{"body": "a\nb"}').blocks == (ToolCall("t1", "submit", {"body": "a\nb"}),)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('{"body": nope}', "the call's input is not valid JSON: Expecting value: line 1 column 10 (char 9)"),
        ('{"body": "retu', "the call's input is not valid JSON: Unterminated string starting at: line 1 column 10"),
        ('["body"]', "the call's input is not a JSON object"),
        ('{"body": ' + "[" * 200 + "]" * 200 + "}", "the call's input is nested too deep"),
        ('{"body": ' + "[" * 200_000, "the call's input is not valid JSON: "),
        (r'{"body": "\ud83d"}', "the call's input is not valid JSON: 'utf-8' codec can't encode character"),
    ],
)
def test_an_input_that_cannot_be_read_is_an_error_on_the_call(written: str, said: str) -> None:
    (call,) = tool_use(written).blocks
    assert isinstance(call, ToolCall)
    assert (call.input, str(call.error)[: len(said)]) == ({}, said)


@pytest.mark.parametrize("written", ["", '{"body": "retu', '{"body": "{}'])
@pytest.mark.parametrize("stop_reason", ["max_tokens", "model_context_window_exceeded"])
def test_an_input_that_was_cut_off_says_so(written: str, stop_reason: str) -> None:
    said = "the call was cut off, as the reply had reached its limit of tokens: write less at once"
    assert tool_use(written, stop_reason=stop_reason).blocks == (ToolCall("t1", "submit", {}, said),)


def test_a_call_that_was_finished_before_the_limit_counts() -> None:
    assert tool_use('{"body": "x"}', stop_reason="max_tokens").blocks == (ToolCall("t1", "submit", {"body": "x"}),)
