"""Running pytest is the loop: red, generated, green. Real processes in real projects, on a scripted model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jiti.testing import Project, ScriptedModel, give_up, submit, submit_test

if TYPE_CHECKING:
    from jiti.testing import Result

TEXT = '''
from jiti import jiti


@jiti
def slugify(text: str) -> str:
    """Lower-case it, with a dash for each blank."""
    ...


@jiti
def shout(text: str) -> str:
    """In capitals, with an exclamation mark."""
    ...
'''
TESTS = """
import pytest
import jiti
from app.text import shout, slugify


@jiti.required_for(slugify)
@pytest.mark.parametrize("raw, want", [("A", "a"), ("B c", "b-c")])
def test_slug(raw, want):
    assert slugify(raw) == want


def test_shout():
    assert shout("a") == "A!"


def test_plain():
    assert slugify("X") == "x"
"""
PYPROJECT = """
[project]
name = "app"
version = "0"
requires-python = ">=3.11"

[tool.pytest.ini_options]
pythonpath = ["."]
"""
PAGE = Path(__file__).parents[2] / "docs" / "pytest.md"
FILES = {"app/__init__.py": "", "app/text.py": TEXT, "tests/test_text.py": TESTS, "pyproject.toml": PYPROJECT}
WRONG = submit("return text.lower()")
SLUGIFY = submit("return text.lower().replace(' ', '-')")
SHOUT = submit("return text.upper() + '!'")
USED = "import pytest\n\nfrom app.text import slugify"
GATE = "tests/test_text.py::test_slug"


def run_pytest(project: Project, *args: str, **env: str) -> Result:
    return project.run("python", "-m", "pytest", "-pno:asyncio", "-pno:randomly", *args, env=env)


def line(result: Result, beginning: str) -> str:
    """The line of what was printed that begins so."""
    return next((each for each in result.stdout.splitlines() if each.startswith(beginning)), "")


@pytest.mark.usefixtures("xdist_and_asyncio")
def test_what_is_missing_is_generated_and_what_has_changed_is_verified_before_it_is_paid_for() -> None:
    project = Project(FILES, ScriptedModel(WRONG, SLUGIFY, submit("return text.lower().replace(' ', '_')")))

    red = run_pytest(project, GATE)
    assert (red.exit_code, len(red.requests)) == (0, 2), red.stdout
    assert "jiti: writing app/text.py::slugify (missing)" in red.stdout
    assert line(red, "generated").startswith("generated app/text.py::slugify in .jiti/app/text/slugify.py · 2 turns")

    green = run_pytest(project, GATE)
    assert (green.exit_code, green.changed) == (0, {})
    assert "jiti: " not in green.stdout
    assert "= jiti =" not in green.stdout

    project.write({"tests/test_text.py": TESTS.replace('("A", "a")', '("AB", "ab")')})
    verified = run_pytest(project, GATE)
    assert (verified.exit_code, verified.requests) == (0, [])
    assert "jiti: checking app/text.py::slugify (gates changed)" in verified.stdout
    assert line(verified, "verified") == "verified  app/text.py::slugify in .jiti/app/text/slugify.py"
    assert list(verified.changed) == [".jiti/app/text/slugify.py"]

    project.write({"tests/test_text.py": TESTS.replace("b-c", "b_c")})
    frozen = run_pytest(project, GATE, "-n2", CI="1")
    assert (frozen.exit_code, frozen.requests, frozen.changed) == (1, [], {})
    assert line(frozen, "failing") == "failing   app/text.py::slugify in .jiti/app/text/slugify.py"
    assert "frozen by CI, which is set" in frozen.stdout
    assert frozen.stdout.count("jiti: checking ") == 1

    regenerated = run_pytest(project, GATE)
    assert (regenerated.exit_code, len(regenerated.requests)) == (0, 1)


@pytest.mark.usefixtures("xdist_and_asyncio")
@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "two-workers"])
def test_a_generation_that_failed_fails_its_gates_once_and_is_paid_for_once(workers: tuple[str, ...]) -> None:
    failures = [give_up(f"cannot be done, try {number}") for number in range(1, 5)]
    project = Project(FILES, ScriptedModel({"app/text.py::slugify": failures, "app/text.py::shout": [SHOUT]}))

    result = run_pytest(project, *workers)

    assert result.exit_code == 1
    assert "3 failed, 1 passed" in result.stdout
    assert result.stdout.count("cannot be done, try 1") >= 3
    assert "try 2" not in result.stdout
    assert sorted(session[0]["key"] for session in project.sessions()) == ["app/text.py::shout", "app/text.py::slugify"]
    assert line(result, "failed").startswith("failed    app/text.py::slugify: SpecConflictError: ")
    assert line(result, "generated").startswith("generated app/text.py::shout in .jiti/app/text/shout.py")
    assert line(result, "spent").endswith("2 sessions")
    assert "engine.py" not in result.stdout


@pytest.mark.usefixtures("xdist_and_asyncio")
def test_workers_share_one_generation_and_one_section() -> None:
    project = Project(FILES, ScriptedModel({"app/text.py::slugify": [SLUGIFY], "app/text.py::shout": [SHOUT]}))
    result = run_pytest(project, "-n2", "--dist=worksteal")
    assert (result.exit_code, len(result.requests)) == (0, 2), result.stdout
    assert result.stdout.count("jiti: wrote .jiti/app/text/slugify.py") == 1
    assert result.stdout.count("= jiti =") == 1
    assert result.stdout.count("generated ") == 2
    assert "4 passed" in result.stdout


@pytest.mark.usefixtures("xdist_and_asyncio")
def test_rebuild_writes_anew_once_whatever_the_workers() -> None:
    project = Project(FILES, ScriptedModel(SLUGIFY, submit("return '-'.join(text.lower().split(' '))")))
    run_pytest(project, GATE)
    result = run_pytest(project, "--jiti=rebuild", "-n2", GATE)
    assert (result.exit_code, len(result.requests)) == (0, 1), result.stdout
    assert "join" in project.mirror()["app/text/slugify.py"]
    assert "(asked for)" in result.stdout


def test_the_example_of_the_page_runs() -> None:
    blocks = re.findall(r"```python\n# (\S+)\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    body = "if not text:\n    raise ValueError(text)\nreturn '-'.join(re.findall('[a-z]+', text.lower()))"
    script = {
        "tests/test_text.py::test_rejects_empty": [
            submit_test("with pytest.raises(ValueError):\n    slugify('')", USED)
        ],
        "app/text.py::slugify": [submit(body, "import re")],
    }
    project = Project({"app/__init__.py": "", "pyproject.toml": PYPROJECT, **dict(blocks)}, ScriptedModel(script))
    result = run_pytest(project)
    assert (result.exit_code, len(result.requests)) == (0, 2), result.stdout
    shown = [line.split(" with ")[0] for line in PAGE.read_text("utf-8").splitlines() if line.startswith("jiti: writ")]
    assert [line.split(" with ")[0] for line in result.stdout.splitlines() if line.startswith("jiti: writ")] == shown
    assert "3 passed" in result.stdout


def test_stubs_whose_gates_need_each_other_pass_all_of_them() -> None:
    text = '''
from jiti import jiti


@jiti
def is_even(number: int) -> bool:
    """Whether a number that is not negative is even."""
    ...


@jiti
def is_odd(number: int) -> bool:
    """Whether a number that is not negative is odd."""
    ...
'''
    tests = """
