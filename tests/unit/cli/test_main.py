"""The command line as a whole: help, versions, errors and exit codes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from jiti.cli import exit_code, main
from jiti.cli.group import COMMANDS, group
from jiti.errors import (
    BrokenImplementationError,
    ConfigError,
    ConflictError,
    FrozenError,
    GenerationError,
    JitiError,
    ModelError,
    StubError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def run(*arguments: str, cwd: Path | None = None, code: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, or `code` in its place."""
    command = ["-c", code] if code else ["-m", "jiti"]
    return subprocess.run(
        [sys.executable, *command, *arguments], cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_help_names_every_command_and_gives_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    for word in ("Usage: jiti", "demo", "status", "resolve", "--root", "Example: jiti status"):
        assert word in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_gives_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"Example: jiti {command}" in capsys.readouterr().out


def test_the_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("jiti ")


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["status", "--nonsense"], ["resolve"], ["--root", "/no/such/place", "status"]]
)
def test_wrong_usage_exits_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "Error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (GenerationError("x"), 3),
        (ModelError("x"), 3),
        (ConflictError("x"), 4),
        (ConfigError("x"), 2),
        (StubError("x"), 2),
        (FrozenError("x"), 1),
        (BrokenImplementationError("x"), 1),
    ],
)
def test_every_error_has_its_exit_code(error: JitiError, code: int) -> None:
    assert exit_code(error) == code


def test_an_error_is_one_line_and_its_hint_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.jiti]\nmodle = 'x'\n")
    assert main(["--root", str(tmp_path), "status"]) == 2
    path = tmp_path / "pyproject.toml"
    assert capsys.readouterr().err.splitlines() == [
        f"jiti: error: {path}: [tool.jiti] modle: there is no such setting",
        "  did you mean model?",
    ]


def test_the_project_is_found_from_a_folder_inside_it(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "n.py").write_text('from jiti import jiti\n@jiti\ndef f() -> None:\n    """Do."""\n')
    result = run("status", "n.py", cwd=tmp_path / "app")
    assert (result.returncode, result.stdout.splitlines()[0]) == (0, "missing  app/n.py::f  app/n.py:2  -  -  -")


@pytest.mark.skipif(os.name == "nt", reason="a working directory cannot be deleted there")
def test_a_deleted_working_directory_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code = f"import shutil; shutil.rmtree({str(gone)!r}); import sys; from jiti.cli import main; sys.exit(main())"
    result = run("status", cwd=gone, code=code)
    assert (result.returncode, result.stderr.splitlines()[0]) == (2, "jiti: error: the working directory was deleted")


@pytest.mark.parametrize("package", ["click", "pathspec"])
def test_without_its_dependencies_one_line_says_what_to_install(package: str) -> None:
    code = f"import sys; sys.modules['{package}'] = None; from jiti.cli import main; sys.exit(main())"
    result = run("status", code=code)
    assert result.returncode == 2
    assert result.stderr == f"jiti: error: the command line needs {package}, which is not installed: pip install jiti\n"


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell's pipe")
def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    command = f'"{sys.executable}" -m jiti --root "{tmp_path}" status | true'
    result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)  # noqa: S607 - found on the path, as users have it
    assert result.stderr == ""


def leaves(command: click.Command, *names: str) -> Iterator[tuple[str, ...]]:
    """The words that lead to each command that does something."""
    if not isinstance(command, click.Group):
        yield names
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from leaves(below, *names, name)


@pytest.mark.parametrize("words", list(leaves(group)), ids=" ".join)
def test_every_command_speaks_to_machines_and_can_be_kept_from_asking(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "--json" in shown
    assert "--no-input" in shown
