"""Recorded sessions: done again on today's code, and played instead of a model."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from jiti.testing import Project, ScriptedModel, call, reply, submit, submit_test

if TYPE_CHECKING:
    from pathlib import Path

STUB = '''\
from app.marks import MARK
from jiti import jiti


@jiti
def shout(text: str, mark: str = MARK) -> str:
    """The text in capitals, with the mark at its end.

    >>> shout("a")
    'A!'
    """


@jiti
def shout_all(texts: list[str]) -> list[str]:
    """Each of the texts, shouted."""
'''
GATE = '''\
from app.text import shout_all
from jiti import jiti


@jiti.required_for(shout_all)
def test_each_is_shouted() -> None:
    """Each text is shouted, in their order."""
'''
SHOUT, ALL = "app/text.py::shout", "app/text.py::shout_all"
GATE_KEY = "tests/test_text.py::test_each_is_shouted"
SCRIPT = {
    SHOUT: [
        reply(call("read_file", path="app/marks.py"), call("inspect", expr="text"), call("docs", name="str.upper")),
        submit("return text.upper()"),
        submit("return text.upper() + mark", tests='def test_mark() -> None:\n    assert shout("b", "?") == "B?"\n'),
    ],
    ALL: [submit("return [shout(text) for text in texts]")],
    GATE_KEY: [submit_test('assert shout_all(["a", "b c"]) == ["A!", "B C!"]\n')],
}
FILES = {"app/text.py": STUB, "app/marks.py": 'MARK = "!"\n', "tests/test_text.py": GATE}


@pytest.fixture(scope="module")
def before() -> Project:
    """A project in which one call has made three sessions: of a test, of what it is for, and of what that calls."""
    project = Project(FILES, ScriptedModel(SCRIPT))
    assert project.call("app.text:shout_all", ["a"]).value == ["A!"]
    assert len(project.sessions()) == 3
    return project


@pytest.fixture
def recorded(before: Project, tmp_path: Path) -> Project:
    """A copy of it that no model answers."""
    shutil.copytree(before.root, tmp_path / "copy")
    return Project({}, root=tmp_path / "copy")


def test_sessions_come_out_the_same_on_the_same_code_and_otherwise_on_other_code(recorded: Project) -> None:
    project = recorded
    for name, calls in (("shout-", 5), ("shout_all", 1), ("each_is_shouted", 1)):
        ran = project.run("jiti", "replay", name)
        assert (ran.exit_code, ran.stderr, ran.changed, ran.requests) == (0, "", {}, []), ran.stdout
        noun = "tool calls" if calls > 1 else "tool call"
        end = f"{calls} {noun}, none came out otherwise; then: a candidate passed; now: a candidate passed\n"
        assert ran.stdout.endswith(end)
    assert len(project.sessions()) == 3

    ScriptedModel(submit("return text.upper()")).save(project.root / "by-hand.jsonl", SHOUT)
    ran = project.run("jiti", "replay", "by-hand.jsonl")
    assert ran.exit_code == 0
    assert "quality 9: turned down; nothing was recorded of it\n      REJECTED. Mend all of this" in ran.stdout
    assert "      got: 'A'\n1 tool call, none came out otherwise; then: the end is not recorded" in ran.stdout

    stub = STUB.replace("its end", "both ends").replace("'A!'", "'!A!'")
    project.write({"app/text.py": stub, "app/marks.py": 'MARK = "?"\n'})
    ran = project.run("jiti", "replay", "shout-")
    assert (ran.exit_code, ran.changed) == (1, {})
    told = ran.stdout
    assert "  turn 1  read_file app/marks.py: answered, otherwise than then\n" in told
    assert '      -1\tMARK = "!"\n      +1\tMARK = "?"\n' in told
    assert "  turn 1  inspect text: answered, as then\n" in told
    assert "quality 9: turned down; then passed\n" in told
    assert "      -PASSED\n" in told
    assert "      +got: 'A?'\n" in told
    assert "  changed since: docstring\n  the model would be told otherwise:\n" in told
    assert '      -7\t    """The text in capitals, with the mark at its end.\n' in told
    assert told.endswith("came out otherwise; then: a candidate passed; now: none passed\n")

    machine = json.loads(project.run("jiti", "replay", "shout-", "--json").stdout)
    assert (machine["key"], machine["same"], machine["passed"]) == (SHOUT, False, {"then": True, "now": False})
    assert [each["result"] for each in machine["calls"]] == ["answer", "same", "same", "answer", "verdict"]
    assert machine["changed"] == ["docstring"]


def test_a_call_that_cannot_be_made_again_is_left_out_and_what_is_missing_is_said() -> None:
    source = '''\
from dataclasses import dataclass

from jiti import jiti


@dataclass
class Price:
    cents: int


@jiti
def shown(price: Price) -> str:
    """The price as people write it, such as `12.50`."""


@jiti
def label(price: Price) -> str:
    """The price with a currency before it: `EUR 12.50`."""
'''
    script = {
        "shop.py::label": [
            call("inspect", expr="price.cents"),
            submit("return 1"),
            submit(
                'return f"EUR {shown(price)}"',
                tests="from shop import Price\n\n\ndef test_a() -> None:\n    assert label(Price(5)) == 'EUR 0.05'\n",
            ),
        ],
        "shop.py::shown": [submit('return f"{price.cents / 100:.2f}"')],
    }
    project = Project({"shop.py": source}, ScriptedModel(script))
    label = "import shop; print(shop.label(shop.Price(1250)))"
    ran = project.run("python", "-c", label)
    assert ran.stdout == "EUR 12.50\n", ran.stderr
    ran = project.run("jiti", "replay", "label")
    assert ran.exit_code == 0, ran.stdout
    assert "  turn 1  inspect price.cents: answered; not compared\n" in ran.stdout
    assert (
        "  note: the call that waited for it cannot be made again: the transcript does not tell them in full\n"
        in ran.stdout
    )

    (project.root / ".jiti" / "shop" / "shown.py").unlink()
    ran = project.run("jiti", "replay", "label")
    assert (ran.exit_code, ran.changed) == (1, {})
    assert "shop.py::shown is needed by what is checked, and has no implementation that runs" in ran.stdout

    project.write({"shop.py": source.partition("@jiti\ndef label")[0]})
    ran = project.run("jiti", "replay", "label")
    assert (ran.exit_code, ran.stdout.count("\n")) == (2, 2)
    assert "shop.py holds no stub named label" in ran.stderr


def test_a_folder_of_transcripts_makes_a_whole_run_without_a_key(recorded: Project) -> None:
    project = recorded
    mirror = project.mirror()
    sessions = project.root / ".jiti" / ".local" / "sessions"
    for folder in ("app", "tests", ".scratch"):
        shutil.rmtree(project.root / ".jiti" / folder)
    ran = project.run("python", "-m", "pytest", "-q", env={"JITI_REPLAY": str(sessions)})
    assert ran.exit_code == 0, ran.stdout
    made = "# made: scripted · "
    assert {
        path: text.replace("# made: replay of replay of scripted · ", made) for path, text in project.mirror().items()
    } == {path: text.replace("# made: replay of scripted · ", made) for path, text in mirror.items()}
    assert len(project.sessions()) == 6
