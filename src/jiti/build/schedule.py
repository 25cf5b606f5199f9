"""Work done by threads: what is needed first, and what waits for nothing side by side."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING

from jiti.build import graph

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_LOOK = 0.5
"""Seconds after which a wait is looked up from: not everywhere does an interrupt end one."""


class Schedule:
    """Does what waits for nothing any more, so much at once; of that, what most others wait for comes first.

    Args:
        needs: key to the keys that have to be done before; there must be no circle.
        work: does one, in a thread of its own, and tells whether it succeeded.
        skip: is told of one that is left out, and which of those it needs is the reason.
        jobs: how many may be under way at once.
        failed: keys of what is known to have failed before.

    Attributes:
        done: key to whether it succeeded; what was skipped did not. In the order in which they ended.
    """

    def __init__(
        self,
        needs: Mapping[str, Collection[str]],
        work: Callable[[str], bool],
        skip: Callable[[str, str], None],
        jobs: int,
        failed: Collection[str] = (),
    ) -> None:
        self.done: dict[str, bool] = dict.fromkeys(failed, False)
        known = {*needs, *failed}
        self._needs = {key: {each for each in wanted if each in known} for key, wanted in needs.items()}
        heights = graph.heights(self._needs)
        self._waiting = sorted(graph.in_order(self._needs), key=lambda key: -heights[key])
        self._work = work
        self._skip = skip
        self._jobs = jobs
        self._running: dict[str, threading.Thread] = {}
        self._ended: queue.SimpleQueue[tuple[str, bool, BaseException | None]] = queue.SimpleQueue()
        self._is_stopped = False

    @property
    def left(self) -> list[str]:
        """What was not done."""
        return list(self._waiting)

    @property
    def running(self) -> list[str]:
        """What is under way."""
        return list(self._running)

    def run(self) -> None:
        """Do all, until it is done or stopped.

        Raises:
            BaseException: what `work` raised; nothing more was begun then.
        """
        while True:
            self._begin()
            if not self._running:
                return
            self._take_in(self._next(None))

    def stop(self) -> None:
        """Begin nothing more."""
        self._is_stopped = True

    def join(self, seconds: float) -> bool:
        """Wait for what is under way, so long at most; whether all of it has ended."""
        end = time.monotonic() + seconds
        while self._running:
            ended = self._next(end)
            if ended is None:
                return False
            key, succeeded, _ = ended
            self._running.pop(key)
            self.done[key] = succeeded
        return True

    def _begin(self) -> None:
        for key in [*self._waiting]:  # each stands after all that it needs
            if self._is_stopped or len(self._running) >= self._jobs:
                return
            failed = next((need for need in sorted(self._needs[key]) if self.done.get(need) is False), None)
            if failed is not None:
                self._waiting.remove(key)
                self.done[key] = False
                self._skip(key, failed)
            elif all(need in self.done for need in self._needs[key]):
                self._waiting.remove(key)
                thread = threading.Thread(target=self._do, args=(key,), name=f"jiti build: {key}", daemon=True)
                self._running[key] = thread
                thread.start()

    def _do(self, key: str) -> None:
        try:
            succeeded = self._work(key)
        except BaseException as error:  # noqa: BLE001 - it is raised where the whole is waited for
            self._ended.put((key, False, error))
        else:
            self._ended.put((key, succeeded, None))

    def _next(self, end: float | None) -> tuple[str, bool, BaseException | None] | None:
        while True:
            left = _LOOK if end is None else min(_LOOK, end - time.monotonic())
            if left <= 0:
                return None
            try:
                return self._ended.get(timeout=left)
            except queue.Empty:
                continue

    def _take_in(self, ended: tuple[str, bool, BaseException | None] | None) -> None:
        if ended is None:
            return
        key, succeeded, error = ended
        self._running.pop(key)
        self.done[key] = succeeded
        if error is not None:
            self.stop()
            raise error
