"""How long to wait before a request that failed is sent again."""

from __future__ import annotations

import math
import random
import time
from email.utils import parsedate_to_datetime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_WAIT = 60.0
"""Seconds. A provider that asks for more is not waited for: the user is told how long, and goes on."""

_FIRST_DELAY, _LONGEST_DELAY = 0.5, 8.0  # seconds; those of the provider's package
_SPREAD = (
    0.25  # the part of a delay that is left to chance, so that processes which failed together do not come back so
)


def wait_before(retry: int, headers: Mapping[str, str]) -> float | None:
    """Seconds to wait before the `retry`-th retry, counted from 1; None where that is asking too much.

    Args:
        retry: its number.
        headers: of the answer that was an error; empty where there was none.
    """
    asked = asked_wait(headers)
    if asked is not None:
        return asked if asked <= LONGEST_WAIT else None
    delay = min(_FIRST_DELAY * 2 ** (retry - 1), _LONGEST_DELAY)
    return delay * (1 - _SPREAD * random.random())  # noqa: S311 - nobody gains by guessing it


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """The seconds that an answer asks to wait, or None: it does not say, or says nothing that makes sense."""
    readings = (
        (headers.get("retry-after-ms"), lambda text: float(text) / 1000),
        (headers.get("retry-after"), float),
        (headers.get("retry-after"), lambda text: parsedate_to_datetime(text).timestamp() - time.time()),
    )
    for text, read in readings:
        try:
            seconds = read(text or "")
        except (TypeError, ValueError):
            continue
        if math.isfinite(seconds) and seconds > 0:
            return seconds
    return None
