"""Scripts and threads for tests of calls that meet."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from jiti import source
from jiti.dispatch import remembered

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from tests.unit.program import Program

SECONDS = 60.0
THREADS = 16
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def script(program: Program, text: str, *arguments: str) -> str:
    """What a script in the project prints."""
    (program.root / "main.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, *(arguments or ("main.py",))],
        cwd=program.root,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def together(work: Callable[[int], object]) -> list[object]:
    """What `work` gives in each of many threads that begin at one moment, and are switched between all the time."""
    barrier = threading.Barrier(THREADS)

    def run(number: int) -> object:
        barrier.wait(SECONDS)
        return work(number)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            return [each.result(SECONDS) for each in [pool.submit(run, number) for number in range(THREADS)]]
    finally:
        sys.setswitchinterval(interval)


def end(program: Program) -> None:
    """Do what is done when a process ends."""
    remembered.write()
    remembered.forget(str(program.root))
    source._seen.pop(str(program.path), None)  # noqa: SLF001 - what a process has read goes with it


def next_process(program: Program) -> ModuleType:
    """The module as a process imports it that begins once this one has ended."""
    end(program)
    program.unload()
    return program.load()
