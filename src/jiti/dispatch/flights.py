"""Generating for coroutines: on a thread of its own, once for all who wait, while the event loop runs on."""

from __future__ import annotations

import sys
from _thread import allocate_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from typing import Any

_flights: dict[object, Future[Any]] = {}
_lock = allocate_lock()  # never held while anything is generated: event loops take it


async def join(key: object, work: Callable[[], Any], name: str) -> Any:  # noqa: ANN401 - what `work` gives
    """Wait for the one run of `work` that is under way for `key`; start it if there is none.

    A waiter that is cancelled leaves the run to the others, and to the next call.

    Args:
        key: what makes two pieces of work the same.
        work: a function that blocks.
        name: its thread's name.

    Raises:
        BaseException: whatever `work` raises.
    """
    if not _loop_is_running():  # another framework's loop, or none: there is nothing to keep running
        return work()
    import asyncio

    return await asyncio.wrap_future(_flight(key, work, name))


def forget() -> None:
    """Begin anew in a forked child, where the threads that were running are gone."""
    global _lock  # noqa: PLW0603 - a lock that another thread held at the fork stays held
    _lock = allocate_lock()
    _flights.clear()


def _loop_is_running() -> bool:
    # It is documented, and does not raise. While another thread is importing asyncio it may not be there yet.
    running_loop = getattr(sys.modules.get("asyncio"), "_get_running_loop", None)
    return running_loop is not None and running_loop() is not None


def _flight(key: object, work: Callable[[], Any], name: str) -> Future[Any]:
    from concurrent.futures import Future
    from threading import Thread

    with _lock:
        flight = _flights.get(key)
        if flight is not None:
            return flight
        flight = _flights[key] = Future()
        flight.set_running_or_notify_cancel()  # from here on, a waiter that is cancelled does not cancel it

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            outcome, value = flight.set_exception, error
        else:
            outcome, value = flight.set_result, result
        _flights.pop(key, None)  # before the waiters wake: one that calls again must not meet this failure
        outcome(value)

    # Not the loop's own pool, whose few threads other code needs; and no reason to keep a program from ending.
    Thread(target=run, name=name, daemon=True).start()
    return flight
