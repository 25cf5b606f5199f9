"""Children that are forked from one server: each for itself, and nothing of them is left."""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from jiti.checks import forking, processes
from jiti.checks.turns import checks
from tests.unit.checks.workshop import SLUGIFY, await_starters, starters

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from jiti.checks.bench import Bench
    from tests.unit.checks.workshop import Workshop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each child is started by itself")

ABOVE = "int(open('/proc/%d/stat' % __import__('os').getppid()).read().rpartition(')')[2].split()[1])"
"""The parent of the process that forks for each job, as a job tells it."""


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Servers of the test's own."""
    monkeypatch.setattr(forking, "_servers", type(forking._servers)())  # noqa: SLF001 - as for a new process
    with forking.kept():
        yield


def above(bench: Bench) -> int:
    return int(bench.inspect(ABOVE).removeprefix("int: "))


@pytest.mark.usefixtures("servers")
def test_children_have_one_server_for_a_parent_which_has_imported_nothing_of_the_project(workshop: Workshop) -> None:
    definition = workshop.stub("import sys\nBEFORE = 'app' in sys.modules\n" + SLUGIFY)
    first, second = above(workshop.bench(definition)), above(workshop.bench(definition))
    assert first == second != os.getpid()
    other = workshop.bench(workshop.stub(SLUGIFY.replace("LIMIT = 3", "LIMIT = 4")))
    assert other.inspect("LIMIT") == "int: 4", "the module is imported anew for each child"


