"""Children that one process forks for all: the same as those that are started by themselves, and gone with it."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest

from jiti.checks import nursery, processes
from jiti.submission import Submission
from tests.unit.checks.workshop import SLUGIFY

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.unit.checks.workshop import Workshop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each child is started by itself")
SECONDS = 20.0


@pytest.fixture(autouse=True)
def opened() -> Generator[nursery.Nursery]:
    before = set(processes.descendants(os.getpid()))
    with nursery.opened():
        assert nursery.current is not None
        yield nursery.current
    assert nursery.current is None
    assert set(processes.descendants(os.getpid())) <= before


def _gone(pid: int) -> bool:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if not os.path.exists(f"/proc/{pid}"):
            return True
        time.sleep(0.005)
    return False


def test_a_child_of_it_judges_as_any_does_and_has_variables_and_folders_of_its_own(
    workshop: Workshop, opened: nursery.Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-" + "4" * 40)
    monkeypatch.setenv("PLAIN", "later than the nursery")
    bench = workshop.bench(workshop.stub())
    assert bench.check(Submission('return "-".join(text.lower().replace(",", " ").replace("!", " ").split())')).passed
    told = bench.inspect(
        "(lambda os: [os.getppid() != 1, os.environ.get('PLAIN'), os.environ['HOME'], os.getcwd(), "
        "'OPENAI_API_KEY' in os.environ])(__import__('os'))"
    )
    assert "'later than the nursery'" in told
    assert told.endswith(", False]")
    assert "jiti-nursery" not in told
    assert len(processes.children(opened.pid)) == 1


def test_what_a_child_leaves_behind_is_ended_with_it(workshop: Workshop, opened: nursery.Nursery) -> None:
    """A module that starts a process in a session of its own, whose parent is gone at once."""
    starts = "import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        import time\n"
    starts += "        time.sleep(600)\n    os._exit(0)\nos.wait()\n"
    bench = workshop.bench(workshop.stub(starts + SLUGIFY))
    assert bench.inspect("1 + 1") == "int: 2"
    child, *left = processes.descendants(opened.pid)
    assert left
    os.kill(child, signal.SIGKILL)
    assert all(map(_gone, left))


def test_where_it_was_killed_children_are_started_by_themselves(workshop: Workshop, opened: nursery.Nursery) -> None:
    bench = workshop.bench(workshop.stub())
    assert bench.inspect("1 + 1") == "int: 2"
    (child,) = processes.children(opened.pid)
    os.kill(opened.pid, signal.SIGKILL)
    assert _gone(child)
    before = set(processes.children(os.getpid()))
    other = workshop.bench(workshop.stub())
    assert other.inspect("1 + 1") == "int: 2"
    assert len(set(processes.children(os.getpid())) - before) == 1


def test_a_child_that_ends_by_itself_is_told_of_with_its_status(workshop: Workshop) -> None:
    bench = workshop.bench(workshop.stub("import os\nos.write(2, b'last words')\nos._exit(3)\n" + SLUGIFY))
    with pytest.raises(Exception, match="ended while it got ready:\nlast words"):
        bench.inspect("1")
