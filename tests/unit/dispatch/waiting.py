"""A module that tells how often its implementations are loaded, and an engine that generates only when it is let."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from tests.unit.program import Writer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FunctionType

    from jiti.mirror import Implementation
    from jiti.stub import Declaration
    from tests.unit.program import Program

SECONDS = 20.0

SOURCE = '''
LOADS = []

@jiti(engine=engine)
def add(a: int, b: int = 2) -> int:
    """Add."""

@jiti(engine=engine)
async def double(n: int) -> int:
    """Double."""
'''


def codes(program: Program) -> dict[str, str]:
    head = f"import {program.name}\n\n{program.name}.LOADS.append(__name__)\n\n\n"
    return {
        "add": f"{head}def add(a, b=2):\n    return a + b\n",
        "double": f"{head}async def double(n):\n    return n * 2\n",
    }


class Waiting(Writer):
    """Generates only when it is let: which nobody could do if the event loop stood still.

    Attributes:
        begun: set when it has been asked.
        go: it waits for this.
        threads: the names of the threads that it was asked on.
        error: what it raises the first time.
    """

    def __init__(self, codes: Mapping[str, str], error: Exception | None = None) -> None:
        super().__init__(codes)
        self.begun = threading.Event()
        self.go = threading.Event()
        self.threads: list[str] = []
        self.error = error

    def generate(
        self, declaration: Declaration, function: FunctionType, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> Implementation:
        self.threads.append(threading.current_thread().name)
        self.begun.set()
        assert self.go.wait(SECONDS)
        error, self.error = self.error, None
        if error is not None:
            raise error
        return super().generate(declaration, function, args, kwargs)


async def until(event: threading.Event) -> None:
    """Wait for what a thread does, while the loop turns."""
    async with asyncio.timeout(SECONDS):
        while not event.is_set():  # noqa: ASYNC110 - a thread sets it, and no asyncio event can be waited for by one
            await asyncio.sleep(0)
