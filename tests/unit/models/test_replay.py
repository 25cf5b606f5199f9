"""Recorded sessions, replayed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from jiti.errors import ConfigError, ModelError
from jiti.models import Message, Reply, Request, Text
from jiti.models.recording import reply_event
from jiti.models.replay import ReplayModel
from jiti.testing import say

if TYPE_CHECKING:
    from pathlib import Path

SLUGIFY = "app/text.py::slugify"
OTHER = "app/text.py::other"


def record(path: Path, *words: str, key: str = SLUGIFY, spec: str = "-", model: str = "claude") -> Path:
    """Write a session in which those words were said."""
    lines = [
        {"event": "session", "jiti": 1, "key": key, "spec": spec, "model": model},
        {"event": "request", "turn": 1, "messages": []},
        *(reply_event(say(word), turn=turn, seconds=0.1) for turn, word in enumerate(words, 1)),
        {"event": "tool", "turn": 1, "name": "submit", "ok": True},
        {"event": "end", "outcome": "accepted"},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def ask(model: ReplayModel, *, turn: int = 1, key: str = SLUGIFY, spec: str = "-") -> str:
    """What the model says in that turn of a session."""
    said = [Message("user", (Text("Go on."),)), Message("assistant", (Text("Hm."),))] * turn
    return words_of(model.reply(Request(key, spec, (), (), tuple(said[: 2 * turn - 1]), 1000)))


def words_of(reply: Reply) -> str:
    (block,) = reply.blocks
    assert isinstance(block, Text)
    return block.text


def test_a_recording_is_played_in_order(tmp_path: Path) -> None:
    model = ReplayModel(record(tmp_path / "a.jsonl", "one", "two"))
    assert [ask(model), ask(model, turn=2)] == ["one", "two"]
    assert (model.name, model.host) == ("replay of claude", None)


def test_a_reply_is_what_was_recorded(tmp_path: Path) -> None:
    model = ReplayModel(record(tmp_path / "a.jsonl", "one"))
    assert model.reply(Request(SLUGIFY, "-", (), (), (Message("user", ()),), 1)) == say("one")


def test_of_a_folder_each_stub_gets_its_own(tmp_path: Path) -> None:
    record(tmp_path / "a.jsonl", "one", "two")
    record(tmp_path / "b.jsonl", "other", key=OTHER)
    model = ReplayModel(tmp_path)
    # Sessions may run side by side: the first one's second turn comes after the other's first.
    assert [ask(model), ask(model, key=OTHER), ask(model, turn=2)] == ["one", "other", "two"]


def test_the_recording_of_the_same_spec_comes_first(tmp_path: Path) -> None:
    record(tmp_path / "a.jsonl", "old", spec="signature=1 docstring=1 hints=-")
    record(tmp_path / "b.jsonl", "new", spec="signature=1 docstring=2 hints=-")
    assert ask(ReplayModel(tmp_path), spec="signature=1 docstring=2 hints=-") == "new"


def test_a_session_is_not_played_twice(tmp_path: Path) -> None:
    record(tmp_path / "a.jsonl", "first")
    record(tmp_path / "b.jsonl", "second")
    model = ReplayModel(tmp_path)
    assert [ask(model), ask(model)] == ["first", "second"]
    with pytest.raises(ModelError, match=f"every session of {SLUGIFY} recorded in .* was played already"):
        ask(model)


def test_not_by_another_model_of_the_process_either(tmp_path: Path) -> None:
    record(tmp_path / "a.jsonl", "first")
    record(tmp_path / "b.jsonl", "second")
    assert [ask(ReplayModel(tmp_path)), ask(ReplayModel(tmp_path))] == ["first", "second"]


def test_a_recording_that_was_written_anew_is_played_again(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    assert ask(ReplayModel(record(path, "before"))) == "before"
    assert ask(ReplayModel(record(path, "afterwards"))) == "afterwards"


def test_a_new_session_begins_another_recording_and_what_is_left_of_one_comes_last(tmp_path: Path) -> None:
    record(tmp_path / "a.jsonl", "a1", "a2")
    record(tmp_path / "b.jsonl", "b1")
    record(tmp_path / "c.jsonl", "c1", key="*")
    model = ReplayModel(tmp_path)
    assert [ask(model), ask(model), ask(model), ask(model)] == ["a1", "b1", "a2", "c1"]


def test_a_recording_for_any_key_answers_whoever_asks_and_goes_on_from_session_to_session(tmp_path: Path) -> None:
    model = ReplayModel(record(tmp_path / "a.jsonl", "1", "2", "3", key="*"))
    assert [ask(model), ask(model, key=OTHER), ask(model, turn=2)] == ["1", "2", "3"]


def test_a_recording_that_has_ended_says_so(tmp_path: Path) -> None:
    model = ReplayModel(record(tmp_path / "a.jsonl", "one"))
    ask(model)
    with pytest.raises(ModelError, match=r"a\.jsonl has ended, after 1 replies") as caught:
        ask(model, turn=2)
    assert caught.value.key == SLUGIFY
    assert "JITI_REPLAY" in str(caught.value.hint)


def test_a_stub_without_a_recording_is_told_of_those_that_have_one(tmp_path: Path) -> None:
    model = ReplayModel(record(tmp_path / "a.jsonl", "one"))
    with pytest.raises(ModelError, match=f"no session of {OTHER} is recorded in .*, only of {SLUGIFY}"):
        ask(model, key=OTHER)


def test_the_name_tells_of_all_who_answered(tmp_path: Path) -> None:
    record(tmp_path / "a.jsonl", "one", model="claude-b")
    record(tmp_path / "b.jsonl", "one", model="claude-a")
    assert ReplayModel(tmp_path).name == "replay of claude-a, claude-b"


def test_a_path_that_is_not_there_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"JITI_REPLAY names neither a file nor a folder: .*gone"):
        ReplayModel(tmp_path / "gone")


def test_a_folder_without_recordings_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="JITI_REPLAY names a folder without recordings"):
        ReplayModel(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "1: a recording begins with a line whose event is `session`"),
        (b"\n", "1: Expecting value"),
        (b"not json\n", "1: Expecting value"),
        (b"\xff\xfe\n", "1: 'utf-8' codec"),
        (b"[]\n", "1: it is not a JSON object"),
        (b'{"event": "reply"}\n', "1: a recording begins with a line whose event is `session`"),
        (b'{"event": "session", "jiti": 1}\n', "1: a recording begins with a line"),
        (b'{"event": "session", "jiti": 2, "key": "*"}\n', "1: its format is 2, and only 1 can be read"),
    ],
)
def test_a_file_that_is_no_recording_is_told_by_file_and_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        ReplayModel(tmp_path)
    assert f"{path}:{said}" in str(caught.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"event": "rep', "Unterminated string"),
        (b'{"event": "reply", "blocks": 1}', "a reply needs `blocks`"),
        (b"[" * 200_000, ""),
        (
            b'{"event": "reply", "blocks": [%b], "stop_reason": ""}' % (b'{"a": ' * 200 + b"1" + b"}" * 200),
            "a block of a conversation is nested too deep",
        ),
        (b'{"event": "reply", "blocks": [{"type": "image"}], "stop_reason": "end_turn"}', "this is no block"),
    ],
)
def test_a_damaged_line_is_told_when_the_recording_is_played(tmp_path: Path, line: bytes, said: str) -> None:
    path = record(tmp_path / "a.jsonl", "one")
    path.write_bytes(path.read_bytes() + line + b"\n")
    record(tmp_path / "b.jsonl", "other", key=OTHER)
    model = ReplayModel(tmp_path)
    assert ask(model, key=OTHER) == "other"
    with pytest.raises(ConfigError) as caught:
        ask(model)
    assert f"{path}:6: {said}" in str(caught.value)


def end(path: Path, outcome: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace('"accepted"', json.dumps(outcome)), encoding="utf-8")


def test_of_several_sessions_one_that_ended_well_comes_first(tmp_path: Path) -> None:
    end(record(tmp_path / "a.jsonl", "failed"), "BudgetExceededError")
    record(tmp_path / "b.jsonl", "went well")
    model = ReplayModel(tmp_path)
    assert [ask(model), ask(model)] == ["went well", "failed"]


def test_half_a_line_at_the_end_of_a_recording_is_passed_over(tmp_path: Path) -> None:
    path = record(tmp_path / "a.jsonl", "one")
    path.write_bytes(path.read_bytes() + b'{"event": "rep')
    assert ask(ReplayModel(path)) == "one"


def test_what_is_written_into_a_projects_own_sessions_meanwhile_is_not_played(tmp_path: Path) -> None:
    folder = tmp_path / ".jiti" / ".local" / "sessions"
    folder.mkdir(parents=True)
    record(folder / "a.jsonl", "one")
    (folder / "b.jsonl").touch()  # another process is about to write it
    assert ask(ReplayModel(folder)) == "one"
    record(folder / "c.jsonl", "by this process")
    with pytest.raises(ModelError, match="was played already"):
        ask(ReplayModel(folder))
