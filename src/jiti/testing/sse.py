"""A reply as the Messages API sends it: one message, or the server-sent events that it comes in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jiti.models.messages_api import block_param

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.models import Reply
    from jiti.usage import Usage

Event = dict[str, Any]

_PIECE = 17
"""Characters of a delta: few, and odd, so that even a short text comes in several that break at no word."""


def message_of(reply: Reply, model: str) -> dict[str, Any]:
    """The whole message, as a request that does not stream is answered."""
    return {
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [block_param(block) for block in reply.blocks],
        "stop_reason": reply.stop_reason,
        "stop_sequence": None,
        "stop_details": None,
        "usage": _counts(reply.usage),
    }


def events_of(reply: Reply, model: str, *, tool_input: str | None = None) -> list[Event]:
    """The events that stream the reply, in the API's order.

    Args:
        reply: what to stream.
        model: who is to have answered.
        tool_input: the text to stream as every tool's input; left out, the input's JSON.
    """
    start = {**message_of(reply, model), "content": [], "stop_reason": None}
    start["usage"] = {**start["usage"], "output_tokens": 1}
    events: list[Event] = [{"type": "message_start", "message": start}]
    for index, block in enumerate(reply.blocks):
        opening, deltas = _streamed(block_param(block), tool_input)
        events.append({"type": "content_block_start", "index": index, "content_block": opening})
        if not index:
            events.append({"type": "ping"})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    delta = {"stop_reason": reply.stop_reason, "stop_sequence": None, "stop_details": None}
    events.append({"type": "message_delta", "delta": delta, "usage": _counts(reply.usage)})
    events.append({"type": "message_stop"})
    return events


def error_event(kind: str, message: str) -> Event:
    """The event of an error that comes up after a reply has begun."""
    return {"type": "error", "error": {"type": kind, "message": message}}


def encode(event: Event) -> bytes:
    """The event as it goes over the wire."""
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _streamed(block: dict[str, Any], tool_input: str | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """How a block begins, and the deltas that complete it."""
    match block:
        case {"type": "text", "text": text}:
            return {**block, "text": ""}, [{"type": "text_delta", "text": piece} for piece in _pieces(text)]
        case {"type": "tool_use", "input": given}:
            text = json.dumps(given) if tool_input is None else tool_input
            # The API begins each input with an empty piece.
            pieces = ["", *_pieces(text)]
            deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
            return {**block, "input": {}}, deltas
        case {"type": "thinking", "thinking": text, "signature": signature}:
            deltas = [{"type": "thinking_delta", "thinking": piece} for piece in _pieces(text)]
            deltas.append({"type": "signature_delta", "signature": signature})
            return {**block, "thinking": "", "signature": ""}, deltas
    return block, []


def _pieces(text: str) -> Iterator[str]:
    return (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))


def _counts(usage: Usage) -> dict[str, int]:
    return {
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cache_read,
        "output_tokens": usage.output,
    }
