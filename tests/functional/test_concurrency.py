"""One generation a stub, whoever asks at once; different stubs side by side; circles; holders that are killed.

All threads and processes are real. Where things have to happen in a certain order, the model says by a file how far
it has come, and goes on when another file says so.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from jiti.testing import Project, ScriptedModel, submit

if TYPE_CHECKING:
    from jiti.testing import Result

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
needs_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="nobody tells who started whom")


def stub(name: str, result: str, decorator: str = "@jiti") -> str:
    return f'\n\n{decorator}\ndef {name}(n: int) -> int:\n    """{result}."""\n'


def run(project: Project, script: str, *arguments: str) -> Result:
    """Run a script in the project; it has to end well."""
    project.write({"main.py": script})
    done = project.run("python", "main.py", *arguments)
    assert done.exit_code == 0, done.stderr
    return done


def session_keys(project: Project) -> list[str]:
    """The stubs that sessions were begun for, in order of their names."""
    return sorted(events[0]["key"] for events in project.sessions())


def outcomes(project: Project) -> list[str]:
    """How the sessions ended; `killed` for one that was not told the end of."""
    return sorted(events[-1].get("outcome", "killed") for events in project.sessions())


def assert_nothing_is_held(project: Project) -> None:
    assert os.listdir(project.root / ".jiti" / ".local" / "locks") == ["guard.lock"]


# ---------------------------------------------------------------- many callers

THREADS = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import app

barrier = Barrier(16)


def call(n):
    barrier.wait(60)
    return app.double(n)


with ThreadPoolExecutor(16) as pool:
    print(list(pool.map(call, range(16))))
"""
TASKS = """
import asyncio

import app


async def main():
    print(await asyncio.gather(*(app.double(n) for n in range(16))))


asyncio.run(main())
"""


@pytest.mark.parametrize("script", [THREADS, TASKS], ids=["threads", "tasks"])
def test_callers_in_one_process_share_one_session(script: str) -> None:
    app = "from jiti import jiti" + stub("double", "Twice n")
    if script == TASKS:
        app = app.replace("def double", "async def double")
    project = Project({"app.py": app}, ScriptedModel({"app.py::double": [submit("return n * 2")]}))
    assert run(project, script).stdout == f"{[n * 2 for n in range(16)]}\n"
    assert session_keys(project) == ["app.py::double"]
    assert_nothing_is_held(project)


CALLER = """
import sys

import app

me, count = map(int, sys.argv[1:])
print("ready", flush=True)
sys.stdin.read()
print([getattr(app, f"add{n % count}")(me) for n in range(me, me + count)])
"""
PROCESSES = """
import subprocess
import sys

pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
children = [subprocess.Popen([sys.executable, "caller.py", str(me), sys.argv[1]], **pipes) for me in range(32)]
for child in children:
    child.stdout.readline()
for child in children:
    child.stdin.close()
for child in children:
    print(child.stdout.read(), end="")
    child.wait()
"""


@pytest.mark.parametrize("count", [1, 20])
def test_processes_start_one_session_a_stub_and_all_get_the_right_answers(count: int) -> None:
    """Each of 32 processes calls all the stubs, and each begins with another one."""
    app = "from jiti import jiti" + "".join(stub(f"add{n}", f"n plus {n}") for n in range(count))
    model = ScriptedModel({f"app.py::add{n}": [submit(f"return n + {n}")] for n in range(count)})
    project = Project({"app.py": app, "caller.py": CALLER}, model)
    done = run(project, PROCESSES, str(count))
    right = [[me + each % count for each in range(me, me + count)] for me in range(32)]
    assert done.stdout.splitlines() == [str(answers) for answers in right], done.stderr
    assert session_keys(project) == sorted(f"app.py::add{n}" for n in range(count))
    assert_nothing_is_held(project)


# ---------------------------------------------------------------- in a certain order

STAGE = '''
"""What a test's processes tell each other by files, and engines whose models wait for that."""

import os
import subprocess
import sys
import time
from pathlib import Path

from jiti import Engine
from jiti.testing import ScriptedModel

SECONDS = 60.0


def tell(what):
    beside = Path(f".{what}-{os.getpid()}")
    beside.write_text(str(os.getpid()))
    beside.replace(f"told-{what}")


def until(what):
    """Wait for a process to tell that; gives its id."""
    deadline = time.monotonic() + SECONDS
    while not (path := Path(f"told-{what}")).exists():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)
    return int(path.read_text())


def engine(replies, observe=None):
    """An engine whose model answers for each stub of app.py with what a function returns."""
    scripts = {f"app.py::{name}": [reply] * 9 for name, reply in replies.items()}
    return Engine(model=ScriptedModel(scripts), observe=observe)


def start(name, n, **pipes):
    """A process that calls a function of app.py."""
    return subprocess.Popen([sys.executable, "call.py", name, str(n)], text=True, **pipes)


def call(name, n):
    """The value of a function of app.py, or the circle that it ends in."""
    import app
    from jiti.errors import GenerationCycleError

    try:
        return getattr(app, name)(n)
    except GenerationCycleError as error:
        return f"{error.key}: {' '.join(error.cycle)}"
'''
CALL = "import sys\n\nfrom stage import call\n\nprint(call(sys.argv[1], int(sys.argv[2])))\n"
HEAD = "from jiti import jiti\nfrom jiti.testing import submit\nfrom stage import engine, tell, until\n"


