"""Lines over a stream socket, with deadlines: how the processes of a trial talk.

What comes up from a child may have been written by a candidate. So a line is plain text, of bounded
length, and whoever reads it never waits longer than it wants to.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import time
from socket import SHUT_RDWR
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket

LONGEST = 128 << 20
"""Bytes of one line; live arguments, encoded, are the longest that is said on purpose."""
_CHUNK = 1 << 18


class Wire:
    """One end of a stream socket that carries lines.

    Args:
        socket: it.
        longest: bytes of the longest line that is taken.
    """

    def __init__(self, socket: socket.socket, *, longest: int = LONGEST) -> None:
        self.socket = socket
        self._longest = longest
        self._partial = bytearray()
        self._lines: list[bytes] = []

    def send(self, message: object, prefix: str = "") -> None:
        """Say one message as a line of JSON.

        Raises:
            OSError: the other end is gone.
        """
        self.send_line(f"{prefix}{json.dumps(message)}".encode())

    def send_line(self, line: bytes) -> None:
        """Say a line that is encoded already.

        Raises:
            OSError: the other end is gone.
        """
        self.socket.sendall(line + b"\n")

    def receive(self, timeout: float | None = None) -> bytes:
        """The next line.

        Args:
            timeout: seconds to wait for it; None: as long as it takes.

        Raises:
            TimeoutError: none came.
            EOFError: the other end is gone, or its line grew too long.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            while not self._lines:
                left = None if deadline is None else max(0.0, deadline - time.monotonic())
                if not selector.select(left):
                    raise TimeoutError
                self.pull()
        return self._lines.pop(0)

    def is_ready(self) -> bool:
        """Whether the other end has said something, or is gone."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            return bool(self._lines or selector.select(0))

    def pull(self) -> None:
        """Take in what lies at a socket that is ready to be read.

        Raises:
            EOFError: the other end is gone, or its line grew too long.
        """
        try:
            data = self.socket.recv(_CHUNK)
        except ConnectionError:
            data = b""
        self._partial += data
        if not data or len(self._partial) > self._longest:
            raise EOFError
        if b"\n" in data:
            *lines, rest = self._partial.split(b"\n")
            self._lines += [bytes(line) for line in lines]
            self._partial = rest

    def pulled(self) -> list[bytes]:
        """The whole lines taken in so far; they are handed out once."""
        lines, self._lines = self._lines, []
        return lines

    def close(self) -> None:
        """Let go of this end; another process that has it goes on."""
        self.socket.close()

    def hang_up(self) -> None:
        """End the conversation, whoever else has inherited this end."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(SHUT_RDWR)
        self.socket.close()


def decode(line: bytes) -> Any:  # noqa: ANN401 - whoever decodes it checks what it is
    """The message of a line of JSON; None where it is none.

    Text that cannot be encoded, as a candidate may print it, comes with its odd characters escaped.
    """
    try:
        message = json.loads(line)
        return _escaped(message) if rb"\ud" in line.lower() else message
    except (ValueError, RecursionError):
        return None


def _escaped(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [_escaped(each) for each in value]
    if isinstance(value, dict):
        return {_escaped(key): _escaped(each) for key, each in value.items()}
    return value
