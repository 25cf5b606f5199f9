"""How a build is shown: rows that fit a terminal, with as many sessions as it may have."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest

from jiti.build.display import BuildDisplay, duration
from jiti.build.result import Result
from jiti.events import Replied, SessionEnded, SessionStarted, ToolStarted, TurnStarted, Waiting
from jiti.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
KEY = "app/handlers/incoming/requests_{}.py::parse_the_header_of_kind_{}"


class Stream(io.StringIO):
    """A terminal, or a pipe."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


class Watched:
    """A display, what it has written, and its clock."""

    def __init__(self, *, is_terminal: bool) -> None:
        self.now = 0.0
        self.stream = Stream(is_terminal=is_terminal)
        self.display = BuildDisplay(None, lambda: self.stream, lambda: self.now)

    def begin(self, count: int) -> None:
        for number in range(count):
            key = KEY.format(number // 4, number % 4)
            self.display.show(None, SessionStarted(key, "claude-sonnet-5-5", "missing"))
            self.display.show(None, TurnStarted(key, 1))

    def end(self, key: str) -> None:
        usage = Usage(1_000, 204)
        self.display.show(None, Replied(key, 1, usage, 1.0, "tool_use", 0.01))
        self.display.show(None, SessionEnded(key, "accepted", 1, usage, 4.0, 0.01, ".jiti/a.py"))
        self.display.ended(Result(key, "generated", turns=1, seconds=4.0, usage=usage, usd=0.01))


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("TERM", "xterm")


@pytest.fixture
def terminal() -> Iterator[Watched]:
    watched = Watched(is_terminal=True)
    with watched.display.shown(32):
        yield watched


def rows(watched: Watched) -> list[str]:
    found = watched.display._rows()  # noqa: SLF001 - asked for by the panel, in a thread of its own
    assert max(map(len, found)) <= 77  # so that a `^C` behind them does not begin a line
    return found


def test_sixteen_sessions_fit_eighty_columns_and_say_what_is_being_done(terminal: Watched) -> None:
    terminal.begin(16)
    terminal.display.show(None, ToolStarted(KEY.format(0, 0), "submit", ""))
    terminal.now = 75.0
    head, first, second, *others = rows(terminal)
    assert head == "jiti: [>                       ] 0/32 · 16 running · 1:15"
    assert first.split() == ["…quests_0.py::parse_the_header_of_kind_0", "turn", "1", "·", "submit", "1:15"]
    assert second.split() == ["…quests_0.py::parse_the_header_of_kind_1", "turn", "1", "·", "thinking", "1:15"]
    assert len(others) == 14


def test_the_head_says_how_far_it_has_come_and_what_that_has_cost(terminal: Watched) -> None:
    terminal.begin(2)
    terminal.end(KEY.format(0, 0))
    terminal.display.ended(Result("a.py::f", "failed", message="a.py::f: no\nmore"))
    assert rows(terminal)[0] == "jiti: [>         ] 2/32 · 1 running · 1 failed · 0.0 s · 1,204 tokens · $0.01"
    assert "jiti: failed a.py::f: no\n" in _CODES.sub("", terminal.stream.getvalue()).replace("\r", "")


def test_what_does_not_fit_the_height_is_counted(terminal: Watched) -> None:
    terminal.begin(30)
    found = rows(terminal)
    assert len(found) == 22
    assert found[-1] == "  … and 10 more"


def test_a_pipe_gets_a_line_for_each_beginning_and_each_end() -> None:
    watched = Watched(is_terminal=False)
    with watched.display.shown(2):
        watched.begin(1)
        watched.end(KEY.format(0, 0))
        watched.display.ended(Result("a.py::f", "skipped", message="needs a.py::g, which failed"))
        watched.display.show(None, Waiting("a.py::h", None))
    assert watched.stream.getvalue().splitlines() == [
        f"jiti: writing {KEY.format(0, 0)} (missing) with claude-sonnet-5-5",
        f"jiti: [1/2] generated {KEY.format(0, 0)} · 1 turn · 4.0 s · 1,204 tokens · $0.01",
        "jiti: [2/2] skipped a.py::f: needs a.py::g, which failed",
        "jiti: waiting for a.py::h, which another process is writing",
    ]


@pytest.mark.parametrize(("seconds", "text"), [(4.06, "4.1 s"), (59.94, "59.9 s"), (60, "1:00"), (3_725, "62:05")])
def test_long_times_are_told_in_minutes(seconds: float, text: str) -> None:
    assert duration(seconds) == text
