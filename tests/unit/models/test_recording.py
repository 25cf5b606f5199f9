"""Blocks and replies, written down and read back."""

from __future__ import annotations

import json

import pytest

from jiti.models import Block, Opaque, Reply, Text, ToolCall, ToolResult
from jiti.models.recording import decode_block, encode_block, reply_event, reply_of
from jiti.usage import Usage


@pytest.mark.parametrize(
    "block",
    [
        Text("Grüße 😀"),
        ToolCall("t1", "submit", {"body": "return 1", "quality": 9}),
        ToolCall("t1", "submit", {}, error="cut off"),
        ToolResult("t1", "PASSED"),
        ToolResult("t1", "no", is_error=True),
        Opaque({"type": "thinking", "thinking": "Hm.", "signature": "s"}),
    ],
)
def test_a_block_comes_back_as_it_was(block: Block) -> None:
    assert decode_block(json.loads(json.dumps(encode_block(block)))) == block


def test_a_reply_comes_back_as_it_was() -> None:
    reply = Reply((Text("a"), ToolCall("t1", "docs", {"name": "re"})), "tool_use", Usage(1, 2, 3, 4), "claude")
    assert reply_of(json.loads(json.dumps(reply_event(reply, turn=2, seconds=1.5)))) == reply


def test_a_replys_line_has_the_transcripts_fields() -> None:
    assert reply_event(Reply((Text("a"),), "end_turn", Usage(1, 2, 3, 4), "m"), turn=2, seconds=1.5) == {
        "event": "reply",
        "turn": 2,
        "blocks": [{"type": "text", "text": "a"}],
        "stop_reason": "end_turn",
        "usage": {"input": 1, "output": 2, "cache_read": 3, "cache_write": 4},
        "model": "m",
        "seconds": 1.5,
    }


def test_usage_and_model_may_be_missing() -> None:
    assert reply_of({"event": "reply", "blocks": [], "stop_reason": "end_turn"}) == Reply((), "end_turn")


@pytest.mark.parametrize("data", [None, "text", {"type": "text"}, {"type": "image"}, {"type": "tool_use", "id": 1}])
def test_what_is_no_block_is_told(data: object) -> None:
    with pytest.raises(ValueError, match="this is no block of a conversation"):
        decode_block(data)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"event": "reply", "stop_reason": "end_turn"}, "a reply needs `blocks`"),
        ({"event": "reply", "blocks": [{}], "stop_reason": "end_turn"}, "this is no block"),
        ({"event": "reply", "blocks": [], "stop_reason": "end_turn", "usage": {"cost": 1}}, "is no count of tokens"),
        ({"event": "reply", "blocks": [], "stop_reason": "end_turn", "usage": {"input": "x"}}, "no count of tokens"),
        ({"event": "reply", "blocks": [], "stop_reason": "end_turn", "usage": 7}, "is no count of tokens"),
    ],
)
def test_what_is_no_reply_is_told(line: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        reply_of(line)
