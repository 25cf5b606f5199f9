"""Ending processes: every descendant, and no other."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys

import pytest

from jiti.checks import processes
from jiti.checks.environment import TAG

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these ways are Linux's")

SPAWNS = """
import os, sys, time
{before}
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print("there", flush=True)
        time.sleep(99)
    os._exit(0)
time.sleep(99)
"""


def spawn(tag: str) -> subprocess.Popen[bytes]:
    """A process with a daemon below it, once that is there."""
    process = subprocess.Popen(
        [sys.executable, "-c", SPAWNS.format(before="")],
        stdout=subprocess.PIPE,
        env=os.environ | {TAG: tag},
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"there\n"
    return process


def test_a_daemon_is_found_by_its_tag_and_ended() -> None:
    tag, other = secrets.token_hex(8), secrets.token_hex(8)
    with spawn(tag) as process, spawn(other) as bystander:
        daemon = [pid for pid in processes.tagged(tag) if pid != process.pid]
        assert daemon
        assert not set(daemon) & set(processes.descendants(process.pid))
        processes.end_tree(process, tag)
        assert processes.tagged(tag) == []
        assert bystander.poll() is None
        processes.end_tree(bystander, other)


def test_a_stopped_process_is_ended_too() -> None:
    tag = secrets.token_hex(8)
    with spawn(tag) as process:
        process.send_signal(signal.SIGSTOP)
        processes.end_tree(process, tag)
        assert process.poll() is not None


def test_a_subreaper_ends_every_orphan_below_it_and_keeps_what_it_is_told_to() -> None:
    script = """
import os, subprocess, sys
from jiti.checks import processes

processes.adopt_orphans()
kept = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
pid = os.fork()
if pid == 0:
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.read(read, 1) if (read := os.pipe()[0]) else None
            os._exit(0)
        os.wait()
    os._exit(0)
os.waitpid(pid, 0)
orphans = processes.descendants(os.getpid(), besides=[kept.pid])
processes.end_descendants([kept.pid])
print(len(orphans), processes.children(os.getpid()) == [kept.pid], kept.poll())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "3 True None\n"


def test_limits_hold_and_never_rise_above_those_in_force() -> None:
    script = """
import resource
from jiti.checks import processes

resource.setrlimit(resource.RLIMIT_CPU, (7, 7))
processes.limit(cpu=99, memory=100 << 20, output=1000)
assert resource.getrlimit(resource.RLIMIT_CPU) == (7, 7)
assert resource.getrlimit(resource.RLIMIT_FSIZE) == (1000, 1000)
try:
    bytearray(200 << 20)
except MemoryError:
    print("no more")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "no more\n"


def test_what_a_process_has_computed_before_does_not_count_and_it_is_told_before_it_is_killed() -> None:
    script = """
import math, resource, time
from jiti.checks import processes

while time.process_time() < 0.05:
    pass
before = math.ceil(time.process_time())
processes.limit(cpu=1, memory=100 << 20, output=1000)
told, killed = resource.getrlimit(resource.RLIMIT_CPU)
print(told - before in {1, 2}, killed - told)  # another second may have begun meanwhile
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "True 1\n"
