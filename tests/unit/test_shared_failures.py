"""A generation that fails: who waited for it fails alike, who comes later tries anew."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from jiti import holder, locks, retold
from jiti.diagnostics import Diagnostic
from jiti.errors import (
    BudgetExceededError,
    ConfigError,
    GenerationCycleError,
    GenerationError,
    JitiError,
    ModelError,
    SpecConflictError,
)
from jiti.holder import Holder
from jiti.lockfile import LockFile
from jiti.usage import Budget, Usage

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.events import Event

SECONDS = 60.0
A, B = "app/a.py::a", "app/b.py::b"
FINDING = Diagnostic("ruff", "candidate", 4, "F821", "undefined name 'x'")


def failure(kind: type[GenerationError] = GenerationError) -> GenerationError:
    error = kind("no candidate passed", key=A, hint="mend it", diagnostics=[FINDING], usage=Usage(1, 2), session="s")
    error.__cause__ = OSError("the provider's")
    return error


def budget_exceeded(*, of_the_process: bool) -> BudgetExceededError:
    error = BudgetExceededError("the budget is spent", key=A)
    error.spent, error.limit, error.of_the_process = Usage(9), Budget(tokens=5), of_the_process
    return error


@pytest.fixture
def root(tmp_path: Path) -> str:
    return str(tmp_path)


class Room:
    """Threads that wait for a key which this one holds."""

    def __init__(self, root: str, count: int) -> None:
        self.root = root
        self._waiting = threading.Semaphore(0)
        self._count = count

    def outcomes(self, end: BaseException) -> list[object]:
        """What comes of the waiting threads when the holder ends in that: `held`, or what they raise."""
        with ThreadPoolExecutor(self._count) as pool:
            with suppress(type(end)), locks.claim(self.root, A) as claim, claim.held(print):
                running = [pool.submit(self._wait) for _ in range(self._count)]
                for _ in running:
                    assert self._waiting.acquire(timeout=SECONDS)
                raise end
            return [each.result(SECONDS) for each in running]

    def _wait(self) -> object:
        try:
            with locks.claim(self.root, A) as claim, claim.held(self._observe):
                return "held"
        except JitiError as error:
            return error

    def _observe(self, _: Event) -> None:
        self._waiting.release()


# ---------------------------------------------------------------- threads


@pytest.mark.parametrize("end", [failure(), failure(ModelError), ConfigError("ruff does not work")], ids=repr)
def test_threads_that_waited_fail_alike_each_with_an_error_of_its_own(root: str, end: JitiError) -> None:
    outcomes = Room(root, 4).outcomes(end)
    errors = [each for each in outcomes if isinstance(each, JitiError)]
    assert len({id(error) for error in [*errors, end]}) == 5
    assert [type(error) for error in errors] == [type(end)] * 4
    assert [(str(error), vars(error)) for error in errors] == [(str(end), vars(end))] * 4
    assert [error.__cause__ for error in errors] == [end.__cause__] * 4


def test_who_comes_later_tries_anew(root: str) -> None:
    Room(root, 1).outcomes(failure())
    with locks.claim(root, A) as claim, claim.held(print):
        assert claim.is_held


@pytest.mark.parametrize("end", [KeyboardInterrupt(), RuntimeError("a bug"), GenerationCycleError("a -> b")], ids=repr)
def test_what_is_no_failed_generation_is_nobodys_elses(root: str, end: BaseException) -> None:
    """Nor is a circle: whether there is one depends on who asks."""
    assert Room(root, 2).outcomes(end) == ["held", "held"]


def test_who_waits_for_another_key_hears_nothing(root: str) -> None:
    waiting = threading.Event()

    def wait() -> str:
        with locks.claim(root, B) as claim, claim.held(lambda _: waiting.set()):
            return "held"

    with ThreadPoolExecutor(1) as pool, locks.claim(root, B) as outer, outer.held(print):
        running = pool.submit(wait)
        assert waiting.wait(SECONDS)
        with pytest.raises(GenerationError), locks.claim(root, A) as claim, claim.held(print):
            raise failure()
    assert running.result(SECONDS) == "held"


# ---------------------------------------------------------------- processes

WAITER = """
import sys
from jiti import locks
from jiti.errors import JitiError

try:
    with locks.claim(sys.argv[1], sys.argv[2]) as claim, claim.held(lambda event: print("waits", flush=True)):
        print("held")
except JitiError as error:
    print(type(error).__name__, error.key, error.diagnostics, error.usage, error.session)
"""


def outcome_of_process(root: str, end: JitiError) -> str:
    """What comes of another process that waited when the holder, in this one, ends in that."""
    command = [sys.executable, "-c", WAITER, root, A]
    with suppress(type(end)), locks.claim(root, A) as claim, claim.held(print):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        raise end
    return process.communicate(timeout=SECONDS)[0].strip()


def test_a_process_that_waited_fails_alike(root: str) -> None:
    assert outcome_of_process(root, failure(ModelError)) == f"ModelError {A} {(FINDING,)} 3 tokens s"


def test_the_spent_budget_of_a_process_is_not_anothers(root: str) -> None:
    assert outcome_of_process(root, budget_exceeded(of_the_process=True)) == "held"


def test_what_a_killed_process_wrote_is_heard_by_who_waited_and_by_nobody_else(root: str) -> None:
    """It was killed between writing it and taking the file away."""
    with locks.guard(root):
        file = LockFile(holder.path_of(root, A))
    file.write(str(Holder(1, failure=failure())).encode())
    file.close()
    with locks.claim(root, A) as claim, claim.held(print):
        assert claim.is_held


# ---------------------------------------------------------------- what is written down


@pytest.mark.parametrize(
    "error",
    [failure(), failure(ModelError), budget_exceeded(of_the_process=False), ConfigError("x", hint="y")],
    ids=repr,
)
def test_an_error_is_read_as_it_was_written_but_for_its_cause(error: JitiError) -> None:
    again = retold.read(retold.write(error))
    assert type(again) is type(error)
    assert (str(again), again.args) == (str(error), error.args)
    assert vars(again) == {name: value for name, value in vars(error).items() if name != "of_the_process"}


def test_what_the_agent_says_is_kept() -> None:
    error = SpecConflictError("the agent gave up", key=A)
    error.reason, error.conflict = "It cannot be.", "This against \udcff that."
    again = retold.read(retold.write(error))
    assert isinstance(again, SpecConflictError)
    assert (again.reason, again.conflict) == (error.reason, error.conflict)


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "[]", "{}", '{"type": "GenerationError"}', '{"type": "SystemExit", "message": "x", "data": {}}'),
        '{"type": "GenerationError", "message": "x", "data": {"usage": {"of": "another version"}}}',
        '{"type": "GenerationError", "message": "x", "data": []}',
    ],
)
def test_what_is_no_error_of_ours_is_none(text: str) -> None:
    assert retold.read(text) is None


def test_what_is_not_known_of_an_error_is_left_out() -> None:
    told = retold.read('{"type": "GenerationError", "message": "x", "data": {"args": ["y"], "session": null}}')
    assert isinstance(told, GenerationError)
    assert (told.args, told.session) == (("x",), None)
