"""Whose candidate is checked next: as many at once as there are processors, in the order in which they came.

Where many sessions run side by side their candidates come at the same time. Checked all at once, each
would take as long as all of them, and all sessions would go on, and come back, together; checked one
after the other, the first goes on at once, and from then on the model's work and the checks overlap.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

_PATIENCE = 2.0
"""Seconds after which a check is no longer waited for: it may be waiting itself, as for a clock or a server."""


class Turns:
    """Lets so many go on at once, the first to come first.

    Nobody waits for anyone longer than `patience`, whatever that one is at.

    Args:
        most: how many.
        patience: in seconds.
    """

    def __init__(self, most: int, patience: float = _PATIENCE) -> None:
        self._most = most
        self._patience = patience
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._since: dict[object, float] = {}
        self._own = threading.local()

    @contextmanager
    def taken(self) -> Generator[None]:
        """Wait for a turn, and have it."""
        mine = object()
        with self._changed:
            self._waiting.append(mine)
            try:
                while self._waiting[0] is not mine or self._seconds_until_free() > 0:
                    self._changed.wait(self._seconds_until_free() if self._waiting[0] is mine else None)
            finally:
                self._waiting.remove(mine)
                self._changed.notify_all()
            self._since[mine] = time.monotonic()
        self._turns_of_thread().append(mine)
        try:
            yield
        finally:
            self._turns_of_thread().remove(mine)
            self._end(mine)

    def await_quiet(self, seconds: float) -> None:
        """Wait until nobody has a turn, nor waits for one; but no longer than some seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not self._since and not self._waiting, seconds)

    def end(self) -> None:
        """End the turns of this thread, because it is to wait for somebody who may need one; it goes on without."""
        self._end(*self._turns_of_thread())

    def forget(self) -> None:
        """In a forked child: none of the threads that wait or have a turn is there, but for this one; it goes on."""
        self._changed = threading.Condition()
        self._waiting.clear()
        self._since.clear()

    def _end(self, *ended: object) -> None:
        with self._changed:
            for each in ended:
                self._since.pop(each, None)
            self._changed.notify_all()

    def _turns_of_thread(self) -> list[object]:
        return self._own.__dict__.setdefault("turns", [])

    def _seconds_until_free(self) -> float:
        """How long it takes at most until somebody who has a turn is not waited for any more; 0 where one is free."""
        now = time.monotonic()
        left = sorted(seconds for since in self._since.values() if (seconds := since + self._patience - now) > 0)
        return left[-self._most] if len(left) >= self._most else 0.0


_PROCESSORS = max(2, os.cpu_count() or 1)
checks = Turns(_PROCESSORS)
"""Those of this process in which candidates are checked."""
starts = Turns(_PROCESSORS)
"""Those in which sessions get ready to ask their model: they wait for no check."""
beginnings = Turns(1)
"""Those in which children are started that nobody waits for yet."""

if hasattr(os, "register_at_fork"):
    for each in (checks, starts, beginnings):
        os.register_at_fork(after_in_child=each.forget)
