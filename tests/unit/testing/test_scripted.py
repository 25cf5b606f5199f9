"""A model whose replies the test has written down."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from jiti.errors import ModelError
from jiti.models import Message, Reply, Request, Text, ToolCall
from jiti.models.replay import ReplayModel
from jiti.testing import ScriptedModel, call, fault, give_up, reply, say, submit, submit_test
from jiti.usage import Usage

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.models import Model


def request(key: str = "a.py::f", words: str = "Go on.") -> Request:
    return Request(key, "-", (), (), (Message("user", (Text(words),)),), 1000)


def only_call(made: Reply) -> ToolCall:
    (block,) = made.blocks
    assert isinstance(block, ToolCall)
    return block


def test_replies_come_in_order_and_requests_are_kept() -> None:
    model: Model = ScriptedModel(say("one"), say("two"))
    first, second = request(words="first"), request("b.py::g", words="second")
    assert [model.reply(first), model.reply(second)] == [say("one"), say("two")]
    assert isinstance(model, ScriptedModel)
    assert model.requests == [first, second]
    assert (model.name, model.host) == ("scripted", None)


def test_each_stub_has_a_script_of_its_own_and_the_rest_share_one() -> None:
    model = ScriptedModel({"a.py::f": [say("f1"), say("f2")], "*": [say("any")]})
    said = [model.reply(request(key)) for key in ("a.py::f", "b.py::g", "a.py::f")]
    assert said == [say("f1"), say("any"), say("f2")]


def test_a_function_answers_what_it_was_asked() -> None:
    model = ScriptedModel(lambda asked: say(f"You asked for {asked.key}."))
    assert model.reply(request("a.py::f")) == say("You asked for a.py::f.")


def test_an_error_is_raised() -> None:
    error = ModelError("the provider is away")
    with pytest.raises(ModelError) as caught:
        ScriptedModel(error).reply(request())
    assert caught.value is error


def test_a_script_that_has_ended_tells_what_it_held_and_what_was_said_last() -> None:
    model = ScriptedModel(say("one"))
    model.reply(request())
    with pytest.raises(ModelError) as caught:
        model.reply(request(words="ruff F821: undefined name"))
    assert str(caught.value).splitlines() == [
        "the script has no reply 2 for a.py::f",
        "  It holds 1 for *. The last thing it was told: ruff F821: undefined name",
    ]


def test_a_fault_needs_a_server() -> None:
    with pytest.raises(TypeError, match=r"fault\.status\(429\) can only be played by a server"):
        ScriptedModel(fault.status(429)).reply(request())


def test_the_tools_calls_are_those_that_the_agent_knows() -> None:
    handed_in = only_call(submit("return 1", "import re", "def test_it(): ...", 7))
    assert (handed_in.name, handed_in.input) == (
        "submit",
        {"body": "return 1", "helpers": "import re", "tests": "def test_it(): ...", "quality": 7},
    )
    test = only_call(submit_test("assert f()", "import re"))
    assert (test.name, test.input) == ("submit_test", {"body": "assert f()", "helpers": "import re"})
    assert only_call(give_up("it cannot be")).input == {"reason": "it cannot be"}
    assert only_call(give_up("it cannot be", "a against b")).input == {
        "reason": "it cannot be",
        "conflict": "a against b",
    }
    assert only_call(call("docs", name="re.sub")).input == {"name": "re.sub"}


def test_no_two_calls_have_one_id() -> None:
    assert only_call(submit("return 1")).id != only_call(submit("return 1")).id


def test_a_reply_is_all_its_parts_together() -> None:
    first, second = call("docs", name="re"), submit("return 1")
    made = reply("Let me see.", first, second, usage=Usage(1, 2))
    assert made == Reply((Text("Let me see."), *first.blocks, *second.blocks), "tool_use", Usage(1, 2), "scripted")


@pytest.mark.parametrize(
    ("made", "reason"),
    [(say("a"), "end_turn"), (submit("a"), "tool_use"), (reply("a", stop_reason="refusal"), "refusal")],
)
def test_the_stop_reason_fits_what_is_said(made: Reply, reason: str) -> None:
    assert made.stop_reason == reason


def test_a_saved_script_is_replayed_as_it_was_written(tmp_path: Path) -> None:
    script = (reply("Hm.", submit("return 'ä'"), usage=Usage(1, 2, 3, 4)), say("bye"))
    path = tmp_path / "session.jsonl"
    ScriptedModel(*script).save(path, key="a.py::f")
    model = ReplayModel(path)
    asked = request()
    later = Request("a.py::f", "-", (), (), asked.messages * 3, 1000)
    assert (model.reply(asked), model.reply(later), model.name) == (*script, "replay of scripted")


def test_a_saved_script_begins_as_a_transcript_does(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    ScriptedModel(say("a")).save(path)
    head, line = map(json.loads, path.read_text("utf-8").splitlines())
    assert (head["event"], head["jiti"], head["key"], head["model"]) == ("session", 1, "*", "scripted")
    assert (line["event"], line["turn"]) == ("reply", 1)


def test_scripts_of_several_stubs_become_a_folder(tmp_path: Path) -> None:
    scripted = ScriptedModel({"a.py::f": [say("f")], "*": [say("any")]})
    scripted.save(tmp_path / "sessions")
    model = ReplayModel(tmp_path / "sessions")
    assert [model.reply(request("a.py::f")), model.reply(request("b.py::g"))] == [say("f"), say("any")]
    with pytest.raises(ValueError, match="name a folder"):
        scripted.save(tmp_path / "one.jsonl")


def test_only_what_is_left_is_saved(tmp_path: Path) -> None:
    scripted = ScriptedModel(say("one"), say("two"), say("three"))
    scripted.reply(request())
    scripted.skip("b.py::g", 1)
    scripted.save(tmp_path / "a.jsonl")
    assert ReplayModel(tmp_path / "a.jsonl").reply(request()) == say("three")


def test_more_than_replies_cannot_be_saved(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="only replies can be recorded"):
        ScriptedModel(say("a"), fault.reset()).save(tmp_path / "a.jsonl")
