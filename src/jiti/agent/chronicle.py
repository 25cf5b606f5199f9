"""Every step of a session, told as it happens: to the transcript, and to whoever watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiti.agent.conversation import presentable
from jiti.events import PriceUnknown, Replied, SessionEnded, SessionStarted, ToolEnded, ToolStarted, TurnStarted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiti.agent.ledger import Ledger
    from jiti.agent.task import Task
    from jiti.agent.transcript import Transcript
    from jiti.events import Observer
    from jiti.models import Message, Reply, Request

SUMMARY_CHARACTERS = 200


class Chronicle:
    """Tells of the session of one stub.

    Args:
        key: the stub.
        transcript: gets everything.
        observe: gets the events, with texts cut to a line.
    """

    def __init__(self, key: str, transcript: Transcript, observe: Observer) -> None:
        self._key = key
        self._transcript = transcript
        self._observe = observe

    def begins(self, task: Task, model: str) -> None:
        """The session begins."""
        self._transcript.session(
            key=task.key, spec=task.spec, model=model, reason=task.reason, sandbox=task.sandbox, live=task.live
        )
        self._observe(SessionStarted(self._key, model, task.reason))

    def asks(self, turn: int, request: Request, added: Sequence[Message]) -> None:
        """A request goes out; `added` is what the model has not heard before."""
        self._transcript.request(turn, request, added)
        self._observe(TurnStarted(self._key, turn))

    def hears(self, turn: int, reply: Reply, seconds: float, usd: float | None) -> None:
        """The reply is there."""
        self._transcript.reply(turn, reply, seconds)
        self._observe(Replied(self._key, turn, reply.usage, seconds, reply.stop_reason, usd))

    def misses_a_price(self, model: str) -> None:
        """A limit in dollars does not bind a model, since its price is not known."""
        self._observe(PriceUnknown(self._key, model))

    def tool_begins(self, name: str, summary: str) -> None:
        """A tool was called."""
        self._observe(ToolStarted(self._key, name, one_line(summary)))

    def tool_ends(self, turn: int, name: str, output: str, *, ok: bool, seconds: float, judged: str = "") -> None:
        """The tool answered; `judged` is how a submission was."""
        self._transcript.tool(turn, name, output, ok=ok, seconds=seconds, judged=judged)
        self._observe(ToolEnded(self._key, name, ok, seconds, one_line(output)))

    def ends(self, outcome: str, detail: str, ledger: Ledger, error: BaseException | None) -> None:
        """The session is over; `error` is what ended it, or what cut its refactoring short."""
        self._transcript.end(outcome, ledger, None if error is None else str(error))
        self._observe(
            SessionEnded(
                self._key, outcome, ledger.turns, ledger.usage, ledger.seconds, ledger.usd, presentable(detail)
            )
        )


def one_line(text: str) -> str:
    """The text on one line, cut where it is long."""
    line = " ".join(presentable(text).split())
    return line if len(line) <= SUMMARY_CHARACTERS else f"{line[:SUMMARY_CHARACTERS]}…"
