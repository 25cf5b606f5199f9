"""Replies that cannot be used as they are: what the model is told, and what ends the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jiti import GenerationError
from jiti.models import Opaque, Reply, Text
from jiti.testing import MessagesServer, call, fault, reply, say
from tests.functional.one_stub import RIGHT, Asked

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.testing.scripted import Line

from tests.functional.outcome import Outcome, call_with

ODD = {
    "a truncated tool call": (
        fault.tool_input('{"body": "return 2 *', stop_reason="max_tokens"),
        ["cut off at its limit of 16,000 tokens, and nothing that was cut off was run"],
    ),
    "a malformed input": (
        fault.tool_input('{"body": "return 2 * n", "quality": nine}'),
        ["The input could not be read: the call's input is not valid JSON: ", "submit takes: body (string)"],
    ),
    "an input that is no object": (fault.tool_input("[1, 2]"), ["the call's input is not a JSON object"]),
    "an unknown tool": (call("write_file", path="x.py"), ["There is no tool 'write_file'. The tools are: read_file, "]),
    "a tool call without arguments": (call("submit"), ["`body` is missing; `quality` is missing. submit takes: "]),
    "a tool call with no input at all": (fault.tool_input(""), ["`body` is missing; `quality` is missing."]),
    "text with no tool call": (say("I would return 2 * n."), ["Your reply called no tool, so nothing happened."]),
    "text that was cut off": (reply("First,", stop_reason="max_tokens"), ["cut off at its limit of 16,000 tokens"]),
    "an empty message": (Reply((), "end_turn"), ["Your reply called no tool, so nothing happened."]),
    "blank text": (Reply((Text(" \n"),), "end_turn"), ["Your reply called no tool, so nothing happened."]),
}


@pytest.mark.parametrize(("odd", "told"), ODD.values(), ids=ODD)
def test_a_reply_that_cannot_be_used_is_answered_with_what_to_do(tmp_path: Path, odd: Line, told: list[str]) -> None:
    outcome = call_with(tmp_path, odd, RIGHT)
    outcome.assert_right()
    assert (outcome.requests, outcome.waits) == (2, [])
    (answer,) = outcome.told[1:]
    assert [part for part in told if part not in answer] == []


def test_two_tool_calls_of_one_turn_are_both_run_and_answered_together(tmp_path: Path) -> None:
    outcome = call_with(tmp_path, reply(call("inspect", expr="n + 1"), call("list_files", glob="*.toml")), RIGHT)
    outcome.assert_right()
    inspected, listed = outcome.told[1:]
    assert "22" in inspected
    assert listed == "pyproject.toml"
    assert outcome.roles == ["user", "assistant", "user"]


def test_a_submission_after_another_tool_call_of_the_same_turn_counts(tmp_path: Path) -> None:
    outcome = call_with(tmp_path, reply(call("inspect", expr="n"), RIGHT))
    outcome.assert_right()
    assert outcome.requests == 1


def test_a_paused_turn_goes_on_from_where_it_was(tmp_path: Path) -> None:
    outcome = call_with(tmp_path, reply("Wait.", stop_reason="pause_turn"), RIGHT)
    outcome.assert_right()
    assert (outcome.requests, outcome.roles) == (2, ["user", "assistant"])


def test_a_block_of_a_kind_that_is_not_known_goes_back_as_it_came(tmp_path: Path) -> None:
    unknown: dict[str, Any] = {"type": "future_block", "parts": [{"text": "not known yet"}]}
    with MessagesServer(reply(Opaque(unknown), call("inspect", expr="n")), RIGHT) as server:
        asked = Asked(server.url)
        Outcome(tmp_path, asked.model, asked.waits, server.model).assert_right()
    assert server.requests[1].body["messages"][1]["content"][0] == unknown


NEVER_BETTER = [name for name in ODD if "text" not in name and "message" not in name]


@pytest.mark.parametrize("name", NEVER_BETTER)
def test_replies_that_never_get_better_end_with_the_turns(tmp_path: Path, name: str) -> None:
    odd, told = ODD[name]
    outcome = call_with(tmp_path, odd, odd, odd, RIGHT, max_turns=3)
    hint = "`max_turns` under [tool.jiti] or Engine(max_turns=…) allows more"
    outcome.assert_error(GenerationError, "no candidate passed in 3 turns", hint)
    assert (outcome.requests, outcome.waits) == (3, [])
    assert [sum(part in answer for answer in outcome.told[1:]) for part in told] == [2] * len(told)


@pytest.mark.parametrize(
    "again",
    [reply("Wait.", stop_reason="pause_turn"), reply(call("inspect", expr="n + 1"), call("list_files", glob="*.toml"))],
    ids=["a paused turn", "two tool calls of one turn"],
)
def test_work_that_never_comes_to_a_candidate_ends_with_the_turns(tmp_path: Path, again: Line) -> None:
    outcome = call_with(tmp_path, again, again, again, RIGHT, max_turns=3)
    outcome.assert_error(GenerationError, "no candidate passed in 3 turns", "a clearer docstring helps most")
    assert (outcome.requests, outcome.waits) == (3, [])


DEAD_ENDS = {
    "refusal": (
        [reply("I would rather not.", stop_reason="refusal")],
        "the model declined: I would rather not.",
        "reword the stub, or choose another model (JITI_MODEL)",
    ),
    "refusal without a word": ([Reply((), "refusal")], "the model declined: (it gave no reason)", "reword the stub"),
    "model_context_window_exceeded": (
        [reply("The docs say", stop_reason="model_context_window_exceeded")],
        "the conversation outgrew the model's context window in turn 1",
        "choose a model with a larger one",
    ),
    "an empty message again and again": (
        [Reply((), "end_turn")] * 3,
        "3 replies in a row called no tool; the last said: (nothing)",
        "a model that uses tools is needed (JITI_MODEL)",
    ),
    "text with no tool call again and again": (
        [say("Let me think."), Reply((), "end_turn"), say("I give the answer in words.")],
        "3 replies in a row called no tool; the last said: I give the answer in words.",
        "a model that uses tools is needed (JITI_MODEL)",
    ),
}


@pytest.mark.parametrize(("script", "message", "hint"), DEAD_ENDS.values(), ids=DEAD_ENDS)
def test_a_model_that_cannot_or_will_not_ends_the_session(
    tmp_path: Path, script: list[Line], message: str, hint: str
) -> None:
    outcome = call_with(tmp_path, *script, RIGHT)
    outcome.assert_error(GenerationError, message, hint)
    assert outcome.requests == len(script)