import jiti
from app.text import is_even, is_odd


@jiti.required_for(is_even)
def test_even():
    assert is_even(4) and not is_odd(4)


@jiti.required_for(is_odd)
def test_odd():
    assert is_odd(3) and not is_even(3)
"""
    script = {
        "app/text.py::is_even": [submit("return number % 2 == 0")],
        "app/text.py::is_odd": [submit("return number % 2 == 1")],
    }
    project = Project({**FILES, "app/text.py": text, "tests/test_text.py": tests}, ScriptedModel(script))
    result = run_pytest(project)
    assert (result.exit_code, len(result.requests)) == (0, 2), result.stdout
    gates = [each for text in project.mirror().values() for each in text.splitlines() if each.startswith("# gates: ")]
    assert sorted(gate.partition("=")[0] for gate in gates) == [
        "# gates: tests/test_text.py::test_even",
        "# gates: tests/test_text.py::test_odd",
    ]
    again = run_pytest(project)
    assert (again.exit_code, again.requests, again.changed) == (0, [], {})


def test_a_test_without_a_body_is_written_before_its_target_and_run_in_its_own_place() -> None:
    tests = '''
import jiti
from app.text import shout


class TestShout:
    @jiti.required_for(shout)
    def test_rejects_nothing(self) -> None:
        """shout raises ValueError on an empty text."""
'''
    body = "try:\n    shout('')\nexcept ValueError:\n    return\nassert shout('') is None"
    script = {
        "tests/test_text.py::TestShout.test_rejects_nothing": [submit_test(body, "from app.text import shout")],
        "app/text.py::shout": [SHOUT, submit("if not text:\n    raise ValueError(text)\nreturn text.upper() + '!'")],
    }
    project = Project({**FILES, "tests/test_text.py": tests}, ScriptedModel(script))
    result = run_pytest(project, "-v")
    assert (result.exit_code, len(result.requests)) == (0, 3), result.stdout
    written = [each for each in result.stdout.splitlines() if each.startswith("jiti: writing ")]
    assert [each.split()[2] for each in written] == list(script)
    assert "TestShout::test_rejects_nothing PASSED" in result.stdout

    path = ".jiti/app/text/shout.py"
    project.write({path: project.mirror()["app/text/shout.py"].replace("raise ValueError(text)", "return text")})
    edited = run_pytest(project)
    assert (edited.exit_code, edited.requests) == (1, [])
    assert "assert '' is None" in edited.stdout


@pytest.mark.usefixtures("users_plugins")
def test_it_goes_with_what_else_projects_run_pytest_with() -> None:
    tests = """
