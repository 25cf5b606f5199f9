"""The tour: offline, piped and on a terminal."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from jiti.testing import Project
from tests.functional import pictures, terminal
from tests.once import once

if TYPE_CHECKING:
    from pathlib import Path


def test_the_tour_shows_a_candidate_turned_down_and_the_next_one_filed() -> None:
    """And says that the model's part is a recording."""
    project = Project({})
    ran = project.run("jiti", "demo", "tour")
    assert ran.exit_code == 0, ran.stderr
    told = ran.stdout
    assert told.startswith("The model's part is a recording, written by hand: no key, no network.")
    parts = [
        "1. A stub: signature, docstring, no body",
        "candidate 1 was turned down:\n    example wrong-output text.py:14: ",
        "candidate 2 passed every check, and was filed as .jiti/text/slugify.py",
        "3. The next call runs it: no model, no key  (JITI_FROZEN=1 python main.py)\njust-in-time-a-first-call",
        "the same code without jiti: ",
        "# made: replay of a hand-written session · 2 turns · ruff ",
        f"6. The project is yours to play with  (cd {project.root / 'tour'})\n    jiti status ",
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


@once
@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_on_a_terminal_the_tour_is_what_its_picture_shows(tmp_path: Path) -> None:
    """In colour, and the generation has its live line."""
    tour = [sys.executable, "-m", "jiti", "demo", str(tmp_path / "tour")]
    shown = terminal.show(tour, cwd=tmp_path, env=os.environ)
    assert shown.code == 0
    assert "jiti: text.py::slugify · " in shown.written
    [end] = [at for at, line in enumerate(shown.lines) if "4. What a call costs" in line]
    assert "ratio " in shown.lines[end + 1]
    assert "\x1b[" in shown.lines[end]
    pictures.agree("tour", "jiti demo", ["$ jiti demo", *shown.lines[: end - 1]])


def test_machines_are_told_what_came_of_it() -> None:
    project = Project({})
    ran = project.run("jiti", "demo", "tour", "--json")
    assert ran.exit_code == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert (told["project"], told["implementation"]) == (str(project.root / "tour"), ".jiti/text/slugify.py")
    assert told["cached_ns"] > 0 < told["plain_ns"]
