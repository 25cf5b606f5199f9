"""Measures what confinement adds to a job: the job of a child process with it and without, in turn.

`python benchmarks/sandbox.py`, on Linux. The second project has 10,000 files, and a secret in each of its folders: more
entries to allow one by one than most. What is prepared before the first job is told apart; jobs do not wait for it.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
import time
from contextlib import closing
from typing import TYPE_CHECKING

from jiti import stub
from jiti.checks.children import Children
from jiti.checks.limits import Limits
from jiti.definition import define
from jiti.sandbox import Confinement, Policy, level
from jiti.testing import Project

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = '''"""Numbers."""

from jiti import jiti


@jiti
def double(n: int) -> int:
    """Twice n."""
'''
JOB = {"kind": "python", "text": "None", "candidate": None}


def children_of(root: Path, *, confined: bool) -> Children:
    """A child process that is ready."""
    declaration = stub.declaration_for(str(root), "app.py::double")
    children = Children(
        define(declaration),
        "app",
        None,
        env=(),
        generate=print,
        limits=Limits(),
        fork=True,
        sandbox=Policy(confined=confined),
    )
    children.run(JOB, 10.0)
    return children


def timed(children: Children) -> float:
    """Milliseconds of a job that does nothing."""
    start = time.perf_counter()
    children.run(JOB, 10.0)
    return (time.perf_counter() - start) * 1e3


def measure(name: str, root: Path, rounds: int) -> None:
    """Print a row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        Confinement(Policy(), str(root), folder)
        prepared = (time.perf_counter() - start) * 1e3
    with closing(children_of(root, confined=True)) as confined, closing(children_of(root, confined=False)) as free:
        pairs = [(timed(confined), timed(free)) for _ in range(rounds)]
    with_it, without = ([pair[column] for pair in pairs] for column in (0, 1))
    added = statistics.median(with_it) - statistics.median(without)
    best = min(with_it) - min(without)
    print(
        f"| {name} | {statistics.median(with_it):.1f} | {statistics.median(without):.1f} | {added:.1f} | {best:.1f} "
        f"| {prepared:.0f} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    given = parser.parse_args()
    assert level().layer > 1, level()
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors; {level()}\n")
    print("| project | confined, ms | free, ms | added, ms | added at best, ms | prepared once, ms |")
    print("| --- | --- | --- | --- | --- | --- |")
    small = Project({"app.py": SOURCE, ".env": "KEY=1"})
    measure("small", small.root, given.rounds)
    files = {f"folder{folder}/module{number}.py": "" for folder in range(100) for number in range(100)}
    secrets = {f"folder{folder}/.env": "KEY=1" for folder in range(100)}
    large = Project({"app.py": SOURCE, **files, **secrets})
    measure("10,000 files, 100 secrets", large.root, given.rounds)


if __name__ == "__main__":
    main()
