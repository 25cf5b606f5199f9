"""Generations that are killed, interrupted, forked, failed or nested, and what others have of that meanwhile."""

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


# ---------------------------------------------------------------- failed

FAILING = f"""
from jiti.events import Waiting
from jiti.testing import give_up


def double(request):
    tell("asked")
    until("go")
    return give_up("No.")


def observe(event):
    watching(event)


def watching(event):
    if isinstance(event, Waiting):
        print(event, flush=True)


failing = engine({{"double": double}}, observe)
{stub("double", "Twice n", "@jiti(engine=failing)")}
"""
TRY = """
import sys
import app
from jiti import SpecConflictError

try:
    app.double(int(sys.argv[1]))
except SpecConflictError as error:
    print(error.reason, error.usage, error.session)
"""
FAILED_PROCESSES = """
import subprocess
import sys
from subprocess import PIPE

import stage


def start(n):
    return subprocess.Popen([sys.executable, "try.py", str(n)], text=True, stdout=PIPE)


running = [start(0)]
stage.until("asked")
running += [start(n) for n in range(1, 5)]
for waiter in running[1:]:
    assert waiter.stdout.readline().startswith("Waiting(key='app.py::double'")
stage.tell("go")
print(*(each.communicate()[0].strip() for each in running), sep="\\n")
print(start(5).communicate()[0].strip())
"""
FAILED_THREADS = """
from concurrent.futures import ThreadPoolExecutor
from threading import Semaphore

import app
import stage
from jiti import SpecConflictError
from jiti.events import Waiting

waiting = Semaphore(0)


def observe(event):
    if isinstance(event, Waiting):
        waiting.release()


def attempt(n):
    try:
        return app.double(n)
    except SpecConflictError as error:
        return f"{error.reason} {error.usage} {error.session}"


app.watching = observe
with ThreadPoolExecutor(5) as pool:
    running = [pool.submit(attempt, n) for n in range(5)]
    for _ in range(4):
        assert waiting.acquire(timeout=60)
    stage.tell("go")
    print(*(each.result() for each in running), sep="\\n")
print(attempt(5))
"""


@pytest.mark.parametrize("script", [FAILED_THREADS, FAILED_PROCESSES], ids=["threads", "processes"])
def test_who_waited_for_a_session_that_failed_fails_alike_and_who_comes_later_tries_anew(script: str) -> None:
    project = staged(FAILING)
    project.write({"try.py": TRY})
    *waited, later = run(project, script).stdout.splitlines()
    assert len(waited) == 5
    assert len({*waited}) == 1
    assert waited[0].startswith("No. 0 tokens ")
    assert later.startswith("No. 0 tokens ")
    assert later != waited[0]
    assert outcomes(project) == ["SpecConflictError"] * 2
    assert_nothing_is_held(project)


# ---------------------------------------------------------------- too late

LATE = f"""
import threading

asked = threading.Event()


def double(request):
    asked.set()
    threading.main_thread().join()
    return submit("return n * 2")


late = engine({{"double": double}})
{stub("double", "Twice n", "@jiti(engine=late)")}
"""
AT_EXIT = """
import atexit
import os
import threading  # or its own end would come after this script's

import app
from jiti import GenerationError
from jiti.stub import declaration_for


def generate():
    try:
        app.late.generate(declaration_for(os.getcwd(), "app.py::double"), app.double, (4,), {})
    except GenerationError as error:
        print(error, app.asked.is_set())


atexit.register(generate)
"""
LEFT_ALONE = """
import threading

import app
from jiti import GenerationError


def call():
    try:
        app.double(4)
    except GenerationError as error:
        print(error, app.asked.is_set())


threading.Thread(target=call).start()
app.asked.wait(60)
"""


@pytest.mark.parametrize(("script", "asked"), [(AT_EXIT, False), (LEFT_ALONE, True)], ids=["begun", "gone on with"])
def test_a_generation_while_python_shuts_down_says_that_it_is_too_late(script: str, *, asked: bool) -> None:
    project = staged(LATE)
    message, hint = run(project, script).stdout.splitlines()
    assert message == "app.py::double: Python shuts down: nothing can be generated any more"
    assert hint.startswith("  call it once before the program ends, join the threads that call it, or commit")
    assert hint.endswith(str(asked))
    assert len(project.sessions()) == asked
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
