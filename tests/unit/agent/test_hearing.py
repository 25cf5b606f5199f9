"""A model may be an object of the user's own: whatever it does, a session ends in an error of jiti's, or goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jiti.errors import ModelError
from jiti.models import Message, Opaque, Reply, Text, ToolCall, ToolResult
from jiti.testing import ScriptedModel, submit
from tests.unit.agent.stage import KEY

if TYPE_CHECKING:
    from jiti.models import Request
    from tests.unit.agent.stage import Stage


def nested(levels: int, kind: type = list) -> object:
    value: Any = kind()
    for _ in range(levels):
        value = {"a": value} if kind is dict else kind([value])
    return value


class Own(ScriptedModel):
    """Answers with whatever it is given, and then as its script says."""

    def __init__(self, first: object) -> None:
        super().__init__(submit("return 1"))
        self._first = [first]

    def reply(self, request: Request) -> Reply:
        if not self._first:
            return super().reply(request)
        first = self._first.pop()
        if isinstance(first, Exception):
            raise first
        return first  # ty: ignore[invalid-explicit-return] - that is what is tried here


@pytest.mark.parametrize("error", [KeyError("choices"), RecursionError("maximum recursion depth"), AttributeError("x")])
def test_what_it_raises_is_a_models_error_with_the_session(stage: Stage, error: Exception) -> None:
    played = stage.play(model=Own(error))
    assert isinstance(played.error, ModelError)
    assert played.error.__cause__ is error
    assert f"{KEY}: Own.reply raised {type(error).__name__}: " in str(played.error)
    assert (played.error.key, played.error.session) == (KEY, str(played.path))
    assert played.lines[-1]["outcome"] == "ModelError"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "return 1",
        Reply("words", "end_turn"),  # ty: ignore[invalid-argument-type] - that is what is tried here
        Reply((Text(b"words"),), "end_turn"),  # ty: ignore[invalid-argument-type] - as above
        Reply((ToolResult("1", "PASSED"),), "end_turn"),
        Reply((Message("user", ()),), "end_turn"),  # ty: ignore[invalid-argument-type] - as above
        Reply((Text("words"),), None),  # ty: ignore[invalid-argument-type] - as above
        Reply((Text("words"),), "end_turn", usage=None),  # ty: ignore[invalid-argument-type] - as above
        Reply((Opaque({"a": nested(5_000)}),), "end_turn"),
        Reply((Opaque({"a": object()}),), "end_turn"),
    ],
)
def test_what_is_no_reply_is_told_as_that(stage: Stage, answer: object) -> None:
    played = stage.play(model=Own(answer))
    assert isinstance(played.error, ModelError)
    assert "Own.reply gave " in str(played.error)
    assert "jiti.models.Model" in str(played.error)


@pytest.mark.parametrize(
    "given",
    [nested(5_000), nested(100_000), nested(500, tuple), nested(101, dict), {1, 2}, object(), b"bytes"],
    ids=["deep", "very deep", "tuples", "objects", "a set", "an object", "bytes"],
)
def test_an_input_that_is_no_json_of_some_depth_is_answered_with_what_is_expected(stage: Stage, given: object) -> None:
    odd = Reply((ToolCall("1", "submit", {"body": given}),), "tool_use")
    played = stage.play(model=Own(odd))
    assert played.error is None
    (told,) = played.told
    assert told.startswith("The input could not be read: the call's input is no JSON object")
    assert "submit takes: body (string)" in told


def test_what_stands_for_lists_and_objects_is_read_as_such(stage: Stage) -> None:
    played = stage.play(model=Own(Reply([ToolCall("1", "docs", {"name": ("a", 1)})], "tool_use")))  # ty: ignore[invalid-argument-type] - a list will do
    assert played.error is None
    assert "`name` must be a string, not ['a', 1]" in played.told[0]
