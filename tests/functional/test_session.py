"""What a session logs, how it refactors, and what a changed stub or body does: on recorded replies."""

from __future__ import annotations

from jiti.errors import ConflictError, FrozenError
from jiti.testing import Project, ScriptedModel, call, give_up, submit
from tests.functional.test_first_call import BODY, FILES, GOOD, HELPERS, TEXT

SLUGIFY = "app.text:slugify"
MIRROR = ".jiti/app/text/slugify.py"
OTHER_BODY = 'words = _GAPS.split(text.lower())\nreturn "-".join(word for word in words if word)'


def test_info_logs_each_model_call_and_debug_each_tool_call() -> None:
    """And without a level there is a line at the start and one at the end."""
    script = (call("outline", path="app/text.py"), GOOD)
    plain = Project(FILES, ScriptedModel(*script)).call(SLUGIFY, "A b")
    info = Project(FILES, ScriptedModel(*script)).call(SLUGIFY, "A b", env={"JITI_LOG": "info"})
    debug = Project(FILES, ScriptedModel(*script)).call(SLUGIFY, "A b", env={"JITI_LOG": "debug"})
    off = Project(FILES, ScriptedModel(*script)).call(SLUGIFY, "A b", env={"JITI_LOG": "off"})
    assert [len(each.stderr.splitlines()) for each in (off, plain, info, debug)] == [0, 2, 4, 6]
    assert plain.stderr.splitlines()[0].startswith("jiti: writing app/text.py::slugify (missing) with ")
    assert plain.stderr.splitlines()[1].startswith(f"jiti: wrote {MIRROR} · 2 turns")
    assert "app/text.py::slugify turn 1:" in info.stderr
    assert "turn 1: outline app/text.py · " in debug.stderr
    assert "turn 2: submit" in debug.stderr


def test_the_transcript_says_by_whom_a_candidate_was_judged() -> None:
    """What the model is told does not."""
    otherwise = FILES | {"app/text.py": FILES["app/text.py"].replace("@jiti\n", "@jiti(allow=['random'])\n")}
    for files, judged in ((FILES, "witness"), (otherwise, "in-process: ")):
        project = Project(files, ScriptedModel(submit("return", HELPERS), GOOD))
        project.call(SLUGIFY, "A b")
        [session] = project.sessions()
        tools = [event for event in session if event["event"] == "tool"]
        assert [tool["ok"] for tool in tools] == [False, True]
        assert all(tool["judged"].startswith(judged) and judged not in tool["output"] for tool in tools)


def test_a_low_quality_earns_one_refactor_turn_whose_result_is_filed() -> None:
    """If it passes."""
    model = ScriptedModel(submit(BODY, HELPERS, quality=3), submit(OTHER_BODY, HELPERS, quality=9))
    project = Project(FILES, model)
    called = project.call(SLUGIFY, "A b")
    assert called.value == "a-b"
    assert len(called.requests) == 2
    assert "split(" in project.mirror()["app/text/slugify.py"]


def test_the_passing_candidate_is_kept_when_its_refactoring_fails() -> None:
    """Exactly one turn is spent on it."""
    model = ScriptedModel(submit(BODY, HELPERS, quality=3), submit("return 'wrong'", quality=9), GOOD)
    project = Project(FILES, model)
    called = project.call(SLUGIFY, "A b")
    assert called.value == "a-b"
    assert len(called.requests) == 2
    assert BODY in project.mirror()["app/text/slugify.py"]


def test_an_edited_body_runs_and_a_changed_docstring_is_then_a_conflict_with_two_ways_out() -> None:
    """Both commands of the message work."""
    for way in ("--keep", "--regenerate"):
        project = Project(FILES, ScriptedModel(GOOD, submit(OTHER_BODY, HELPERS)))
        assert project.call(SLUGIFY, "A b").value == "a-b"
        edited = project.mirror()["app/text/slugify.py"].replace('.strip("-")', '.strip("-") + "!"')
        project.write({MIRROR: edited})
        assert project.call(SLUGIFY, "A b").value == "a-b!"

        project.write({"app/text.py": TEXT.replace("to a slug.", "to a slug, for addresses.")})
        error = project.call(SLUGIFY, "A b").error
        assert isinstance(error, ConflictError)
        assert f"{MIRROR} was edited by hand" in str(error)
        command = next(part for part in str(error).split("  ") if part.startswith("jiti resolve")).split(" (")[0]
        assert command == "jiti resolve app/text.py::slugify --keep"

        resolved = project.run(*command.split()[:-1], way)
        assert resolved.exit_code == 0, resolved.stderr
        again = project.call(SLUGIFY, "A b")
        assert again.value == ("a-b!" if way == "--keep" else "a-b")
        assert len(again.requests) == (0 if way == "--keep" else 1)


def test_a_changed_docstring_generates_anew_with_the_old_body_at_hand() -> None:
    """The model is told what changed."""
    project = Project(FILES, ScriptedModel(GOOD, submit(OTHER_BODY, HELPERS)))
    project.call(SLUGIFY, "A b")
    project.write({"app/text.py": TEXT.replace("to a slug.", "to a slug, for addresses.")})
    frozen = project.call(SLUGIFY, "A b", env={"JITI_FROZEN": "1"})
    assert isinstance(frozen.error, FrozenError)
    assert "slugify is stale (docstring changed), and frozen" in str(frozen.error)
    again = project.call(SLUGIFY, "A b")
    assert again.value == "a-b"
    assert "docstring changed" in again.stderr
    [request] = again.requests
    told = str(request["messages"])
    assert "docstring changed" in told
    assert ".strip(" in told


def test_wrong_arguments_are_a_plain_type_error_before_anything_is_generated() -> None:
    """As if the function were there."""
    project = Project(FILES, ScriptedModel(GOOD))
    called = project.call(SLUGIFY)
    assert isinstance(called.error, TypeError)
    assert str(called.error) == "slugify() missing 1 required positional argument: 'text'"
    assert called.requests == []
    assert project.mirror() == {}


def test_a_traceback_shows_where_the_stub_was_called_and_little_of_jiti() -> None:
    """With JITI_LOG=debug it shows the way through the engine too."""
    script = "from app.text import slugify\nslugify('A b')\n"
    project = Project(FILES, ScriptedModel(give_up("no")))
    short = project.run("python", "-c", script).stderr
    long = Project(FILES, ScriptedModel(give_up("no"))).run("python", "-c", script, env={"JITI_LOG": "debug"}).stderr
    assert "app/text.py" in short
    assert short.count("/jiti/") <= 4
    assert "session.py" not in short
    assert "session.py" in long
