"""Circles of holders that wait for each other."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from jiti import locks
from jiti.errors import GenerationCycleError
from jiti.events import Waiting
from tests.unit.keys import (
    SECONDS,
    A,
    B,
    C,
    files,
    held,
    held_elsewhere,
    let_go_on,
    let_go_when_waited_for,
    line_of,
    needing,
    started,
    told,
)

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.events import Event


@pytest.fixture
def root(tmp_path: Path) -> str:
    return str(tmp_path)


def test_a_thread_that_needs_what_it_is_at_already_is_told_the_circle(root: str) -> None:
    with held(root, C), held(root, B), held(root, A):
        with pytest.raises(GenerationCycleError) as raised, locks.claim(root, B):
            pass
        assert raised.value.cycle == (B, A)
        assert raised.value.key == B
        assert str(raised.value).startswith(f"stubs need each other: {B} -> {A} -> {B}\n")
    assert files(root) == ["guard.lock"]


def test_a_key_counts_from_when_the_thread_is_after_it(root: str) -> None:
    """Not only from when it holds it: describing the arguments of a call may call the same stub."""
    with locks.claim(root, A), pytest.raises(GenerationCycleError), locks.claim(root, A):
        pass


def crossing(root: str, *pairs: tuple[str, str]) -> list[object]:
    """What comes of threads of which each, once all hold their first key, needs the other."""
    together = threading.Barrier(len(pairs))

    def work(pair: tuple[str, str]) -> object:
        first, second = pair
        try:
            with held(root, first):
                together.wait(SECONDS)
                with held(root, second):
                    return "held"
        except GenerationCycleError as error:
            return error.cycle

    with ThreadPoolExecutor(len(pairs)) as pool:
        return list(pool.map(work, pairs))


def test_of_two_threads_that_need_each_others_keys_the_one_with_the_smaller_gives_in(root: str) -> None:
    assert crossing(root, (A, B), (B, A)) == [(A, B), "held"]
    assert files(root) == ["guard.lock"]


def test_of_three_threads_in_a_circle_one_gives_in_and_the_others_go_on(root: str) -> None:
    assert crossing(root, (B, C), (C, A), (A, B)) == ["held", "held", (A, B, C)]
    assert files(root) == ["guard.lock"]


def test_who_gives_in_is_settled_by_all_keys_of_the_circle_that_a_thread_holds(root: str) -> None:
    """And the circle is told from the first of them, which is the one that was called."""
    with held_elsewhere(root, B, needing(C)), held(root, C), held(root, A):
        with pytest.raises(GenerationCycleError) as raised, held(root, B):
            pass
        assert raised.value.cycle == (C, A, B)


def test_who_holds_none_of_the_keys_of_a_circle_goes_on_waiting(root: str) -> None:
    with held_elsewhere(root, C, needing(B)), held(root, A):
        assert let_go_when_waited_for(root, B, needing(C)) == [Waiting(B, 1)]


def test_who_does_not_hold_the_smallest_key_of_a_circle_goes_on_waiting(root: str) -> None:
    with held_elsewhere(root, A, needing(B)), held(root, B):
        assert let_go_when_waited_for(root, C, needing(A)) == [Waiting(C, 1)]


def test_who_waits_for_a_holder_that_needs_nothing_is_in_no_circle(root: str) -> None:
    with held_elsewhere(root, B, needing(None)), held(root, A):
        assert let_go_when_waited_for(root, C, needing(B)) == [Waiting(C, 1)]


def test_what_a_file_says_that_nobody_holds_is_not_believed(root: str) -> None:
    """It was left by a process that was killed while it waited for what this one holds."""
    with held_elsewhere(root, B, needing(A)):
        pass
    with held(root, A):
        assert let_go_when_waited_for(root, C, needing(B)) == [Waiting(C, 1)]
        with held(root, B):
            assert told(root, B)["needs"] is None
            assert told(root, A)["needs"] == B
        assert told(root, A)["needs"] is None


KILLED = f"""
import sys

from jiti import locks

with locks.claim(sys.argv[1], {A!r}) as outer, outer.held(print):
    with locks.claim(sys.argv[1], {B!r}) as inner, inner.held(lambda event: print(event, flush=True)):
        pass
"""


def test_a_process_that_is_killed_while_it_waits_frees_its_key_and_is_in_no_circle(root: str) -> None:
    with held(root, B):
        process = started(KILLED, root)
        assert line_of(process) == f"Waiting(key={B!r}, process={os.getpid()})"
        assert told(root, A) == {"process": process.pid, "needs": B}
        process.kill()
        process.communicate()
        events: list[Event] = []
        with held(root, A, events.append):
            assert events == []
    assert files(root) == ["guard.lock"]


CROSSING = """
import sys

from jiti import locks
from jiti.errors import GenerationCycleError

root, first, second = sys.argv[1:]
try:
    with locks.claim(root, first) as outer, outer.held(print):
        print("holds", flush=True)
        sys.stdin.readline()
        with locks.claim(root, second) as inner, inner.held(lambda event: None):
            print("held")
except GenerationCycleError as error:
    print(error.cycle)
"""


def test_of_two_processes_that_need_each_others_keys_one_gives_in(root: str) -> None:
    processes = [started(CROSSING, root, *keys) for keys in ((A, B), (B, A))]
    assert [line_of(process) for process in processes] == ["holds"] * 2
    for process in processes:
        let_go_on(process)
    assert [process.communicate(timeout=SECONDS)[0] for process in processes] == [f"{(A, B)}\n", "held\n"]
    assert files(root) == ["guard.lock"]
