"""What becomes of the benchmarks' figures: tables, verdicts on goals, the stored file and the picture."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from benchmarks import picture, report
from benchmarks.figures import FLOOR, HERE, Figure, Goal, Row, Section, from_json, to_json

PEER = "peer"
CALL = Row(
    "a `call`",
    "ns",
    {FLOOR: Figure((20.0, 30.0, 40.0)), HERE: Figure((25.0, 33.0, 44.0), (20.0, 30.0, 40.0)), PEER: Figure((900.0,))},
    goals=(Goal(1.25, HERE, FLOOR), Goal(1.0, HERE, FLOOR, noise=0.05), Goal(1.0, HERE, PEER)),
    why_not={"other": "It has none."},
    in_picture=True,
)
SHARE = Row("a share", "%", {HERE: Figure((80.0,))}, "", (Goal(85, at_least=True), Goal(1, PEER)))
SECTIONS = {"calls": Section("Calls", (FLOOR, HERE, PEER, "other"), (CALL, SHARE), "*somewhere*")}


def test_a_figure_is_set_beside_the_floor_of_its_own_rounds_or_else_beside_the_other_ones_median() -> None:
    assert CALL.ratio(HERE) == pytest.approx(1.1)
    assert CALL.ratio(PEER) == pytest.approx(30.0)
    assert (CALL.ratio(FLOOR), CALL.ratio("other"), SHARE.ratio(HERE)) == (None, None, None)
    assert Figure((1.0,)).over(Figure((0.0,))) is None


def test_a_goal_is_met_missed_or_not_measured() -> None:
    assert [CALL.meets(goal) for goal in CALL.goals] == [True, False, False]
    assert [SHARE.meets(goal) for goal in SHARE.goals] == [False, None]
    assert SHARE.meets(Goal(80, at_least=True)) is True


def test_the_report_has_a_table_with_reasons_the_goals_and_what_was_written_by_hand() -> None:
    text = report.text(SECTIONS, "## By hand\n\nWhy.\n")
    told = text.partition("## Calls\n")[2]
    assert told == (
        "\n*somewhere*\n\n"
        "|  | plain Python | here | peer | other |\n"
        "| --- | ---: | ---: | ---: | ---: |\n"
        "| a `call` | 30.0 ns | 33.0 ns (1.10x) | 900.0 ns (30x) | - [1] |\n"
        "| a share | - | 80 % | - | - |\n\n"
        "- [1] It has none.\n\n"
        "## Goals\n\n"
        "| what | goal | measured | |\n| --- | --- | ---: | --- |\n"
        "| a `call` | here at most 1.25x plain Python | 1.10x | met |\n"
        "| a `call` | here at most 1.00x plain Python (and 0.05 for noise) | 1.10x | **missed** |\n"
        "| a `call` | here at most 1.00x peer | 1.10x | **missed** |\n"
        "| a share | here at least 85 % | 80 % | **missed** |\n"
        "| a share | peer at most 1.0 % | - | not measured |\n\n"
        "Missed: 3.\n\n"
        "- a `call`: here at most 1.00x plain Python (and 0.05 for noise); measured 1.10x\n"
        "- a `call`: here at most 1.00x peer; measured 1.10x\n"
        "- a share: here at least 85 %; measured 80 %\n\n"
        "## By hand\n\nWhy.\n"
    )


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (34.52, "ns", "34.5 ns"),
        (0.00123, "ms", "0.0012 ms"),
        (0.0, "%", "0.0 %"),
        (9.96, "ms", "10.0 ms"),
        (4836.7, "ms", "4,837 ms"),
        (32.0, "", "32"),
        (6125.4, "tokens", "6,125 tokens"),
    ],
)
def test_amounts_are_told_with_as_many_digits_as_mean_something(value: float, unit: str, told: str) -> None:
    assert report.amount(value, unit) == told


def test_sections_come_back_from_their_file() -> None:
    assert from_json(json.loads(json.dumps(to_json(SECTIONS)))) == SECTIONS


def test_the_picture_is_svg_with_a_bar_for_each_figure_of_the_rows_it_shows() -> None:
    drawn = ET.fromstring(picture.of_sections(SECTIONS))  # noqa: S314 - the picture is ours
    tag = "{http://www.w3.org/2000/svg}"
    words = [each.text for each in drawn.iter(tag + "text")]
    bars = [float(each.attrib["width"]) for each in [*drawn.iter(tag + "rect")][1 + 3 :]]
    assert words[:3] == [FLOOR, HERE, PEER]
    assert words[4:] == ["a call", "30.0 ns", "33.0 ns · 1.10x", "900.0 ns · 30x"]
    assert bars == sorted(bars)
    assert len(bars) == 3


def test_bars_are_logarithmic_and_never_vanish() -> None:
    full = picture.bar_width(1000, [1000, 10])
    assert picture.bar_width(100, [1000, 10]) == pytest.approx(full * 0.75)
    assert picture.bar_width(10, [1000, 10]) == pytest.approx(full * 0.5)
    assert picture.bar_width(0, [1000, 0]) == picture.bar_width(0.001, [1e9, 1]) == 2.0
