"""What a build is likely to cost, told by the transcripts that are there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jiti.build import estimate

if TYPE_CHECKING:
    from pathlib import Path


def told(root: Path, name: str, key: str, tokens: int, outcome: str = "accepted") -> Path:
    """A transcript."""
    path = root / ".jiti" / ".local" / "sessions" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    usage = {"input": tokens - 10, "output": 4, "cache_read": 5, "cache_write": 1}
    middle = {"event": "reply", "text": "x" * 200_000}
    lines = [{"event": "session", "key": key}, middle, {"event": "end", "outcome": outcome, "usage": usage}]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


def test_a_stub_is_likely_to_take_what_its_own_sessions_took(tmp_path: Path) -> None:
    for number, tokens in enumerate((100, 300, 200)):
        told(tmp_path, str(number), "a.py::f", tokens)
    told(tmp_path, "3", "a.py::g", 1_000)
    found = estimate.read(str(tmp_path))
    assert (found.of("a.py::f"), found.of("a.py::g")) == (200, 1_000)


def test_one_without_sessions_takes_what_one_usually_took(tmp_path: Path) -> None:
    for number, tokens in enumerate((100, 400, 700)):
        told(tmp_path, str(number), f"a.py::f{number}", tokens)
    assert estimate.read(str(tmp_path)).of("a.py::new") == 400


def test_nothing_is_told_by_sessions_that_failed_or_transcripts_that_cannot_be_read(tmp_path: Path) -> None:
    told(tmp_path, "0", "a.py::f", 100, outcome="GenerationError")
    whole = told(tmp_path, "1", "a.py::f", 100)
    whole.write_bytes(whole.read_bytes()[:-20])
    (whole.parent / "2.jsonl").write_bytes(b"\xff\n[]\n")
    (whole.parent / "3.jsonl").mkdir()
    assert estimate.read(str(tmp_path)).of("a.py::f") is None


def test_a_project_without_sessions_has_no_estimate(tmp_path: Path) -> None:
    assert estimate.read(str(tmp_path)).of("a.py::f") is None
