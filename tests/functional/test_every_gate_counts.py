"""No test that carries `required_for` is lost on the way: not by its name, its class, nor how its file writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti.testing import Project, ScriptedModel, submit

if TYPE_CHECKING:
    from jiti.models import Reply

TEXT = '''
from jiti import jiti


@jiti
def slugify(text: str) -> str:
    """Lower-case it, with a dash for each blank."""
    ...
'''
PYPROJECT = """
[project]
name = "app"
version = "0"
requires-python = ">=3.11"

[tool.pytest.ini_options]
pythonpath = ["."]
"""
WRONG = submit("return text.lower()")
RIGHT = submit("return text.lower().replace(' ', '-')")
HEAD = "import pytest\nimport jiti\nfrom app.text import slugify\n\n\n"
TWO_OF_ONE_ID = """
@jiti.required_for(slugify)
@pytest.mark.parametrize("last", ["c", "b-c"])
@pytest.mark.parametrize("first", ["a-b", "a"])
def test_slug(first, last):
    raw = "A B" if (first, last) == ("{first}", "{last}") else "A-B"
    assert slugify(raw) == "a-b"
"""
INHERITED = """
class {base}:
    raw = "A-B"

    @jiti.required_for(slugify)
    def test_slug(self):
        assert slugify(self.raw) == "a-b"


class TestHeir({base}):
    raw = "A B"
"""
JUDGES = {
    "the first of two cases with one node id": HEAD + TWO_OF_ONE_ID.format(first="a-b", last="c"),
    "the second of two cases with one node id": HEAD + TWO_OF_ONE_ID.format(first="a", last="b-c"),
    "in a class that inherits it": HEAD + INHERITED.format(base="TestBase"),
    "in a class that inherits it from one without tests": HEAD + INHERITED.format(base="Base"),
    "in a file that skips itself without jiti": "import pytest\njiti = pytest.importorskip('jiti')\n"
    "from app.text import slugify\n\n\n@jiti.required_for(slugify)\n"
    "def test_slug():\n    assert slugify('A B') == 'a-b'\n",
    "by an annotated name": "import jiti\nfrom app.text import slugify\ngate: object = jiti.required_for\n\n\n"
    "@gate(slugify)\ndef test_slug():\n    assert slugify('A B') == 'a-b'\n",
}
TEST = "def test_slug():\n    assert slugify('a') == 'a'\n"
REPORTED = {
    "by another file's name": {
        "test_text.py": f"from helper import gate\nfrom app.text import slugify\n\n\n@gate(slugify)\n{TEST}"
    },
    "in part": {
        "test_text.py": "import functools\nimport jiti\nfrom app.text import slugify\n\n"
        f"gate = functools.partial(jiti.required_for, slugify)\n\n\n@gate()\n{TEST}"
    },
    "where git does not look": {
        "test_text.py": f"{HEAD}@jiti.required_for(slugify)\n{TEST}",
        ".gitignore": "test_*.py\n",
    },
}


def project_of(files: dict[str, str], *script: Reply) -> Project:
    tests = {f"tests/{name}": text for name, text in files.items()}
    helper = "from jiti import required_for as gate\n"
    common = {"app/__init__.py": "", "app/text.py": TEXT, "pyproject.toml": PYPROJECT, "tests/helper.py": helper}
    return Project({**common, **tests}, ScriptedModel(*script))


@pytest.mark.parametrize("text", JUDGES.values(), ids=JUDGES)
def test_a_wrong_body_is_turned_down_by_a_gate(text: str) -> None:
    project = project_of({"test_text.py": text}, WRONG, RIGHT)
    ran = project.run("python", "-m", "pytest", "-p", "no:randomly")
    assert (ran.exit_code, len(ran.requests)) == (0, 2), ran.stdout
    again = project.run("python", "-m", "pytest", "-p", "no:randomly")
    assert (again.exit_code, again.requests, again.changed) == (0, [], {}), again.stdout


@pytest.mark.parametrize("files", REPORTED.values(), ids=REPORTED)
def test_a_gate_that_reading_does_not_find_is_reported(files: dict[str, str]) -> None:
    ran = project_of(files, RIGHT).run("python", "-m", "pytest", "-p", "no:randomly")
    assert ran.exit_code == 0, ran.stdout
    assert "warning   tests/test_text.py:" in ran.stdout
    assert "gates are found by reading" in ran.stdout


def test_a_gate_that_calls_the_stub_in_another_process_fails_at_once_and_says_so() -> None:
    text = f"""{HEAD}
import subprocess, sys


@jiti.required_for(slugify)
def test_slug():
    code = "from app.text import slugify; print(slugify('A B'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "a-b", done.stderr
"""
    project = project_of({"test_text.py": text}, WRONG, RIGHT)
    ran = project.run("python", "-m", "pytest", "-p", "no:randomly")
    assert ran.exit_code == 1
    assert "did not end within" not in ran.stdout
    assert "is called by a process that a test has started" in ran.stdout


def test_a_gate_of_a_stub_in_a_project_inside_the_project_is_reported_and_nothing_is_paid_for_it() -> None:
    files = {
        "pyproject.toml": PYPROJECT.replace('["."]', '["inner"]'),
        "inner/pyproject.toml": PYPROJECT.partition("[tool")[0],
        "inner/app/__init__.py": "",
        "inner/app/text.py": TEXT,
        "tests/test_text.py": f"{HEAD}@jiti.required_for(slugify)\ndef test_slug():\n    assert callable(slugify)\n",
    }
    ran = Project(files, ScriptedModel(RIGHT)).run("python", "-m", "pytest", "-p", "no:randomly")
    assert (ran.exit_code, ran.requests) == (0, []), ran.stdout
    assert "`slugify` is at inner/app/text.py:6, in a project of its own" in ran.stdout


def test_a_gate_that_is_run_by_way_of_a_link_is_no_problem() -> None:
    files = {"app/text.py": TEXT, "real/test_text.py": JUDGES["by an annotated name"], "pyproject.toml": PYPROJECT}
    project = Project(files, ScriptedModel(RIGHT))
    (project.root / "link").symlink_to(project.root / "real")
    ran = project.run("python", "-m", "pytest", "-p", "no:randomly", "link")
    assert ran.exit_code == 0, ran.stdout
    assert "warning   " not in ran.stdout