def staged(app: str) -> Project:
    return Project({"stage.py": STAGE, "call.py": CALL, "app.py": HEAD + app})


BOTH_IN_THREADS = """
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import stage

with ThreadPoolExecutor(2) as pool:
    running = [pool.submit(stage.call, name, 5) for name in sys.argv[1:]]
    stage.until(sys.argv[1])
    stage.until(sys.argv[2])
    since = time.monotonic()
    print(*(each.result() for each in running), time.monotonic() - since, sep="\\n")
"""
BOTH_IN_PROCESSES = """
import subprocess
import sys
import time

import stage

running = [stage.start(name, 5, stdout=subprocess.PIPE) for name in sys.argv[1:]]
stage.until(sys.argv[1])
stage.until(sys.argv[2])
since = time.monotonic()
print(*(each.communicate()[0].strip() for each in running), time.monotonic() - since, sep="\\n")
"""
both = pytest.mark.parametrize("script", [BOTH_IN_THREADS, BOTH_IN_PROCESSES], ids=["threads", "processes"])

LEFT_AND_RIGHT = f"""
def left(request):
    tell("left")
    until("right")
    return submit("return n - 1")


def right(request):
    tell("right")
    until("left")
    return submit("return n + 1")


both = engine({{"left": left, "right": right}})
{stub("left", "One less", "@jiti(engine=both)")}
{stub("right", "One more", "@jiti(engine=both)")}
"""


@both
def test_different_stubs_are_generated_side_by_side(script: str) -> None:
    """Neither model answers before the other was asked."""
    project = staged(LEFT_AND_RIGHT)
    left, right, _ = run(project, script, "left", "right").stdout.split()
    assert (left, right) == ("4", "6")
    assert session_keys(project) == ["app.py::left", "app.py::right"]
    assert_nothing_is_held(project)


# ---------------------------------------------------------------- stubs that need others

EVEN_AND_ODD = f"""
def even(request):
    tell("even")
    until("odd")
    return submit("return 1 if n == 0 else odd(n - 1)", "from app import odd")


def odd(request):
    tell("odd")
    until("even")
    return submit("return 0 if n == 0 else even(n - 1)", "from app import even")


both = engine({{"even": even, "odd": odd}})
{stub("even", "1 where n is even, else 0", "@jiti(engine=both)")}
{stub("odd", "1 where n is odd, else 0", "@jiti(engine=both)")}
"""


@both
def test_stubs_that_need_each_other_end_in_an_error_that_spells_it_out(script: str) -> None:
    """Both are begun before either turns out to need the other."""
    project = staged(EVEN_AND_ODD)
    even, odd, seconds = run(project, script, "even", "odd").stdout.splitlines()
    assert even == "app.py::even: app.py::even app.py::odd"
    assert odd == "app.py::odd: app.py::odd app.py::even"
    assert float(seconds) < 5
    assert session_keys(project) == ["app.py::even", "app.py::even", "app.py::odd"]
    assert outcomes(project) == ["GenerationCycleError"] * 3
    assert project.mirror().keys() == {".gitignore", "ruff.toml"}
    assert_nothing_is_held(project)


OUTER_AND_INNER = f"""
from jiti.events import Waiting


def outer(request):
    tell("outer")
    until("inner")
    return submit("return inner(n) + 1", "from app import inner")


def inner(request):
    tell("inner")
    until("waiting")
    return submit("return n * 2")


def observe(event):
    if isinstance(event, Waiting):
        tell("waiting")


both = engine({{"outer": outer, "inner": inner}}, observe)
{stub("outer", "Twice n, and one", "@jiti(engine=both)")}
{stub("inner", "Twice n", "@jiti(engine=both)")}
"""


@both
def test_a_stub_that_needs_one_which_somebody_else_writes_waits_for_it(script: str) -> None:
    """That is no circle: each is written, once."""
    project = staged(OUTER_AND_INNER)
    outer, inner, _ = run(project, script, "outer", "inner").stdout.split()
    assert (outer, inner) == ("11", "10")
    assert session_keys(project) == ["app.py::inner", "app.py::outer"]
    assert_nothing_is_held(project)


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
