"""What the parent takes from a job's report, and what it does not."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from jiti.checks.runs import excerpt, need_of, read_event

if TYPE_CHECKING:
    from pathlib import Path

ERROR = {"type": "E", "message": "", "line": 1, "shown": None}


@pytest.mark.parametrize(
    ("message", "is_taken"),
    [
        (["nonce", "answer", {"text": "a"}], True),
        (["nonce", "done", {}], True),
        (["nonce", "example", {"line": 1, "passed": False, "message": "", "error": ERROR}], True),
        (["other", "answer", {"text": "a"}], False),
        (["n\u00f6nce", "answer", {"text": "a"}], False),
        (["nonce", "answer", {"text": 1}], False),
        (["nonce", "answer", {"text": "a", "more": 1}], False),
        (["nonce", "unknown", {}], False),
        (["nonce", "example", {"line": 1, "passed": False, "message": "", "error": {}}], False),
        (["nonce", "done"], False),
        (None, False),
    ],
)
def test_only_a_jobs_own_events_of_the_agreed_shape_are_taken(message: object, *, is_taken: bool) -> None:
    assert (read_event(message, "nonce") is not None) == is_taken


def test_a_need_is_taken_without_what_is_garbled_in_it() -> None:
    data = {"key": "k", "module": "m", "qualname": "q"}
    whole = data | {"arguments": base64.b64encode(b"x").decode(), "rows": [["a", "int", "1"]]}
    assert need_of(whole) == data | {"arguments": b"x", "rows": [["a", "int", "1"]]}
    assert need_of(data | {"arguments": "\u00e9", "rows": [["a"], 1]}) == data | {"arguments": None, "rows": []}


def test_an_excerpt_is_the_beginning_and_the_end(tmp_path: Path) -> None:
    path = tmp_path / "output"
    path.write_bytes(b"first" + b"x" * 100 + b"last\0\n")
    with path.open("rb") as file:
        assert excerpt(file.fileno(), 20) == "firstxxxxx\n… 91 bytes left out …\nxxxxlast"
        assert excerpt(file.fileno(), 200) == "first" + "x" * 100 + "last"
