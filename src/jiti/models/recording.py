"""How a conversation is written down, a JSON object for each block and reply, and read back.

Transcripts are written in this form, and recordings replayed from it, so that what one writes the other reads.
"""

from __future__ import annotations

from typing import Any

from jiti.models import Block, Opaque, Reply, Text, ToolCall, ToolResult
from jiti.models.nesting import is_too_deep
from jiti.usage import Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def encode_block(block: Block) -> dict[str, Any]:
    """The block as a JSON object."""
    match block:
        case Text(text):
            return {"type": "text", "text": text}
        case ToolCall(id, name, given, error):
            call = {"type": "tool_use", "id": id, "name": name, "input": dict(given)}
            return call if error is None else {**call, "error": error}
        case ToolResult(id, content, is_error):
            return {"type": "tool_result", "id": id, "content": content, "is_error": is_error}
        case Opaque(data):
            return {"type": "opaque", "data": dict(data)}


def decode_block(data: object) -> Block:
    """The block that `encode_block` made `data` of.

    Raises:
        ValueError: it is none.
    """
    if is_too_deep(data):
        message = "a block of a conversation is nested too deep"
        raise ValueError(message)
    match data:
        case {"type": "text", "text": str(text)}:
            return Text(text)
        case {"type": "tool_use", "id": str(id), "name": str(name), "input": dict(given), "error": str(error)}:
            return ToolCall(id, name, given, error)
        case {"type": "tool_use", "id": str(id), "name": str(name), "input": dict(given)}:
            return ToolCall(id, name, given)
        case {"type": "tool_result", "id": str(id), "content": str(content), "is_error": bool(is_error)}:
            return ToolResult(id, content, is_error)
        case {"type": "opaque", "data": dict(data)}:
            return Opaque(data)
    message = f"this is no block of a conversation: {data!r:.100}"
    raise ValueError(message)


def reply_event(reply: Reply, *, turn: int, seconds: float) -> dict[str, Any]:
    """The transcript's line for a reply: the `turn`-th of its session, which took so many seconds."""
    usage = reply.usage
    return {
        "event": "reply",
        "turn": turn,
        "blocks": [encode_block(block) for block in reply.blocks],
        "stop_reason": reply.stop_reason,
        "usage": {
            "input": usage.input,
            "output": usage.output,
            "cache_read": usage.cache_read,
            "cache_write": usage.cache_write,
        },
        "model": reply.model,
        "seconds": seconds,
    }


def reply_of(event: Mapping[str, object]) -> Reply:
    """The reply that a transcript's line tells of.

    Raises:
        ValueError: the line is not in the form that `reply_event` gives.
    """
    match event:
        case {"event": "reply", "blocks": list(blocks), "stop_reason": str(stop_reason), **more}:
            return Reply(
                tuple(decode_block(block) for block in blocks),
                stop_reason,
                _usage(more.get("usage", {})),
                str(more.get("model", "")),
            )
    message = "a reply needs `blocks` (a list) and `stop_reason` (text)"
    raise ValueError(message)


def _usage(counts: object) -> Usage:
    names = ("input", "output", "cache_read", "cache_write")
    if isinstance(counts, dict) and counts.keys() <= {*names} and all(isinstance(n, int) for n in counts.values()):
        return Usage(*(counts.get(name, 0) for name in names))
    message = f"`usage` is no count of tokens: {counts!r:.100}"
    raise ValueError(message)
