"""Candidates that do not end, end what they should not, or leave something behind: turned down, and nothing stays."""

from __future__ import annotations

import contextlib
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jiti.checks.execution import Result
from tests.unit.checks.workshop import Workshop, call, slugify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.checks.execution import Execution

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only a process group can be ended")

SECONDS = 0.8
MARK = f"4{secrets.randbelow(10**9):09}"
"""Seconds that the daemons of this test run sleep, by which they are told from all others."""
HEAD = "import os, signal, sys, time\n"
GOOD = "import re\n\n\ndef slugify(text):\n    return re.sub('[^a-z0-9]+', '-', text.lower()).strip('-')\n"
DAEMON = f"""
def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execvp("sleep", ["sleep", "{MARK}"])
        os._exit(0)
    time.sleep(0.05)
"""

ALL_DESCRIPTORS = """
    for descriptor in range(3, 64):
        try: os.write(descriptor, {})
        except OSError: pass"""

HOSTILE = {
    "never ends": ("while True: pass", "timeout"),
    "ignores being told to end": ("signal.pthread_sigmask(signal.SIG_BLOCK, [15]); time.sleep(99)", "timeout"),
    "swallows everything": (
        "\n    while True:\n        try: time.sleep(99)\n        except BaseException: pass",
        "timeout",
    ),
    "stops itself": ("os.kill(os.getpid(), signal.SIGSTOP)", "timeout"),
    "closes everything and never ends": ("os.closerange(0, 64)\n    while True: pass", "timeout"),
    "takes memory": ("return 'x' * (10 << 30)", "memory"),
    "ends its process": ("os._exit(0)", "crashed"),
    "ends its process as if all were done": ("sys.stdout.flush(); os._exit(0)", "crashed"),
    "raises SystemExit": ("sys.exit(0)", "SystemExit"),
    "crashes": ("os.kill(os.getpid(), 11)", "crashed"),
    "ends the process that it was forked from": ("os.kill(os.getppid(), 9); time.sleep(99)", "crashed"),
    "the same, leaving a daemon": ("daemon(); os.kill(os.getppid(), 9); time.sleep(99)", "crashed"),
    "leaves a daemon and never ends": ("daemon(); time.sleep(99)", "timeout"),
    "forks without end": ("\n    while True: os.fork()", "processes"),
    "prints without end": (
        "\n    while True:\n        try: os.write(1, bytes(100_000))\n        except OSError: pass",
        "output",
    ),
    "writes a report of its own": (ALL_DESCRIPTORS.format(b'["0", "done", {}]\n'), "forged"),
    "says what is no report": (ALL_DESCRIPTORS.format(b"\xff\n"), "forged"),
}


def daemons() -> list[int]:
    """The processes that a candidate of this test run left."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                if MARK.encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return found


def run(execution: Execution, body: str, *, above: str = "") -> Result:
    return execution.run(f"{HEAD}{DAEMON}{above}\ndef slugify(text):\n    {body}\n", "")


@pytest.fixture(scope="module")
def execution(shared: Workshop) -> Execution:
    return shared.execution(shared.stub(), example=SECONDS, call=SECONDS, test=SECONDS)


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    assert daemons() == []


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_turned_down_and_the_next_candidate_passes(execution: Execution, name: str) -> None:
    body, code = HOSTILE[name]
    result = run(execution, body)
    assert [each.code for each in result.diagnostics] == [code]
    assert execution.run(GOOD, "").diagnostics == ()


@pytest.mark.parametrize(
    "name", ["never ends", "ends its process", "leaves a daemon and never ends", "prints without end"]
)
def test_it_is_turned_down_where_processes_cannot_fork_too(workshop: Workshop, name: str) -> None:
    execution = workshop.execution(workshop.stub(), fork=False, example=SECONDS)
    body, code = HOSTILE[name]
    result = run(execution, body)
    assert [each.code for each in result.diagnostics] == [code]
    assert execution.run(GOOD, "").diagnostics == ()


def test_what_happens_while_the_candidate_is_loaded_counts_too(execution: Execution) -> None:
    [found] = run(execution, "return text", above="os._exit(0)").diagnostics
    assert found.code == "crashed"
    assert found.message == "the example in line 10 ended its own process (exit code 0) before there was a result"


def test_a_right_candidate_that_leaves_a_daemon_leaves_none(execution: Execution) -> None:
    assert run(execution, "daemon(); return 'hello-world'") == Result()


def test_a_test_that_does_not_end_is_named_and_the_limit_is_for_each(workshop: Workshop) -> None:
    execution = workshop.execution(workshop.stub(), test=SECONDS)
    slow = "\n".join(["import time", *(f"def test_{name}(): time.sleep({SECONDS * 0.7})" for name in ("one", "two"))])
    assert execution.run(GOOD, slow) == Result(test_count=2)
    [found] = execution.run(GOOD, slow + "\ndef test_three(): time.sleep(99)\n").diagnostics
    assert (found.check, found.code, found.message) == ("scratch", "timeout", "test_three did not end within 0.8 s")


def test_after_a_limit_was_reached_what_would_reach_it_too_is_not_run(workshop: Workshop) -> None:
    execution = workshop.execution(workshop.stub(), call(slugify, "x"), example=SECONDS)
    result = execution.run("def slugify(text):\n    while True: pass\n", "def test_it(): ...\n")
    assert [each.check for each in result.diagnostics] == ["example"]
    assert result.notes == ("What comes after that was not run.",)


def test_a_candidate_that_ends_its_process_group_ends_itself_alone(execution: Execution) -> None:
    [found] = run(execution, "os.killpg(os.getpgrp(), 9)").diagnostics
    assert found.message == "the example in line 10 ended its own process (killed by SIGKILL) before there was a result"
