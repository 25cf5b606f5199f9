"""Telling on stderr how generations go: live rows on a terminal, lines elsewhere, and a log of what was called.

Nothing here disturbs the user's program: a stream that is missing, closed or broken is written to no more.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, TextIO

from jiti import figures, host
from jiti.events import (
    PriceUnknown,
    PutAside,
    Replied,
    SessionEnded,
    SessionStarted,
    ToolEnded,
    ToolStarted,
    TurnStarted,
    VerificationEnded,
    VerificationStarted,
    Waiting,
)
from jiti.masking import mask
from jiti.panel import Panel
from jiti.quiet_stream import QuietStream
from jiti.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiti.events import Event, Observer
    from jiti.options import Log


def observer(
    log: Log | None,
    stream: TextIO | None = None,
    clock: Callable[[], float] = time.monotonic,
    instead: Observer | None = None,
) -> Observer:
    """What tells a person of the events that it is given, and the host of this process if there is one.

    All observers of the process's own stderr share one display, so that sessions side by side and within each
    other are shown together.

    Args:
        log: `off`: tell nothing; `info`: also a line for each model call; `debug`: also one for each tool call.
        stream: where to write; None: where the host says, else what `sys.stderr` is, when a session starts.
        clock: seconds, from any moment on.
        instead: is told, and a person is not.
    """
    if instead is not None:
        return partial(_tell_all, instead)
    if log == "off":
        return partial(_tell_all, _tell_nothing)
    own = host.current.display() if host.current is not None and stream is None else None
    display = own or (_display_of_the_process() if stream is None else Display(lambda: stream, clock))
    return partial(_tell_all, partial(display.show, log))


def _tell_all(show: Observer, event: Event) -> None:
    if host.current is not None:
        host.current.tell(event)
    show(event)


def _tell_nothing(_event: Event) -> None:
    """Observe in silence."""


@cache
def _display_of_the_process() -> Display:
    return Display(_stream_of_the_process, time.monotonic)


def _stream_of_the_process() -> TextIO | None:
    own = host.current.stream() if host.current is not None else None
    return sys.stderr if own is None else own


if hasattr(os, "register_at_fork"):
    # A forked child has neither the display's thread nor the holder of its lock.
    os.register_at_fork(after_in_child=_display_of_the_process.cache_clear)


@dataclass(slots=True)
class Session:
    """A generation that is under way, as far as it is shown.

    Attributes:
        key: the stub.
        model: who writes it.
        since: the clock's time at its start, in seconds.
        parent: the session on the same thread that waits for this one, because its candidate needs the stub.
        activity: what it is doing.
        tool: what the current tool was called on.
    """

    key: str
    model: str
    since: float
    thread: int
    parent: Session | None
    turn: int = 0
    activity: str = "starting"
    tool: str = ""
    usage: Usage = Usage()
    usd: float | None = None

    @property
    def depth(self) -> int:
        """How many sessions wait for this one."""
        return 0 if self.parent is None else self.parent.depth + 1

    def row(self, now: float) -> str:
        """Its line while it lasts."""
        turn = f"turn {self.turn}" if self.turn else ""
        spent = figures.seconds(now - self.since), figures.tokens(self.usage), figures.dollars(self.usd)
        told = figures.row(self.key, turn, self.activity, *spent)
        return figures.printable(f"{'  ' * self.depth}jiti: {told}")


class Display:
    """One stream, and the sessions that are shown on it.

    Args:
        find_stream: gives the stream to write to; asked whenever a session starts and no other is open.
        clock: seconds, from any moment on.
    """

    def __init__(self, find_stream: Callable[[], TextIO | None], clock: Callable[[], float]) -> None:
        self._find_stream = find_stream
        self._clock = clock
        self._lock = threading.RLock()
        # Replaced, never changed: the panel's thread reads it without the lock.
        self._open: tuple[Session, ...] = ()
        self._stream = QuietStream(None)
        self._panel: Panel | None = None
        self._waiting: set[Waiting] = set()

    def show(self, log: Log | None, event: Event) -> None:
        """Tell of one event; may be called from any thread."""
        with self._lock:
            match event:
                case SessionStarted():
                    self._start(event)
                case VerificationStarted():
                    self._check(event)
                case Waiting():
                    self._wait(event)
                case _:
                    session = next((each for each in self._open if each.key == event.key), None)
                    if session is not None:
                        self._go_on(session, event, log)

    def _go_on(self, session: Session, event: Event, log: Log | None) -> None:
        match event:
            case TurnStarted():
                session.turn = event.turn
                session.activity = f"waiting for {session.model}"
            case Replied():
                self._replied(session, event, log)
            case PriceUnknown():
                self._print(f"the price of {event.model} is not known: only its tokens are counted, and no dollars")
            case ToolStarted():
                session.activity, session.tool = event.name, event.summary
            case ToolEnded():
                self._tool_ended(session, event, log)
            case PutAside():
                self._print(f"{event.key} was edited meanwhile: that edit is kept as {event.path}")
            case SessionEnded():
                self._end(session, event)
            case VerificationEnded():
                self._checked(session, event)

    def _wait(self, event: Waiting) -> None:
        # What this process writes is shown already; and one line is enough for all threads that wait.
        if event.process != os.getpid() and event not in self._waiting:
            self._waiting.add(event)
            self._look_for_stream()
            who = "another process" if event.process is None else f"process {event.process}"
            self._print(f"waiting for {event.key}, which {who} is writing")

    def _look_for_stream(self) -> None:
        if not self._open:
            self._stream = QuietStream(self._find_stream())

    def _start(self, event: SessionStarted) -> None:
        session = self._session(event.key, event.model)
        needed = f", needed by {session.parent.key}" if session.parent else ""
        self._open_row(session, f"writing {event.key} ({event.reason}{needed}) with {event.model}")

    def _check(self, event: VerificationStarted) -> None:
        session = self._session(event.key, "")
        session.activity = f"being checked: {event.reason}"
        self._open_row(session, f"checking {event.key} ({event.reason})")

    def _session(self, key: str, model: str) -> Session:
        self._look_for_stream()
        thread = threading.get_ident()
        parent = next((each for each in reversed(self._open) if each.thread == thread), None)
        return Session(key, model, self._clock(), thread, parent)

    def _open_row(self, session: Session, line: str) -> None:
        self._open = (*self._open, session)
        if self._panel is not None:
            self._panel.refresh()
        elif self._stream.is_terminal():
            self._panel = Panel(self._stream, self._rows)
            self._panel.open()
        else:
            self._print(line)

    def _replied(self, session: Session, event: Replied, log: Log | None) -> None:
        session.usage += event.usage
        if event.usd is not None:
            session.usd = (session.usd or 0.0) + event.usd
        session.activity = "reading the reply"
        if log in {"info", "debug"}:
            spent = figures.tokens(event.usage), figures.seconds(event.seconds)
            told = figures.row(session.model, *spent, event.stop_reason, figures.dollars(event.usd))
            self._print(f"{event.key} turn {event.turn}: {told}")

    def _tool_ended(self, session: Session, event: ToolEnded, log: Log | None) -> None:
        if log == "debug":
            outcome = "ok" if event.ok else f"failed: {event.summary}"
            call = f"{event.name} {session.tool}".rstrip()
            self._print(f"{event.key} turn {session.turn}: {call} · {figures.seconds(event.seconds)} · {outcome}")

    def _end(self, session: Session, event: SessionEnded) -> None:
        spent = figures.seconds(event.seconds), figures.tokens(event.usage), figures.dollars(event.usd)
        told = figures.row(figures.count(event.turns, "turn"), *spent)
        if event.outcome == "accepted":
            self._close_row(session, f"wrote {event.detail or event.key} · {told}")
        else:
            line = f"did not write {event.key} · {told} · {event.outcome}: {event.detail}"
            self._close_row(session, line, style="red")

    def _checked(self, session: Session, event: VerificationEnded) -> None:
        verdict = "passes" if event.passed else "does not pass"
        told = figures.row(f"{event.key} {verdict}", figures.seconds(event.seconds), event.detail)
        self._close_row(session, told, style="" if event.passed else "red")

    def _close_row(self, session: Session, line: str, style: str = "") -> None:
        self._open = tuple(each for each in self._open if each is not session)
        if self._panel is not None:
            self._panel.refresh() if self._open else self._panel.close()
        self._print(line, style)
        if not self._open:
            self._panel = None

    def _print(self, text: str, style: str = "") -> None:
        line = figures.printable(mask(f"jiti: {text}"))  # a log may be kept, and read by others
        if self._panel is None:
            self._stream.write(f"{line}\n")
            self._stream.flush()
        else:
            self._panel.print(line, style)

    def _rows(self) -> list[str]:
        now = self._clock()
        return [session.row(now) for session in self._open]
