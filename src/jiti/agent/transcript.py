"""Transcripts: what was said and done in a session, a JSON object a line, written as it happens."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jiti import mirror
from jiti.masking import masker
from jiti.models.recording import encode_block, reply_event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TextIO

    from jiti.agent.ledger import Ledger
    from jiti.live import Row
    from jiti.models import Message, Reply, Request

FORMAT = 1


class Transcript:
    """A session's transcript. Where it cannot be written the session goes on without.

    Only its owner may read the file, and credentials are masked in it.

    Args:
        path: the file to make; None for no transcript.

    Attributes:
        path: the file; None where it could not be made.
    """

    def __init__(self, path: str | None) -> None:
        self.path: str | None = None
        self._file: TextIO | None = None
        if path is None:
            return
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError:
            return
        # A lone surrogate is no UTF-8; backslashed it is the very escape that JSON has for it.
        self._file = open(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n")  # noqa: SIM115 - closed by close()
        self.path = path

    @classmethod
    def create(cls, root: str, key: str) -> Transcript:
        """The transcript of a new session, in the project's mirror."""
        name = re.sub(r"[^\w.-]+", "_", key.rpartition("::")[2])[:60]
        moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        file_name = f"{moment}-{name}-{secrets.token_hex(3)}.jsonl"
        return cls(os.path.join(mirror.local_folder(root, "sessions"), file_name))

    def close(self) -> None:
        """Write nothing more."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None

    def session(
        self, *, key: str, spec: str, model: str, reason: str, sandbox: str = "", live: Sequence[Row] | None = None
    ) -> None:
        """A session begins.

        Args:
            key: the stub.
            spec: its spec.
            model: the model's name.
            reason: why it is done.
            sandbox: what confines the code that it checks.
            live: the arguments of the call that waits, where one does.
        """
        event = {
            "event": "session",
            "jiti": FORMAT,
            "key": key,
            "spec": spec,
            "model": model,
            "reason": reason,
            "sandbox": sandbox,
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        self._write(event if live is None else event | {"live": live})

    def request(self, turn: int, request: Request, added: Sequence[Message]) -> None:
        """A request goes out; `added` is what it holds that neither the last one nor the reply to that did."""
        event: dict[str, Any] = {
            "event": "request",
            "turn": turn,
            "messages": [
                {"role": message.role, "blocks": [encode_block(block) for block in message.blocks]} for message in added
            ],
            "system_hash": _hash(list(request.system)),
            "tools_hash": _hash([[tool.name, tool.description, tool.schema] for tool in request.tools]),
        }
        if turn == 1:
            event["system"] = list(request.system)
        self._write(event)

    def reply(self, turn: int, reply: Reply, seconds: float) -> None:
        """A reply is there."""
        self._write(reply_event(reply, turn=turn, seconds=round(seconds, 3)))

    def tool(self, turn: int, name: str, output: str, *, ok: bool, seconds: float, judged: str = "") -> None:
        """A tool answered; `judged` says how a submission was, if one was."""
        event = {"event": "tool", "turn": turn, "name": name, "ok": ok, "output": output, "seconds": round(seconds, 3)}
        self._write(event | {"judged": judged} if judged else event)

    def end(self, outcome: str, ledger: Ledger, error: str | None) -> None:
        """The session is over."""
        usage = asdict(ledger.usage)
        event = {"event": "end", "outcome": outcome, "turns": ledger.turns, "usage": usage, "usd": ledger.usd}
        self._write(event if error is None else {**event, "error": error})

    def _write(self, event: dict[str, Any]) -> None:
        if self._file is None:
            return
        try:
            self._file.write(json.dumps(_masked(event, masker()), ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError:
            self.close()  # a full disk is no reason to lose what the model has done


def _masked(value: Any, mask: Callable[[str], str]) -> Any:  # noqa: ANN401 - whatever JSON may hold
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {_masked(name, mask): _masked(inner, mask) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(inner, mask) for inner in value]
    return value


def _hash(value: object) -> str:
    return hashlib.blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=16).hexdigest()
