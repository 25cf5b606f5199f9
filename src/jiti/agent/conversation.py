"""What was said in a session. It only ever grows, so that a provider can go on from what it has cached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiti.masking import mask
from jiti.models import Message, Opaque, Text, ToolCall, ToolResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiti.models import Block, Reply

NOTHING_SAID = Text("(nothing)")
"""Stands for a reply without content, since the roles have to take turns."""


class Conversation:
    """The messages between the session, which is the user, and the model.

    All text in it is presentable: credentials are masked, and what is no text is escaped.
    """

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._told = 0

    @property
    def messages(self) -> tuple[Message, ...]:
        """All of them, oldest first."""
        return tuple(self._messages)

    def tell(self, *blocks: Text | ToolResult) -> None:
        """Say something to the model."""
        self._messages.append(Message("user", tuple(_presentable(block) for block in blocks)))

    def hear(self, reply: Reply) -> None:
        """Keep what the model said; words that are only blanks are left out, since providers refuse them."""
        blocks = [_presentable(block) for block in reply.blocks if not isinstance(block, Text) or block.text.strip()]
        self._messages.append(Message("assistant", tuple(blocks) or (NOTHING_SAID,)))

    def news(self) -> Sequence[Message]:
        """The user's messages since this was last asked."""
        added = [message for message in self._messages[self._told :] if message.role == "user"]
        self._told = len(self._messages)
        return added


def presentable(text: str) -> str:
    """The text as it may leave this process: credentials masked, lone surrogates (which are no text) escaped."""
    return mask(text).encode("utf-8", "backslashreplace").decode()


def _presentable(block: Block) -> Block:
    match block:
        case Text(text):
            return Text(presentable(text))
        case ToolCall(id, name, given, error):
            return ToolCall(id, name, _presentable_input(given), error and presentable(error))
        case ToolResult(id, content, is_error):
            return ToolResult(id, presentable(content), is_error)
        case Opaque():
            return block  # the provider's own, which it takes back only as it was


def _presentable_input(value: Any) -> Any:  # noqa: ANN401 - whatever JSON may hold
    if isinstance(value, str):
        return presentable(value)
    if isinstance(value, dict):
        return {presentable(name): _presentable_input(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_presentable_input(inner) for inner in value]
    return value
