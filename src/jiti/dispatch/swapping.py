"""The one place where functions are given other code: one writer at a time, whose setters race without a GIL."""

from __future__ import annotations

from _thread import allocate_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FunctionType

lock = allocate_lock()


def swap(function: FunctionType, old: CodeType | None, new: CodeType) -> bool:
    """Give a function new code, but only in the place of the old; tells whether it has the new one now."""
    with lock:
        if function.__code__ is old:
            function.__code__ = new
        return function.__code__ is new


def after_fork_in_child() -> None:
    """Give up the lock: whoever held it at the fork is not there to release it."""
    global lock  # noqa: PLW0603 - as just said
    lock = allocate_lock()
