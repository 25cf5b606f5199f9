"""Ways for a `MessagesServer` to fail: entries of its script, in the place of a reply."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, repeat
from typing import TYPE_CHECKING

from jiti.models import Reply, Text, ToolCall
from jiti.models.failures import STATUS_OF_TYPE
from jiti.testing.sse import Event, error_event, events_of
from jiti.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiti.testing.server import Exchange

_ANY_REPLY = Reply((Text("It goes on and on."),), "end_turn", Usage(10, 5))


@dataclass(frozen=True, slots=True)
class Fault:
    """One request that is not answered as it should be."""

    name: str
    play: Callable[[Exchange], None]

    def __str__(self) -> str:
        """What kind it is."""
        return f"fault.{self.name}"


def status(code: int, message: str = "scripted", *, retry_after: float | None = 0) -> Fault:
    """The request is turned down with that HTTP status.

    Args:
        code: such as 401, 404, 429, 529.
        message: the error's message.
        retry_after: seconds to wait that the answer asks for; None: it does not say, and the client waits as long as
            it thinks right.
    """
    headers: dict[str, str] = {}
    if retry_after is not None:
        # The client takes no seconds as no word on it, and waits half a second; a millisecond it believes.
        headers = {"retry-after": f"{retry_after:g}", "retry-after-ms": f"{retry_after * 1000 or 1:g}"}
    kinds = {code: kind for kind, code in STATUS_OF_TYPE.items()}
    body = {"type": "error", "error": {"type": kinds.get(code, "api_error"), "message": message}}
    return Fault(f"status({code})", lambda exchange: exchange.send_json(code, body, headers))


def reset() -> Fault:
    """The connection is reset before there is any answer."""
    return Fault("reset()", lambda exchange: exchange.reset())


def hang() -> Fault:
    """There is no answer, for as long as the client waits."""
    return Fault("hang()", lambda exchange: exchange.wait_for_client())


def stall(after_events: int, of: Reply = _ANY_REPLY) -> Fault:
    """A streamed reply goes silent after so many events, for as long as the client waits."""

    def play(exchange: Exchange) -> None:
        exchange.stream(events_of(of, exchange.model)[:after_events], complete=False)
        exchange.wait_for_client()

    return Fault(f"stall({after_events})", play)


def chatter() -> Fault:
    """A streamed reply sends signs of life and nothing else, for as long as the client listens."""
    start = events_of(_ANY_REPLY, "stuck")[:1]
    return Fault("chatter()", lambda exchange: exchange.stream(chain(start, repeat({"type": "ping"}))))


def cut(after_events: int, of: Reply = _ANY_REPLY) -> Fault:
    """The connection breaks after so many events of a streamed reply."""
    return _early(f"cut({after_events})", lambda model: events_of(of, model)[:after_events], complete=False)


def end_early(after_events: int, of: Reply = _ANY_REPLY) -> Fault:
    """A streamed reply ends in good order after so many events, as if that were all."""
    return _early(f"end_early({after_events})", lambda model: events_of(of, model)[:after_events])


def sse_error(kind: str, message: str = "scripted") -> Fault:
    """An error, such as `overloaded_error`, comes inside of a streamed reply, after its first event."""
    return _early(f"sse_error({kind})", lambda model: [*events_of(_ANY_REPLY, model)[:1], error_event(kind, message)])


def tool_input(text: str, name: str = "submit", stop_reason: str = "tool_use") -> Fault:
    """A tool is called with that text as its input, be it malformed or, with `max_tokens`, cut off."""
    called = Reply((ToolCall("toolu_fault", name),), stop_reason, Usage(10, 5))
    return _early(f"tool_input({text!r})", lambda model: events_of(called, model, tool_input=text))


def garbage() -> Fault:
    """An answer that is no reply at all: a web page, as captive portals and wrong addresses send."""
    page = b"<!doctype html><title>Welcome</title><p>Please sign in.</p>\n"
    return Fault("garbage()", lambda exchange: exchange.send(200, page, {"content-type": "text/html"}))


def _early(name: str, events: Callable[[str], list[Event]], *, complete: bool = True) -> Fault:
    return Fault(name, lambda exchange: exchange.stream(events(exchange.model), complete=complete))
