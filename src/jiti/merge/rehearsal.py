"""The process that tries merged sources, as it is seen from outside: started, watched, and ended with all it left."""

from __future__ import annotations

import json
import os
import pickle
import secrets
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jiti.checks import leftovers, processes
from jiti.checks.environment import child_environment
from jiti.checks.runs import excerpt
from jiti.errors import MergeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiti.checks.limits import Limits
    from jiti.settings import Settings

Event = dict[str, Any]

_BOOT = """\
import pickle, sys
with open(sys.argv[1], "rb") as file:
    setup = pickle.load(file)
sys.path[:] = setup["path"]
from jiti.merge.overlay import Overlay
Overlay(setup["files"]).install()
from jiti.merge.child import main
main(setup)
"""
_GLANCE = 0.2
"""Seconds from one look at a process to the next; its end is seen at once."""
_CHARACTERS = 1_500


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of it.

    Attributes:
        events: what the process told, in order.
        printed: the first and the last that it wrote to standard output and error.
        seconds: what it had for what it was at when it was ended; None where it ended by itself.
    """

    events: list[Event]
    printed: str
    seconds: float | None


def run(setup: Mapping[str, Any], settings: Settings, limits: Limits) -> Rehearsal:
    """Run `jiti.merge.child.main`; nothing that it starts outlives this call.

    Args:
        setup: what the process is told.
        settings: the project's.
        limits: how long it may take to get ready, and then for each example and each phase of a test.

    Raises:
        MergeError: it cannot be started.
    """
    folder = os.path.realpath(tempfile.mkdtemp(prefix="jiti-merge-"))
    tag = secrets.token_hex(8)
    told, boot, temporary = (os.path.join(folder, name) for name in ("told", "setup", "tmp"))
    try:
        os.mkdir(temporary)
        of_its_own = {"folder": temporary, "temporary": temporary, "told": told, "hidden": ()}
        with open(boot, "wb") as file:
            pickle.dump({**setup, **of_its_own}, file)
        environment = child_environment(os.environ, passed=settings.env, tag=tag, folder=temporary)
        with open(os.path.join(folder, "printed"), "w+b") as output:
            child = _start(boot, output.fileno(), environment, setup["root"])
            try:
                seconds = _watch(child, told, limits)
            finally:
                processes.end_tree(child, tag)
            return Rehearsal(_read(told), excerpt(output.fileno(), _CHARACTERS), seconds)
    finally:
        leftovers.remove(folder)


def _start(boot: str, output: int, environment: Mapping[str, str], root: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - this very interpreter
            [sys.executable, "-P", "-c", _BOOT, boot],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**environment, "JITI_FROZEN": "1"},
            cwd=root,
            start_new_session=sys.platform != "win32",
        )
    except OSError as error:
        raise MergeError(f"{sys.executable or 'python'} cannot be started: {error}") from error


def _watch(child: subprocess.Popen[bytes], told: str, limits: Limits) -> float | None:
    """Wait for the end of a process, as long as it goes on telling things; gives the time that it did not keep to."""
    size, since, seconds = -1, time.monotonic(), limits.start
    while True:
        try:
            child.wait(_GLANCE)
        except subprocess.TimeoutExpired:
            now = os.path.getsize(told) if os.path.exists(told) else 0
            if now != size:
                size, since, seconds = now, time.monotonic(), _allowed(_read(told), limits)
            elif time.monotonic() - since > seconds:
                return seconds
        else:
            return None


def _allowed(events: list[Event], limits: Limits) -> float:
    """How long it may take from the last event to the next."""
    last = events[-1]["event"] if events else ""
    return limits.test if last in {"test", "phase"} else limits.example if last == "example" else limits.start


def _read(path: str) -> list[Event]:
    try:
        with open(path, encoding="utf-8") as file:
            # A process that ended at once may have left half a line.
            return [json.loads(line) for line in file if line.endswith("\n")]
    except FileNotFoundError:
        return []
