"""The tour: offline, piped and on a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from jiti.testing import Project

if TYPE_CHECKING:
    from pathlib import Path


def test_the_tour_shows_a_candidate_turned_down_and_the_next_one_filed() -> None:
    """And says that the model's part is a recording."""
    project = Project({})
    ran = project.run("jiti", "demo", "tour")
    assert ran.exit_code == 0, ran.stderr
    told = ran.stdout
    assert told.startswith("The model's part of this tour is a recording, written by hand: no key, no network.")
    parts = [
        "1. A stub: signature, docstring, no body",
        "candidate 1 was turned down:\n    example wrong-output text.py:13: ",
        "candidate 2 passed every check, and was filed as .jiti/text/slugify.py",
        "3. The next call runs it: no model, no key  (JITI_FROZEN=1 python main.py)\njust-in-time-a-first-call",
        "the same code without jiti: ",
        "# made: replay of a hand-written session · 2 turns · ruff ",
        f"The project is yours to play with: {project.root / 'tour'}",
    ]
    places = [told.find(part) for part in parts]
    assert -1 not in places, [part for part, place in zip(parts, places, strict=True) if place < 0]
    assert places == sorted(places)
    assert "\x1b" not in told + ran.stderr
    assert ran.stderr.splitlines() == [
        "jiti: writing text.py::slugify (missing) with replay of a hand-written session",
        ran.stderr.splitlines()[1],
    ]
    assert ran.stderr.splitlines()[1].startswith("jiti: wrote .jiti/text/slugify.py · 2 turns · ")


def test_a_folder_that_is_not_empty_is_left_alone() -> None:
    """The tour writes into nobody's files."""
    project = Project({"tour/mine.txt": "mine"})
    ran = project.run("jiti", "demo", "tour")
    assert (ran.exit_code, ran.changed) == (2, {})
    assert "tour is not empty" in ran.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_on_a_terminal_the_tour_is_in_colour(tmp_path: Path) -> None:
    """Code is highlighted, and the generation has its live line."""
    import pty

    controller, terminal = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    environment.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "jiti", "demo", str(tmp_path / "tour")]
    with subprocess.Popen(command, stdout=terminal, stderr=terminal, stdin=terminal, env=environment) as process:
        os.close(terminal)
        shown = b""
        try:
            while part := os.read(controller, 65536):
                shown += part
        except OSError:
            pass  # Linux says so where others say that it has ended
        os.close(controller)
    assert process.returncode == 0
    text = shown.decode()
    assert "\x1b[" in text
    assert "jiti: text.py::slugify · " in text
    assert "ratio " in text


def test_machines_are_told_what_came_of_it() -> None:
    project = Project({})
    ran = project.run("jiti", "demo", "tour", "--json")
    assert ran.exit_code == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert (told["project"], told["implementation"]) == (str(project.root / "tour"), ".jiti/text/slugify.py")
    assert told["cached_ns"] > 0 < told["plain_ns"]
