"""Type checkers, each at its strictest, on stubs as users write them: what they accept, and what they turn down."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import jiti
from tests.once import once

if TYPE_CHECKING:
    from collections.abc import Callable

    Checker = Callable[[Path, Path], list[str | Path]]

CASES = Path(__file__).parents[1] / "typing"
FILES = sorted(path.name for path in CASES.glob("*.py"))
FOUND = re.compile(r"(\w+\.py):(\d+)[:\d]*(?: -)? (?:error|warning)(.*)")
"""How all three tell of a line, where their words are for people."""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds jiti and nothing else, as `pip install --no-deps` leaves it."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    [packages] = folder.glob("lib/python*/site-packages") if sys.platform != "win32" else [folder / "Lib/site-packages"]
    (packages / "jiti.pth").write_text(str(Path(jiti.__file__).parents[1]))
    return folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"


def mypy(python: Path, folder: Path) -> list[str | Path]:
    options = ["--strict", "--python-version=3.12", f"--cache-dir={folder}", f"--python-executable={python}"]
    return [sys.executable, "-m", "mypy", *options, *FILES]


def pyright(python: Path, folder: Path) -> list[str | Path]:
    config = {"typeCheckingMode": "strict", "pythonVersion": "3.12", "include": [str(CASES)]}
    (folder / "pyrightconfig.json").write_text(json.dumps(config))
    return [sys.executable, "-m", "basedpyright", "-p", folder / "pyrightconfig.json", "--pythonpath", python]


def ty(python: Path, folder: Path) -> list[str | Path]:
    options = ["--python-version=3.12", "--output-format=concise", f"--python={python.parents[1]}", "--project", folder]
    return [sys.executable, "-m", "ty", "check", *options, *FILES]


@once
@pytest.mark.parametrize("checker", [mypy, pyright, ty])
def test_a_strict_checker_keeps_the_types_of_stubs_and_turns_down_wrong_calls(
    python: Path, tmp_path: Path, checker: Checker
) -> None:
    if checker is not ty and find_spec("mypy") is None:
        pytest.skip("mypy and basedpyright are installed on the first Python alone")
    ran = subprocess.run(
        checker(python, tmp_path),
        cwd=CASES,
        capture_output=True,
        encoding="utf-8",
        check=False,
        stdin=subprocess.DEVNULL,
    )
    told = {(name, int(line)): words for name, line, words in FOUND.findall(ran.stdout)}
    wrong = {
        (name, number)
        for name in FILES
        for number, line in enumerate((CASES / name).read_text().splitlines(), 1)
        if line.endswith("  # no")
    }
    assert {place: words for place, words in told.items() if place not in wrong} == {}
    assert wrong - {*told} == set(), ran.stdout + ran.stderr
