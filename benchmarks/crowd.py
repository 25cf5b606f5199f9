"""Many processes that call one missing stub at the same time."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.checks import WHY_NOT
from benchmarks.environments import PEER, PEER_PYTHON
from benchmarks.figures import HERE, Figure, Goal, Row
from benchmarks.layouts import CALLED, source
from jiti.testing import MessagesServer, Project, submit

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.environments import Environment, Environments

PROCESSES = 32
CALL = "import sys; sys.path.insert(0, '.'); import m; print(m.f(40))"
TESTS = "def test_sum() -> None:\n    assert f(1, 1) == 2\n"


def rows(environments: Environments, _: int, folder: Path) -> list[Row]:
    """Sessions, right answers and seconds; once."""
    told, why_not = {}, dict(WHY_NOT)
    for column, environment in {HERE: environments.here[PEER_PYTHON], PEER: environments.peer}.items():
        if environment.python is None:
            why_not[column] = environment.why_not
        else:
            told[column] = crowd(environment, folder / column)
    goals = (Goal(1), Goal(PROCESSES, at_least=True), None)
    names = ("sessions with the model", "right answers", "seconds until all had one")
    return [
        Row(
            f"{PROCESSES} processes call one missing stub: {name}",
            "s" if goal is None else "",
            {column: Figure((figures[number],)) for column, figures in told.items()},
            base="",
            goals=() if goal is None else (goal,),
            why_not=why_not,
        )
        for number, (name, goal) in enumerate(zip(names, goals, strict=True))
    ]


def crowd(environment: Environment, root: Path) -> tuple[float, float, float]:
    """Sessions, right answers and seconds."""
    Project({"m.py": source(CALLED[:1], HERE)}, root=root)
    with MessagesServer(*[submit("return a + b", tests=TESTS)] * PROCESSES) as server:
        variables = environment.environ(**server.env, ANTHROPIC_API_BASE=server.url)
        start = time.perf_counter()
        assert environment.python is not None
        started = [
            subprocess.Popen(
                [environment.python, "-c", CALL],
                cwd=root,
                env=variables,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(PROCESSES)
        ]
        told = [process.communicate() for process in started]
        took = time.perf_counter() - start
    wrong = [errors for answer, errors in told if answer.split()[-1:] != ["42"]]
    if wrong:
        print(f"{len(wrong)} of {PROCESSES} gave no right answer; one said: {wrong[0][-500:]}", file=sys.stderr)
    return len(server.requests), PROCESSES - len(wrong), took
