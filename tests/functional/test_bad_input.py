"""Odd stubs, odd arguments, odd places: each ends in the right answer or in an error that says what to do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from jiti.testing import Project, ScriptedModel, submit
from tests.functional.test_first_call import FILES, GOOD, TEXT

if TYPE_CHECKING:
    from pathlib import Path

SLUGIFY = "app.text:slugify"
HEAD = "from jiti import jiti\n\n\n"


def one_stub(stub: str, body: str, head: str = HEAD) -> Project:
    """A project of one module, `m.py`, whose stub `f` gets a body."""
    return Project({"m.py": head + stub}, ScriptedModel(submit(body)))


def test_a_stub_without_annotations() -> None:
    """There is nothing to check its result against, and that is all."""
    called = one_stub('@jiti\ndef f(a, b=2):\n    """Add."""\n', "return a + b").call("m:f", 1)
    assert called.value == 3, called.stderr


def test_annotations_that_cannot_be_resolved_at_run_time() -> None:
    """Names that only type checkers see."""
    head = (
        "from __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\nfrom jiti import jiti\n\n"
        "if TYPE_CHECKING:\n    from decimal import Decimal\n\n\n"
    )
    project = one_stub('@jiti\ndef f(a: Decimal) -> Decimal:\n    """Give it back."""\n', "return a", head)
    called = project.call("m:f", 1)
    assert called.value == 1, called.stderr


def test_annotations_that_nothing_resolves_are_not_the_candidates_fault() -> None:
    """A type that does not exist is the user's to mend; what can be checked is checked."""
    project = one_stub('@jiti\ndef f(a: "Nowhere") -> int:\n    """One."""\n', "return a + 1")
    called = project.call("m:f", 1)
    assert called.value == 2, called.stderr


ARGUMENTS = {
    "cannot be pickled": ("lambda: 1", "return value()", "1"),
    "cannot be shown": ("Odd()", "return len(str(type(value)))", None),
    "is huge": ('"x" * 3_000_000', "return len(value)", "3000000"),
}


