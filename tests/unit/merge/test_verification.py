"""What the process that tries merged sources keeps tests from: not ending, leaving something behind, reaching out."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from jiti.checks.limits import Limits
from jiti.merge import verification
from jiti.merge.verification import Merged
from jiti.settings import Settings
from tests.unit.sandbox.confined import needs_kernel
from tests.unit.stubs import PYPROJECT, write

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.diagnostics import Diagnostic

REACHING = """
import socket, subprocess
from pathlib import Path
import pytest

def test_writes(): Path("app/text.py").write_text("")
def test_reads(): Path(".env").read_text()
def test_connects(): socket.create_connection(("127.0.0.1", 9))
def test_runs(tmp_path): assert subprocess.run(["true"]).returncode == (tmp_path / "x").write_text("")
"""
CONFTEST = """
from pathlib import Path

Path("imported").touch()


def pytest_sessionfinish():
    Path("finished").touch()
"""
ENDLESS = "    while True:\n        pass\n"
LEAVING = """
import os, sys

PROGRAM = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"


def test_it():
    if not os.fork():
        os.setsid()
        if not os.fork():
            os.execve(sys.executable, [sys.executable, "-c", PROGRAM, "var/pid"], {})
        os._exit(0)
    while not (os.path.exists("var/pid") and os.path.getsize("var/pid")):
        pass
"""


def problems(
    root: Path,
    tests: str,
    *names: str,
    docstring: str = "",
    text: str = "",
    seconds: float = 1.5,
    settings: Settings | None = None,
) -> list[str]:
    write(root, {"pyproject.toml": PYPROJECT, "app/text.py": text or "def f(): pass\n", "tests/test_text.py": tests})
    merged = [Merged("app/text.py::f", "app.text", "app/text.py", docstring, 1)]
    node_ids = [f"tests/test_text.py::{each}" for each in names]
    limits = Limits(start=60.0, example=seconds, test=seconds)
    settings = settings or Settings(write=("var/",))
    found: list[Diagnostic] = verification.problems(str(root), settings, [], node_ids, merged, limits)
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
    pid = int((tmp_path / "var" / "pid").read_text())
    assert not os.path.exists(f"/proc/{pid}")


@needs_kernel
def test_the_kernel_confines_tests_as_it_does_gates_of_a_session_and_the_setting_is_told(tmp_path: Path) -> None:
    write(tmp_path, {".env": "KEY=1\n"})
    names = ("test_writes", "test_reads", "test_connects", "test_runs")
    writes, reads, connects = problems(tmp_path, REACHING, *names)
    assert 'write = ["app/text.py"] would allow it' in writes
    assert 'read = [".env"] would allow it' in reads
    assert "network = true would allow it" in connects
    assert (tmp_path / "app" / "text.py").read_text() == "def f(): pass\n"
    off = problems(tmp_path, REACHING, "test_writes", "test_reads", settings=Settings(sandbox="off"))
    assert off == []
    assert (tmp_path / "app" / "text.py").read_text() == ""


@needs_kernel
def test_examples_are_confined_too(tmp_path: Path) -> None:
    [found] = problems(tmp_path, "", docstring=">>> _ = open('new', 'w')\n")
    assert 'write = ["new"] would allow it' in found


def test_what_conftest_files_do_before_and_after_all_tests_is_the_users_and_not_confined(tmp_path: Path) -> None:
    write(tmp_path, {"conftest.py": CONFTEST})
    assert problems(tmp_path, "def test_it(): pass\n", "test_it") == []
    assert (tmp_path / "imported").exists()
    assert (tmp_path / "finished").exists()


def test_where_threads_run_already_tests_are_run_beside_them(tmp_path: Path) -> None:
    thread = "import threading, time\nthreading.Thread(target=time.sleep, args=[9], daemon=True).start()\n"
    write(tmp_path, {"conftest.py": thread})
    tests = "import threading\n\n\ndef test_it():\n    assert threading.active_count() == 2\n"
    assert problems(tmp_path, tests, "test_it") == []


def test_a_test_that_ends_its_process_is_named(tmp_path: Path) -> None:
    [found] = problems(tmp_path, "import os\n\n\ndef test_it():\n    os._exit(0)\n", "test_it")
    assert found.startswith("gate crashed tests/test_text.py::test_it: it ended its process")
