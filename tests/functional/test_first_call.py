"""The main job, through the real SDK, the real checks and real processes: a first call, and those after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti.errors import GenerationError, SpecConflictError
from jiti.testing import Project, ScriptedModel, fault, give_up, submit

if TYPE_CHECKING:
    from jiti.testing import Call
    from jiti.testing.scripted import Line

TEXT = '''"""Text."""

from jiti import jiti


@jiti
def slugify(text: str) -> str:
    """Convert text to a slug.

    >>> slugify("Hello, World!")
    'hello-world'
    """
    raise NotImplementedError
'''
FILES = {"app/__init__.py": "", "app/text.py": TEXT}
HELPERS = 'import re\n\n_GAPS = re.compile(r"[^a-z0-9]+")\n'
BODY = 'return _GAPS.sub("-", text.lower()).strip("-")'
TESTS = 'def test_nothing_is_left_at_the_ends() -> None:\n    assert slugify("  a ") == "a"\n'
GOOD = submit(BODY, HELPERS, TESTS)


def slugify(*script: Line, server: bool = False) -> tuple[Project, Call]:
    """Call the stub in a process; with a server, it talks to that by the real SDK, which takes seconds to import."""
    project = Project(FILES, ScriptedModel(*script), server=server)
    return project, project.call("app.text:slugify", "To be, or not")


def assert_whole(project: Project, state: str) -> None:
    """The mirror holds one whole implementation, or none at all."""
    status = project.run("jiti", "status")
    assert f"1 stub: 1 {state}" in status.stdout, status.stdout + status.stderr
    left = [name for name in project.mirror() if name.endswith(".tmp")]
    assert left == []


@pytest.mark.usefixtures("new_interpreters")
def test_success_in_one_turn() -> None:
    """The call returns the right answer, the file is there, and the next call needs nobody."""
    project, first = slugify(GOOD, server=True)
    assert first.value == "to-be-or-not"
    assert len(project.received) == 1
    assert set(first.changed) == {
        ".jiti/.gitignore",
        ".jiti/.scratch/app/text/test_slugify.py",
        ".jiti/app/text/slugify.py",
        ".jiti/ruff.toml",
    }
    assert_whole(project, "fresh")
    again = project.call("app.text:slugify", "Second call", env={"JITI_FROZEN": "1", "ANTHROPIC_API_KEY": ""})
    assert again.value == "second-call"
    assert again.stderr == ""
    assert len(project.received) == 1


WRONG = {
    "ruff": (submit(f"try:\n    {BODY}\nexcept Exception:\n    return ''", HELPERS), "ruff BLE001 candidate:"),
    "ty": (submit(f"if text == 'x':\n    return 5\n{BODY}", HELPERS), "ty invalid-explicit-return candidate:"),
    "example": (submit('return text.lower().replace(" ", "-")'), "example "),
    "scratch test": (submit(BODY.replace('.strip("-")', ""), HELPERS.replace("0-9", "0-9!"), TESTS), "scratch "),
    "live call": (
        submit(f'if text.startswith("To"):\n    raise KeyError(text)\n{BODY}', HELPERS),
        "call KeyError candidate:",
    ),
    "shape": (submit("return LIMIT"), "LIMIT"),
    "policy": (submit("return eval('text')"), "policy no-dynamic-code candidate:"),
}


@pytest.mark.parametrize(("wrong", "told"), WRONG.values(), ids=WRONG)
def test_success_after_a_candidate_that_a_check_turned_down(wrong: Line, told: str) -> None:
    """The agent is told why, and its second candidate is filed."""
    project, called = slugify(wrong, GOOD)
    assert called.value == "to-be-or-not", called.stderr
    assert len(called.requests) == 2
    [result] = called.requests[1]["messages"][-1]["blocks"]
    assert result["is_error"]
    assert told in result["content"]
    assert_whole(project, "fresh")


@pytest.mark.usefixtures("new_interpreters")
def test_giving_up_tells_why() -> None:
    """The named error, with the agent's reason, and nothing written but the transcript."""
    project, called = slugify(give_up("The docstring asks for two things.", "line 1 against line 3"))
    assert isinstance(called.error, SpecConflictError)
    assert called.error.reason == "The docstring asks for two things."
    assert called.error.conflict == "line 1 against line 3"
    assert called.error.session is not None
    assert_whole(project, "missing")
    assert ".jiti/app/text/slugify.py" not in called.changed


@pytest.mark.usefixtures("new_interpreters")
def test_spent_turns_are_an_error_with_the_last_diagnostics() -> None:
    """And the next call simply tries again."""
    wrong = submit('return "wrong"')
    project = Project(FILES, ScriptedModel(wrong, wrong, GOOD))
    project.write({"pyproject.toml": '[project]\nname = "app"\nversion = "0"\n[tool.jiti]\nmax_turns = 2\n'})
    failed = project.call("app.text:slugify", "A b")
    assert type(failed.error) is GenerationError
    assert [each.check for each in failed.error.diagnostics] == ["example"]
    assert failed.error.key == "app/text.py::slugify"
    assert "max_turns" in str(failed.error)
    assert len(failed.requests) == 2
    assert_whole(project, "missing")
    assert project.call("app.text:slugify", "A b").value == "a-b"
    assert_whole(project, "fresh")


def test_a_provider_that_recovers_is_not_noticed() -> None:
    """The SDK tries again by itself."""
    project, called = slugify(fault.status(529, retry_after=0), GOOD, server=True)
    assert called.value == "to-be-or-not"
    assert_whole(project, "fresh")