@pytest.mark.parametrize(("argument", "body", "printed"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_arguments_of_every_kind(argument: str, body: str, printed: str | None) -> None:
    """A call whose arguments cannot be copied is not tried; it still gets its function."""
    module = (
        f"from typing import Any\n\n{HEAD}class Odd:\n    def __repr__(self) -> str:\n        raise RuntimeError\n\n\n"
        '@jiti\ndef f(value: Any) -> int:\n    """Measure it."""\n'
    )
    project = Project({"m.py": module}, ScriptedModel(submit(body)))
    ran = project.run("python", "-c", f"from m import Odd, f\nprint(f({argument}))")
    assert ran.exit_code == 0, ran.stderr
    if printed is not None:
        assert ran.stdout.strip() == printed
    [request] = ran.requests
    assert len(str(request["messages"])) < 40_000


def _texts(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]


def test_an_argument_that_holds_a_key_is_masked() -> None:
    """In the request and in the transcript."""
    key = "sk-ant-api03-" + "Ab3" * 20
    project = Project(FILES, ScriptedModel(GOOD))
    called = project.call(SLUGIFY, key, env={"JITI_LOG": "debug"})
    assert called.error is None
    written = "".join(path.read_text() for path in _texts(project.root / ".jiti"))
    assert "'text'" in written or "text" in written
    for told in (str(called.requests), written, called.stderr):
        assert key not in told
        assert key[:30] not in told


def test_a_source_file_that_changed_since_the_import_asks_for_a_restart() -> None:
    """Nothing is generated for a stub that the process does not hold."""
    project = Project(FILES, ScriptedModel(GOOD))
    script = (
        "from pathlib import Path\nfrom app.text import slugify\n"
        "path = Path('app/text.py')\npath.write_text(path.read_text().replace('to a slug', 'into a slug'))\n"
        "slugify('A b')\n"
    )
    ran = project.run("python", "-c", script)
    assert "app/text.py:6: slugify changed on disk since it was imported\n  start the program again" in ran.stderr
    assert ran.requests == []


def test_a_path_with_spaces_and_letters_beyond_ascii(tmp_path: Path) -> None:
    """For the project, its modules' folder and everything that runs there."""
    project = Project(FILES, ScriptedModel(GOOD), root=tmp_path / "mein Projekt – größer")
    called = project.call(SLUGIFY, "A b")
    assert called.value == "a-b", called.stderr
    assert project.call(SLUGIFY, "C d", env={"JITI_FROZEN": "1"}).value == "c-d"


@pytest.mark.skipif(sys.platform == "win32", reason="a working directory cannot be deleted there")
def test_a_working_directory_that_was_deleted() -> None:
    """Paths come from the source file alone."""
    project = Project(FILES, ScriptedModel(GOOD))
    script = (
        "import os, socket, sys, tempfile\n"  # CPython 3.13.0 cannot import socket once the folder is gone
        f"sys.path[:] = [{str(project.root)!r}, *[path for path in sys.path if path]]\n"
        "folder = tempfile.mkdtemp(); os.chdir(folder); os.rmdir(folder)\n"
        "from app.text import slugify\nprint(slugify('A b'))\n"
    )
    ran = project.run("python", "-c", script)
    assert (ran.stdout, ran.exit_code) == ("a-b\n", 0), ran.stderr


def test_without_git_everything_works() -> None:
    """Nothing of jiti runs git: an empty PATH holds none."""
    project = Project(FILES, ScriptedModel(GOOD))
    called = project.call(SLUGIFY, "A b", env={"PATH": "/nonexistent"})
    assert called.value == "a-b", called.stderr


def test_a_malformed_example_is_a_warning_and_the_others_count() -> None:
    """The agent is told of the line."""
    docstring = '"""Convert.\n\n    >>>slugify("nothing")\n\n    >>> slugify("A b")\n    \'a-b\'\n    """'
    text = TEXT[: TEXT.index('"""Convert')] + docstring + "\n"
    project = Project({"app/__init__.py": "", "app/text.py": text}, ScriptedModel(submit('return "x"'), GOOD))
    called = project.call(SLUGIFY, "A b")
    assert called.value == "a-b", called.stderr
    told = str(called.requests[1]["messages"])
    assert "example" in told
    assert "line 10" in told or "app/text.py:10" in told, told


def test_a_stub_that_calls_another_gets_both() -> None:
    """The candidate reaches a stub without implementation: that one is generated first."""
    module = (
        f'{HEAD}@jiti\ndef double(number: int) -> int:\n    """Twice the number."""\n\n\n'
        '@jiti\ndef quadruple(number: int) -> int:\n    """Four times the number, by doubling twice."""\n'
    )
    model = ScriptedModel(
        {
            "m.py::double": [submit("return number * 2")],
            "m.py::quadruple": [submit("return double(double(number))")],
        }
    )
    project = Project({"m.py": module}, model)
    called = project.call("m:quadruple", 3)
    assert called.value == 12, called.stderr
    assert "needed by m.py::quadruple" in called.stderr
    assert {"m/double.py", "m/quadruple.py"} <= set(project.mirror())


def test_stubs_that_need_each_other_are_told_as_a_cycle() -> None:
    """Never a hang."""
    module = (
        f'{HEAD}@jiti\ndef even(n: int) -> bool:\n    """Whether n is even."""\n\n\n'
        '@jiti\ndef odd(n: int) -> bool:\n    """Whether n is odd."""\n'
    )
    model = ScriptedModel({"m.py::even": [submit("return not odd(n)")], "m.py::odd": [submit("return not even(n)")]})
    called = Project({"m.py": module}, model).call("m:even", 3)
    assert type(called.error).__name__ == "GenerationCycleError", called.stderr
    assert "m.py::even -> m.py::odd -> m.py::even" in str(called.error)
