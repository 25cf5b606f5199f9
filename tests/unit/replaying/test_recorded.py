"""What is read from a transcript, and which transcript is meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jiti.errors import ConfigError
from jiti.models import ToolCall
from jiti.models.recording import reply_event
from jiti.replaying.recorded import RecordedCall, find, read
from jiti.testing import reply, say, submit

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY = "app/text.py::slugify"
SESSION = {"event": "session", "jiti": 1, "key": KEY, "model": "claude"}
LOOK, READ, SUBMIT = (
    ToolCall("1", "outline", {"path": "a.py"}),
    ToolCall("2", "read_file", {"path": "a.py"}),
    ToolCall("3", "submit", {"body": "return 1", "quality": 9}),
)


def write(path: Path, events: Iterable[object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return path


def tool(turn: int, name: str, *, ok: bool, output: str = "") -> dict[str, object]:
    return {"event": "tool", "turn": turn, "name": name, "ok": ok, "output": output}


def test_a_session_is_its_task_its_calls_and_what_came_of_them(tmp_path: Path) -> None:
    spec = "signature=1 docstring=2 hints=-"
    recorded = read(
        write(
            tmp_path / "a.jsonl",
            [
                SESSION | {"spec": spec, "time": "2026-01-01", "live": [["text", "str", "'a'"], "odd", [1, 2, 3]]},
                {"event": "request", "turn": 1, "messages": [{"role": "user", "blocks": [{"text": "the task"}]}]},
                reply_event(reply("Well.", LOOK, READ), turn=1, seconds=0.1),
                tool(1, "outline", ok=True, output="a"),
                tool(1, "read_file", ok=False, output="b"),
                {"event": "request", "turn": 2, "messages": []},
                reply_event(reply(READ, SUBMIT, LOOK), turn=2, seconds=0.1),
                tool(2, "read_file", ok=True, output="c"),
                tool(2, "submit", ok=True, output="PASSED"),
                {"event": "end", "outcome": "accepted"},
            ],
        )
    )
    assert (recorded.key, str(recorded.spec), recorded.model, recorded.time) == (KEY, spec, "claude", "2026-01-01")
    assert recorded.live == (("text", "str", "'a'"),)
    assert (recorded.task, recorded.outcome, recorded.passed) == ("the task", "accepted", True)
    assert recorded.calls == (
        RecordedCall(1, LOOK, ok=True, output="a"),
        RecordedCall(1, READ, ok=False, output="b"),
        RecordedCall(2, READ, ok=True, output="c"),
        RecordedCall(2, SUBMIT, ok=True, output="PASSED"),  # what came after it was not run
    )


def test_of_a_recording_that_was_written_by_hand_all_calls_are_known_and_no_results(tmp_path: Path) -> None:
    lines = [
        SESSION | {"spec": "-"},
        reply_event(reply(LOOK), turn=1, seconds=0),
        reply_event(reply(SUBMIT), turn=2, seconds=0),
    ]
    recorded = read(write(tmp_path / "a.jsonl", lines))
    assert recorded.calls == (RecordedCall(1, LOOK), RecordedCall(2, SUBMIT))
    assert (recorded.spec, recorded.live, recorded.task, recorded.time, recorded.passed) == (None, None, "", "", None)


def test_a_call_that_was_cut_off_was_not_run(tmp_path: Path) -> None:
    cut_off = reply_event(reply(LOOK, SUBMIT, stop_reason="max_tokens"), turn=1, seconds=0)
    words = reply_event(reply(say("Hm."), stop_reason="max_tokens"), turn=2, seconds=0)
    recorded = read(write(tmp_path / "a.jsonl", [SESSION, cut_off, words]))
    assert recorded.calls == (RecordedCall(1, LOOK),)


@pytest.mark.parametrize(
    ("results", "outcome", "passed"),
    [([False, True], "", True), ([False], "", False), ([], "BudgetExceededError", False), ([], "", None)],
)
def test_whether_a_candidate_passed_is_told_by_any_of_them_or_by_the_end(
    tmp_path: Path, results: list[bool], outcome: str, *, passed: bool | None
) -> None:
    events: list[object] = [SESSION]
    for turn, ok in enumerate(results, 1):
        events += [reply_event(submit("return 1"), turn=turn, seconds=0), tool(turn, "submit", ok=ok)]
    assert read(write(tmp_path / "a.jsonl", [*events, {"event": "end", "outcome": outcome}])).passed is passed


def test_half_a_line_at_the_end_is_of_a_session_that_was_killed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [SESSION, reply_event(reply(LOOK), turn=1, seconds=0)])
    path.write_bytes(path.read_bytes() + b'{"event": "to')
    assert read(path).calls == (RecordedCall(1, LOOK),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1: a recording begins with a line"),
        ("[]\n", "1: it is not a JSON object"),
        ('{"event": "session"}\n', "1: a recording begins with a line"),
        (json.dumps(SESSION) + '\n{"event": "reply"}\n', "2: a reply needs `blocks`"),
        (json.dumps(SESSION | {"key": "*"}) + "\n", "is a recording for whatever stub asks, and names none"),
    ],
)
def test_what_is_no_transcript_is_told_by_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"a\.jsonl") as caught:
        read(path)
    assert said in str(caught.value)


# ---------------------------------------------------------------- which one


NAMES = ("20260101-100000-slugify-aaa", "20260102-100000-slugify-bbb", "20260103-100000-parse-ccc")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in NAMES:
        write(tmp_path / ".jiti" / ".local" / "sessions" / f"{name}.jsonl", [SESSION])
    return tmp_path


def test_a_session_is_named_by_a_path_or_by_a_part_of_its_name(root: Path) -> None:
    folder = root / ".jiti" / ".local" / "sessions"
    parse = folder / f"{NAMES[2]}.jsonl"
    for name in (NAMES[2], "parse", "ccc", f"{NAMES[2]}.jsonl", str(parse), ".jiti/.local/sessions/" + parse.name):
        assert find(str(root), str(root), name) == parse
    assert find(str(root), str(folder), parse.name) == parse
    assert find(str(root), None, parse.name) == parse


def test_a_name_of_several_lists_them_the_latest_first(root: Path) -> None:
    with pytest.raises(ConfigError, match="2 sessions are called like slugify") as caught:
        find(str(root), None, "slugify")
    assert str(caught.value.hint) == f"name one of\n    {NAMES[1]}\n    {NAMES[0]}"


def test_a_name_of_none_gets_what_is_near_it_or_where_they_lie(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(ConfigError, match="there is no session 20260103-100000-parse-ccd") as caught:
        find(str(root), None, "20260103-100000-parse-ccd")
    assert str(caught.value.hint).startswith(f"did you mean {NAMES[2]}")
    with pytest.raises(ConfigError, match="there is no session slugify") as caught:
        find(str(tmp_path_factory.mktemp("empty")), None, "slugify")
    assert str(Path(".jiti", ".local", "sessions")) in str(caught.value.hint)
