"""The loop: what each kind of reply leads to, and how a session ends."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from jiti import header
from jiti.agent import tools
from jiti.agent.ledger import Purse
from jiti.agent.session import Limits, Task
from jiti.checks import documentation
from jiti.errors import BudgetExceededError, GenerationError, ModelError, SpecConflictError
from jiti.events import PriceUnknown, Replied, SessionEnded, SessionStarted, ToolEnded, ToolStarted, TurnStarted
from jiti.models import Message, Opaque, Reply, Request, Text, ToolCall, ToolResult
from jiti.settings import Settings
from jiti.submission import Submission
from jiti.testing import call, give_up, reply, say, submit, submit_test
from jiti.usage import Budget, Usage
from tests.unit.agent.stage import KEY, LIMITS, WRONG, Stage, gate_in, right

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


# ---------------------------------------------------------------- tests that are to be written

TEST = Task("tests/test_a.py::test_empty", "spec", ("test-system", "tests"), "the task", is_test=True)


def test_a_test_is_handed_in_with_a_tool_of_its_own_until_it_passes(stage: Stage) -> None:
    script = [submit_test("assert slugify('')"), submit_test("assert slugify('') == ''", "import re")]
    played = stage.play(*script, verdicts=[WRONG, right("def test_empty(): ...\n")], task=TEST)
    assert played.error is None
    assert played.workbench.submissions == [
        Submission("assert slugify('')"),
        Submission("assert slugify('') == ''", "import re"),
    ]
    (told,) = played.told
    assert told.startswith("REJECTED. Mend all of this and submit again:\nruff F821")
    accepted = played.accepted
    assert accepted is not None
    assert (accepted.candidate.code, accepted.turns) == ("def test_empty(): ...\n", 2)
    assert played.model.requests[0].tools == tuple(tool.spec for tool in tools.FOR_TESTS)


def test_a_test_that_passes_is_not_refactored(stage: Stage) -> None:
    limits = replace(LIMITS, quality_threshold=10.0)
    played = stage.play(submit_test("assert f()"), submit_test("assert g()"), task=TEST, limits=limits)
    assert played.accepted is not None
    assert len(played.model.requests) == 1


def test_each_session_has_its_own_way_of_handing_in(stage: Stage) -> None:
    played = stage.play(submit("return 1"), say("Done."), submit_test("assert f()"), task=TEST)
    assert played.accepted is not None
    refused, nudge = played.told
    assert refused.startswith("There is no tool 'submit'. The tools are: read_file,")
    assert "Call `submit_test` with the whole candidate" in nudge
    played = stage.play(submit_test("assert f()"), say("Done."), submit("return 1"))
    assert played.told[0].startswith("There is no tool 'submit_test'.")
    assert "Call `submit` with the whole candidate" in played.told[1]


MIRRORED = header.compose(KEY, {}) + "\ndef slugify(text): return 'secret'\n"


def test_no_tool_shows_the_author_of_a_test_what_jiti_generated(stage: Stage) -> None:
    mirrored = stage.root / ".jiti" / "app" / "text" / "slugify.py"
    mirrored.parent.mkdir(parents=True)
    mirrored.write_text(MIRRORED)
    (stage.root / "copy.py").write_text(MIRRORED)
    looks = [
        call("read_file", path=".jiti/app/text/slugify.py"),
        call("outline", path=".jiti/app/text/slugify.py"),
        call("search", pattern="return|secret"),
        call("search", pattern="secret", glob=".jiti/**"),
        call("list_files", glob=".jiti/**"),
        call("read_file", path="copy.py"),
    ]
    played = stage.play(reply(*looks), submit_test("assert f()"), task=TEST)
    assert played.accepted is not None
    assert not any("secret" in told or "def slugify" in told for told in played.told)
    assert [told.partition(":")[0] for told in played.told] == [
        ".jiti/app/text/slugify.py cannot be read",
        ".jiti/app/text/slugify.py cannot be read",
        "No line of 0 files matches.",
        "No line of 0 files matches.",
        "No file of the project matches '.jiti/**'.",
        "copy.py cannot be read",
    ]
    played = stage.play(reply(*looks), submit("return 1"))
    assert "secret" in played.told[0]
    assert "secret" in played.told[5]


def test_documentation_does_not_lead_to_the_mirror(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    mirrored = stage.root / ".jiti" / "hidden.py"
    mirrored.parent.mkdir()
    mirrored.write_text('"""A secret."""\n')
    monkeypatch.syspath_prepend(stage.root)
    for name in (".jiti.hidden", "jiti.hidden", ".jiti/hidden", "x/../.jiti/hidden", f"{mirrored}", "..jiti.hidden"):
        assert "A secret." not in documentation.of(name)


# ---------------------------------------------------------------- replies without a tool call


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


GATES = """\
@jiti.required_for(slugify)
def test_kept():
    assert slugify("A") == "A"


