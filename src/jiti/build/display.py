"""Progress of a build on stderr: one row for each of many sessions on a terminal, a line for each elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jiti import figures
from jiti.build.result import BAD
from jiti.panel import Panel
from jiti.progress import Display
from jiti.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from typing import TextIO

    from jiti.build.result import Result
    from jiti.options import Log
    from jiti.progress import Session

_BAR = 24  # columns of the bar, where there is room
_KEY = 0.5  # the part of a row that keys may take
_MINUTE = 60
_ECHO = 3  # columns that stay free: a terminal writes `^C` where the cursor stands, and must not go on to a next line


class BuildDisplay(Display):
    """Shows how far a build has come, and what is under way.

    Args:
        log: `off`: nothing is shown.
        find_stream: gives the stream to write to.
        clock: seconds, from any moment on.
    """

    def __init__(
        self, log: Log | None, find_stream: Callable[[], TextIO | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(find_stream, clock)
        self._is_silent = log == "off"
        self._total = self._ended = self._failed = 0
        self._since = 0.0
        self._spent = Usage()
        self._usd: float | None = None

    @contextmanager
    def shown(self, total: int) -> Generator[None]:
        """Show it, from now on to the end; `total` is how many steps there are."""
        self._total, self._since = total, self._clock()
        self._look_for_stream()
        if not self._is_silent and self._stream.is_terminal():
            self._panel = Panel(self._stream, self._rows, is_owner=True)
            self._panel.open()
        try:
            yield
        finally:
            with self._lock:
                if self._panel is not None:
                    self._panel.close()
                self._panel = None

    def ended(self, result: Result) -> None:
        """A step is over; what failed is told at once."""
        with self._lock:
            if result.outcome == "not done" or self._is_silent:
                return
            self._ended += 1
            self._failed += result.outcome in BAD
            told = f"{result.outcome} {result.key}"
            if result.outcome == "skipped" and self._panel is not None:
                return  # the summary tells it, and the rows are close
            if result.outcome in BAD:
                first = result.message.partition("\n")[0].removeprefix(f"{result.key}: ")
                self._print(f"{self._count()}{told}: {first}", "yellow" if result.outcome == "skipped" else "red")
            elif self._panel is None:
                spent = figures.tokens(result.usage), figures.dollars(result.usd if result.turns else None)
                turns = figures.count(result.turns, "turn") if result.turns else ""
                self._print(f"{self._count()}{figures.row(told, turns, figures.seconds(result.seconds), *spent)}")

    def stopping(self, running: int) -> None:
        """A person has had enough."""
        with self._lock:
            if not self._is_silent:
                self._print(f"stopping: {figures.count(running, 'session')} under way; Ctrl-C again: at once", "yellow")

    def _count(self) -> str:
        return f"[{self._ended:>{len(str(self._total))}}/{self._total}] " if self._panel is None else ""

    # ------------------------------------------------------------ instead of what a display does with one session

    def _open_row(self, session: Session, line: str) -> None:
        self._open = (*self._open, session)
        if self._panel is None and not self._is_silent:
            self._print(line)

    def _close_row(self, session: Session, line: str, style: str = "") -> None:
        del line, style  # `ended` tells it, once for all that is done for a stub
        self._open = tuple(each for each in self._open if each is not session)
        self._spent += session.usage
        if session.usd is not None:
            self._usd = (self._usd or 0.0) + session.usd

    def _look_for_stream(self) -> None:
        if self._panel is None:
            super()._look_for_stream()

    # ------------------------------------------------------------ the rows

    def _rows(self) -> list[str]:
        panel = self._panel
        width, height = panel.size if panel is not None else (80, 24)
        now = self._clock()
        sessions = sorted(self._open, key=lambda each: each.since)
        room = max(height - 3, 1)
        shown = sessions if len(sessions) <= room else sessions[: room - 1]
        rows = [self._head(now, width, sessions), *self._table(shown, now, width)]
        if len(shown) < len(sessions):
            rows.append(f"  … and {len(sessions) - len(shown)} more")
        return rows

    def _head(self, now: float, width: int, sessions: Sequence[Session]) -> str:
        """How far it has come, and what that has cost."""
        spent = sum((each.usage for each in sessions), start=self._spent)
        prices = [each for each in (self._usd, *(session.usd for session in sessions)) if each is not None]
        failed = f"{self._failed} failed" if self._failed else ""
        told = figures.row(
            f"{self._ended}/{self._total}",
            f"{len(sessions)} running",
            failed,
            duration(now - self._since),
            figures.tokens(spent),
            figures.dollars(sum(prices) if prices else None),
        )
        room = min(width - len(told) - len("jiti: [] ") - _ECHO, _BAR)
        if room < _BAR // 4:
            return f"jiti: {told}"
        filled = room * self._ended // max(self._total, 1)
        tip = ">" if self._ended < self._total and filled < room else ""
        return f"jiti: [{('=' * filled + tip):<{room}}] {told}"

    def _table(self, sessions: Sequence[Session], now: float, width: int) -> list[str]:
        """Columns: the stub, what is being done for it, since when."""
        keys = [f"{'  ' * each.depth}{each.key}" for each in sessions]
        widest = min(max(map(len, keys), default=0), int(width * _KEY))
        times = [duration(now - each.since) for each in sessions]
        last = max(map(len, times), default=0)
        rows = []
        for session, key, taken in zip(sessions, keys, times, strict=True):
            turn = f"turn {session.turn}" if session.turn else ""
            doing = figures.row(turn, session.activity.replace(f"waiting for {session.model}", "thinking"))
            room = max(width - widest - last - 6 - _ECHO, 1)
            cut = doing if len(doing) <= room else f"{doing[: room - 1]}…"
            rows.append(figures.printable(f"  {_ending(key, widest):<{widest}}  {cut:<{room}}  {taken:>{last}}"))
        return rows


def duration(seconds: float) -> str:
    """`4.1 s` and `2:05`."""
    if seconds < _MINUTE:
        return figures.seconds(seconds)
    return f"{int(seconds) // _MINUTE}:{int(seconds) % _MINUTE:02}"


def _ending(key: str, width: int) -> str:
    """A key, cut where it begins if it is too long: how it ends tells more."""
    return key if len(key) <= width else f"…{key[1 - width :]}"
