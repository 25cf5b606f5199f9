"""What is measured, in the report's order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import calls, checks, crowd, endless, offline, starts, throughput, tokens

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.environments import Environments
    from benchmarks.figures import Row


@dataclass(frozen=True, slots=True)
class Measurement:
    """How a section comes about.

    Attributes:
        title: its heading.
        columns: of its table.
        rows: measures them; gets the environments, the number of rounds, and a folder to work in.
        how: what was done, for the report.
    """

    title: str
    columns: tuple[str, ...]
    rows: Callable[[Environments, int, Path], list[Row]]
    how: str


MEASUREMENTS = {
    "calls": Measurement(
        "A cached call",
        calls.COLUMNS,
        calls.rows,
        "A call of a stub that was called before. Each round is one process of each column, in turn; in it, the stub "
        "and three plain twins are timed in turn sixty times for two thousandths of a second each, and the shortest of "
        "each counts. What the first two twins differ by is noise; the third was given other code by assignment, which "
        "is what becomes of a stub at its first call, if no process before has called it.",
    ),
    "starts": Measurement(
        "Starting",
        starts.COLUMNS,
        starts.rows,
        "Whole processes, timed from outside; bytecode is cached, and so is what earlier "
        "processes kept. Memory is `VmHWM`.",
    ),
    "checks": Measurement(
        "Checking a candidate",
        checks.COLUMNS,
        checks.rows,
        "From the candidate to the verdict: ruff, ty, three gates and two scratch tests. Here in a confined process of "
        "its own, under the user's settings; 1.5.1's `validate` in its user's process, with ruff's and ty's defaults.",
    ),
    "endless": Measurement(
        "A candidate that never ends",
        checks.COLUMNS,
        endless.rows,
        "A scratch test calls `while True: pass`. Half as many rounds.",
    ),
    "crowd": Measurement(
        "A crowd at one stub",
        checks.COLUMNS,
        crowd.rows,
        "Started at once, against a server on this machine that answers each request with the same candidate; once.",
    ),
    "tokens": Measurement(
        "What a session sends",
        checks.COLUMNS,
        tokens.rows,
        "The model reads `text.py`, and submits a candidate that passes three gates: the same script for both, against "
        "a server on this machine. Estimated in the same way for both: the characters of the system text, of the tools "
        "and of the messages of each request, as JSON, by four. What a cache of the provider's saves is not taken off.",
    ),
    "build": Measurement(
        "Building ahead of time",
        throughput.COLUMNS,
        throughput.rows,
        "`jiti build` against a server on this machine that takes its time for each reply. Half as many rounds.",
    ),
    "check": Measurement(
        "The offline gate",
        offline.COLUMNS,
        offline.rows,
        "Whole processes, timed from outside. The floor is plain Python that reads the same files and parses "
        "the sources. Half as many rounds.",
    ),
}
