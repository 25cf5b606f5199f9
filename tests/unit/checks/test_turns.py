"""Checks of many sessions: as many at once as there are processors, the first to come first."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from jiti.checks.turns import Turns
from tests.unit.dispatch.running import needs_fork


class Visitor:
    """Takes a turn in a thread of its own, and keeps it until it is told to go."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.has_turn = threading.Event()
        self.may_go = threading.Event()
        self.thread = threading.Thread(target=self._visit, daemon=True)

    def come(self, turns_waiting: int) -> None:
        """Come, and return once it waits or has its turn."""
        self.thread.start()
        while len(self._turns._waiting) < turns_waiting and not self.has_turn.is_set():  # noqa: SLF001 - seen from outside by time alone
            time.sleep(0)

    def _visit(self) -> None:
        with self._turns.taken():
            self.has_turn.set()
            self.may_go.wait(10)

    def go(self) -> None:
        self.may_go.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


def test_the_first_to_come_are_the_first_and_no_more_than_so_many_at_once() -> None:
    turns = Turns(2, patience=60)
    visitors = [Visitor(turns) for _ in range(5)]
    for number, each in enumerate(visitors):
        each.come(number - 1)
    assert [each.has_turn.wait(0.01) for each in visitors] == [True, True, False, False, False]
    visitors[1].go()
    assert visitors[2].has_turn.wait(10)
    assert not visitors[3].has_turn.is_set()
    for each in (visitors[2], visitors[0], visitors[3], visitors[4]):
        assert each.has_turn.wait(10)
        each.go()


def test_who_waits_for_another_in_a_turn_can_end_it_first() -> None:
    turns = Turns(1, patience=60)
    with turns.taken():
        turns.end()
        other = Visitor(turns)
        other.come(1)
        assert other.has_turn.wait(10)
    assert other.has_turn.is_set()
    other.go()
    with turns.taken():
        pass


def test_one_whose_turn_takes_long_keeps_nobody_from_going_on() -> None:
    turns = Turns(1, patience=0.05)
    with turns.taken(), turns.taken(), turns.taken():
        other = Visitor(turns)
        other.come(1)
        assert other.has_turn.wait(10)
        other.go()


def test_a_turn_ends_whatever_happens_in_it() -> None:
    turns = Turns(1, patience=60)
    with pytest.raises(ZeroDivisionError), turns.taken():
        raise ZeroDivisionError
    with turns.taken():
        pass


def test_quiet_is_waited_for_as_long_as_somebody_has_a_turn_and_no_longer_than_told() -> None:
    turns = Turns(1, patience=60)
    turns.await_quiet(60)
    first, second = Visitor(turns), Visitor(turns)
    first.come(0)
    second.come(1)
    quiet = threading.Event()
    threading.Thread(target=lambda: (turns.await_quiet(60), quiet.set()), daemon=True).start()
    turns.await_quiet(0.01)
    first.go()
    assert second.has_turn.wait(10)
    assert not quiet.is_set()
    second.go()
    assert quiet.wait(10)


FORKS = """
import os, signal, threading, time, warnings
from jiti.checks.turns import checks as turns

warnings.simplefilter("ignore")  # where threads are, a fork is warned of
held = [turns.taken() for _ in range(turns._most)]
for each in held:
    each.__enter__()
threading.Thread(target=turns.taken().__enter__, daemon=True).start()
while not turns._waiting:
    time.sleep(0)
child = os.fork()
if not child:
    signal.alarm(10)
    with turns.taken():
        os._exit(0)
os._exit(os.waitpid(child, 0)[1])
"""


@needs_fork
def test_a_forked_child_waits_for_nobody_who_is_not_there() -> None:
    assert subprocess.run([sys.executable, "-c", FORKS], timeout=60, check=False).returncode == 0
