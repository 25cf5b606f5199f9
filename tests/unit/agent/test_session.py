"""The loop: what each kind of reply leads to, and how a session ends."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from jiti.agent import tools
from jiti.agent.session import Limits, Task
from jiti.errors import GenerationError, ModelError, SpecConflictError
from jiti.models import Message, Reply, ToolCall, ToolResult
from jiti.submission import Submission
from jiti.testing import call, give_up, reply, say, submit
from jiti.usage import Budget, Usage
from tests.unit.agent.stage import KEY, LIMITS, WRONG, Stage, right

if TYPE_CHECKING:
    from jiti.agent.tool import Tool


def test_a_candidate_that_passes_is_accepted(stage: Stage) -> None:
    played = stage.play(submit("return 1", "import re", "def test_x(): ...", 9))
    assert played.error is None
    assert played.workbench.submissions == [Submission("return 1", "import re", "def test_x(): ...", 9.0)]
    accepted = played.accepted
    assert accepted is not None
    assert (accepted.candidate, accepted.quality, accepted.turns) == (right().candidate, 9.0, 1)
    assert (accepted.model, accepted.usage, accepted.usd) == ("scripted", Usage(), None)


def test_no_request_is_paid_for_where_no_candidate_can_be_checked(stage: Stage) -> None:
    broken = GenerationError("pytest cannot start", key=KEY)
    played = stage.play(submit("return 1"), broken=broken)
    assert played.error is broken
    assert played.model.requests == []


def test_findings_are_told_and_the_next_candidate_may_pass(stage: Stage) -> None:
    played = stage.play(submit("return x"), submit("return 1"), verdicts=[WRONG, right()])
    assert played.accepted is not None
    assert played.accepted.turns == 2
    (told,) = played.told
    assert told.startswith("REJECTED")
    assert "ruff F821 candidate:4: undefined name 'x'" in told
    (result,) = played.model.requests[1].messages[-1].blocks
    assert result == ToolResult(_calls(played.model.requests[1].messages[1])[0].id, told, is_error=True)


def _calls(message: Message) -> list[ToolCall]:
    return [block for block in message.blocks if isinstance(block, ToolCall)]


def test_the_conversation_only_grows_and_everything_before_it_stays_the_same(stage: Stage) -> None:
    (stage.root / "a.py").write_text("x = 1\n")
    script = [
        say("hm"),
        call("read_file", path="a.py"),
        call("nothing"),
        submit("return x"),
        submit("return 1", quality=1),
    ]
    played = stage.play(*script, submit("return 2"), verdicts=[WRONG, right()])
    requests = played.model.requests
    assert len(requests) == 6
    for earlier, later in pairwise(requests):
        assert later.messages[: len(earlier.messages)] == earlier.messages
        assert (later.system, later.tools, later.max_tokens) == (earlier.system, earlier.tools, earlier.max_tokens)
    roles = [message.role for message in requests[-1].messages]
    assert roles == ["user", "assistant"] * 5 + ["user"]


def test_stubs_of_one_project_share_the_prefix(stage: Stage) -> None:
    system = ("system", "style")
    first = stage.play(submit("return 1"), task=Task("a.py::a", "spec a", system, "one"))
    second = stage.play(submit("return 1"), task=Task("b.py::b", "spec b", system, "two"))
    one, other = first.model.requests[0], second.model.requests[0]
    assert (one.system, one.tools) == (other.system, other.tools)
    assert one.tools == tuple(tool.spec for tool in tools.FOR_CODE)
    assert (one.key, one.spec) == ("a.py::a", "spec a")


LOOKING_AROUND = {
    "read_file": ["path", "start", "end"],
    "list_files": ["glob"],
    "search": ["pattern", "glob"],
    "outline": ["path"],
    "docs": ["name"],
    "inspect": ["expr"],
    "run_python": ["code"],
}


@pytest.mark.parametrize(
    ("those", "handing_in"),
    [
        (tools.FOR_CODE, {"submit": ["body", "helpers", "tests", "quality"]}),
        (tools.FOR_TESTS, {"submit_test": ["body", "helpers"]}),
    ],
    ids=["code", "tests"],
)
def test_the_tools_have_their_fixed_names_and_arguments(
    those: tuple[Tool, ...], handing_in: dict[str, list[str]]
) -> None:
    found = {tool.spec.name: list(tool.spec.schema["properties"]) for tool in those}
    assert found == LOOKING_AROUND | handing_in | {"give_up": ["reason", "conflict"]}
    assert list(found)[-2:] == [*handing_in, "give_up"]


def test_all_calls_of_a_reply_are_answered_in_order_in_one_message(stage: Stage) -> None:
    both = reply("Looking.", call("inspect", expr="a"), call("docs", name="b"), call("run_python", code="c"))
    played = stage.play(both, submit("return 1"))
    calls = [block.id for block in both.blocks if isinstance(block, ToolCall)]
    assert played.model.requests[1].messages[-1] == Message(
        "user",
        (
            ToolResult(calls[0], "value of a"),
            ToolResult(calls[1], "docs of b"),
            ToolResult(calls[2], "output of c"),
        ),
    )


def test_calls_after_a_submission_that_passed_are_not_run(stage: Stage) -> None:
    played = stage.play(reply(submit("return 1"), give_up("no"), submit("return 2")))
    assert played.error is None
    assert len(played.workbench.submissions) == 1


def test_calls_after_a_submission_that_failed_are_run(stage: Stage) -> None:
    played = stage.play(reply(submit("return 1"), submit("return 2")), verdicts=[WRONG, right()])
    assert played.accepted is not None
    assert [each.body for each in played.workbench.submissions] == ["return 1", "return 2"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (call("submit_all", body="x"), "There is no tool 'submit_all'. The tools are: read_file, list_files,"),
        (call("inspect"), "`expr` is missing. inspect takes: expr (string)."),
        (call("inspect", expr=1), "`expr` must be a string, not 1. inspect takes: expr (string)."),
        (call("read_file", path="a", start="1"), "`start` must be an integer, not '1'"),
        (call("read_file", path="a", start=0), "`start` must be 1 or more, not 0"),
        (call("read_file", path="a", start=True), "`start` must be an integer, not True"),
        (call("submit", code="return 1"), "`code` is unknown; `body` is missing; `quality` is missing."),
        (submit("return 1", quality=11), "`quality` must be 0 to 10, not 11"),
        (submit("return 1", quality=float("nan")), "`quality` must be 0 to 10, not nan"),
        (call("list_files", glob=["*.py"]), "`glob` must be a string, not ['*.py']"),
        (
            Reply((ToolCall("1", "submit", {}, "unterminated string"),), "tool_use"),
            "The input could not be read: unterminated",
        ),
    ],
)
def test_a_call_that_cannot_be_understood_is_answered_with_what_is_expected(
    stage: Stage, wrong: Reply, told: str
) -> None:
    played = stage.play(wrong, submit("return 1"))
    assert played.accepted is not None
    (result,) = played.model.requests[1].messages[-1].blocks
    assert isinstance(result, ToolResult)
    assert result.is_error
    assert told in result.content


def test_a_null_is_taken_as_left_out(stage: Stage) -> None:
    played = stage.play(call("submit", body="return 1", quality=8, helpers=None, tests=None))
    assert played.workbench.submissions == [Submission("return 1", quality=8.0)]


# ---------------------------------------------------------------- refactoring


def test_a_low_rating_earns_one_turn_and_the_better_candidate_wins(stage: Stage) -> None:
    played = stage.play(submit("a", quality=5), submit("b", quality=8), verdicts=[right("first"), right("second")])
    accepted = played.accepted
    assert accepted is not None
    assert (accepted.candidate.code, accepted.quality, accepted.turns) == ("second", 8.0, 2)
    passed, asked = played.told
    assert passed == "PASSED"
    assert "You rated it 5, under the 7" in asked


@pytest.mark.parametrize(
    ("second", "verdict"),
    [
        (submit("b", quality=9), WRONG),
        (submit("b", quality=3), right("second")),
        (call("inspect", expr="a"), WRONG),
        (say("It is fine as it is."), WRONG),
        (give_up("no"), WRONG),
        (reply("No.", stop_reason="refusal"), WRONG),
        (ModelError("overloaded"), WRONG),
        (submit("b", quality=9), GenerationError("another stub failed", key="b.py::b")),
    ],
    ids=["rejected", "rated lower", "another tool", "words", "give_up", "refusal", "model error", "cascade"],
)
def test_the_candidate_that_passed_is_kept_whatever_comes_of_refactoring(
    stage: Stage, second: Reply | Exception, verdict: Exception
) -> None:
    played = stage.play(submit("a", quality=5), second, submit("c"), verdicts=[right("first"), verdict])
    assert played.error is None
    assert played.accepted is not None
    assert (played.accepted.candidate.code, played.accepted.quality) == ("first", 5.0)
    assert len(played.model.requests) == 2
    assert played.lines[-1]["outcome"] == "accepted"


@pytest.mark.parametrize(
    "limits",
    [
        replace(LIMITS, max_turns=1),
        replace(LIMITS, budget=Budget(tokens=100)),
        replace(LIMITS, max_refactor=0),
    ],
)
def test_the_candidate_that_passed_is_kept_where_no_turn_is_left(stage: Stage, limits: Limits) -> None:
    passing = reply(submit("a", quality=5), usage=Usage(output=100))
    played = stage.play(passing, submit("b"), limits=limits)
    assert played.error is None
    assert played.accepted is not None
    assert played.accepted.quality == 5.0
    assert len(played.model.requests) == 1


def test_two_refactor_turns_are_two(stage: Stage) -> None:
    script = [submit("a", quality=2), submit("b", quality=4), submit("c", quality=6), submit("d")]
    played = stage.play(*script, limits=replace(LIMITS, max_refactor=2))
    assert played.accepted is not None
    assert played.accepted.quality == 6.0
    assert len(played.model.requests) == 3


def test_calls_left_out_because_a_poor_candidate_passed_are_answered(stage: Stage) -> None:
    played = stage.play(reply(submit("a", quality=5), call("docs", name="x")), submit("b"))
    assert played.told[:2] == ["PASSED", "Not run: the submission before it passed."]


# ---------------------------------------------------------------- bad ends


def test_giving_up_is_a_conflict_of_the_spec(stage: Stage) -> None:
    played = stage.play(submit("x"), give_up("The examples contradict.", "1 vs 2"), verdicts=[WRONG])
    error = played.error
    assert isinstance(error, SpecConflictError)
    assert (error.reason, error.conflict) == ("The examples contradict.", "1 vs 2")
    assert (error.key, error.session, error.diagnostics) == (KEY, str(played.path), WRONG.diagnostics)
    assert "the agent gave up: The examples contradict.\n  1 vs 2" in str(error)


def test_the_providers_failure_gets_what_the_session_knows(stage: Stage) -> None:
    failure = ModelError("overloaded")
    first = reply(submit("x"), usage=Usage(input=7))
    played = stage.play(first, failure, verdicts=[WRONG])
    assert played.error is failure
    assert (failure.key, failure.usage, failure.session) == (KEY, Usage(input=7), str(played.path))
    assert failure.diagnostics == WRONG.diagnostics


def test_the_failure_of_another_stub_is_left_as_it_is(stage: Stage) -> None:
    failure = GenerationError("it failed", key="b.py::b", usage=Usage(1), session="b.jsonl")
    played = stage.play(submit("x"), verdicts=[failure])
    assert played.error is failure
    assert (failure.key, failure.usage, failure.session) == ("b.py::b", Usage(1), "b.jsonl")


def test_a_bug_of_our_own_is_not_told_to_the_model(stage: Stage) -> None:
    played = stage.play(submit("x"), submit("y"), verdicts=[ZeroDivisionError("a bug")])
    assert isinstance(played.error, ZeroDivisionError)
    assert len(played.model.requests) == 1
    assert (played.lines[-1]["outcome"], played.lines[-1]["error"]) == ("ZeroDivisionError", "a bug")
