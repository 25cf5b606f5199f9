"""What a child process may use."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one job in a child process; seconds are of wall-clock time.

    Attributes:
        start: until the child has collected the gates and imported the stub's module.
        experiment: for an `inspect`, `run_python` or `docs`.
        example: for one docstring example.
        call: for the live call.
        test: for one phase of one gate or scratch test.
        memory: bytes that a job may map beyond what its process has mapped already.
        output: bytes that it may print, and that any file it writes may hold.
        processes: descendants that it may have at a time.
    """

    start: float = 60.0
    experiment: float = 10.0
    example: float = 10.0
    call: float = 10.0
    test: float = 30.0
    memory: int = 2 << 30
    output: int = 16 << 20
    processes: int = 64


class SessionTime:
    """How long what a session runs may take; for ever, as long as nobody says otherwise."""

    def __init__(self) -> None:
        self._seconds_left: Callable[[], float | None] = lambda: None

    def follow(self, seconds_left: Callable[[], float | None]) -> None:
        """Ask that from now on."""
        self._seconds_left = seconds_left

    def end(self) -> float:
        """The moment of the monotonic clock when it is over, if nothing stops the session's clock until then."""
        left = self._seconds_left()
        return math.inf if left is None else time.monotonic() + left
