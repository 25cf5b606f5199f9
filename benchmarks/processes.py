"""Whole processes, timed from outside and in turn, so that what disturbs one disturbs its neighbours."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from benchmarks.environments import Environment


@dataclass(frozen=True, slots=True)
class Command:
    """A process to start."""

    environment: Environment
    arguments: tuple[str | Path, ...]
    cwd: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self) -> Sample:
        """Start it, and wait for its end."""
        start = time.perf_counter()
        printed = self.environment.run(*self.arguments, cwd=self.cwd, **self.variables)
        return Sample((time.perf_counter() - start) * 1e3, printed)


@dataclass(frozen=True, slots=True)
class Sample:
    """What a process came to: its milliseconds, start and end included, and what it printed."""

    milliseconds: float
    printed: str

    @property
    def megabytes(self) -> float | None:
        """The most memory that it had at a time, if it told so."""
        found = re.search(r"VmHWM:\s+(\d+) kB", self.printed)
        return int(found[1]) / 1024 if found else None


def in_turn(commands: Mapping[str, Command], rounds: int) -> dict[str, list[Sample]]:
    """Each command's samples, by its name; one more of each before, unmeasured, compiles and warms the disk's cache."""
    taken = [{name: command.run() for name, command in commands.items()} for _ in range(rounds + 1)][1:]
    return {name: [each[name] for each in taken] for name in commands}
