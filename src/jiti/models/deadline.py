"""An end to replies that never come to one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2


def end_at(response: httpx2.Response, moment: float) -> None:
    """Let the response end in a time-out at that moment of the monotonic clock.

    Its client's own time-out is about silence. A server may be stuck and yet send a ping every few seconds.
    """
    from httpx2 import ReadTimeout, SyncByteStream

    class Limited(SyncByteStream):
        """The response's bytes, until then."""

        def __init__(self, stream: SyncByteStream) -> None:
            self._stream = stream

        def __iter__(self) -> Iterator[bytes]:
            for data in self._stream:
                if time.monotonic() >= moment:
                    message = "the seconds that were left for it are over"
                    raise ReadTimeout(message, request=response.request)
                yield data

        def close(self) -> None:
            self._stream.close()

    if isinstance(response.stream, SyncByteStream):
        response.stream = Limited(response.stream)
