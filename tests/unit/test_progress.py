"""What is told on stderr while stubs are generated."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from jiti import host
from jiti.events import (
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
from jiti.progress import observer
from jiti.usage import Usage

if TYPE_CHECKING:
    from jiti.events import Event
    from jiti.options import Log

KEY = "app/text.py::slugify"
OTHER = "app/text.py::strip"
MODEL = "claude-sonnet-5-5"
FILED = ".jiti/app/text/slugify.py"

STARTED = SessionStarted(KEY, MODEL, "missing")
ENDED = SessionEnded(KEY, "accepted", 2, Usage(input=2000, output=310), 3.14, 0.0123, FILED)
SESSION = [
    STARTED,
    TurnStarted(KEY, 1),
    Replied(KEY, 1, Usage(input=1000, output=204), 1.5, "tool_use", 0.004),
    ToolStarted(KEY, "read_file", "app/text.py"),
    ToolEnded(KEY, "read_file", ok=True, seconds=0.01, summary="40 lines"),
    ToolStarted(KEY, "submit", ""),
    ToolEnded(KEY, "submit", ok=False, seconds=0.5, summary="ruff F821"),
    ENDED,
]
WRITING = "jiti: writing app/text.py::slugify (missing) with claude-sonnet-5-5"
WROTE = "jiti: wrote .jiti/app/text/slugify.py · 2 turns · 3.1 s · 2,310 tokens · $0.01"
ASKED = "jiti: app/text.py::slugify turn 1: claude-sonnet-5-5 · 1,204 tokens · 1.5 s · tool_use · $0.004"
READ = "jiti: app/text.py::slugify turn 1: read_file app/text.py · 0.0 s · ok"
SUBMITTED = "jiti: app/text.py::slugify turn 1: submit · 0.5 s · failed: ruff F821"


def told(*events: Event, log: Log | None = None) -> list[str]:
    """The lines that a stream which is no terminal gets."""
    stream = io.StringIO()
    observe = observer(log, stream)
    for event in events:
        observe(event)
    return stream.getvalue().splitlines()


class Terminal(io.StringIO):
    """A stream that a person sees, and what it has shown so far."""

    def isatty(self) -> bool:
        """Yes."""
        return True

    @property
    def shown(self) -> str:
        """All that was written, without the control sequences."""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.getvalue())


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


def test_a_session_is_a_line_at_its_start_and_one_at_its_end() -> None:
    assert told(*SESSION) == [WRITING, WROTE]


def test_info_adds_a_line_for_each_model_call() -> None:
    assert told(*SESSION, log="info") == [WRITING, ASKED, WROTE]


def test_debug_adds_a_line_for_each_tool_call_too() -> None:
    assert told(*SESSION, log="debug") == [WRITING, ASKED, READ, SUBMITTED, WROTE]


def test_off_tells_nothing() -> None:
    assert told(*SESSION, log="off") == []


def test_a_failed_session_says_what_it_ended_in() -> None:
    ended = SessionEnded(KEY, "BudgetExceededError", 1, Usage(), 0.2, None, "40 turns are spent")
    line = "jiti: did not write app/text.py::slugify · 1 turn · 0.2 s · BudgetExceededError: 40 turns are spent"
    assert told(STARTED, ended) == [WRITING, line]


def test_a_verification_says_what_is_checked_and_what_came_of_it() -> None:
    assert told(VerificationStarted(KEY, "gates changed"), VerificationEnded(KEY, passed=True, seconds=1.23)) == [
        "jiti: checking app/text.py::slugify (gates changed)",
        "jiti: app/text.py::slugify passes · 1.2 s",
    ]
    ended = VerificationEnded(KEY, passed=False, seconds=1.23, detail="tests/test_text.py:4: gate: assert 1 == 2")
    assert told(VerificationStarted(KEY, "gates changed"), ended)[1] == (
        "jiti: app/text.py::slugify does not pass · 1.2 s · tests/test_text.py:4: gate: assert 1 == 2"
    )


class Listening:
    """A host that is told, and shows what is told on a stream of its own."""

    def __init__(self) -> None:
        self.heard: list[Event] = []
        self.shown = io.StringIO()

    def tell(self, event: Event) -> None:
        """Keep it."""
        self.heard.append(event)

    def stream(self) -> io.StringIO:
        """Its own."""
        return self.shown

    def display(self) -> None:
        """The process's own."""

    def refusal(self, root: str, key: str) -> None:
        """None of its stubs has failed."""

    def refuse(self, root: str, key: str, error: Exception) -> None:
        """Nothing is kept."""


