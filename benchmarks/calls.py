"""Calls of stubs that were called before, beside the same functions without any package."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks import layouts
from benchmarks.environments import JAUNT, PEER, PEER_PYTHON
from benchmarks.figures import AGAIN, EXCHANGED, FIRST, FLOOR, FROZEN, HERE, Figure, Goal, Row
from benchmarks.processes import Command, in_turn

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.environments import Environments

COLUMNS = (FLOOR, AGAIN, EXCHANGED, HERE, FIRST, FROZEN, PEER, JAUNT)
OURS = (HERE, FIRST, FROZEN)
KINDS = ("function", "method", "property", "async")
NOISE = 0.05
"""Two equal plain functions, timed in the same way, come out up to this far apart: see their column."""


def rows(environments: Environments, rounds: int, folder: Path) -> list[Row]:
    """A row for each kind of call and each Python."""
    folders = layouts.calls(folder, environments)
    script = layouts.INSIDE / "calls.py"
    # A script's own folder comes first on the path: the modules' is named.
    where = {column: {"PYTHONPATH": str(path)} for column, path in folders.items()}
    commands = {}
    for version, own in environments.here.items():
        if own.python:
            # What first calls find is kept with Python's bytecode: where there is none, each process is a first one.
            nothing_kept = {"PYTHONPYCACHEPREFIX": str(folder / "nothing"), "PYTHONDONTWRITEBYTECODE": "1"}
            for column, more in {HERE: {}, FIRST: nothing_kept, FROZEN: {"JITI_FROZEN": "1"}}.items():
                commands[f"{version} {column}"] = Command(own, (script,), folders[HERE], {**where[HERE], **more})
    for column, environment in {PEER: environments.peer, JAUNT: environments.jaunt}.items():
        if environment.python:
            commands[f"{PEER_PYTHON} {column}"] = Command(environment, (script,), folders[column], where[column])
    told = {
        name: [json.loads(sample.printed) for sample in samples] for name, samples in in_turn(commands, rounds).items()
    }
    return [_row(kind, version, told, environments) for version in environments.here for kind in KINDS]


def _row(kind: str, version: str, told: dict[str, list[dict[str, list[float]]]], environments: Environments) -> Row:
    figures, why_not = {}, {}
    for column in (*OURS, PEER, JAUNT):
        rounds = told.get(f"{version} {column}")
        if rounds is None:
            why_not[column] = _reason(column, version, environments)
            continue
        cached, plain, again, exchanged = zip(*(each[kind] for each in rounds), strict=True)
        figures[column] = Figure(cached, plain)
        if column == HERE:
            figures |= {FLOOR: Figure(plain), AGAIN: Figure(again, plain), EXCHANGED: Figure(exchanged, plain)}
    goals = [Goal(1.0, column, FLOOR, noise=NOISE) for column in OURS]
    if version >= "3.13":  # CPython specialises no calls of a function whose code was exchanged
        goals[1:2] = [Goal(1.25, FIRST, FLOOR)] if kind in {"function", "method"} else []
    return Row(
        f"{kind}, {version}", "ns", figures, goals=tuple(goals), why_not=why_not, in_picture=version == PEER_PYTHON
    )


def _reason(column: str, version: str, environments: Environments) -> str:
    if column in {PEER, JAUNT} and version != PEER_PYTHON:
        return f"jiti 1.5.1 and jaunt are measured on {PEER_PYTHON}; neither runs on 3.11."
    environment = {PEER: environments.peer, JAUNT: environments.jaunt}.get(column, environments.here[version])
    return f"{column}: {environment.why_not}."
