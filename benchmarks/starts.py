"""What a process pays before it does its work: the import, declarations, the first calls, and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import layouts
from benchmarks.environments import JAUNT, PEER, PEER_PYTHON
from benchmarks.figures import FLOOR, FROZEN, HERE, Figure, Goal, Row
from benchmarks.processes import Command, Sample, in_turn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.environments import Environment, Environments

COLUMNS = (FLOOR, HERE, FROZEN, PEER, JAUNT)
STATEMENTS = {FLOOR: "pass", HERE: "from jiti import jiti", PEER: "from jiti import jiti", JAUNT: "import jaunt"}
MANY = f"{layouts.MODULES * layouts.STUBS:,} stubs in {layouts.MODULES} modules"


def rows(environments: Environments, rounds: int, folder: Path) -> list[Row]:
    """The rows, in the order of a process's life."""
    start = Start(environments, rounds)
    imported = start.measure(lambda column: ("-c", STATEMENTS[column] + layouts.REPORT_MEMORY), None)
    called = layouts.calls(folder / "calls", environments)
    script = layouts.INSIDE / "first_call.py"
    packages = {HERE: "jiti", PEER: "jiti", JAUNT: "jaunt"}
    first = start.measure(
        lambda column: (script, "plain") if column == FLOOR else (script, "m", packages[column]), called
    )
    many = layouts.many(folder / "many", environments)
    declared = start.measure(lambda _: ("declare.py",), many)
    warm = start.measure(lambda _: ("warm.py",), many)
    own = {column: samples for column, samples in imported.items() if column != FROZEN}
    return [
        start.row(
            "`from jiti import jiti`, beyond a bare interpreter", beyond(own), (Goal(10.0),), base=HERE, in_picture=True
        ),
        start.row(f"importing {MANY}, the whole process", took(declared)),
        start.row(
            f"importing {MANY} and calling each once, the whole process",
            took(warm),
            (Goal(4.0, HERE, FLOOR), Goal(4.0, FROZEN, FLOOR)),
            in_picture=True,
        ),
        start.row("the very first call in a process, its module's import included", printed(first), base=HERE),
        start.row("memory at most, after the import", memory(own), unit="MB"),
        start.row(f"memory at most, after {MANY} were called", memory(warm), unit="MB", in_picture=True),
    ]


class Start:
    """Measures processes of all packages on one version of Python."""

    def __init__(self, environments: Environments, rounds: int) -> None:
        own = environments.here[PEER_PYTHON]
        self._of: dict[str, Environment] = {
            FLOOR: own,
            HERE: own,
            FROZEN: own,
            PEER: environments.peer,
            JAUNT: environments.jaunt,
        }
        self._rounds = rounds

    def measure(
        self, arguments: Callable[[str], tuple[str | Path, ...]], folders: dict[str, Path] | None
    ) -> dict[str, list[Sample]]:
        """Samples by column.

        Args:
            arguments: the interpreter's, for a column; a frozen process has those of the other.
            folders: where they run, by column; left out, anywhere.
        """
        commands = {}
        for column, environment in self._of.items():
            if environment.python is None:
                continue
            like = HERE if column == FROZEN else column
            variables = {"JITI_FROZEN": "1"} if column == FROZEN else {}
            cwd = folders[like] if folders else layouts.INSIDE
            commands[column] = Command(environment, arguments(like), cwd, variables)
        return in_turn(commands, self._rounds)

    def row(
        self,
        name: str,
        figures: dict[str, Figure],
        goals: tuple[Goal, ...] = (),
        *,
        unit: str = "ms",
        base: str = FLOOR,
        in_picture: bool = False,
    ) -> Row:
        """A row, with the reasons for what is missing."""
        same = "A frozen process imports the same; a bare interpreter is what the others are set beside."
        missing = {column: self._of[column].why_not or same for column in COLUMNS if column not in figures}
        return Row(name, unit, figures, base, goals, missing, in_picture)


def took(samples: dict[str, list[Sample]]) -> dict[str, Figure]:
    """Milliseconds of whole processes, each with the floor's of its round."""
    floors = tuple(each.milliseconds for each in samples[FLOOR])
    return {
        column: Figure(tuple(sample.milliseconds for sample in each), () if column == FLOOR else floors)
        for column, each in samples.items()
    }


def beyond(samples: dict[str, list[Sample]]) -> dict[str, Figure]:
    """Milliseconds of whole processes beyond the floor's of the same round."""
    floors = [each.milliseconds for each in samples[FLOOR]]
    return {
        column: Figure(tuple(sample.milliseconds - floor for sample, floor in zip(each, floors, strict=True)))
        for column, each in samples.items()
        if column != FLOOR
    }


def printed(samples: dict[str, list[Sample]]) -> dict[str, Figure]:
    """The milliseconds that processes measured themselves."""
    return {column: Figure(tuple(float(sample.printed) for sample in each)) for column, each in samples.items()}


def memory(samples: dict[str, list[Sample]]) -> dict[str, Figure]:
    """Megabytes; nothing where the system does not tell."""
    told = {column: [sample.megabytes for sample in each] for column, each in samples.items()}
    return {
        column: Figure(tuple(each for each in values if each is not None))
        for column, values in told.items()
        if None not in values
    }