import asyncio
import unittest

import pytest
import jiti
from app.text import shout, slugify


@jiti.required_for(slugify)
@pytest.mark.asyncio
async def test_slug():
    await asyncio.sleep(0)
    assert slugify("A b") == "a-b"


@jiti.required_for(slugify)
@pytest.mark.anyio
async def test_slug_anyio():
    assert slugify("A b") == "a-b"


@pytest.fixture
def anyio_backend():
    return "asyncio"


class TestShout(unittest.TestCase):
    @jiti.required_for(shout)
    def test_shout(self):
        self.assertEqual(shout("a"), "A!")
"""
    config = "asyncio_mode = 'strict'\nasyncio_default_fixture_loop_scope = 'function'\n"
    files = {**FILES, "tests/test_text.py": tests, "pyproject.toml": PYPROJECT + config}
    project = Project(files, ScriptedModel({"app/text.py::slugify": [SLUGIFY], "app/text.py::shout": [SHOUT]}))
    result = project.run("python", "-m", "pytest", "--cov=app", "--lf", "-v")
    assert (result.exit_code, len(result.requests)) == (0, 2), result.stdout + result.stderr
    assert "3 passed" in result.stdout
    assert "app/text.py" in line(result, "app/text.py")
    told = [each for each in result.stdout.splitlines() if "jiti: " in each]
    assert all(each.startswith("jiti: ") for each in told)
    again = project.run(
        "python", "-m", "pytest", "-oasyncio_mode=auto", "--reruns=1", "--timeout=60", "-pno:cacheprovider"
    )
    assert (again.exit_code, again.requests, again.changed) == (0, [], {}), again.stdout


def test_it_runs_where_only_pytest_is_installed_beside_it() -> None:
    files = {**FILES, "tests/test_text.py": TESTS.replace("shout", "slugify").replace('"A!"', '"a"')}
    project = Project(files, ScriptedModel(SLUGIFY))
    run_pytest(project, GATE)
    without = (
        "import sys; sys.modules.update(dict.fromkeys(['anthropic', 'filelock', 'pathspec', 'rich', 'ruff', 'ty'])); "
    )
    result = project.run("python", "-c", without + "import pytest; sys.exit(pytest.main(['--jiti=frozen']))")
    assert result.exit_code == 0, result.stdout
    assert "= jiti =" not in result.stdout
