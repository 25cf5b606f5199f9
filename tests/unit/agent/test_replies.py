"""Replies that call no tool, and what each stop reason leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti.errors import GenerationError
from jiti.models import Message, Reply, Text
from jiti.testing import call, reply, say, submit

if TYPE_CHECKING:
    from tests.unit.agent.stage import Stage


def test_words_alone_are_answered_with_what_to_do(stage: Stage) -> None:
    played = stage.play(say("I would return 1."), submit("return 1"))
    assert played.accepted is not None
    (told,) = played.told
    assert "called no tool" in told
    assert "`submit`" in told
    assert "`give_up`" in told


def test_three_replies_without_a_tool_call_in_a_row_end_it(stage: Stage) -> None:
    played = stage.play(say("a"), say("b"), call("docs", name="x"), say("c"), say("d"), say("My last words."))
    assert type(played.error) is GenerationError
    assert "3 replies in a row called no tool; the last said: My last words." in str(played.error)
    assert len(played.model.requests) == 6


@pytest.mark.parametrize("blocks", [(), (Text(""),), (Text(" \n"),)])
def test_an_empty_reply_counts_as_one_without_a_tool_call(stage: Stage, blocks: tuple[Text, ...]) -> None:
    empty = Reply(blocks, "end_turn")
    played = stage.play(empty, submit("return 1"))
    assert played.accepted is not None
    assert played.model.requests[1].messages[1] == Message("assistant", (Text("(nothing)"),))
    assert "called no tool" in played.told[0]
    assert type(stage.play(empty, empty, empty).error) is GenerationError


def test_a_tool_call_is_run_whatever_the_stop_reason_says(stage: Stage) -> None:
    played = stage.play(reply(submit("return 1"), stop_reason="end_turn"))
    assert played.accepted is not None


# ---------------------------------------------------------------- stop reasons


def test_a_call_that_was_cut_off_is_not_run(stage: Stage) -> None:
    cut = reply(call("inspect", expr="a"), submit("return 1 +"), stop_reason="max_tokens")
    played = stage.play(cut, submit("return 1"))
    assert [each.body for each in played.workbench.submissions] == ["return 1"]
    ran, left = played.told
    assert ran == "value of a"
    assert "cut off at its limit of 1,000 tokens" in left


def test_words_that_were_cut_off_are_answered_and_count_as_no_tool_call(stage: Stage) -> None:
    cut = reply("Let me think about", stop_reason="max_tokens")
    played = stage.play(cut, submit("return 1"))
    assert "cut off" in played.told[0]
    assert type(stage.play(cut, cut, cut).error) is GenerationError


def test_a_paused_turn_goes_on_without_a_word(stage: Stage) -> None:
    paused = reply("Searching …", stop_reason="pause_turn")
    played = stage.play(paused, submit("return 1"))
    assert played.accepted is not None
    assert [message.role for message in played.model.requests[1].messages] == ["user", "assistant"]


def test_a_refusal_ends_it_and_shows_the_models_words(stage: Stage) -> None:
    played = stage.play(reply("I cannot help with that.", stop_reason="refusal"))
    assert type(played.error) is GenerationError
    assert "the model declined: I cannot help with that." in str(played.error)


def test_an_outgrown_context_window_ends_it(stage: Stage) -> None:
    played = stage.play(call("docs", name="x"), reply("Hm", stop_reason="model_context_window_exceeded"))
    assert type(played.error) is GenerationError
    assert "outgrew the model's context window in turn 2" in str(played.error)
