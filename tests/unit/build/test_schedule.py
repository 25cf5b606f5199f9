"""Work side by side: what waits for what, how much at once, and what becomes of it when something fails."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from jiti.build.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SECONDS = 60.0


class Shift:
    """Notes what is worked on, in which order.

    Args:
        failing: what does not succeed.
        gate: how many have to be under way before any of them ends.
    """

    def __init__(self, *failing: str, gate: int = 1) -> None:
        self.begun: list[str] = []
        self.skipped: dict[str, str] = {}
        self.most = 0
        self._failing = failing
        self._barrier = threading.Barrier(gate)
        self._lock = threading.Lock()
        self._running = 0

    def work(self, key: str) -> bool:
        with self._lock:
            self.begun.append(key)
            self._running += 1
            self.most = max(self.most, self._running)
        self._barrier.wait(SECONDS)
        with self._lock:
            self._running -= 1
        return key not in self._failing

    def schedule(self, needs: Mapping[str, Collection[str]], jobs: int = 2, failed: Collection[str] = ()) -> Schedule:
        return Schedule(needs, self.work, self.skipped.__setitem__, jobs, failed)


def test_all_is_done_and_what_is_needed_comes_first() -> None:
    shift = Shift()
    needs = {"top": ["left", "right"], "left": ["base"], "right": ["base"], "base": []}
    schedule = shift.schedule(needs)
    schedule.run()
    assert shift.begun[0] == "base"
    assert shift.begun[-1] == "top"
    assert schedule.done == dict.fromkeys(shift.begun, True)
    assert schedule.left == schedule.running == []


def test_so_many_run_at_once_and_no_more() -> None:
    shift = Shift(gate=3)
    shift.schedule({str(number): [] for number in range(6)}, jobs=3).run()
    assert (len(shift.begun), shift.most) == (6, 3)


def test_what_most_others_wait_for_comes_first() -> None:
    shift = Shift()
    shift.schedule({"a": [], "b": [], "c": ["b"], "d": ["c"], "e": []}, jobs=1).run()
    assert shift.begun == ["b", "c", "a", "d", "e"]


def test_what_needs_something_that_failed_is_skipped_and_all_else_is_done() -> None:
    shift = Shift("b")
    schedule = shift.schedule({"a": ["b"], "b": [], "c": ["a"], "d": []}, jobs=1)
    schedule.run()
    assert sorted(shift.begun) == ["b", "d"]
    assert shift.skipped == {"a": "b", "c": "a"}
    assert schedule.done == {"b": False, "a": False, "c": False, "d": True}


def test_what_is_known_to_have_failed_before_counts() -> None:
    shift = Shift()
    shift.schedule({"a": ["gone"], "b": []}, failed=["gone"]).run()
    assert (shift.begun, shift.skipped) == (["b"], {"a": "gone"})


def test_when_it_is_stopped_nothing_more_begins_and_what_runs_ends() -> None:
    shift = Shift(gate=2)
    needs = {"a": [], "b": [], "c": [], "d": ["a"]}
    work = shift.work

    def stopping(key: str) -> bool:
        succeeded = work(key)
        schedule.stop()
        return succeeded

    schedule = Schedule(needs, stopping, lambda *_: None, 2)
    schedule.run()
    assert sorted(shift.begun) == ["a", "b"]
    assert schedule.left == ["c", "d"]


def test_a_mistake_of_ours_ends_it_and_is_raised() -> None:
    def work(key: str) -> bool:
        raise LookupError(key)

    schedule = Schedule({"a": [], "b": ["a"]}, work, lambda *_: None, 1)
    with pytest.raises(LookupError, match="a"):
        schedule.run()
    assert schedule.left == ["b"]


def test_what_does_not_end_is_not_waited_for_longer_than_allowed() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(key: str) -> bool:
        begun.set()
        if key == "a":
            go_on.wait(SECONDS)
            return True
        assert begun.wait(SECONDS)
        raise KeyboardInterrupt

    schedule = Schedule({"a": [], "b": []}, work, lambda *_: None, 2)
    with pytest.raises(KeyboardInterrupt):
        schedule.run()
    assert not schedule.join(0.01)
    assert schedule.running == ["a"]
    go_on.set()
    assert schedule.join(SECONDS)


def test_any_number_may_wait_for_what_fails() -> None:
    shift = Shift("base")
    names = [f"n{number}" for number in range(2_000)]
    schedule = shift.schedule({"top": ["n7"], "base": [], **{name: ["base"] for name in names}})
    schedule.run()
    assert shift.begun == ["base"]
    assert shift.skipped == {**dict.fromkeys(names, "base"), "top": "n7"}
    assert schedule.left == []
