"""What is installed: a wheel alone runs a project whose mirror is committed."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest

from jiti.testing import Project
from tests.functional.fresh import ROOT, build_wheel, make_environment

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project's wheel."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def bare_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel and nothing else, as `pip install --no-deps` leaves it."""
    return make_environment(tmp_path_factory.mktemp("environment"), wheel)


def run(python: Path, *arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("JITI_", "PYTHON"))}
    command = [str(python), *arguments]
    return subprocess.run(command, cwd=cwd, env=environment | variables, capture_output=True, text=True, check=False)


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The repository's example with its committed mirror, and nothing else of the repository."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / ".jiti", tmp_path / ".jiti", ignore=shutil.ignore_patterns("__pycache__", ".local"))
    return tmp_path


@pytest.mark.parametrize("frozen", ["", "1"])
def test_the_example_runs_from_its_mirror_without_any_dependency(bare_python: Path, example: Path, frozen: str) -> None:
    """Frozen or not; nothing is written but bytecode."""
    ran = run(bare_python, "-m", "semver", cwd=example / "examples" / "semver", JITI_FROZEN=frozen)
    assert ran.stderr == ""
    assert "1.0.0-rc.1" in ran.stdout
    ran = run(bare_python, "-m", "tokens", cwd=example / "examples" / "jwt", JITI_FROZEN=frozen)
    assert ran.stderr == ""
    assert "at noon: joe may come in" in ran.stdout
    assert not (example / ".jiti" / ".local").exists()


def test_generating_without_dependencies_says_what_to_install(bare_python: Path, tmp_path: Path) -> None:
    """By name, with the command."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "m.py").write_text(
        'from jiti import jiti\n\n\n@jiti\ndef f(a: int) -> int:\n    """Double."""\n\n\nprint(f(2))\n'
    )
    ran = run(bare_python, "m.py", cwd=tmp_path)
    last = ran.stderr.strip().splitlines()[-2:]
    assert last[0].startswith("jiti.errors.ConfigError: generating needs packages that are not installed: filelock, ")
    assert last[1].strip().startswith("pip install jiti")


def test_the_command_without_dependencies_says_what_to_install(bare_python: Path, tmp_path: Path) -> None:
    """The command line needs click."""
    ran = run(bare_python, "-m", "jiti", "status", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (
        2,
        "jiti: error: the command line needs click, which is not installed: pip install jiti\n",
    )


def test_the_wheel_holds_what_is_no_python(wheel: Path) -> None:
    """Prompts, the demo's project and recording, and the marker for type checkers."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {
        "jiti/py.typed",
        "jiti/prompts/system.md",
        "jiti/demo/sessions/slugify.jsonl",
        "jiti/demo/project/text.py",
    } <= names


DOUBLE = '''from jiti import jiti


@jiti
def double(n: int) -> int:
    """Twice n."""
'''
WITHOUT_ANTHROPIC = """
import sys

sys.modules["anthropic"] = None  # as if it were not installed

import app

app.double(4)
"""


def test_without_the_providers_package_the_error_says_what_to_install_and_no_session_is_told_of() -> None:
    project = Project({"app.py": DOUBLE, "main.py": WITHOUT_ANTHROPIC})
    done = project.run("python", "main.py")
    last = "jiti.errors.ConfigError: asking a model needs the `anthropic` package, which cannot be imported: "
    assert last in done.stderr
    assert "pip install jiti" in done.stderr
    assert "writing app.py::double" not in done.stderr
    assert project.sessions() == []
