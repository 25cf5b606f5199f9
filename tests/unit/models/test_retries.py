"""How long is waited before a request is sent again."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from jiti.models.retries import LONGEST_WAIT, asked_wait, wait_before


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": formatdate(0, usegmt=True)}, None),
    ],
)
def test_what_an_answer_asks_for_is_read_where_it_makes_sense(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers) == seconds


def test_an_answer_may_name_a_date() -> None:
    seconds = asked_wait({"retry-after": formatdate(time.time() + 40, usegmt=True)})
    assert seconds is not None
    assert 30 < seconds <= 41


@pytest.mark.parametrize(("retry", "longest"), [(1, 0.5), (2, 1.0), (3, 2.0), (5, 8.0), (50, 8.0)])
def test_waits_grow_to_eight_seconds_where_nothing_is_asked_for(retry: int, longest: float) -> None:
    waits = [wait_before(retry, {}) or 0.0 for _ in range(100)]
    assert longest * 0.75 <= min(waits) < max(waits) <= longest


def test_what_is_asked_for_is_waited_up_to_a_minute() -> None:
    assert wait_before(1, {"retry-after": "60"}) == LONGEST_WAIT
    assert wait_before(1, {"retry-after": "61"}) is None
