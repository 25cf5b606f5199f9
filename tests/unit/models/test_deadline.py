"""Responses that are given an end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx2
import pytest

from jiti.models.deadline import end_at

if TYPE_CHECKING:
    from collections.abc import Iterator


class Chunks(httpx2.SyncByteStream):
    """Two pieces, and whether it was closed."""

    closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield b"first, "
        yield b"second"

    def close(self) -> None:
        self.closed = True


def response(chunks: Chunks) -> httpx2.Response:
    return httpx2.Response(200, stream=chunks, request=httpx2.Request("POST", "http://localhost"))


def test_before_its_end_a_response_is_what_it_was() -> None:
    chunks = Chunks()
    answer = response(chunks)
    end_at(answer, time.monotonic() + 100)
    assert answer.read() == b"first, second"
    assert chunks.closed


def test_after_its_end_it_is_a_time_out_and_closed() -> None:
    chunks = Chunks()
    answer = response(chunks)
    end_at(answer, time.monotonic())
    with pytest.raises(httpx2.ReadTimeout, match="the seconds that were left for it are over"):
        answer.read()
    answer.close()
    assert chunks.closed
