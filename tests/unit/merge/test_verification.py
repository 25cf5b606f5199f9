"""Tests that do not end, and what they leave behind, in the process that tries merged sources."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from jiti.checks.limits import Limits
from jiti.merge import verification
from jiti.merge.verification import Merged
from jiti.settings import Settings
from tests.unit.stubs import PYPROJECT, write

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.diagnostics import Diagnostic

ENDLESS = "    while True:\n        pass\n"
LEAVING = """
import os, sys

PROGRAM = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"


def test_it():
    if not os.fork():
        os.setsid()
        if not os.fork():
            os.execve(sys.executable, [sys.executable, "-c", PROGRAM, "pid"], {})
        os._exit(0)
    while not (os.path.exists("pid") and os.path.getsize("pid")):
        pass
"""


def problems(
    root: Path, tests: str, *names: str, docstring: str = "", text: str = "", seconds: float = 1.5
) -> list[str]:
    write(root, {"pyproject.toml": PYPROJECT, "app/text.py": text or "def f(): pass\n", "tests/test_text.py": tests})
    merged = [Merged("app/text.py::f", "app.text", "app/text.py", docstring, 1)]
    node_ids = [f"tests/test_text.py::{each}" for each in names]
    limits = Limits(start=60.0, example=seconds, test=seconds)
    found: list[Diagnostic] = verification.problems(str(root), Settings(), [], node_ids, merged, limits)
    return [str(each) for each in found]


def test_a_test_that_does_not_end_is_ended_and_named(tmp_path: Path) -> None:
    tests = f"def test_a():\n    pass\n\n\ndef test_b():\n{ENDLESS}\n\ndef test_c():\n    pass\n"
    assert problems(tmp_path, tests, "test_a", "test_b", "test_c") == [
        "gate timeout tests/test_text.py::test_b: it did not end within 1.5 s"
    ]


def test_an_example_that_does_not_end_is_named_by_its_file(tmp_path: Path) -> None:
    text = "def f():\n    while True: pass\n"
    found = problems(tmp_path, "", docstring=">>> 1\n1\n>>> f()\n", text=text)
    assert found == ["import timeout app/text.py: it did not end within 1.5 s"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process that leaves its group cannot be found")
@pytest.mark.parametrize("ending", ["", "    os._exit(0)\n", ENDLESS], ids=["passes", "ends its process", "never ends"])
def test_nothing_that_a_test_has_started_is_left(tmp_path: Path, ending: str) -> None:
    problems(tmp_path, LEAVING + ending, "test_it")
    pid = int((tmp_path / "pid").read_text())
    assert not os.path.exists(f"/proc/{pid}")
