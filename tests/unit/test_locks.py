"""One holder a key, whoever wants it."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jiti.errors import ConfigError
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
    from jiti.events import Event


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.fixture
def root(tmp_path: Path) -> str:
    return str(tmp_path)


# ---------------------------------------------------------------- one holder


def test_a_key_that_nobody_holds_is_there_at_once_and_leaves_no_file(root: str) -> None:
    events: list[Event] = []
    with held(root, A, events.append):
        assert told(root, A) == {"process": os.getpid(), "needs": None}
    assert events == []
    assert files(root) == ["guard.lock"]


def test_a_key_can_be_had_again(root: str) -> None:
    for _ in range(3):
        with held(root, A):
            assert len(files(root)) == 2
    assert files(root) == ["guard.lock"]


def test_a_second_thread_waits_until_the_first_is_done_and_tells_once_for_whom(root: str) -> None:
    events: list[Event] = []
    waiting = threading.Event()
    steps: list[str] = []

    def observe(event: Event) -> None:
        events.append(event)
        waiting.set()

    def second() -> None:
        with held(root, A, observe):
            steps.append("second")

    thread = threading.Thread(target=second)
    with held(root, A):
        thread.start()
        assert waiting.wait(SECONDS)
        steps.append("first")
    thread.join(SECONDS)
    assert steps == ["first", "second"]
    assert events == [Waiting(A, os.getpid())]


def test_different_keys_are_held_side_by_side(root: str) -> None:
    together = threading.Barrier(3)

    def work(key: str) -> bool:
        with held(root, key):
            together.wait(SECONDS)
        return True

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(work, [A, B, C])) == [True] * 3


def test_one_key_of_two_projects_is_two_keys(tmp_path: Path) -> None:
    with held(str(tmp_path / "one"), A), held(str(tmp_path / "two"), A):
        assert files(str(tmp_path / "one")) == files(str(tmp_path / "two")) != ["guard.lock"]


def test_of_many_threads_one_at_a_time_is_in(root: str) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        with held(root, A):
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(16)))
    assert most == [1] * 16


def test_a_holder_that_does_not_say_who_it_is_is_waited_for_all_the_same(root: str) -> None:
    """It may be of another version."""
    for text in ("", "[1]", '{"process": 1}', "\x00"):
        assert let_go_when_waited_for(root, A, text) == [Waiting(A, None)]


def test_a_mirror_that_cannot_be_written_is_an_error_that_says_so(root: str) -> None:
    Path(root, ".jiti").write_text("in the way")
    with pytest.raises(ConfigError, match=r"\.jiti cannot be written: .*\n  make the folder writable"), held(root, A):
        pass


def test_a_waiter_that_is_interrupted_leaves_nothing_behind(root: str) -> None:
    def interrupt(_: Event) -> None:
        raise KeyboardInterrupt

    with held_elsewhere(root, B, needing(None)), held(root, A):
        with pytest.raises(KeyboardInterrupt), held(root, B, interrupt):
            pass
        assert told(root, A)["needs"] is None
    with held(root, B):
        pass
    assert files(root) == ["guard.lock"]


# ---------------------------------------------------------------- forks

FORKED = f"""
import os
import sys

from jiti import locks

root = sys.argv[1]
with locks.claim(root, {A!r}) as claim, claim.held(print):
    pid = os.fork()
    if pid:
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        print(claim.is_held, len(os.listdir(root + "/.jiti/.local/locks")), flush=True)
        sys.stdin.readline()
    else:
        with locks.claim(root, {B!r}) as other, other.held(print):
            pass
if not pid:
    with locks.claim(root, {A!r}) as again:
        pass
    os._exit(0)
"""


@needs_fork
def test_a_fork_holds_nothing_and_frees_nothing_and_can_hold_keys_of_its_own(root: str) -> None:
    process = started(FORKED, root)
    assert line_of(process) == "True 2"
    waited: list[Event] = []

    def observe(event: Event) -> None:
        waited.append(event)
        let_go_on(process)

    with held(root, A, observe):
        assert waited == [Waiting(A, process.pid)]
    assert process.communicate(timeout=SECONDS)[0] == ""
    assert process.returncode == 0


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="nobody tells which files a process has open")
def test_no_descriptor_stays_open(root: str) -> None:
    with held(root, A):
        pass
    before = os.listdir("/proc/self/fd")
    with held_elsewhere(root, B, needing(C)), held(root, A):
        assert let_go_when_waited_for(root, C, needing(B)) == [Waiting(C, 1)]
    assert os.listdir("/proc/self/fd") == before
