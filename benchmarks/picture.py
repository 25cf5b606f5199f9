"""The picture: one group of bars a row, on a logarithmic scale, as SVG written by hand."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from benchmarks.figures import AGAIN, EXCHANGED, FIRST, FLOOR, FROZEN, HERE
from benchmarks.report import amount, times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.figures import Row, Section

COLORS = {FLOOR: "#9aa0a6", HERE: "#1a7f64", FIRST: "#43a385", FROZEN: "#8fd0ba"}
TABLE_ALONE = {AGAIN, EXCHANGED}
OTHERS = ("#c2622d", "#7a5bb5", "#3b6ea8")
"""Colours of the packages, in the order in which they come."""
WIDTH, LEFT, RIGHT = 760, 20, 170
BAR, GAP, TOP, NAME = 15, 14, 56, 20


def of_sections(sections: Mapping[str, Section]) -> str:
    """The picture of the rows that set this package beside another one."""
    rows = [row for section in sections.values() for row in section.rows if row.in_picture]
    named = (each for section in sections.values() for each in section.columns)
    columns = dict.fromkeys(each for each in named if each not in TABLE_ALONE)
    return draw(rows, [column for column in columns if any(column in row.figures for row in rows)])


def draw(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """The picture of rows; each has a scale of its own unit, so that bars compare within a row alone.

    Args:
        rows: what to show, from the top.
        columns: which bars each may have, in order; a row without a column's figure has no bar there.
    """
    palette = dict(zip((each for each in columns if each not in COLORS), OTHERS, strict=False)) | COLORS
    parts = [_legend(columns, palette)]
    y = TOP
    for row in rows:
        shown = [column for column in columns if column in row.figures]
        parts.append(_text(LEFT, y + NAME / 2 - 2, row.name))
        y += NAME
        for column in shown:
            value = row.figures[column].median
            width = bar_width(value, [figure.median for figure in row.figures.values()])
            parts.append(
                f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR - 2}" rx="2" fill="{palette[column]}"/>'
            )
            ratio = row.ratio(column)
            told = amount(value, row.unit) + ("" if ratio is None else f" · {times(ratio)}")
            parts.append(_text(LEFT + width + 6, y + BAR / 2 - 1, told, size=11))
            y += BAR
        y += GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}" role="img">'
    title = "<title>What jiti costs, beside plain Python and other packages; bars are logarithmic</title>"
    return "\n".join([head, title, '<rect width="100%" height="100%" fill="#ffffff"/>', *parts, "</svg>", ""])


def bar_width(value: float, beside: Sequence[float]) -> float:
    """Pixels of a bar: the largest of its row takes all, a tenth of it a fourth of the room less; at least a sliver."""
    largest = max(beside)
    if value <= 0 or largest <= 0:
        return 2.0
    room = WIDTH - LEFT - RIGHT
    return max(room * (1 - math.log10(largest / value) / 4), 2.0)


def _legend(columns: Sequence[str], palette: dict[str, str]) -> str:
    parts, x = [], LEFT
    for column in columns:
        parts.append(f'<rect x="{x}" y="16" width="12" height="12" rx="2" fill="{palette[column]}"/>')
        parts.append(_text(x + 18, 22, column))
        x += 40 + 7 * len(column)
    return "\n".join(
        [*parts, _text(LEFT, 42, "less is better; bars are logarithmic, and compare within their group", size=10)]
    )


def _text(x: float, y: float, text: str, *, size: int = 12) -> str:
    font = f'font-family="system-ui, sans-serif" font-size="{size}" fill="#202124"'
    plain = text.replace("`", "")
    return f'<text x="{x:.1f}" y="{y:.1f}" {font} dominant-baseline="middle">{escape(plain)}</text>'
