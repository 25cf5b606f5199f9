"""A model whose replies the test has written down."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jiti.errors import ModelError
from jiti.models import Block, Reply, Request, Text, ToolCall
from jiti.models.recording import reply_event
from jiti.models.replay import ANY_KEY
from jiti.testing.fault import Fault
from jiti.usage import Usage

if TYPE_CHECKING:
    import os

Line = Reply | Callable[[Request], Reply] | Exception | Fault
"""One entry of a script: a reply, a function that gives one, an error to raise, or (of a server's) a fault."""

_ids = itertools.count(1)


def reply(*parts: Reply | Block | str, stop_reason: str | None = None, usage: Usage | None = None) -> Reply:
    """A reply of all the parts together: other replies' blocks, blocks, and words.

    Args:
        *parts: what it holds, in order.
        stop_reason: left out, it is `tool_use` if a tool is called and `end_turn` if not.
        usage: what it cost; left out, what its parts cost.
    """
    blocks: list[Block] = []
    cost = Usage()
    for part in parts:
        if isinstance(part, Reply):
            blocks += part.blocks
            cost += part.usage
        else:
            blocks.append(Text(part) if isinstance(part, str) else part)
    if stop_reason is None:
        stop_reason = "tool_use" if any(isinstance(block, ToolCall) for block in blocks) else "end_turn"
    return Reply(tuple(blocks), stop_reason, usage or cost, "scripted")


def say(text: str) -> Reply:
    """A reply that is only words."""
    return reply(text)


def call(tool: str, /, **given: object) -> Reply:
    """A reply that calls a tool with that input."""
    return reply(ToolCall(f"toolu_{next(_ids):04}", tool, given))


def submit(body: str, helpers: str = "", tests: str = "", quality: float = 9) -> Reply:
    """A reply that hands in a candidate."""
    return call("submit", body=body, helpers=helpers, tests=tests, quality=quality)


def submit_test(body: str, helpers: str = "") -> Reply:
    """A reply that hands in the body of a jiti-test."""
    return call("submit_test", body=body, helpers=helpers)


def give_up(reason: str, conflict: str | None = None) -> Reply:
    """A reply that ends the session without a candidate."""
    more = {} if conflict is None else {"conflict": conflict}
    return call("give_up", reason=reason, **more)


class ScriptedModel:
    """Answers with what its script holds, in order, and remembers what it was asked.

    `ScriptedModel(submit("return 1"), submit("return 2"))` answers whoever asks;
    `ScriptedModel({"app/text.py::slugify": [submit("return 1")]})` has a script for each stub, under `*` for the rest.

    Attributes:
        requests: the requests that it was sent so far.
    """

    name = "scripted"
    host = None

    def __init__(self, *script: Line | Mapping[str, Sequence[Line]]) -> None:
        self.requests: list[Request] = []
        self._lock = threading.Lock()
        self._scripts: dict[str, list[Line]] = {}
        for entry in script:
            if isinstance(entry, Mapping):
                self._scripts |= {key: [*lines] for key, lines in entry.items()}
            else:
                self._scripts.setdefault(ANY_KEY, []).append(entry)
        self._positions = dict.fromkeys(self._scripts, 0)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it has a script of its own for."""
        return tuple(key for key in self._scripts if key != ANY_KEY)

    def reply(self, request: Request) -> Reply:
        """The script's next reply for the request's stub.

        Raises:
            jiti.errors.ModelError: the script has no more.
            Exception: the one that the script holds here.
        """
        line = self.take(request)
        if isinstance(line, Fault):
            message = f"{line} can only be played by a server: use MessagesServer, or Project(..., server=True)"
            raise TypeError(message)
        return spoken(line, request)

    def take(self, request: Request) -> Line:
        """The script's next line for the request's stub, as it stands there.

        Raises:
            jiti.errors.ModelError: the script has no more.
        """
        with self._lock:
            self.requests.append(request)
            key = request.key if request.key in self._scripts else ANY_KEY
            script = self._scripts.get(key, [])
            position = self._positions.get(key, 0)
            if position == len(script):
                raise ModelError(
                    f"the script has no reply {position + 1} for {request.key}",
                    key=request.key,
                    hint=f"It holds {self._contents()}. The last thing it was told: {_last_words(request)}",
                )
            self._positions[key] = position + 1
            return script[position]

    def skip(self, key: str, count: int) -> None:
        """Leave out so many replies: another process has played them for a stub of that key."""
        with self._lock:
            key = key if key in self._scripts else ANY_KEY
            self._positions[key] = min(self._positions.get(key, 0) + count, len(self._scripts.get(key, [])))

    def save(self, path: str | os.PathLike[str], key: str = ANY_KEY) -> None:
        """Write what is left of the script as recordings that JITI_REPLAY can name.

        Args:
            path: a file, if it ends in `.jsonl`; else a folder, which gets a file for each key.
            key: the stub that a script without keys is for; `*`: for all.

        Raises:
            TypeError: the script holds more than replies, which only this process can play.
            ValueError: it has several keys, and `path` is one file.
        """
        scripts = {key if own == ANY_KEY else own: self._left(own) for own in self._scripts}
        target = Path(path)
        if target.suffix != ".jsonl":
            target.mkdir(parents=True, exist_ok=True)
            for number, (own, replies) in enumerate(scripts.items(), 1):
                _write(target / f"{number:03}.jsonl", own, replies)
        elif len(scripts) == 1:
            _write(target, *scripts.popitem())
        else:
            message = f"a file holds the session of one stub, and this script is for {len(scripts)}: name a folder"
            raise ValueError(message)

    def _left(self, key: str) -> list[Reply]:
        lines = self._scripts[key][self._positions[key] :]
        replies = [line for line in lines if isinstance(line, Reply)]
        if len(replies) < len(lines):
            message = "only replies can be recorded: no functions, errors or faults"
            raise TypeError(message)
        return replies

    def _contents(self) -> str:
        return ", ".join(f"{len(lines)} for {key}" for key, lines in self._scripts.items()) or "nothing"


def spoken(line: Reply | Callable[[Request], Reply] | Exception, request: Request) -> Reply:
    """The reply that a line of a script comes to; raises the error that it holds."""
    if isinstance(line, Exception):
        raise line
    return line if isinstance(line, Reply) else line(request)


def _write(path: Path, key: str, replies: list[Reply]) -> None:
    session = {"event": "session", "jiti": 1, "key": key, "spec": "-", "model": "scripted", "reason": "scripted"}
    lines = [session, *(reply_event(reply, turn=turn, seconds=0.0) for turn, reply in enumerate(replies, 1))]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path.write_bytes(text.encode())


def _last_words(request: Request) -> str:
    blocks = request.messages[-1].blocks if request.messages else ()
    return " ".join(getattr(block, "text", getattr(block, "content", "")) for block in blocks)[:500]
