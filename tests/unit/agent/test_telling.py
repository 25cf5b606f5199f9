"""What a session tells: events, transcripts, and what of it may leave or stay."""

from __future__ import annotations

from jiti.agent.session import Task
from jiti.events import Replied, SessionEnded, SessionStarted, ToolEnded, ToolStarted, TurnStarted
from jiti.models import Opaque
from jiti.testing import call, give_up, reply, submit
from jiti.usage import Usage
from tests.unit.agent.stage import KEY, WRONG, Stage, right


def test_events_tell_every_step(stage: Stage) -> None:
    usage = Usage(input=5, output=6)
    played = stage.play(
        reply(submit("x\ny", tests="def test_a(): ..."), usage=usage), submit("z"), verdicts=[WRONG, right()]
    )
    events = played.events
    assert [type(event) for event in events] == [
        *(SessionStarted, TurnStarted, Replied, ToolStarted, ToolEnded),
        *(TurnStarted, Replied, ToolStarted, ToolEnded, SessionEnded),
    ]
    assert events[0] == SessionStarted(KEY, "scripted", "missing")
    assert isinstance(events[2], Replied)
    assert (events[2].usage, events[2].stop_reason, events[2].usd) == (usage, "tool_use", None)
    assert events[3] == ToolStarted(KEY, "submit", "2 lines, 1 test, quality 9")
    assert isinstance(events[4], ToolEnded)
    assert not events[4].ok
    assert events[4].summary.startswith("REJECTED. Mend all of this and submit again: ruff F821")
    end = events[-1]
    assert isinstance(end, SessionEnded)
    assert (end.outcome, end.turns, end.usage, end.detail) == ("accepted", 2, usage, ".jiti/app/text/slugify.py")


def test_a_bad_end_is_told_with_the_errors_name_and_first_line(stage: Stage) -> None:
    played = stage.play(give_up("no", "this vs that"))
    end = played.events[-1]
    assert isinstance(end, SessionEnded)
    assert (end.outcome, end.detail) == ("SpecConflictError", f"{KEY}: the agent gave up: no")


SECRET = "sk-ant-api03-abcdefgh12345678"  # noqa: S105 - that is the point


def test_credentials_are_masked_in_all_that_leaves_or_stays(stage: Stage) -> None:
    (stage.root / "config.py").write_text(f'API_KEY = "{SECRET}"\n')
    played = stage.play(
        reply(f"I see {SECRET}", call("read_file", path="config.py"), call("inspect", expr=f"f('{SECRET}')")),
        call("inspect", **{SECRET: "it"}),
        submit(f"return '{SECRET}'"),
        give_up(f"because of {SECRET}"),
        task=Task(KEY, "spec", (f"guide with {SECRET}",), f"argument {SECRET}"),
        verdicts=[WRONG],
    )
    assert played.workbench.submissions[0].body == f"return '{SECRET}'"
    assert SECRET not in str(played.model.requests)
    assert SECRET not in str(played.events)
    assert SECRET not in played.path.read_text(encoding="utf-8")
    assert SECRET not in str(played.error)
    assert "[masked]" in str(played.model.requests[0].messages)


def test_what_is_no_text_is_escaped(stage: Stage) -> None:
    played = stage.play(reply("odd \ud800", call("inspect", expr="'\udcff'")), submit("return 1"))
    assert played.accepted is not None
    str(played.model.requests).encode()
    assert played.told == ["value of '\\udcff'"]


def test_blocks_of_the_providers_own_go_back_as_they_were(stage: Stage) -> None:
    thought = Opaque({"type": "thinking", "thinking": f"password='{SECRET}'", "signature": "abc"})
    played = stage.play(reply(thought, call("docs", name="x")), submit("return 1"))
    assert played.model.requests[1].messages[1].blocks[0] is thought