@pytest.mark.parametrize("own", [True, False])
def test_a_host_is_told_of_everything_and_says_where_it_is_shown(monkeypatch: pytest.MonkeyPatch, *, own: bool) -> None:
    listening = Listening()
    monkeypatch.setattr(host, "current", listening)
    seen: list[Event] = []
    observe = observer(None, instead=seen.append if own else None)
    for event in SESSION:
        observe(event)
    assert listening.heard == SESSION
    assert seen == (SESSION if own else [])
    assert listening.shown.getvalue().splitlines() == ([] if own else [WRITING, WROTE])


def test_a_stub_that_another_one_needs_says_which() -> None:
    needed = SessionStarted(OTHER, MODEL, "docstring changed")
    assert told(STARTED, needed)[1] == (
        "jiti: writing app/text.py::strip (docstring changed, needed by app/text.py::slugify) with claude-sonnet-5-5"
    )


def test_a_waiter_says_once_for_what_and_for_whom() -> None:
    assert told(Waiting(KEY, 1), Waiting(KEY, 1), Waiting(OTHER, 1), Waiting(KEY, None)) == [
        "jiti: waiting for app/text.py::slugify, which process 1 is writing",
        "jiti: waiting for app/text.py::strip, which process 1 is writing",
        "jiti: waiting for app/text.py::slugify, which another process is writing",
    ]


def test_threads_that_wait_for_what_this_process_writes_say_nothing() -> None:
    """Its own line says it."""
    assert told(STARTED, Waiting(KEY, os.getpid()), Waiting(KEY, os.getpid()), ENDED) == [WRITING, WROTE]


def test_control_characters_never_reach_the_stream() -> None:
    ended = SessionEnded(KEY, "ModelError", 1, Usage(), 0.0, None, "\x1b[2Jtwo\nlines")
    assert told(STARTED, ended)[1].endswith("ModelError:  [2Jtwo lines")


def test_a_terminal_shows_one_row_and_then_one_line(terminal: Terminal) -> None:
    now = iter([10.0])
    observe = observer(None, terminal, lambda: next(now, 12.5))
    for event in SESSION[:-1]:
        observe(event)
    assert "jiti: app/text.py::slugify · starting · 2.5 s" in terminal.shown
    observe(ENDED)
    assert terminal.shown.rstrip().endswith(WROTE)
    assert WRITING not in terminal.shown
    hidden, shown = "\x1b[?25l", "\x1b[?25h"
    assert terminal.getvalue().rindex(shown) > terminal.getvalue().rindex(hidden)


def test_a_terminal_is_redrawn_while_the_model_thinks(terminal: Terminal) -> None:
    redrawn = threading.Event()
    calls = 0

    def clock() -> float:
        nonlocal calls
        calls += 1
        if calls > 4:
            redrawn.set()
        return float(calls)

    observe = observer(None, terminal, clock)
    observe(STARTED)
    observe(TurnStarted(KEY, 1))
    assert redrawn.wait(10)
    observe(ENDED)
    assert "jiti: app/text.py::slugify · turn 1 · waiting for claude-sonnet-5-5 · 3.0 s" in terminal.shown


