"""A model that answers from recorded sessions: JITI_REPLAY names one transcript, or a folder of them."""

from __future__ import annotations

import json
import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jiti.errors import ConfigError, ModelError
from jiti.models.recording import reply_of

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from jiti.models import Reply, Request

ANY_KEY = "*"
"""The key of a recording that answers whoever asks."""

_FORMAT = 1


class Recording:
    """One recorded session, and how far this process has played it.

    Attributes:
        path: its file.
        key: the stub that it was made for, or `*`.
        spec: that stub's spec at the time.
        model: who answered then.
        started: whether a session of this process was given it.
        position: how many of its replies were handed out.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.started = False
        self.position = 0
        number, head = next(events_of(path), (1, {}))
        if head.get("event") != "session" or not isinstance(head.get("key"), str):
            raise unreadable(path, number, "a recording begins with a line whose event is `session`, with its key")
        if head.get("jiti") != _FORMAT:
            raise unreadable(path, number, f"its format is {head.get('jiti')!r}, and only {_FORMAT} can be read")
        self.key: str = head["key"]
        self.spec = str(head.get("spec", ""))
        self.model = str(head.get("model", "an unnamed model"))

    @cached_property
    def replies(self) -> tuple[Reply, ...]:
        """All its replies. Read when first asked for: a folder may hold many recordings that nobody plays."""
        return tuple(self._read())

    @cached_property
    def has_failed(self) -> bool:
        """Whether it tells of an end that was none of the good ones: of a folder, others are played before it."""
        ends = [event for _, event in events_of(self.path) if event.get("event") == "end"]
        return bool(ends) and ends[-1].get("outcome") != "accepted"

    def _read(self) -> Iterator[Reply]:
        for number, event in events_of(self.path):
            if event.get("event") == "reply":
                try:
                    yield reply_of(event)
                except ValueError as error:
                    raise unreadable(self.path, number, str(error)) from error


class ReplayModel:
    """Hands out the replies of recorded sessions in order, whatever it is asked.

    A session is given a recording of its stub that no other session of this process was given, one of the same spec
    if there is one, one that ended well if there is one, else the first by file name; then what another session left
    of one; then a recording whose key is `*`, which answers whoever asks.

    Args:
        path: a transcript, or a folder whose `*.jsonl` files are.

    Raises:
        jiti.errors.ConfigError: there is none, or one cannot be read; names file and line.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._recordings = [_recording(file) for file in _files(self._path)]
        self._playing: dict[str, Recording] = {}

    @property
    def name(self) -> str:
        """`replay of` the models that answered then."""
        return "replay of " + ", ".join(sorted({recording.model for recording in self._recordings}))

    @property
    def host(self) -> None:
        """None: nothing leaves this machine."""

    def reply(self, request: Request) -> Reply:
        """The next reply of the request's session.

        Raises:
            jiti.errors.ModelError: no recording is left for its stub, or the recording has ended.
            jiti.errors.ConfigError: the recording cannot be read; names file and line.
        """
        with _lock:
            recording = self._playing.get(request.key)
            if recording is None or len(request.messages) == 1:
                recording = self._playing[request.key] = self._pick(request)
                recording.started = True
            if recording.position == len(recording.replies):
                message = f"the recording {recording.path} has ended, after {recording.position} replies"
                raise _model_error(request, message)
            recording.position += 1
            return recording.replies[recording.position - 1]

    def _pick(self, request: Request) -> Recording:
        fitting = [recording for recording in self._recordings if recording.key in {request.key, ANY_KEY}]
        left = [recording for recording in fitting if recording.position < len(recording.replies)]
        if left:
            return min(left, key=lambda found: _rank(found, request.spec))
        if fitting:
            raise _model_error(request, f"every session of {request.key} recorded in {self._path} was played already")
        keys = ", ".join(sorted({recording.key for recording in self._recordings}))
        raise _model_error(request, f"no session of {request.key} is recorded in {self._path}, only of {keys}")


def _rank(recording: Recording, spec: str) -> tuple[bool, ...]:
    """What comes first is given first."""
    return recording.key == ANY_KEY, recording.started, recording.spec != spec, recording.has_failed


_lock = threading.Lock()
_recordings: dict[tuple[Path, int, int], Recording] = {}
"""By path, time and size, so that a file that was written anew is a new recording. For the whole process:
whoever replays a folder a second time goes on where the first has stopped."""


_OWN = (".jiti", ".local", "sessions")
_LONGEST_HEAD = 1_000_000
_listings: dict[Path, list[Path]] = {}


def _recording(path: Path) -> Recording:
    stat = path.stat()
    identity = (path.resolve(), stat.st_mtime_ns, stat.st_size)
    with _lock:
        if identity not in _recordings:
            _recordings[identity] = Recording(path)
        return _recordings[identity]


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise ConfigError(f"JITI_REPLAY names neither a file nor a folder: {path}", hint="Unset it to ask a model.")
    files = _sessions(path) if path.resolve().parts[-3:] == _OWN else sorted(path.glob("*.jsonl"))
    if not files:
        raise ConfigError(f"JITI_REPLAY names a folder without recordings (*.jsonl): {path}")
    return files


def _sessions(folder: Path) -> list[Path]:
    """The transcripts in a project's mirror, as they were when this process first looked, since it adds to them.

    One in which nothing has been written yet, by another process, is passed over.
    """
    with _lock:
        if folder.resolve() not in _listings:
            begun = (path for path in sorted(folder.glob("*.jsonl")) if b"\n" in path.read_bytes()[:_LONGEST_HEAD])
            _listings[folder.resolve()] = list(begun)
        return _listings[folder.resolve()]


def events_of(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The lines of a transcript, numbered from 1; half a line at its end, as of a process that was killed, is left out.

    Raises:
        jiti.errors.ConfigError: one is no JSON object; names file and line.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                event = json.loads(line.decode().strip())
            except (ValueError, RecursionError) as error:
                if not line.endswith(b"\n") and number > 1:
                    return
                raise unreadable(path, number, str(error)) from error
            if not isinstance(event, dict):
                raise unreadable(path, number, "it is not a JSON object")
            yield number, event


def unreadable(path: Path, line: int, reason: str) -> ConfigError:
    """The error for a transcript that is none."""
    hint = "Transcripts lie in .jiti/.local/sessions/; JITI_REPLAY takes one, or a folder of them."
    return ConfigError(f"this recording cannot be read: {path}:{line}: {reason}", hint=hint)


def _model_error(request: Request, message: str) -> ModelError:
    hint = "Unset JITI_REPLAY to ask a model, or record a session of that stub."
    return ModelError(message, key=request.key, hint=hint)
