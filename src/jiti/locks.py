"""One generation a key, whoever asks; and the circles in which generations can wait for one another.

Whoever generates a key has locked its file in `.jiti/.local/locks/`. The operating system drops the lock with the
process that had it, however that ended. The file says which process that is, and which other key it needs now. It is
looked at and changed only under one more lock, the guard: so what stands in a file whose lock is held was written by
its holder, and what a killed process has left behind stands in a file that nobody holds, and is believed by nobody.
A generation that fails writes its error there before it lets go: whoever waits has the file open, hears of it,
and fails alike instead of paying for the same again. `docs/adr/0003-locks-and-cycles.md` says why it is so.
"""

from __future__ import annotations

import copy
import os
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from jiti import holder, mirror
from jiti.errors import BudgetExceededError, ConfigError, GenerationCycleError, GenerationError
from jiti.events import Waiting
from jiti.holder import Holder
from jiti.lockfile import LockFile

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from jiti.errors import JitiError
    from jiti.events import Observer

_PAUSE = 0.05
"""Seconds between two attempts to get a key: a session takes many times that."""


class Claim:
    """What a thread is after: a key, at first only wanted and then held.

    Attributes:
        root: absolute path of the project root.
        key: the stub's.
        outer: what the thread was after when it came to want this.
    """

    def __init__(self, root: str, key: str, outer: Claim | None) -> None:
        self.root = root
        self.key = key
        self.outer = outer
        self._file: LockFile | None = None
        self._waited_for: LockFile | None = None
        self._failure: JitiError | None = None

    @property
    def is_held(self) -> bool:
        """Whether nobody else can hold the key now."""
        return self._file is not None

    @contextmanager
    def held(self, observe: Observer) -> Generator[None]:
        """Hold the key; wait for whoever holds it now.

        Args:
            observe: is told once whom it waits for, if it has to wait.

        Raises:
            GenerationCycleError: it waits for somebody who waits for it, and it is this thread's turn to give in.
            GenerationError: what it waited for has failed.
            ConfigError: likewise; or the mirror cannot be written.
        """
        holding = [each for each in reversed(_from(self.outer)) if each.is_held and each.root == self.root]
        failure = None
        try:
            self._acquire(holding, observe)
            yield
        except (GenerationError, ConfigError) as error:
            failure = error
            raise
        finally:
            self._release(holding, failure)

    def _acquire(self, holding: Sequence[Claim], observe: Observer) -> None:
        needing = holding[-1] if holding else None
        if needing is not None:
            with guard(self.root):
                needing.note(self.key)
        try:
            other = self._attempt(holding)
            if other is not None:
                observe(Waiting(self.key, other.process))
            while other is not None:
                time.sleep(_PAUSE)
                other = self._attempt(holding)
        finally:
            self._wait_for(None)

    def _attempt(self, holding: Sequence[Claim]) -> Holder | None:
        """Get the key, or else say who has it; fail as who had it has failed."""
        with guard(self.root):
            self._fail_alike()
            file = LockFile(holder.path_of(self.root, self.key))
            try:
                if file.lock(blocking=False):
                    self._file = file
                    self.note(None)
                    return None
                other = Holder.of(file)
                self._wait_for(file)
            finally:
                if file not in (self._file, self._waited_for):
                    file.close()
            self._give_in_to_circle([each.key for each in holding])
        return other

    def _wait_for(self, file: LockFile | None) -> None:
        """Have the file of the key's holder open, which nobody finds any more once that has let go; or none."""
        if self._waited_for is None and file is not None:
            _waiting.add(self)
        elif self._waited_for is not None:
            self._waited_for.close()
            if file is None:
                _waiting.discard(self)
        self._waited_for = file

    def _fail_alike(self) -> None:
        """Raise what the generation has ended in that this one waited for."""
        if self._waited_for is None:
            return
        failure = self._failure or Holder.of(self._waited_for).failure
        if failure is not None:
            again = copy.copy(failure)  # each thread has a traceback of its own
            again.__cause__ = failure.__cause__
            raise again

    def _tell(self, failure: JitiError) -> None:
        """Let all fail alike who wait for this one: what it is told under the guard, they hear under the guard."""
        if isinstance(failure, GenerationCycleError) or self._file is None:
            return  # whether there is a circle depends on who asks
        for each in _waiting.copy():
            if (each.root, each.key) == (self.root, self.key):
                each._failure = failure  # noqa: SLF001 - it is another of this class
        if not (isinstance(failure, BudgetExceededError) and failure.of_the_process):
            self._file.write(str(Holder(os.getpid(), failure=failure)).encode())

    def _give_in_to_circle(self, held: list[str]) -> None:
        """Raise where waiting would never end, and every other thread of the circle leaves that to this one."""
        needed = [self.key]
        while (following := holder.need_of(self.root, needed[-1])) is not None and following not in needed:
            if following in held:
                own = held[held.index(following) :]
                if min(own + needed) in own:
                    raise _cycle([*own, *needed])
                return
            needed.append(following)

    def note(self, needs: str | None) -> None:
        """Write down for everybody which key the holder of this one needs; None when it has that.

        A need that comes up is noted under the guard; one that has passed may vanish at any time.
        """
        if self._file is not None:
            self._file.write(str(Holder(os.getpid(), needs)).encode())

    def _release(self, holding: Sequence[Claim], failure: JitiError | None) -> None:
        file = self._file
        try:
            # What cannot be tidied up is not believed, or goes with the process.
            with suppress(OSError, ConfigError):
                if holding:
                    holding[-1].note(None)
                if file is not None and file.is_open:  # it is not in a fork, whose parent still holds the key
                    with guard(self.root):
                        if failure is not None:
                            self._tell(failure)
                        file.close()
                        os.unlink(holder.path_of(self.root, self.key))
        finally:
            self._file = None
            if file is not None:
                file.close()


