"""The Messages API's own form of a conversation: what a request's body holds, and what a streamed reply comes as.

Plain data in, plain data out: nothing here needs the provider's package.
"""

from __future__ import annotations

import json
from typing import Any

from jiti.models import Block, Opaque, Reply, Text, ToolCall, ToolResult
from jiti.models.nesting import is_too_deep
from jiti.usage import Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiti.models import Message, Request

_CACHED = {"type": "ephemeral"}
_CUT_OFF = frozenset({"max_tokens", "model_context_window_exceeded"})
_TEXT_DELTAS = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}


def body_of(request: Request, *, model: str, effort: str | None) -> dict[str, Any]:
    """The request's body, with the four cache marks that the API allows where they pay.

    Tools and system prompt are the same for every stub of a project, so each ends in a mark of its own. Of the
    conversation the last two of our messages are marked: the newest to be read by the next request, the one before
    because the API looks for an older entry only some twenty blocks back.
    """
    tools = [
        {"name": tool.name, "description": tool.description, "input_schema": tool.schema} for tool in request.tools
    ]
    system: list[dict[str, Any]] = [{"type": "text", "text": part} for part in request.system if part]
    messages = [message for message in map(_message_param, request.messages) if message["content"]]
    for blocks in (tools, system, *_newest_of_user(messages)):
        if blocks:
            blocks[-1] = {**blocks[-1], "cache_control": _CACHED}
    body = {
        "model": model,
        "max_tokens": request.max_tokens,
        "system": system,
        "tools": tools,
        "messages": messages,
    }
    if effort is not None:
        body |= {"thinking": {"type": "adaptive"}, "output_config": {"effort": effort}}
    return body


def _message_param(message: Message) -> dict[str, Any]:
    # The API refuses blank text, which models do send.
    blocks = [block for block in message.blocks if not (isinstance(block, Text) and not block.text.strip())]
    return {"role": message.role, "content": [block_param(block) for block in blocks]}


def _newest_of_user(messages: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [message["content"] for message in messages if message["role"] == "user"][-2:]


def block_param(block: Block) -> dict[str, Any]:
    """The block as the API has it."""
    match block:
        case Text(text):
            return {"type": "text", "text": text}
        case ToolCall(id, name, given):
            return {"type": "tool_use", "id": id, "name": name, "input": dict(given)}
        case ToolResult(id, content, is_error):
            return {"type": "tool_result", "tool_use_id": id, "content": content, "is_error": is_error}
        case Opaque(data):
            return dict(data)


class Assembly:
    """A reply that arrives event by event.

    The provider's package has one too, but that gives up the whole reply where a tool's input is malformed, and
    completes one that was cut off as if the model had meant it so.

    Attributes:
        usage: the tokens counted so far.
        complete: whether the last event is there.
    """

    def __init__(self) -> None:
        self.usage = Usage()
        self.complete = False
        self._counts: dict[str, int] = {}
        self._model = ""
        self._stop_reason = ""
        self._blocks: dict[int, dict[str, Any]] = {}
        self._inputs: dict[int, str] = {}

    def add(self, event: Mapping[str, Any]) -> None:
        """Take in the next event; kinds that are not known do not matter.

        Raises:
            ValueError: it does not go with those before it.
        """
        match event:
            case {"type": "message_start", "message": dict(message)}:
                self._model = _text(message.get("model"))
                self._count(message.get("usage"))
            case {"type": "content_block_start", "index": int(index), "content_block": dict(block)}:
                self._begin(index, block)
            case {"type": "content_block_delta", "index": int(index), "delta": dict(delta)}:
                self._extend(index, delta)
            case {"type": "message_delta", "delta": dict(delta), **more}:
                self._stop_reason = _text(delta.get("stop_reason")) or self._stop_reason
                self._count(more.get("usage"))
            case {"type": "message_stop"}:
                self.complete = True

    def reply(self) -> Reply:
        """All that came, as a reply."""
        blocks = tuple(self._block(index) for index in sorted(self._blocks))
        return Reply(blocks, self._stop_reason, self.usage, self._model)

    def _count(self, counts: object) -> None:
        if isinstance(counts, dict):
            # Later counts are totals, and leave out what has not changed.
            self._counts |= {name: count for name, count in counts.items() if isinstance(count, int) and count >= 0}
        self.usage = Usage(
            input=self._counts.get("input_tokens", 0),
            output=self._counts.get("output_tokens", 0),
            cache_read=self._counts.get("cache_read_input_tokens", 0),
            cache_write=self._counts.get("cache_creation_input_tokens", 0),
        )

    def _begin(self, index: int, block: Mapping[str, Any]) -> None:
        if is_too_deep(block):
            message = f"block {index} is nested too deep"
            raise ValueError(message)
        self._blocks[index] = dict(block)

    def _extend(self, index: int, delta: Mapping[str, Any]) -> None:
        if index not in self._blocks:
            message = f"part of block {index} came before its start"
            raise ValueError(message)
        block = self._blocks[index]
        match delta:
            case {"type": "input_json_delta", "partial_json": str(piece)}:
                self._inputs[index] = self._inputs.get(index, "") + piece
            case {"type": str(kind)} if kind in _TEXT_DELTAS:
                field = _TEXT_DELTAS[kind]
                before, piece = block.get(field) or "", delta.get(field)
                if not isinstance(before, str) or not isinstance(piece, str):
                    message = f"part of block {index} is no text"
                    raise ValueError(message)  # noqa: TRY004 - what came does not go together; as the contract says
                block[field] = before + piece

    def _block(self, index: int) -> Block:
        block = self._blocks[index]
        match block:
            case {"type": "text", "text": str(text)}:
                return Text(text)
            case {"type": "tool_use", "id": str(id), "name": str(name)}:
                given, error = self._input(index, block.get("input"))
                return ToolCall(id, name, given, error)
        if index in self._inputs:
            block = {**block, "input": self._input(index, {})[0]}
        return Opaque(block)

    def _input(self, index: int, given: object) -> tuple[dict[str, Any], str | None]:
        """A tool's input, or an empty one and what is wrong with it."""
        written = self._inputs.get(index, "").strip()
        cut_off = self._stop_reason in _CUT_OFF and index == max(self._blocks)
        if not written and not cut_off:
            return (given, None) if isinstance(given, dict) else ({}, None)
        try:
            value = json.loads(written, strict=False)
            json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            if cut_off:
                return {}, "the call was cut off, as the reply had reached its limit of tokens: write less at once"
            return {}, f"the call's input is not valid JSON: {error}"
        if not isinstance(value, dict):
            return {}, "the call's input is not a JSON object"
        if is_too_deep(value):
            return {}, "the call's input is nested too deep"
        return value, None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
