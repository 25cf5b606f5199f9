"""How cloud platforms carry the Messages API: where its requests go, and in what form a reply is streamed."""

from __future__ import annotations

import base64
import json
import re
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from jiti.testing.sse import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jiti.testing.sse import Event


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a stream: what it is called, and how each event is written."""

    content_type: str
    write: Callable[[Event], bytes]


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes.

    Attributes:
        form: that of the reply, if it is streamed.
        model: the model's name, where the path says it; the body does not, then.
        streamed: whether the reply is to be streamed, where the path says so.
    """

    form: Form
    model: str | None = None
    streamed: bool = False


def route_of(path: str) -> Route | None:
    """What a request's path says; None where it is none of the Messages API's."""
    for pattern, form in _PATHS:
        found = pattern.fullmatch(path)
        if found:
            named = found.groupdict()
            return Route(form, named.get("model") and unquote(named["model"]), named.get("stream") is not None)
    return None


def _frame(event: Event) -> bytes:
    """An event as Bedrock sends it: a frame of Amazon's event stream encoding around the event's JSON."""
    if event["type"] == "error":
        headers = {":message-type": "exception", ":exception-type": event["error"]["type"]}
        payload = {"message": event["error"]["message"]}
    else:
        headers = {":message-type": "event", ":event-type": "chunk"}
        payload = {"bytes": base64.b64encode(json.dumps(event).encode()).decode()}
    return _message({**headers, ":content-type": "application/json"}, json.dumps(payload).encode())


def _message(headers: Mapping[str, str], payload: bytes) -> bytes:
    text = 7  # the type of a header's value
    head = b"".join(
        struct.pack(f">B{len(name)}sBH{len(value)}s", len(name), name.encode(), text, len(value), value.encode())
        for name, value in headers.items()
    )
    around = 16  # bytes: two lengths, and two sums
    prelude = struct.pack(">II", around + len(head) + len(payload), len(head))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + payload
    return message + struct.pack(">I", zlib.crc32(message))


_SSE = Form("text/event-stream; charset=utf-8", encode)
_BEDROCK = Form("application/vnd.amazon.eventstream", _frame)
_PATHS = (
    (re.compile(r"(/anthropic)?/v1/messages"), _SSE),
    (re.compile(r"/model/(?P<model>[^/]+)/invoke(?P<stream>-with-response-stream)?"), _BEDROCK),
    (re.compile(r"/projects/.+/models/(?P<model>[^/]+):((?P<stream>streamRawPredict)|rawPredict)"), _SSE),
)
