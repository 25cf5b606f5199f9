"""Figures, the rows that they stand in, and the goals that they are held to."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass, field
from typing import Any

FLOOR, AGAIN, EXCHANGED = "plain Python", "its twin", "its code exchanged"
HERE, FIRST, FROZEN = "here", "here, first process", "here, frozen"
"""Names of columns; the others are named after the packages."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, round by round.

    Attributes:
        values: one a round, in the row's unit.
        floors: what plain Python took in the same rounds and the same processes, where that was measured; else empty.
    """

    values: tuple[float, ...]
    floors: tuple[float, ...] = ()

    @property
    def median(self) -> float:
        """The median of its rounds."""
        return statistics.median(self.values)

    def over(self, other: Figure | None) -> float | None:
        """How many times the floor of its own rounds it is, or the other where it has none; None without either."""
        if self.floors:
            return statistics.median(value / floor for value, floor in zip(self.values, self.floors, strict=True))
        return self.median / other.median if other is not None and other.median else None


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure is to be.

    Attributes:
        limit: the bound.
        column: whose figure.
        of: the column that it is divided by; empty where the figure itself is meant.
        at_least: whether it has to be that much, rather than at most.
        noise: by how much it may be off, because two equal things differ by as much.
    """

    limit: float
    column: str = HERE
    of: str = ""
    at_least: bool = False
    noise: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table.

    Attributes:
        name: what is measured.
        unit: of its figures: `ns`, `ms`, `s`, `MB`, `%`, `tokens`, or empty for a number of things.
        figures: by column.
        base: the column that ratios are taken to; empty where there is no use in them.
        goals: what the figures are to be.
        why_not: why a column has no figure, by column.
        in_picture: whether the picture shows it.
    """

    name: str
    unit: str
    figures: dict[str, Figure]
    base: str = FLOOR
    goals: tuple[Goal, ...] = ()
    why_not: dict[str, str] = field(default_factory=dict)
    in_picture: bool = False

    def ratio(self, column: str) -> float | None:
        """A figure over the base's, of the same rounds where they were measured together."""
        figure = self.figures.get(column)
        if figure is None or not self.base or column == self.base:
            return None
        return figure.over(self.figures.get(self.base))

    def reached(self, goal: Goal) -> float | None:
        """What a goal speaks of; None where it was not measured."""
        figure = self.figures.get(goal.column)
        if figure is None:
            return None
        return figure.over(self.figures.get(goal.of)) if goal.of else figure.median

    def meets(self, goal: Goal) -> bool | None:
        """Whether a goal is met; None where it was not measured."""
        reached = self.reached(goal)
        if reached is None:
            return None
        if goal.at_least:
            return reached >= goal.limit - goal.noise
        return reached <= goal.limit + goal.noise


@dataclass(frozen=True, slots=True)
class Section:
    """Rows that were measured together.

    Attributes:
        title: its heading.
        columns: of its table, in order.
        rows: in order.
        measured: when, where and how.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    measured: str


def to_json(sections: dict[str, Section]) -> dict[str, Any]:
    """Sections by name, as JSON's types."""
    return {name: asdict(section) for name, section in sections.items()}


def from_json(data: dict[str, Any]) -> dict[str, Section]:
    """What `to_json` made."""
    return {name: _section(given) for name, given in data.items()}


def _section(given: dict[str, Any]) -> Section:
    rows = tuple(_row(each) for each in given["rows"])
    return Section(given["title"], tuple(given["columns"]), rows, given["measured"])


def _row(given: dict[str, Any]) -> Row:
    figures = {
        column: Figure(tuple(each["values"]), tuple(each["floors"])) for column, each in given["figures"].items()
    }
    goals = tuple(Goal(**each) for each in given["goals"])
    told: dict[str, Any] = {**given, "figures": figures, "goals": goals}
    return Row(**told)