@pytest.mark.usefixtures("servers")
def test_each_has_the_variables_and_the_path_of_the_moment(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    definition = workshop.stub()
    seen = "__import__('os').environ.get('COLOUR'), __import__('sys').path[0]"
    monkeypatch.setattr(sys, "path", ["/first", *sys.path])
    before = workshop.bench(definition)
    assert before.inspect(seen) == "tuple: (None, '/first')"
    monkeypatch.setenv("COLOUR", "red")
    monkeypatch.setattr(sys, "path", ["/second", *sys.path])
    after = workshop.bench(definition)
    assert after.inspect(seen) == "tuple: ('red', '/second')"
    assert above(before) != above(after), "what Python reads of its variables when it starts may differ"
    monkeypatch.delenv("COLOUR")
    assert above(workshop.bench(definition)) == above(before)


@pytest.mark.usefixtures("servers")
def test_a_server_that_is_used_no_more_goes_when_its_children_have_gone(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition = workshop.stub()
    first = workshop.bench(definition)
    pid = above(first)
    server = os.pidfd_open(pid)
    for number in range(2):
        monkeypatch.setenv("COLOUR", str(number))
        assert above(workshop.bench(definition)) != pid
    assert first.inspect("1 + 1") == "int: 2"
    first.close()
    ended, _, _ = select.select([server], [], [], 10)
    assert ended
    os.close(server)


@pytest.mark.usefixtures("servers")
def test_a_server_that_was_killed_is_replaced(workshop: Workshop) -> None:
    bench = workshop.bench(workshop.stub())
    server = above(bench)
    os.kill(server, signal.SIGKILL)
    said = (bench.inspect(ABOVE) for _ in range(3))  # its child is ended too, at one moment or another
    other = next(each for each in said if each.startswith("int: ") and each != f"int: {server}")
    assert other != "int: 1"


@pytest.mark.usefixtures("servers")
def test_a_server_ends_with_whoever_keeps_it(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking, "_servers", type(forking._servers)())  # noqa: SLF001 - as for a new process
    definition = workshop.stub()
    with forking.kept(), forking.kept():
        server = os.pidfd_open(above(workshop.bench(definition)))
    with pytest.raises(ProcessLookupError):
        signal.pidfd_send_signal(server, 0)
    os.close(server)
    assert above(workshop.bench(definition)) == os.getpid(), "without one, a child is started by itself"


@pytest.mark.usefixtures("servers")
def test_a_fork_of_the_process_that_keeps_a_server_does_not_use_it(workshop: Workshop) -> None:
    above(workshop.bench(workshop.stub()))
    read, write = os.pipe()
    with forking._servers._lock:  # noqa: SLF001 - as another thread may, at that moment
        pid = os.fork()
        if pid == 0:
            signal.alarm(20)
            found = forking.server_for(os.environ, sys.path, str(workshop.root))
            os.write(write, b"none" if found is None else b"one")
            os._exit(0)
    os.close(write)
    assert os.read(read, 10) == b"none"
    os.waitpid(pid, 0)
    os.close(read)
    assert above(workshop.bench(workshop.stub())) != os.getpid()


@pytest.mark.usefixtures("servers")
def test_what_a_child_leaves_behind_is_ended_with_it(workshop: Workshop) -> None:
    """A module that starts a process in a session of its own, whose parent is gone at once."""
    starts = "import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        import time\n"
    starts += "        time.sleep(600)\n    os._exit(0)\nos.wait()\n"
    bench = workshop.bench(workshop.stub(starts + SLUGIFY))
    child, *left = processes.descendants(above(bench))
    assert left
    handles = [os.pidfd_open(pid) for pid in left]
    os.kill(child, signal.SIGKILL)
    for handle in handles:
        ended, _, _ = select.select([handle], [], [], 10)
        os.close(handle)
        assert ended


@pytest.mark.usefixtures("servers")
def test_an_environment_may_lie_in_the_project(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    server_for = forking.server_for
    monkeypatch.setattr(forking, "server_for", lambda environment, path, _: server_for(environment, path, "/"))
    assert above(workshop.bench(workshop.stub())) != os.getpid()


@pytest.mark.usefixtures("servers")
def test_where_no_server_gets_ready_children_are_started_by_themselves(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forking, "_BOOT", "raise SystemExit(1)")
    definition = workshop.stub()
    assert above(workshop.bench(definition)) == os.getpid()
    monkeypatch.setattr(forking, "ForkServer", None)
    assert above(workshop.bench(definition)) == os.getpid(), "and no other one is tried"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a child that was started has its folder, and nothing else is."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    with forking.kept():
        forking.get_ready(str(tmp_path), ())  # its server has one as well
        monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.mark.usefixtures("servers")
def test_a_child_that_nobody_waits_for_is_started_when_no_candidate_is_checked(
    workshop: Workshop, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jiti.checks.children._LONGEST_WAIT", 60)
    bench = workshop.bench(workshop.stub())
    with checks.taken():
        bench.start()
        (starter,) = starters()
        starter.join(0.05)
        assert starter.is_alive()
        assert list(temporary.iterdir()) == []
    starter.join(10)
    assert not starter.is_alive()
    assert len(list(temporary.iterdir())) == 1
    assert bench.inspect("1") == "int: 1"
    assert len(list(temporary.iterdir())) == 1


@contextmanager
def begun_while_one_is_checked(workshop: Workshop) -> Generator[Bench]:
    """A bench that nobody needs yet, begun and left while a candidate is being checked elsewhere."""
    with checks.taken():
        bench = workshop.bench(workshop.stub())
        bench.start()
        yield bench


@pytest.mark.usefixtures("servers", "temporary")
def test_it_is_started_at_once_for_whoever_needs_it(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiti.checks.children._LONGEST_WAIT", 60)
    with begun_while_one_is_checked(workshop) as bench:
        assert bench.inspect("1") == "int: 1"


@pytest.mark.usefixtures("servers")
def test_it_is_not_started_any_more_once_nobody_will_need_it(
    workshop: Workshop, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jiti.checks.children._LONGEST_WAIT", 60)
    with begun_while_one_is_checked(workshop) as bench:
        (starter,) = starters()
        bench.close()
    starter.join(10)
    assert not starter.is_alive()
    assert list(temporary.iterdir()) == []


@pytest.mark.usefixtures("servers")
def test_where_candidates_are_checked_all_the_time_it_is_started_in_a_while(
    workshop: Workshop, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jiti.checks.children._LONGEST_WAIT", 0.01)
    with begun_while_one_is_checked(workshop):
        await_starters()
        assert len(list(temporary.iterdir())) == 1


@pytest.mark.usefixtures("servers")
def test_where_nothing_forks_it_is_left_to_the_thread_with_which_it_ends(
    workshop: Workshop, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(forking, "server_for", lambda *_: None)
        bench = workshop.bench(workshop.stub())
        bench.start()
        await_starters()
        assert list(temporary.iterdir()) == []
        assert above(bench) == os.getpid()


@pytest.mark.usefixtures("servers")
def test_why_it_was_not_started_is_told_by_whoever_needs_it_and_by_no_thread(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread that ends in an exception writes it to stderr, and pytest fails the test."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setattr(forking, "server_for", lambda *_: [].pop())
    bench = workshop.bench(workshop.stub())
    bench.start()
    await_starters()
    assert bench.problem() is None
    with pytest.raises(IndexError):
        bench.inspect("1")
    assert list(temporary.iterdir()) == []
    temporary.rmdir()
    bench.start()
    await_starters()
    assert f"cannot be started: [Errno 2] No such file or directory: '{temporary}/" in str(bench.problem())


def test_it_is_not_started_any_more_once_nobody_keeps_a_server(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that was broken off leaves its sessions where they are: what they began then, nobody would tidy up."""
    monkeypatch.setattr(forking, "_servers", type(forking._servers)())  # noqa: SLF001 - as for a new process
    started: list[object] = []
    monkeypatch.setattr("jiti.checks.children.ChildProcess", lambda setup, **_: started.append(setup))
    with checks.taken(), forking.kept():
        workshop.bench(workshop.stub()).start()
        (starter,) = starters()
    starter.join(10)
    assert not starter.is_alive()
    assert started == []
