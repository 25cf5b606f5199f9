"""Running ruff and ty: what is told when that does not work."""

from __future__ import annotations

import importlib.metadata
import sys
from typing import TYPE_CHECKING

import pytest

from jiti.checks.limits import SessionTime
from jiti.checks.tools import Tool, versions
from jiti.errors import ConfigError
from jiti.submission import OutOfTimeError

if TYPE_CHECKING:
    from pathlib import Path


def missing() -> str:
    message = "Could not find the ruff binary"
    raise FileNotFoundError(message)


def not_installed() -> str:
    import no_such_package  # ty: ignore[import-not-found] - this is what is to fail

    return no_such_package.find()


@pytest.mark.parametrize(
    ("find", "words"),
    [
        (missing, "Could not find the ruff binary"),
        (not_installed, "No module named 'no_such_package'"),
        (lambda: "/nowhere/ruff", "No such file or directory"),
    ],
)
def test_a_tool_that_is_not_there_is_to_be_installed(tmp_path: Path, find: object, words: str) -> None:
    with pytest.raises(ConfigError, match=f"ruff cannot be run: .*{words}") as caught:
        Tool("ruff", find, str(tmp_path)).run("check")  # ty: ignore[invalid-argument-type] - a table's column
    assert caught.value.hint == "pip install ruff"


def test_a_tool_that_never_answers_is_ended(tmp_path: Path) -> None:
    sleeper = Tool("ruff", lambda: sys.executable, str(tmp_path), patience=0.2)
    with pytest.raises(ConfigError, match=r"ruff did not answer within 0\.2 seconds"):
        sleeper.run("-c", "import time; time.sleep(60)")


def test_a_tool_is_ended_with_the_sessions_time(tmp_path: Path) -> None:
    time = SessionTime()
    time.follow(lambda: 0.2)
    sleeper = Tool("ruff", lambda: sys.executable, str(tmp_path), time=time)
    with pytest.raises(OutOfTimeError):
        sleeper.run("-c", "import time; time.sleep(60)")


@pytest.mark.parametrize(("code", "clean"), [(0, True), (1, False)])
def test_zero_and_one_are_answers(tmp_path: Path, code: int, *, clean: bool) -> None:
    tool = Tool("ruff", lambda: sys.executable, str(tmp_path))
    answer = tool.run("-c", f"import sys; print(sys.stdin.read()); sys.exit({code})", text="grüße\n")
    assert (answer.output, answer.clean) == ("grüße\n\n", clean)


def test_versions_are_those_that_are_installed() -> None:
    assert versions() == f"ruff {importlib.metadata.version('ruff')}, ty {importlib.metadata.version('ty')}"
