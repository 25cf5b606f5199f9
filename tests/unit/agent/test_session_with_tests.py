"""Sessions in which tests decide, and those in which a test is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from jiti import header
from jiti.agent import tools
from jiti.agent.session import Task
from jiti.checks import documentation
from jiti.errors import SpecConflictError
from jiti.submission import Submission
from jiti.testing import call, give_up, reply, say, submit, submit_test
from tests.unit.agent.stage import KEY, LIMITS, WRONG, gate_in, right

if TYPE_CHECKING:
    from tests.unit.agent.stage import Stage

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


# ---------------------------------------------------------------- giving up

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
