"""One holder a key, and circles of holders that wait for each other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jiti import locks
from jiti.errors import ConfigError, GenerationCycleError
from jiti.events import Waiting
from jiti.lockfile import LockFile
from jiti.spec import text_hash

if TYPE_CHECKING:
    from collections.abc import Generator

    from jiti.events import Event, Observer

SECONDS = 60.0
A, B, C = "app/a.py::a", "app/b.py::b", "app/c.py::c"
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.fixture
def root(tmp_path: Path) -> str:
    return str(tmp_path)


def ignore(event: Event) -> None:
    """Observe nothing."""


@contextmanager
def held(root: str, key: str, observe: Observer = ignore) -> Generator[None]:
    with locks.claim(root, key) as claim, claim.held(observe):
        yield


@contextmanager
def held_elsewhere(root: str, key: str, text: str) -> Generator[LockFile]:
    """A key that another process holds, as far as can be seen, until the file is closed; it says what `text` says."""
    file = LockFile(str(file_of(root, key)))
    assert file.lock(blocking=False)
    file.write(text.encode())
    try:
        yield file
    finally:
        file.close()


def let_go_when_waited_for(root: str, key: str, text: str) -> list[Event]:
    """Hold a key that is held elsewhere, and is let go there as soon as somebody waits for it; gives what that told."""
    events: list[Event] = []
    with held_elsewhere(root, key, text) as file:

        def observe(event: Event) -> None:
            events.append(event)
            file.close()

        with held(root, key, observe):
            return events


def file_of(root: str, key: str) -> Path:
    folder = Path(root, ".jiti", ".local", "locks")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{text_hash(key)}.lock"


def told(root: str, key: str) -> dict[str, object]:
    """What the holder of a key says for everybody."""
    return json.loads(file_of(root, key).read_bytes()[1:])


def needing(key: str | None) -> str:
    return json.dumps({"process": 1, "needs": key})


def started(script: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that runs a script, with pipes to its input and from its output."""
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def line_of(process: subprocess.Popen[str]) -> str:
    """The next line that it prints."""
    assert process.stdout is not None
    return process.stdout.readline().removesuffix("\n")


def let_go_on(process: subprocess.Popen[str]) -> None:
    """Send it the line that it waits for."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def files(root: str) -> list[str]:
    return sorted(os.listdir(Path(root, ".jiti", ".local", "locks")))


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


# ---------------------------------------------------------------- circles


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
