"""Keys that a test holds, or that are held elsewhere as far as can be seen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jiti import locks
from jiti.lockfile import LockFile
from jiti.spec import text_hash

if TYPE_CHECKING:
    from collections.abc import Generator

    from jiti.events import Event, Observer


SECONDS = 60.0


A, B, C = "app/a.py::a", "app/b.py::b", "app/c.py::c"


def ignore(event: Event) -> None:
    """Observe nothing."""


@contextmanager
def held(root: str, key: str, observe: Observer = ignore) -> Generator[None]:
    with locks.claim(root, key) as claim, claim.held(observe):
        yield


@contextmanager
def held_elsewhere(root: str, key: str, text: str) -> Generator[LockFile]:
    """A key that another process holds, as far as can be seen, until the file is closed; it says what `text` says."""
    file = LockFile(str(file_of(root, key)))
    assert file.lock(blocking=False)
    file.write(text.encode())
    try:
        yield file
    finally:
        file.close()


def let_go_when_waited_for(root: str, key: str, text: str) -> list[Event]:
    """Hold a key that is held elsewhere, and is let go there as soon as somebody waits for it; gives what that told."""
    events: list[Event] = []
    with held_elsewhere(root, key, text) as file:

        def observe(event: Event) -> None:
            events.append(event)
            file.close()

        with held(root, key, observe):
            return events


def file_of(root: str, key: str) -> Path:
    folder = Path(root, ".jiti", ".local", "locks")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{text_hash(key)}.lock"


def told(root: str, key: str) -> dict[str, object]:
    """What the holder of a key says for everybody."""
    return json.loads(file_of(root, key).read_bytes()[1:])


def needing(key: str | None) -> str:
    return json.dumps({"process": 1, "needs": key})


def started(script: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that runs a script, with pipes to its input and from its output."""
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def line_of(process: subprocess.Popen[str]) -> str:
    """The next line that it prints."""
    assert process.stdout is not None
    return process.stdout.readline().removesuffix("\n")


def let_go_on(process: subprocess.Popen[str]) -> None:
    """Send it the line that it waits for."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def files(root: str) -> list[str]:
    return sorted(os.listdir(Path(root, ".jiti", ".local", "locks")))
