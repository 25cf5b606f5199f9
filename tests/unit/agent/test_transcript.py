"""Transcripts: one JSON object a line, in every outcome, for their owner alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from jiti.agent.transcript import Transcript
from jiti.models.replay import ReplayModel
from jiti.testing import call, reply, say, submit
from jiti.usage import Usage
from tests.unit.agent.stage import KEY, LIMITS, WRONG, Stage, right

if TYPE_CHECKING:
    from pathlib import Path


def test_every_step_is_a_line(stage: Stage) -> None:
    usage = Usage(input=1, output=2, cache_read=3, cache_write=4)
    played = stage.play(reply("So:", submit("return x"), usage=usage), submit("return 1"), verdicts=[WRONG, right()])
    lines = played.lines
    assert [line["event"] for line in lines] == [
        *("session", "request", "reply", "tool"),
        *("request", "reply", "tool", "end"),
    ]
    session, request, answer, tool = lines[:4]
    assert session.pop("time").endswith("+00:00")
    assert session == {
        "event": "session",
        "jiti": 1,
        "key": KEY,
        "spec": "signature=1 docstring=2 hints=-",
        "model": "scripted",
        "reason": "missing",
        "sandbox": "layer 2",
    }
    assert request["system"] == ["system", "style"]
    assert request["messages"] == [{"role": "user", "blocks": [{"type": "text", "text": "the task"}]}]
    assert answer["blocks"][0] == {"type": "text", "text": "So:"}
    assert answer["usage"] == {"input": 1, "output": 2, "cache_read": 3, "cache_write": 4}
    assert (tool["turn"], tool["name"], tool["ok"]) == (1, "submit", False)
    assert tool["output"].startswith("REJECTED")
    end = lines[-1]
    assert end == {"event": "end", "outcome": "accepted", "turns": 2, "usage": answer["usage"], "usd": None}


def test_later_requests_hold_what_was_added_alone(stage: Stage) -> None:
    played = stage.play(say("hm"), call("inspect", expr="a"), submit("return 1"))
    requests = [line for line in played.lines if line["event"] == "request"]
    assert ["system" in line for line in requests] == [True, False, False]
    assert [[message["role"] for message in line["messages"]] for line in requests] == [["user"]] * 3
    assert requests[2]["messages"][0]["blocks"][0]["content"] == "value of a"
    for name in ("system_hash", "tools_hash"):
        assert len({line[name] for line in requests}) == 1
        assert re.fullmatch("[0-9a-f]{32}", requests[0][name])


def test_a_bad_end_is_the_last_line(stage: Stage) -> None:
    end = stage.play(submit("return x"), verdicts=[WRONG], limits=replace(LIMITS, max_turns=1)).lines[-1]
    assert (end["event"], end["outcome"], end["turns"]) == ("end", "GenerationError", 1)
    assert "no candidate passed in 1 turn\n" in end["error"]


def test_a_session_can_be_replayed_from_it(stage: Stage) -> None:
    played = stage.play(reply("Ünicode \ud800", submit("return x")), submit("return 1"), verdicts=[WRONG, right()])
    recording = shutil.copy(played.path, stage.root / "recording.jsonl")
    replay = ReplayModel(str(recording))
    again = stage.play(model=replay, verdicts=[WRONG, right()])  # ty: ignore[invalid-argument-type] - a model like any other
    assert again.accepted is not None
    assert [each.body for each in again.workbench.submissions] == ["return x", "return 1"]


def test_its_name_tells_when_and_what_for(tmp_path: Path) -> None:
    transcript = Transcript.create(str(tmp_path), "app/text.py::outer.<locals>.inner")
    transcript.close()
    assert transcript.path is not None
    folder, name = os.path.split(transcript.path)
    assert folder == str(tmp_path / ".jiti" / ".local" / "sessions")
    assert re.fullmatch(r"\d{8}-\d{6}-outer\._locals_\.inner-[0-9a-f]{6}\.jsonl", name)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_only_its_owner_may_read_it(stage: Stage) -> None:
    path = stage.play(submit("return 1")).path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_each_line_is_on_disk_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.jsonl"
    transcript = Transcript(str(path))
    transcript.session(key="k", spec="s", model="m", reason="r")
    assert json.loads(path.read_text())["key"] == "k"
    transcript.close()
    transcript.session(key="k", spec="s", model="m", reason="r")
    assert path.read_text().count("\n") == 1


def test_where_it_cannot_be_written_the_session_goes_on(stage: Stage) -> None:
    (stage.root / ".jiti").write_text("a file in the folder's place")
    transcript = Transcript.create(str(stage.root), KEY)
    assert transcript.path is None
    transcript.session(key="k", spec="s", model="m", reason="r")
    transcript.close()


FULL = """
import resource, sys
from jiti.agent.transcript import Transcript
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
transcript = Transcript(sys.argv[1])
for number in range(5):
    transcript.session(key=str(number), spec="s", model="m", reason="r")
transcript.close()
print("went on")
"""


@pytest.mark.skipif(os.name == "nt", reason="needs a limit of a file's size, which stands for a full disk")
def test_a_full_disk_does_not_end_the_session(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "t.jsonl")], capture_output=True, text=True, check=True
    )
    assert done.stdout == "went on\n"
