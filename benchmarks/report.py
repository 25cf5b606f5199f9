"""The report: tables in Markdown, what of the goals is met, and what people have to say about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.figures import Goal, Row, Section

HEAD = """\
# Results

Written by `python -m benchmarks` ([how](README.md)); the figures of every round are in [results.json](results.json).
A figure is the median of its rounds. In brackets: how many times the base it is, which is plain Python where that has a
column, and else this package; where both were timed in one process, the median of the rounds' own ratios.
Trust the ratios; the times are this machine's.

![The figures as bars](results.svg)
"""
_DECIMALS_BELOW, _TWO_DIGITS_BELOW = 10, 0.1
_MARKS = {True: "met", False: "**missed**", None: "not measured"}


def text(sections: dict[str, Section], notes: str) -> str:
    """The whole report.

    Args:
        sections: by name, in order.
        notes: what was written by hand; it goes to the end.
    """
    parts = [HEAD, *(_table(section) for section in sections.values()), _goals(sections), notes.strip() + "\n"]
    return "\n".join(parts)


def amount(value: float, unit: str) -> str:
    """A figure for people: `34.5 ns`, `1,234 ms`, `0.0012 ms`, `3`."""
    if unit in {"", "tokens"}:
        return f"{value:,.0f} {unit}".rstrip()
    if 0 < abs(value) < _TWO_DIGITS_BELOW:
        return f"{value:.2g} {unit}"
    return f"{value:,.{1 if value < _DECIMALS_BELOW or unit == 'ns' else 0}f} {unit}"


def cell(row: Row, column: str) -> str:
    """What a table says of a row in a column."""
    figure = row.figures.get(column)
    if figure is None:
        return "-"
    ratio = row.ratio(column)
    return amount(figure.median, row.unit) + ("" if ratio is None else f" ({times(ratio)})")


def times(ratio: float) -> str:
    """A ratio: `1.20x`, `75x`, `0.0017x`."""
    if 0 < ratio < _TWO_DIGITS_BELOW:
        return f"{ratio:.2g}x"
    return f"{ratio:.2f}x" if ratio < _DECIMALS_BELOW else f"{ratio:,.0f}x"


def goal_text(row: Row, goal: Goal) -> str:
    """A goal in words: `here at most 4.00x plain Python`."""
    limit = f"{times(goal.limit)} {goal.of}" if goal.of else amount(goal.limit, row.unit)
    noise = f" (and {goal.noise:g} for noise)" if goal.noise else ""
    return f"{goal.column} {'at least' if goal.at_least else 'at most'} {limit}{noise}"


def missed(sections: dict[str, Section]) -> list[str]:
    """The goals that are not met, each with what was measured instead."""
    return [
        f"{row.name}: {goal_text(row, goal)}; measured {_reached(row, goal)}"
        for section in sections.values()
        for row in section.rows
        for goal in row.goals
        if row.meets(goal) is False
    ]


def _table(section: Section) -> str:
    lines = [f"## {section.title}", "", section.measured, ""]
    lines.append("| " + " | ".join(["", *section.columns]) + " |")
    lines.append("| --- |" + " ---: |" * len(section.columns))
    reasons: dict[str, int] = {}
    for row in section.rows:
        cells = []
        for column in section.columns:
            reason = row.why_not.get(column)
            number = reasons.setdefault(reason, len(reasons) + 1) if reason else None
            cells.append(cell(row, column) + (f" [{number}]" if number else ""))
        lines.append("| " + " | ".join([row.name, *cells]) + " |")
    lines += ["", *(f"- [{number}] {reason}" for reason, number in reasons.items())]
    return "\n".join(lines).rstrip() + "\n"


def _goals(sections: dict[str, Section]) -> str:
    lines = ["## Goals", "", "| what | goal | measured | |", "| --- | --- | ---: | --- |", *_goal_lines(sections)]
    told = missed(sections)
    lines += ["", f"Missed: {len(told)}." if told else "None is missed.", "", *(f"- {each}" for each in told)]
    return "\n".join(lines).rstrip() + "\n"


def _goal_lines(sections: dict[str, Section]) -> Iterator[str]:
    for row in _rows(sections.values()):
        for goal in row.goals:
            yield f"| {row.name} | {goal_text(row, goal)} | {_reached(row, goal)} | {_MARKS[row.meets(goal)]} |"


def _rows(sections: Iterable[Section]) -> Iterator[Row]:
    for section in sections:
        yield from section.rows


def _reached(row: Row, goal: Goal) -> str:
    reached = row.reached(goal)
    if reached is None:
        return "-"
    return times(reached) if goal.of else amount(reached, row.unit)
