"""Generations that are killed, interrupted, forked or nested, and what others have of that meanwhile."""

from __future__ import annotations

import os
import signal

import pytest

from tests.functional.staged import assert_nothing_is_held, outcomes, run, session_keys, staged, stub

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
needs_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="nobody tells who started whom")


# ---------------------------------------------------------------- killed, interrupted, forked

BLOCKING = f"""
def double(request):
    tell("asked")
    until("go")
    return submit("return n * 2")


blocking = engine({{"double": double}})
{stub("double", "Twice n", "@jiti(engine=blocking)")}
"""
KILL = """
import signal
from subprocess import PIPE

import stage

holder = stage.start("double", 0)
assert stage.until("asked") == holder.pid
waiters = [stage.start("double", n, stdout=PIPE, stderr=PIPE) for n in range(1, 9)]
waiting = f"jiti: waiting for app.py::double, which process {holder.pid} is writing\\n"
assert [waiter.stderr.readline() for waiter in waiters] == [waiting] * 8
holder.send_signal(signal.SIGKILL)
holder.wait()
stage.tell("go")
print([int(waiter.communicate()[0]) for waiter in waiters])
"""


@needs_kill
def test_a_holder_that_is_killed_frees_its_key_and_one_more_session_starts() -> None:
    """Eight other processes wait for it meanwhile."""
    project = staged(BLOCKING)
    assert run(project, KILL).stdout == f"{[n * 2 for n in range(1, 9)]}\n"
    assert outcomes(project) == ["accepted", "killed"]
    assert_nothing_is_held(project)


WAIT = """
from subprocess import PIPE

import stage

holder = stage.start("double", 1)
stage.until("asked")
waiter = stage.start("double", 2, stderr=PIPE)
told = waiter.stderr.readline()
stage.tell("go")
told += waiter.stderr.read()
assert holder.wait() == waiter.wait() == 0
assert told == f"jiti: waiting for app.py::double, which process {holder.pid} is writing\\n", told
"""


def test_a_waiter_says_once_what_it_waits_for_and_which_process_writes_that() -> None:
    assert sorted(run(staged(BLOCKING), WAIT).stdout.split()) == ["2", "4"]


INTERRUPT = """
import os
import signal
import subprocess
import sys

import stage
from jiti.checks.processes import descendants

# Whoever runs the tests may have them ignore what Ctrl-C sends.
code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); import app; app.double(1)"
process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
stage.until("asked")
below = descendants(process.pid)
process.send_signal(signal.SIGINT)
print(process.communicate()[1].splitlines()[-1], len(below))
print([pid for pid in below if os.path.exists(f"/proc/{pid}")])
"""


@needs_proc
def test_an_interrupt_in_the_middle_leaves_no_process_and_no_lock() -> None:
    project = staged(BLOCKING)
    assert run(project, INTERRUPT).stdout == "KeyboardInterrupt 1\n[]\n"
    assert outcomes(project) == ["KeyboardInterrupt"]
    assert_nothing_is_held(project)


FORK = """
import os
import signal
import threading
import warnings

import app
import stage

results = []
thread = threading.Thread(target=lambda: results.append(app.double(1)))
thread.start()
stage.until("asked")
warnings.simplefilter("ignore", DeprecationWarning)  # that to fork beside threads is dangerous
pid = os.fork()
if pid == 0:
    signal.alarm(60)
    os._exit(app.double(4))
stage.tell("go")
thread.join()
print(results, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


@needs_fork
def test_a_fork_in_the_middle_of_a_generation_waits_for_that_and_uses_its_file() -> None:
    project = staged(BLOCKING)
    assert run(project, FORK).stdout == "[2] 8\n"
    assert session_keys(project) == ["app.py::double"]
    assert_nothing_is_held(project)


# ---------------------------------------------------------------- the user's modules

TWO = f"""
twos = engine({{"two": lambda request: submit("return 2")}})
{stub("two", "Always 2", "@jiti(engine=twos)").replace("n: int", "n: object")}
"""
EARLY = """
import threading

import app


class Token:
    pass


class Copying:
    def __reduce__(self):
        copying.set()
        return (Copying, ())


copying = threading.Event()
results = []
thread = threading.Thread(target=lambda: results.append(app.two((Copying(), Token()))))
thread.start()
assert copying.wait(60)
results.append(app.two(1))
"""


def test_a_module_that_calls_a_stub_while_it_is_imported_holds_up_nobody_for_good() -> None:
    """A second thread calls the stub as well, and needs the module to copy the arguments of its call."""
    project = staged(TWO)
    project.write({"early.py": EARLY})
    done = run(project, "import early\n\nearly.thread.join(60)\nprint(early.results)\n")
    assert done.stdout == "[2, 2]\n"
    assert session_keys(project) == ["app.py::two"]
