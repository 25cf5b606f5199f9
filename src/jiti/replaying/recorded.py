"""What a transcript tells of a session: its task, the tool calls that the model made, and what came of each."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jiti import mirror
from jiti.errors import ConfigError
from jiti.models import ToolCall
from jiti.models.recording import reply_of
from jiti.models.replay import ANY_KEY, events_of, unreadable
from jiti.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jiti.live import Row

_MOST_LISTED = 10


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A tool call of a session.

    Attributes:
        turn: in which reply it was made, from 1.
        call: it.
        ok: whether the tool did it; None where nothing is recorded of that.
        output: what the tool said.
    """

    turn: int
    call: ToolCall
    ok: bool | None = None
    output: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded session.

    Attributes:
        path: its transcript.
        key: the stub that it was for.
        spec: that stub's spec at the time; None where that is not told.
        model: who answered.
        time: when it began, as ISO 8601; may be empty.
        live: the arguments of the call that waited for it; None where none did.
        task: what the model was told first; empty where that is not recorded.
        calls: the tool calls that were run; all that were made, where no result of any is recorded.
        outcome: how it ended: `accepted`, an error's name, or nothing where that is not recorded.
    """

    path: Path
    key: str
    spec: Spec | None
    model: str
    time: str
    live: tuple[Row, ...] | None
    task: str
    calls: tuple[RecordedCall, ...]
    outcome: str

    @property
    def passed(self) -> bool | None:
        """Whether a candidate passed; None where that is not recorded."""
        submitted = [each.ok for each in self.calls if is_submission(each.call)]
        if self.outcome == "accepted" or True in submitted:
            return True
        return False if self.outcome or False in submitted else None


def is_submission(call: ToolCall) -> bool:
    """Whether a call hands in a candidate."""
    return call.name in {"submit", "submit_test"}


def read(path: Path) -> Recorded:
    """Read a transcript, or a recording that was written by hand.

    Raises:
        ConfigError: it cannot be read; names file and line. Or it is of no stub in particular.
    """
    try:
        events = list(events_of(path))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", hint=_hint()) from error
    head = events[0][1] if events else {}
    key = head.get("key")
    if head.get("event") != "session" or not isinstance(key, str):
        raise unreadable(path, 1, "a recording begins with a line whose event is `session`, with its key")
    if key == ANY_KEY:
        raise ConfigError(f"{path} is a recording for whatever stub asks, and names none", hint=_hint())
    end = next((event for _, event in reversed(events) if event.get("event") == "end"), {})
    return Recorded(
        path,
        key,
        _spec(head.get("spec")),
        str(head.get("model", "an unnamed model")),
        str(head.get("time", "")),
        _rows(head.get("live")),
        _task(event for _, event in events),
        tuple(_run(list(_calls(path, events)), [event for _, event in events])),
        str(end.get("outcome", "")),
    )


def find(root: str, folder: str | None, name: str) -> Path:
    """The transcript that a person means: a file, or some letters of the name of one of the project's.

    Args:
        root: absolute path of the project root.
        folder: from which a relative path is told; None for none.
        name: what they said.

    Raises:
        ConfigError: it means none, or several; those are listed.
    """
    path = Path(folder or root, name)
    if path.is_file():
        return path
    sessions = sessions_of(root)
    meant = [each for each in sessions if name in each.name]
    if len(meant) == 1:
        return meant[0]
    if meant:
        rest = f"\n    and {len(meant) - _MOST_LISTED} older" if len(meant) > _MOST_LISTED else ""
        listed = "\n    ".join(each.stem for each in reversed(meant[-_MOST_LISTED:]))
        raise ConfigError(f"{len(meant)} sessions are called like {name}", hint=f"name one of\n    {listed}{rest}")
    near = get_close_matches(name, [each.stem for each in sessions], n=3, cutoff=0.4)
    raise ConfigError(f"there is no session {name}", hint=f"did you mean {' or '.join(near)}?" if near else _hint())


def sessions_of(root: str) -> list[Path]:
    """The transcripts of a project, oldest first."""
    return sorted(Path(mirror.local_folder(root, "sessions")).glob("*.jsonl"))


def _hint() -> str:
    return f"name a transcript: those of a project lie in {os.path.join('.jiti', '.local', 'sessions', '')}"


# ---------------------------------------------------------------- parts of a transcript


def _spec(line: object) -> Spec | None:
    try:
        return Spec.parse(line) if isinstance(line, str) else None
    except (ValueError, TypeError):
        return None


def _rows(told: object) -> tuple[Row, ...] | None:
    """The arguments of a call, as far as they are told in the form that transcripts have for them."""
    if not isinstance(told, list):
        return None
    return tuple((row[0], row[1], row[2]) for row in told if isinstance(row, list) and [*map(type, row)] == [str] * 3)


def _task(events: Iterable[dict[str, Any]]) -> str:
    """The first words to the model."""
    for event in events:
        match event:
            case {"event": "request", "messages": [{"blocks": [{"text": str(text)}, *_]}, *_]}:
                return text
            case {"event": "request"}:
                break
    return ""


def _calls(path: Path, events: Iterable[tuple[int, dict[str, Any]]]) -> Iterator[RecordedCall]:
    """The tool calls of all replies; not one that was cut off, which was not run either."""
    turn = 0
    for number, event in events:
        if event.get("event") != "reply":
            continue
        try:
            reply = reply_of(event)
        except ValueError as error:
            raise unreadable(path, number, str(error)) from error
        turn += 1
        for block in reply.blocks:
            is_cut_off = reply.stop_reason == "max_tokens" and block is reply.blocks[-1]
            if isinstance(block, ToolCall) and not is_cut_off:
                yield RecordedCall(turn, block)


def _run(calls: Sequence[RecordedCall], events: Sequence[dict[str, Any]]) -> Iterator[RecordedCall]:
    """The calls that were run, each with what came of it; where nothing is recorded of any, all of them."""
    results = defaultdict(list)
    for event in events:
        match event:
            case {"event": "tool", "turn": int(turn), "name": str(name), "ok": bool(ok), "output": str(output)}:
                results[turn, name].append((ok, output))
    for each in calls:
        if not results:
            yield each
        elif left := results.get((each.turn, each.call.name)):
            yield RecordedCall(each.turn, each.call, *left.pop(0))