def test_log_lines_stand_above_the_row(terminal: Terminal) -> None:
    observe = observer("debug", terminal, lambda: 0.0)
    for event in SESSION:
        observe(event)
    for line in (ASKED, READ, SUBMITTED, WROTE):
        assert line in terminal.shown


def test_a_needed_stub_is_indented_and_one_of_another_thread_is_not(terminal: Terminal) -> None:
    observe = observer(None, terminal, lambda: 0.0)
    observe(STARTED)
    observe(SessionStarted(OTHER, MODEL, "missing"))
    aside = threading.Thread(target=observe, args=(SessionStarted("b.py::f", MODEL, "missing"),))
    aside.start()
    aside.join()
    observe(SessionEnded(OTHER, "accepted", 1, Usage(), 1.0, None, "strip.py"))
    assert "jiti: wrote strip.py · 1 turn · 1.0 s" in terminal.shown
    observe(SessionEnded("b.py::f", "accepted", 1, Usage(), 1.0, None, "f.py"))
    observe(ENDED)
    assert "  jiti: app/text.py::strip" in terminal.shown
    assert "  jiti: b.py::f" not in terminal.shown


def test_a_narrow_terminal_gets_rows_of_its_width(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    observe = observer(None, terminal, lambda: 0.0)
    observe(STARTED)
    observe(ENDED)
    rows = terminal.shown.split(WROTE)[0].replace("\r", "\n").splitlines()
    assert max(map(len, rows)) <= 20


def test_no_color_is_heeded(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    observe = observer(None, terminal, lambda: 0.0)
    observe(STARTED)
    observe(SessionEnded(KEY, "ModelError", 1, Usage(), 0.0, None, "no answer"))
    assert "\x1b[31m" not in terminal.getvalue()


def test_a_dumb_terminal_gets_plain_lines(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    observe = observer(None, terminal)
    for event in SESSION:
        observe(event)
    assert terminal.getvalue().splitlines() == [WRITING, WROTE]


class Broken(Terminal):
    """A terminal that is gone."""

    def write(self, text: str) -> int:
        """Fail as a closed pipe does."""
        raise BrokenPipeError(text)


@pytest.mark.parametrize("tty", [False, True])
def test_a_broken_stream_is_left_alone(monkeypatch: pytest.MonkeyPatch, *, tty: bool) -> None:
    monkeypatch.setenv("TERM", "xterm" if tty else "dumb")
    observe = observer("debug", Broken())
    for event in SESSION:
        observe(event)


def test_a_closed_stream_is_left_alone() -> None:
    stream = io.StringIO()
    observe = observer("debug", stream)
    observe(STARTED)
    stream.close()
    observe(ENDED)
    observe(STARTED)
    observe(ENDED)


def test_a_process_without_stderr_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    observe = observer(None)
    observe(STARTED)
    observe(ENDED)


def test_stderr_is_what_it_is_when_a_session_starts(capsys: pytest.CaptureFixture[str]) -> None:
    observe = observer(None)
    observe(STARTED)
    observe(ENDED)
    assert capsys.readouterr().err.splitlines() == [WRITING, WROTE]


def test_what_the_stream_cannot_encode_is_replaced() -> None:
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding="ascii")
    observe = observer(None, stream)
    observe(STARTED)
    observe(ENDED)
    assert buffer.getvalue().decode("ascii").splitlines()[1] == WROTE.replace("·", "?")


def test_events_of_a_session_that_was_not_seen_to_start_are_passed_over() -> None:
    assert told(TurnStarted(KEY, 1), ENDED) == []


def test_plain_lines_load_nothing_of_others() -> None:
    program = (
        "import sys; from jiti.progress import observer; from jiti.events import SessionStarted;"
        "observer(None)(SessionStarted('k', 'm', 'missing'));"
        "print([name for name in ('rich', 'click', 'pathspec') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert result.stdout.strip() == "[]"
    assert result.stderr.strip() == "jiti: writing k (missing) with m"
