"""What came of the stubs in a run of pytest, and how its terminal section tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiti import figures
from jiti.events import PutAside, SessionEnded
from jiti.masking import mask
from jiti.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pytest

    from jiti.events import Event

_COLOURS = {
    "generated": {"green": True},
    "verified": {"green": True},
    "moved": {"green": True},
    "waiting": {"yellow": True},
    "failed": {"red": True},
    "failing": {"red": True},
    "warning": {"yellow": True},
}
"""What a row may be, in the order of the section, and how a terminal shows it."""


class Record:
    """Rows of plain data: what one process knows goes to another one as it is.

    A row holds its `kind`; the `text` that says of what; and, of a session, `tokens` and `usd`.
    """

    def __init__(self) -> None:
        self.rows: list[Mapping[str, Any]] = []
        self._failed: set[str] = set()

    def tell(self, event: Event) -> None:
        """Take a session that is over, and an edit that was put aside; every other event is passed over."""
        if isinstance(event, PutAside):
            self.add("warning", f"{event.key} was edited meanwhile\nthat edit is kept as {event.path}")
        if not isinstance(event, SessionEnded):
            return
        turns = figures.count(event.turns, "turn")
        spent = figures.seconds(event.seconds), figures.tokens(event.usage), figures.dollars(event.usd)
        cost = {"tokens": event.usage.tokens, "usd": event.usd}
        if event.outcome == "accepted":
            self.add("generated", figures.row(f"{event.key} in {event.detail}", turns, *spent), **cost)
        else:
            self.add("failed", figures.row(f"{event.key}: {event.outcome}: {event.detail}", turns, *spent), **cost)
            self._failed.add(event.key)

    def failed(self, key: str, error: str) -> None:
        """Take what became of a stub for which no session has failed: there was none, or somebody else's."""
        if key not in self._failed:
            self._failed.add(key)
            self.add("failed", f"{key}: {error}")

    def add(self, kind: str, text: str, **more: object) -> None:
        """Take one more row; the lines after the first of its text are hints."""
        self.rows.append({"kind": kind, "text": mask(text), **more})

    def show(self, reporter: pytest.TerminalReporter) -> None:
        """Write the section, if there is anything to tell."""
        if not self.rows:
            return
        reporter.section("jiti")
        for kind, colour in _COLOURS.items():
            for text in dict.fromkeys(row["text"] for row in self.rows if row["kind"] == kind):
                first, *hints = text.split("\n")
                reporter.write(f"{kind:9} ", **colour)
                reporter.line(figures.printable(first))
                for hint in hints:
                    reporter.line(f"{'':9} {figures.printable(hint)}")
        spent = _spent(row for row in self.rows if "tokens" in row)
        if spent:
            reporter.line(spent)


def _spent(sessions: Iterable[Mapping[str, Any]]) -> str:
    """What all sessions have cost together; nothing where there was none."""
    known = list(sessions)
    if not known:
        return ""
    prices = [row["usd"] for row in known if row["usd"] is not None]
    tokens = figures.tokens(Usage(input=sum(row["tokens"] for row in known)))
    usd = figures.dollars(sum(prices) if prices else None)
    return "spent     " + figures.row(tokens or "nothing", usd, figures.count(len(known), "session"))
