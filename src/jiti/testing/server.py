"""A server on this machine that speaks the Messages API and says what a script tells it to."""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

from jiti.models import Block, Message, Opaque, Request, Text, ToolCall, ToolResult, ToolSpec
from jiti.models.replay import ANY_KEY
from jiti.testing.fault import Fault
from jiti.testing.platforms import route_of
from jiti.testing.scripted import Line, ScriptedModel, spoken
from jiti.testing.sse import events_of, message_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from jiti.testing.platforms import Form, Route
    from jiti.testing.sse import Event

_BAD_REQUEST, _NOT_FOUND, _OK = 400, 404, 200
_JOIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came in; the headers' names are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]


class MessagesServer:
    """Serves the Messages API on 127.0.0.1 while its `with` block runs: as JSON and as a stream, and counting tokens.

    Bedrock's, Google Cloud's and Foundry's clients are answered too, in the forms of theirs.

    `with MessagesServer(fault.status(529), submit("return 1")) as server:`

    Args:
        *script: replies, functions and faults, in order; or one `ScriptedModel`. A model with a script for each
            stub is asked for the stub whose key comes first in the conversation.

    Attributes:
        model: what it answers from.
        requests: the requests that came in so far, tokens' counts excepted.
    """

    def __init__(self, *script: Line | Mapping[str, Sequence[Line]] | ScriptedModel) -> None:
        match script:
            case (ScriptedModel() as model,):
                self.model = model
            case _:
                self.model = ScriptedModel(*cast("tuple[Line, ...]", script))
        self.requests: list[Received] = []

    def __enter__(self) -> Self:
        """Start to serve."""
        self._server = _Server(self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop; no thread and no socket is left behind."""
        self._server.shutdown()
        self._thread.join(_JOIN_SECONDS)
        self._server.server_close()

    @property
    def url(self) -> str:
        """The base URL, for a client's `base_url`."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def env(self) -> dict[str, str]:
        """Environment variables that make a client of another process use it."""
        return {"ANTHROPIC_BASE_URL": self.url, "ANTHROPIC_API_KEY": "scripted", "NO_PROXY": "127.0.0.1"}


class Exchange(BaseHTTPRequestHandler):
    """One request and its answer. Every answer closes its connection, so that no thread waits for a next request."""

    protocol_version = "HTTP/1.1"
    model = ""
    _form: Form

    def do_POST(self) -> None:
        """Answer a request."""
        try:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        except (TypeError, ValueError) as error:
            return self._send_error(_BAD_REQUEST, f"the body is not JSON: {error}")
        if not isinstance(body, dict):
            return self._send_error(_BAD_REQUEST, "the body is not a JSON object")
        path = self.path.partition("?")[0]
        route = route_of(path)
        if route is not None:
            return self._answer(body, route)
        if path == "/v1/messages/count_tokens":
            return self.send_json(_OK, {"input_tokens": len(json.dumps(body)) // 4})
        return self._send_error(_NOT_FOUND, f"no such path: {self.path}")

    def _answer(self, body: dict[str, Any], route: Route) -> None:
        owner = cast("_Server", self.server).owner
        self.model = route.model or str(body.get("model"))
        self._form = route.form
        headers = {name.lower(): value for name, value in self.headers.items()}
        owner.requests.append(Received(self.path, headers, body))
        try:
            request = _request_of(body, owner.model.keys)
            line = owner.model.take(request)
            if isinstance(line, Fault):
                return line.play(self)
            reply = spoken(line, request)
        except Exception as error:  # noqa: BLE001 - whatever the script raises is told to the client
            return self._send_error(_BAD_REQUEST, f"{type(error).__name__}: {error}")
        if route.streamed or body.get("stream"):
            return self.stream(events_of(reply, self.model))
        return self.send_json(_OK, message_of(reply, self.model))

    def stream(self, events: Iterable[Event], *, complete: bool = True) -> None:
        """Send events; where they are not `complete`, the connection breaks after the last."""
        self._send_head(_OK, {"content-type": self._form.content_type, "transfer-encoding": "chunked"})
        for event in events:
            data = self._form.write(event)
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        if complete:
            self.wfile.write(b"0\r\n\r\n")

    def send_json(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        """Answer with JSON."""
        self.send(status, json.dumps(body).encode(), {"content-type": "application/json", **(headers or {})})

    def send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Answer with whatever it is."""
        self._send_head(status, {**headers, "content-length": str(len(body))})
        self.wfile.write(body)

    def reset(self) -> None:
        """Break the connection off, so that the client gets an error instead of an end."""
        # To linger for no time at all makes the system send a reset when the socket is closed.
        linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.server.close_request(self.connection)

    def wait_for_client(self) -> None:
        """Say nothing more until the client goes away, or the server stops."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.recv(1)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class named it so
        """Keep quiet: what came in can be read in `requests`."""

    def _send_error(self, status: int, message: str) -> None:
        kind = "invalid_request_error" if status == _BAD_REQUEST else "not_found_error"
        self.send_json(status, {"type": "error", "error": {"type": kind, "message": message}})

    def _send_head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"request-id": "req_scripted", **headers, "connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()


class _Server(ThreadingHTTPServer):
    """Its threads are joined when it is closed; those of clients that hang on are cut off first."""

    daemon_threads = True
    request_queue_size = 128
    """Connections that may wait to be accepted: who finds no room tries again a second later."""

    def __init__(self, owner: MessagesServer) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.owner = owner
        self._handling: list[tuple[Thread, socket.socket]] = []

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base class is not typed
        thread = Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._handling.append((thread, request))
        thread.start()

    def server_close(self) -> None:
        super().server_close()
        for thread, connection in self._handling:
            # It may wait for a client that says nothing. To close the connection would not wake it, an end does.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join(_JOIN_SECONDS)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as above
        # A client may go away before it has heard everything.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _request_of(body: Mapping[str, Any], keys: Iterable[str]) -> Request:
    """The request that a body was made of, as far as the body tells."""
    messages = tuple(Message(message["role"], _blocks_of(message["content"])) for message in body["messages"])
    told = json.dumps(body["messages"], ensure_ascii=False)
    named = [key for key in keys if key in told]
    return Request(
        key=min(named, key=told.index, default=ANY_KEY),
        spec="-",
        system=tuple(part["text"] for part in body.get("system", ())),
        tools=tuple(
            ToolSpec(tool["name"], tool.get("description", ""), tool["input_schema"]) for tool in body.get("tools", ())
        ),
        messages=messages,
        max_tokens=body["max_tokens"],
    )


def _blocks_of(content: object) -> tuple[Block, ...]:
    match content:
        case str(text):
            return (Text(text),)
        case list(blocks):
            return tuple(_block_of(block) for block in blocks)
    message = f"this is no content of a message: {content!r:.100}"
    raise ValueError(message)


def _block_of(block: dict[str, Any]) -> Block:
    match block:
        case {"type": "text", "text": text}:
            return Text(text)
        case {"type": "tool_use", "id": id, "name": name, "input": given}:
            return ToolCall(id, name, given)
        case {"type": "tool_result", "tool_use_id": id, "content": content}:
            return ToolResult(id, content, block.get("is_error", False))
    return Opaque(block)