@jiti.required_for(slugify)
def test_lowered():
    assert slugify("A") == "a"


@jiti.required_for(slugify)
def test_kept_short():
    assert slugify("ABC") == "AB"
"""


@pytest.mark.parametrize(
    ("names", "conflict", "shown"),
    [
        (["test_kept", "test_lowered"], "they contradict each other", ["test_kept", "test_lowered"]),
        (["test_kept", "test_lowered", "test_kept_short"], "test_kept vs. test_lowered", ["test_kept", "test_lowered"]),
        (["test_kept", "test_lowered", "test_kept_short"], "test_a.py:6 is odd", ["test_lowered"]),
        (
            ["test_kept", "test_lowered", "test_kept_short"],
            "they contradict each other",
            ["test_kept", "test_lowered", "test_kept_short"],
        ),
    ],
    ids=["both that there are", "those that are named", "that of a place", "all, where none is named"],
)
def test_giving_up_shows_the_gates_that_conflict(
    stage: Stage, names: list[str], conflict: str, shown: list[str]
) -> None:
    (stage.root / "test_a.py").write_text(GATES)
    gates = {name: gate_in(stage.root, "test_a.py", name) for name in names}
    task = Task(KEY, "spec", (), "the task", gates=tuple(gates.values()))
    error = stage.play(give_up("No function can do both.", conflict), task=task).error
    assert isinstance(error, SpecConflictError)
    told = [f"{KEY}: the agent gave up: No function can do both.", f"  {conflict}"]
    for name in shown:
        lines = gates[name].text.rstrip().split("\n")
        told += [f"  {gates[name].place}: {name}", *(f"    {line}" for line in lines)]
    assert str(error).split("\n")[: len(told) + 1] == [*told, "  spent: 0 tokens"]
    assert "change the stub or a gate, then call it again" in str(error)


def test_giving_up_on_a_test_says_how_to_go_on(stage: Stage) -> None:
    error = stage.play(give_up("The docstrings contradict each other."), task=TEST).error
    assert isinstance(error, SpecConflictError)
    assert str(error).startswith(f"{TEST.key}: the agent gave up: The docstrings contradict each other.\n")
    assert str(error).endswith("change the stub, then run pytest again")


def test_a_long_gate_that_conflicts_keeps_its_name_and_what_it_asserts(stage: Stage) -> None:
    cases = "".join(f"    ({number}, {number}),\n" for number in range(50))
    text = f"@jiti.required_for(slugify)\n@parametrize('a, b', [\n{cases}])\ndef test_a(a, b):\n    assert f(a) == b\n"
    (stage.root / "test_a.py").write_text(text)
    task = Task(KEY, "spec", (), "the task", gates=(gate_in(stage.root, "test_a.py", "test_a"),))
    told = str(stage.play(give_up("no"), task=task).error)
    assert "\n        (7, 7),\n    … 37 lines …\n        (45, 45),\n" in told
    assert "\n    def test_a(a, b):\n        assert f(a) == b\n" in told


def test_spent_turns_say_how_many_and_what_was_wrong_and_what_allows_more(stage: Stage) -> None:
    played = stage.play(*[submit("x")] * 3, verdicts=[WRONG], limits=replace(LIMITS, max_turns=2))
    error = played.error
    assert type(error) is GenerationError
    assert error.diagnostics == WRONG.diagnostics
    assert error.session == str(played.path)
    assert f"{KEY}: no candidate passed in 2 turns" in str(error)
    assert "undefined name 'x'" in str(error)
    assert "max_turns" in str(error)
    assert len(played.model.requests) == 2


def test_spent_tokens_end_it_within_one_turn(stage: Stage) -> None:
    costly = reply(call("docs", name="x"), usage=Usage(input=10, output=20, cache_read=30, cache_write=40))
    played = stage.play(costly, costly, costly, limits=replace(LIMITS, budget=Budget(tokens=150)))
    error = played.error
    assert isinstance(error, BudgetExceededError)
    assert (error.spent.tokens, error.limit) == (200, Budget(tokens=150))
    assert error.usage == error.spent
    assert "200 of 150 tokens" in str(error)
    assert "`tokens` under [tool.jiti.budget]" in str(error)
    assert len(played.model.requests) == 2


def test_spent_dollars_end_it_where_the_price_is_known(stage: Stage) -> None:
    blocks = call("docs", name="x").blocks
    priced = Reply(blocks, "tool_use", Usage(output=100_000), "claude-sonnet-5-5")
    played = stage.play(priced, priced, limits=replace(LIMITS, budget=Budget(usd=0.5)))
    assert isinstance(played.error, BudgetExceededError)
    assert "$1.0000 of $0.5000" in str(played.error)
    assert played.lines[-1]["usd"] == 1.0


def test_dollars_do_not_count_where_the_price_is_not_known_and_that_is_told(stage: Stage) -> None:
    unpriced = reply(call("docs", name="x"), usage=Usage(output=100_000))
    limits = replace(LIMITS, budget=Budget(usd=0.01))
    purse = Purse()
    played = stage.play(unpriced, unpriced, submit("return 1"), limits=limits, purse=purse)
    assert played.accepted is not None
    assert played.accepted.usd is None
    told = [event for event in played.events if isinstance(event, PriceUnknown)]
    assert told == [PriceUnknown(KEY, "scripted")]
    again = stage.play(unpriced, submit("return 1"), limits=limits, purse=purse)
    assert not [event for event in again.events if isinstance(event, PriceUnknown)]


def test_an_unknown_price_is_not_spoken_of_where_nobody_has_set_a_limit_in_dollars(stage: Stage) -> None:
    played = stage.play(reply(submit("return 1"), usage=Usage(output=100_000)))
    assert not [event for event in played.events if isinstance(event, PriceUnknown)]
    limited = stage.play(reply(submit("return 1"), usage=Usage(1)), limits=replace(LIMITS, process_usd=1.0))
    assert PriceUnknown(KEY, "scripted") in limited.events


def test_what_is_known_of_the_price_counts_beside_what_is_not(stage: Stage) -> None:
    blocks = call("docs", name="x").blocks
    replies = [Reply(blocks, "tool_use", Usage(output=100_000), name) for name in ("claude-sonnet-5-5", "another")]
    played = stage.play(*replies, *replies, limits=replace(LIMITS, budget=Budget(usd=1.5)))
    assert isinstance(played.error, BudgetExceededError)
    assert "$2.0000 of $1.5000" in str(played.error)
    assert len(played.model.requests) == 3


# ---------------------------------------------------------------- the process's budget


def dear(*parts: Reply) -> Reply:
    """A reply that costs a dollar."""
    return replace(reply(*parts, usage=Usage(output=100_000)), model="claude-sonnet-5-5")


def test_all_sessions_of_a_process_share_its_dollars(stage: Stage) -> None:
    limits = replace(LIMITS, process_usd=2.5)
    purse = Purse()
    assert stage.play(dear(submit("return 1")), limits=limits, purse=purse).accepted is not None
    second = stage.play(*[dear(call("docs", name="x"))] * 9, limits=limits, purse=purse)
    error = second.error
    assert isinstance(error, BudgetExceededError)
    assert len(second.model.requests) == 2
    assert "this process has spent its budget: $3.0000 of $2.5000" in str(error)
    assert "`process_usd` under [tool.jiti.budget]" in str(error)
    assert (error.spent, error.limit) == (Usage(output=300_000), Budget(usd=2.5))
    assert error.usage == Usage(output=200_000)


def test_a_process_that_has_spent_its_dollars_sends_nothing_more(stage: Stage) -> None:
    purse = Purse()
    purse.spend(Usage(1), 5.0)
    played = stage.play(submit("return 1"), purse=purse)
    assert isinstance(played.error, BudgetExceededError)
    assert "$5.0000 of $5.0000" in str(played.error)
    assert played.model.requests == []


def test_a_candidate_that_passed_is_kept_when_the_process_has_spent_its_dollars(stage: Stage) -> None:
    played = stage.play(dear(submit("a", quality=1)), submit("b"), limits=replace(LIMITS, process_usd=0.5))
    assert played.accepted is not None
    assert played.accepted.quality == 1.0


def test_a_session_lasts_fifteen_minutes_where_the_budget_does_not_say() -> None:
    assert Limits.of(Settings()).budget == Budget(seconds=900.0)
    budget = Budget(usd=1.0, seconds=7_200.0)
    assert Limits.of(Settings(budget=budget)).budget == budget


def test_spent_seconds_end_it(stage: Stage) -> None:
    now = [0.0]

    def slow(_request: object) -> Reply:
        now[0] += 60
        return call("docs", name="x")

    played = stage.play(slow, slow, slow, limits=replace(LIMITS, budget=Budget(seconds=100)), clock=lambda: now[0])
    assert isinstance(played.error, BudgetExceededError)
    assert "120 of 100 seconds" in str(played.error)
    assert len(played.model.requests) == 2


def test_a_request_is_told_the_seconds_that_are_left(stage: Stage) -> None:
    now = [0.0]

    def slow(request: Request) -> Reply:
        assert request.seconds == 100 - now[0]
        now[0] += 40
        return call("docs", name="x")

    limits = replace(LIMITS, budget=Budget(seconds=100))
    played = stage.play(slow, slow, submit("return 1"), limits=limits, clock=lambda: now[0])
    assert played.accepted is not None
    assert [request.seconds for request in played.model.requests] == [100, 60, 20]
    assert stage.play(submit("return 1")).model.requests[0].seconds is None


def test_what_a_failure_had_cost_is_counted(stage: Stage) -> None:
    failure = ModelError("it broke off", usage=Usage(output=20))
    played = stage.play(reply(call("docs", name="x"), usage=Usage(input=7)), failure)
    assert played.error is failure
    assert failure.usage == Usage(7, 20)
    assert played.lines[-1]["usage"]["output"] == 20


def test_a_failure_that_took_the_last_of_the_seconds_is_told_as_such(stage: Stage) -> None:
    now = [0.0]
    failure = ModelError("no answer in time")

    def hangs(_request: Request) -> Reply:
        now[0] += 100
        raise failure

    played = stage.play(hangs, limits=replace(LIMITS, budget=Budget(seconds=100)), clock=lambda: now[0])
    assert isinstance(played.error, BudgetExceededError)
    assert "100 of 100 seconds" in str(played.error)
    assert played.error.__cause__ is failure


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


# ---------------------------------------------------------------- what is told of it


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
