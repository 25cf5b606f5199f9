"""Feeding jiti what it does not expect: `python -m tests.campaigns.fuzz [--seconds N] [--seed N]`.

Whatever headers, mirror files, sources, recordings, tool inputs and replies hold: only `JitiError`s come out, and no
file of the user's is touched.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
from hypothesis import HealthCheck, Phase

from tests.campaigns import said
from tests.campaigns import targets as files
from tests.campaigns.ground import Ground, Target

if TYPE_CHECKING:
    from collections.abc import Sequence


TARGETS = (*files.TARGETS, *said.TARGETS)
_AT_ONCE = 50
"""Examples of one target before the next has its turn."""
_FRAMES = 6
"""Of a traceback, those that are shown."""


@dataclass
class Figures:
    """What a campaign came to.

    Attributes:
        examples: how many each target was fed.
        wrong: by target, what should not have come out, with the smallest example of it.
    """

    examples: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)


def campaign(
    folder: Path, seed: int, seconds: float, *, targets: Sequence[Target] = TARGETS, at_once: int = _AT_ONCE
) -> Figures:
    """Feed the targets in turn, each until it fails, for so many seconds, and each once at least."""
    figures = Figures()
    ground = Ground(folder)
    end = time.monotonic() + seconds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd sources are warned of
        while True:
            for target in targets:
                if target.name not in figures.wrong:
                    _feed(target, ground, figures, seed, at_once)
            seed += 1
            if time.monotonic() >= end or len(figures.wrong) == len(targets):
                return figures


def _feed(target: Target, ground: Ground, figures: Figures, seed: int, examples: int) -> None:
    """Feed one target; keep the smallest example that it fails on, if there is one."""
    last: list[Any] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        verbosity=hypothesis.Verbosity.quiet,
    )
    @hypothesis.given(target.given(ground))
    def play(value: object) -> None:
        last[:] = [value]
        figures.examples[target.name] += 1
        target.play(ground, value)

    try:
        play()
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        told = "".join(traceback.format_exception(error)[-_FRAMES:])
        figures.wrong[target.name] = f"{target.name} (seed {seed}): {last[0]!r:.2000}\n{told}"


def _lines(figures: Figures, seed: int, seconds: float) -> Sequence[str]:
    return [
        f"{figures.examples.total()} examples (from seed {seed}), {seconds:.0f} s",
        *(f"  {count:6}  {name}" for name, count in figures.examples.most_common()),
        f"{len(figures.wrong)} wrong",
        *figures.wrong.values(),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of a campaign; gives the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    for name in [*os.environ]:
        if name.startswith(("ANTHROPIC_", "JITI_")):
            del os.environ[name]
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures = campaign(Path(folder).resolve(), given.seed, given.seconds)
    sys.stdout.write("\n".join(_lines(figures, given.seed, time.monotonic() - start)) + "\n")
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
