"""What the agent says to a model and hears from it, whichever provider that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from jiti.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Text:
    """Words."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model asks for a tool. `error` says why `input` could not be read, where it could not."""

    id: str
    name: str
    input: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What the tool gave; `id` is the call's."""

    id: str
    content: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Opaque:
    """A block of the provider's own (thinking and the like), handed back to it unread."""

    data: Mapping[str, Any]


Block = Text | ToolCall | ToolResult | Opaque


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation."""

    role: Literal["user", "assistant"]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as the model sees it; `schema` is the JSON schema of its input."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a model.

    Attributes:
        key: the stub that it is for; not sent, but a recording is looked up by it.
        spec: the stub's spec, as in the mirror's header; not sent either.
        system: the system prompt's parts, byte-identical across a project's stubs.
        tools: the tools it may call, in a fixed order.
        messages: the conversation so far.
        max_tokens: tokens that the reply may have.
        seconds: that are left for it, retries included; None: no limit.
    """

    key: str
    spec: str
    system: tuple[str, ...]
    tools: tuple[ToolSpec, ...]
    messages: tuple[Message, ...]
    max_tokens: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `stop_reason` is one of the Messages API's; `model` is who answered."""

    blocks: tuple[Block, ...]
    stop_reason: str
    usage: Usage = Usage()
    model: str = ""


class Model(Protocol):
    """Something that answers requests."""

    @property
    def name(self) -> str:
        """The model's name, as people and the mirror's headers are told it."""
        ...

    @property
    def host(self) -> str | None:
        """The host that requests go to; None where nothing leaves this machine."""
        ...

    def reply(self, request: Request) -> Reply:
        """Answer one request.

        Raises:
            jiti.errors.ModelError: there is no answer, after retries; `__cause__` is the provider's error.
        """
        ...
