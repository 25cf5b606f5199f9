"""How near `jiti build` comes to the time that the model alone takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.build import JOBS, LATENCY, STUBS, build
from benchmarks.environments import JAUNT, PEER
from benchmarks.figures import HERE, Figure, Goal, Row

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.environments import Environments

COLUMNS = ("the model alone", HERE, PEER, JAUNT)
WHY_NOT = {
    PEER: "1.5.1 has no command that generates ahead of time: a stub is generated when it is called.",
    JAUNT: "jaunt builds with the Codex CLI, which is no part of it: nothing to script.",
}


def rows(_environments: Environments, rounds: int, _folder: Path) -> list[Row]:
    """One reply a session and four, each with the share of the ideal that is reached."""
    found = []
    for turns in (1, 4):
        ideal = STUBS / JOBS * LATENCY * turns
        taken = tuple(build(turns)[0] for _ in range((rounds + 1) // 2))
        replies = "one reply" if turns == 1 else f"{turns} replies"
        name = f"{STUBS} stubs, -j {JOBS}, {LATENCY:g} s a reply, {replies} each"
        figures = {COLUMNS[0]: Figure((ideal,)), HERE: Figure(taken)}
        found.append(Row(name, "s", figures, base=COLUMNS[0], why_not=WHY_NOT))
        share = Figure(tuple(ideal / each * 100 for each in taken))
        goal = Goal(85, at_least=True)
        found.append(Row(f"{name}: share of the ideal", "%", {HERE: share}, "", (goal,), WHY_NOT))
    return found
