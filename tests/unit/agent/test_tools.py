"""The tools: what they answer, and that no input breaks them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiti.agent import tools
from jiti.agent.files import ProjectFiles
from jiti.agent.tool import Answer, GaveUp, Passed, Surroundings, ToolError
from jiti.agent.tools.search import find_lines
from jiti.diagnostics import Diagnostic
from jiti.models import ToolCall
from jiti.submission import Candidate, Verdict
from tests.unit.agent.stage import FakeWorkbench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Use = Callable[..., str]


@pytest.fixture
def use(surroundings: Surroundings) -> Use:
    """Calls a tool by name, and gives what it says."""
    return lambda tool, **given: BY_NAME[tool].call(ToolCall("1", tool, given), surroundings).text


BY_NAME = {tool.spec.name: tool for tool in (*tools.FOR_CODE, *tools.FOR_TESTS)}


# ---------------------------------------------------------------- read_file


def test_read_file_numbers_lines(tmp_path: Path, use: Use) -> None:
    (tmp_path / "a b.py").write_text("one\n\nthree\n")
    assert use("read_file", path="a b.py") == "a b.py, lines 1-3 of 3:\n1\tone\n2\t\n3\tthree"
    assert use("read_file", path="a b.py", start=2) == "a b.py, lines 2-3 of 3:\n2\t\n3\tthree"
    assert use("read_file", path="a b.py", start=2, end=2) == "a b.py, lines 2-2 of 3:\n2\t"
    assert use("read_file", path="a b.py", start=3, end=99) == "a b.py, lines 3-3 of 3:\n3\tthree"


def test_read_file_says_that_a_file_is_empty(tmp_path: Path, use: Use) -> None:
    (tmp_path / "a.py").write_text("")
    assert use("read_file", path="a.py") == "a.py is empty."


@pytest.mark.parametrize("lines", [{"start": 4}, {"start": 3, "end": 2}])
def test_read_file_says_which_lines_there_are(tmp_path: Path, use: Use, lines: dict[str, int]) -> None:
    (tmp_path / "a.py").write_text("1\n2\n3\n")
    with pytest.raises(ToolError, match="lines 1 to 3"):
        use("read_file", path="a.py", **lines)


def test_read_file_is_bounded_and_says_how_to_go_on(tmp_path: Path, use: Use) -> None:
    (tmp_path / "long.py").write_text("x = 1\n" * 3_000)
    text = use("read_file", path="long.py")
    assert text.startswith("long.py, lines 1-2000 of 3000:\n1\tx = 1\n")
    assert text.endswith("2000\tx = 1\n… 1,000 more lines: read_file(path='long.py', start=2001)")
    (tmp_path / "wide.py").write_text(f"{'x' * 1_900}\n" * 100)
    text = use("read_file", path="wide.py")
    assert len(text) < 51_000
    assert "… 74 more lines: read_file(path='wide.py', start=27)" in text
    (tmp_path / "line.py").write_text("y" * 100_000)
    assert use("read_file", path="line.py").endswith("y …[98,000 more characters]")


# ---------------------------------------------------------------- list_files


def test_list_files_lists_what_matches(tmp_path: Path, use: Use) -> None:
    (tmp_path / "ä.py").write_text("")
    (tmp_path / "b.txt").write_text("")
    assert use("list_files", glob="*.py") == "ä.py"
    assert use("list_files", glob="*.md") == "No file of the project matches '*.md'."


def test_list_files_is_bounded(tmp_path: Path, use: Use) -> None:
    for number in range(2_010):
        (tmp_path / f"{number}.py").touch()
    assert use("list_files", glob="*.py").endswith("\n… 10 more lines. Narrow the glob to see them.")


# ---------------------------------------------------------------- search


def test_search_gives_lines_by_file(tmp_path: Path, use: Use) -> None:
    (tmp_path / "a.py").write_text("def f():\n    return 1\n\ndef g(): ...\n")
    (tmp_path / "b.txt").write_text("def h\n")
    (tmp_path / "c.bin").write_bytes(b"def \0")
    assert use("search", pattern=r"^def \w") == "a.py:\n1\tdef f():\n4\tdef g(): ...\nb.txt:\n1\tdef h"
    assert use("search", pattern="(?i)DEF", glob="*.txt") == "b.txt:\n1\tdef h"
    assert use("search", pattern="nothing") == "No line of 3 files matches."


def test_search_shows_no_credentials(tmp_path: Path, use: Use) -> None:
    (tmp_path / "a.py").write_text("password = 'hunter22'\n")
    (tmp_path / ".env").write_text("password=hunter22\n")
    assert use("search", pattern="^pass") == "a.py:\n1\tpassword = '[masked]'"


@pytest.mark.parametrize("pattern", ["hunter", "password = 'h", "password = 'hunter22'", r"password = '\w{8}'"])
def test_search_does_not_tell_whether_a_credential_matches(tmp_path: Path, use: Use, pattern: str) -> None:
    """Else it would give it away letter by letter."""
    (tmp_path / "a.py").write_text("password = 'hunter22'\nhunter = 'hunted'\n")
    told = use("search", pattern=f"{pattern}|^hunter")
    assert told == "a.py:\n2\thunter = 'hunted'"


@pytest.mark.parametrize("pattern", ["(", "[", "*", "(?P<a>x)(?P<a>y)", "a{99999999999999999999}", "\\"])
def test_search_says_what_is_wrong_with_a_pattern(tmp_path: Path, use: Use, pattern: str) -> None:
    (tmp_path / "a.py").write_text("x\n")
    with pytest.raises(ToolError, match="The pattern is not valid"):
        use("search", pattern=pattern)


def test_a_search_that_never_ends_is_ended(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a" * 100 + "b\n")
    with pytest.raises(ToolError, match=r"more than 0\.5 seconds\. Simplify"):
        find_lines("(a+)+$", [["a.py", str(tmp_path / "a.py")]], seconds=0.5)


def test_search_is_bounded(tmp_path: Path, use: Use) -> None:
    (tmp_path / "a.py").write_text("x\n" * 300)
    text = use("search", pattern="x")
    assert text.count("\tx\n") == 200
    (tmp_path / "a.py").write_text(f"x{'y' * 1_000}\n")
    assert use("search", pattern="x") == f"a.py:\n1\tx{'y' * 299} …[701 more characters]"
    assert text.endswith("… more than 200 lines match. Narrow the pattern or the glob.")


# ---------------------------------------------------------------- outline

MODULE = '''\
import os

LIMIT = 3

class Parser(Base, metaclass=Meta):
    """Parses.

    More.
    """

    def parse(self, text: str, *, strict: bool = False) -> "Tree":
        """Give a tree."""

    class Inner: ...

@jiti
async def fetch(url): ...

if os.name == "nt":
    def only_here(): ...
'''


def test_outline_shows_signatures_and_first_lines(tmp_path: Path, use: Use) -> None:
    (tmp_path / "a.py").write_text(MODULE)
    assert use("outline", path="a.py").split("\n") == [
        "a.py:",
        "5\tclass Parser(Base, metaclass=Meta)  # Parses.",
        "11\t    def parse(self, text: str, *, strict: bool=False) -> 'Tree'  # Give a tree.",
        "14\t    class Inner",
        "17\t@jiti async def fetch(url)",
        "20\tdef only_here()",
    ]


def test_outline_makes_do_with_a_file_that_does_not_parse(tmp_path: Path, use: Use) -> None:
    (tmp_path / "a.py").write_text("class A:\n    def f(self):\n        return (\n\ndef g(): ...\n")
    lines = use("outline", path="a.py").split("\n")
    assert lines[1].startswith("(does not parse: line 3: ")
    assert lines[2:] == ["1\tclass A:", "2\t    def f(self):", "5\tdef g(): ..."]


def test_outline_is_for_python(tmp_path: Path, use: Use) -> None:
    (tmp_path / "a.md").write_text("def")
    (tmp_path / "b.py").write_text("x = '\\d'\n")
    with pytest.raises(ToolError, match="no Python file"):
        use("outline", path="a.md")
    assert use("outline", path="b.py") == "b.py defines no class and no function."


# ---------------------------------------------------------------- experiments, submit, give_up


def test_experiments_are_answered_by_the_workbench(use: Use) -> None:
    assert use("docs", name="json") == "docs of json"
    assert use("inspect", expr="text") == "value of text"
    assert use("run_python", code="print(1)") == "output of print(1)"


def test_experiments_are_bounded(use: Use) -> None:
    text = use("run_python", code="x\n" * 20_000)
    assert len(text) < 20_100
    assert text.endswith("more lines. Print less.")
    assert "more characters]" in use("inspect", expr="x" * 30_000)


def submitted(verdict: Verdict) -> Answer:
    surroundings = Surroundings(ProjectFiles("/"), FakeWorkbench([verdict]))
    call = ToolCall("1", "submit", {"body": "return 1", "quality": 8})
    return BY_NAME["submit"].call(call, surroundings)


def test_submit_says_passed_and_what_else_there_is_to_know() -> None:
    candidate = Candidate("code")
    answer = submitted(Verdict((), ("the call was not tried",), candidate))
    assert answer == Answer("PASSED\nnote: the call was not tried", Passed(candidate, 8.0))


def test_submit_tells_every_finding() -> None:
    diagnostics = tuple(Diagnostic("ty", "candidate", line, "invalid", f"wrong {line}") for line in range(1, 30))
    with pytest.raises(
        ToolError, match=r"REJECTED(.|\n)*ty invalid candidate:20: wrong 20\n… and 9 more\nnote: a note"
    ) as caught:
        submitted(Verdict(diagnostics, ("a note",)))
    assert caught.value.diagnostics == diagnostics


def test_give_up_hands_over_reason_and_conflict(surroundings: Surroundings) -> None:
    call = ToolCall("1", "give_up", {"reason": "why", "conflict": "this and that"})
    assert BY_NAME["give_up"].call(call, surroundings).ending == GaveUp("why", "this and that")


# ---------------------------------------------------------------- any input

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
ARGUMENTS = st.sampled_from(
    sorted({name for tool in BY_NAME.values() for name in tool.spec.schema["properties"]})
) | st.text(max_size=5)
ODD_TEXTS = st.sampled_from(
    ["..", "/", "a.py", "\0", "\ud800", "~", "*", "[", "!x", "(a+)+$", "COM1", "\\\\host\\share", ".git"]
)


@given(
    name=st.sampled_from([name for name in BY_NAME if name != "search"]),
    given_input=st.dictionaries(ARGUMENTS, JSON | ODD_TEXTS, max_size=5),
    error=st.none() | st.text(max_size=5),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
def test_no_input_does_more_than_a_tool_error(
    surroundings: Surroundings, name: str, given_input: dict[str, Any], error: str | None
) -> None:
    tool = BY_NAME[name]
    assert isinstance(tool.summary(given_input), str)
    with suppress(ToolError):
        assert isinstance(tool.call(ToolCall("1", name, given_input, error), surroundings).text, str)


@given(path=st.text(max_size=30) | ODD_TEXTS | st.lists(ODD_TEXTS, max_size=4).map("/".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_path_leads_out_of_the_project(surroundings: Surroundings, path: str) -> None:
    with pytest.raises(ToolError):
        surroundings.files.read(path)  # the project is empty
