"""Lines over a socket: whole, bounded, and never waited for too long."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from jiti.checks.wire import Wire, decode

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def ends() -> Iterator[tuple[Wire, Wire]]:
    one, other = map(Wire, socket.socketpair())
    yield one, other
    one.close()
    other.close()


def test_messages_arrive_one_by_one_and_in_order(ends: tuple[Wire, Wire]) -> None:
    one, other = ends
    one.send({"text": "a\nb\u2028"})
    one.send([1], "p")
    assert decode(other.receive(1)) == {"text": "a\nb\u2028"}
    assert other.receive(1) == b"p[1]"


def test_half_a_line_is_waited_for_no_longer_than_asked(ends: tuple[Wire, Wire]) -> None:
    one, other = ends
    one.socket.sendall(b"half")
    with pytest.raises(TimeoutError):
        other.receive(0.01)
    one.socket.sendall(b" a line\n")
    assert other.receive(1) == b"half a line"


def test_the_end_is_told_after_what_was_said_before(ends: tuple[Wire, Wire]) -> None:
    one, other = ends
    one.send(1)
    one.hang_up()
    assert other.receive(1) == b"1"
    with pytest.raises(EOFError):
        other.receive(1)


def test_a_line_that_grows_too_long_is_the_end(ends: tuple[Wire, Wire]) -> None:
    one, other = ends
    one.socket.sendall(b"x" * 11)
    with pytest.raises(EOFError):
        Wire(other.socket, longest=10).receive(1)


@pytest.mark.parametrize("line", [b"", b"\xff", b"{", b"[" * 100_000])
def test_what_is_no_message_is_none(line: bytes) -> None:
    assert decode(line) is None


def test_text_that_cannot_be_encoded_is_escaped_and_other_text_is_not() -> None:
    assert decode(rb'{"a": ["\ud800", "\ud83d\ude00"]}') == {"a": ["\\ud800", "\U0001f600"]}