@contextmanager
def claim(root: str, key: str) -> Generator[Claim]:
    """Say that this thread is after a key from now on, because of what it was after before.

    Args:
        root: absolute path of the project root.
        key: the stub's.

    Raises:
        GenerationCycleError: that is what it was after before.
    """
    outer = getattr(_thread, "innermost", None)
    keys = [each.key for each in reversed(_from(outer)) if each.root == root]
    if key in keys:
        raise _cycle(keys[keys.index(key) :])
    _thread.innermost = made = Claim(root, key, outer)
    try:
        yield made
    finally:
        _thread.innermost = outer


@contextmanager
def guard(root: str) -> Generator[None]:
    """Keep all other threads and processes out of what the keys of a project share; for a moment only.

    Args:
        root: absolute path of the project root.

    Raises:
        ConfigError: the mirror cannot be written, for this or by what is done under it.
    """
    folder = mirror.local_folder(root, "locks")
    try:
        os.makedirs(folder, exist_ok=True)
        file = LockFile(os.path.join(folder, "guard.lock"))
        try:
            file.lock(blocking=True)
            yield
        finally:
            file.close()
    except OSError as error:
        raise unwritable(root, error) from None  # it says all that the other does


def unwritable(root: str, error: OSError) -> ConfigError:
    """The error for a mirror that nothing can be filed in."""
    return ConfigError(
        f"{mirror.folder_of(root)} cannot be written: {error.strerror or error}",
        hint="make the folder writable, or generate where it is and take .jiti/ along; with JITI_FROZEN=1 nobody tries",
    )


_thread = threading.local()  # .innermost: the claim that a thread has made last
_waiting: set[Claim] = set()  # those of this process


def _after_fork_in_child() -> None:
    _thread.innermost = None  # a new process, which was after nothing before
    _waiting.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def _from(innermost: Claim | None) -> list[Claim]:
    claims = []
    while innermost is not None:
        claims.append(innermost)
        innermost = innermost.outer
    return claims


def _cycle(keys: Sequence[str]) -> GenerationCycleError:
    error = GenerationCycleError(
        f"stubs need each other: {' -> '.join([*keys, keys[0]])}",
        key=keys[0],
        hint="write one of them by hand, or take the call of the other out of its docstring's examples",
    )
    error.cycle = tuple(keys)
    return error
