"""One generation a stub, whoever asks at once; different stubs side by side; circles; holders that are killed.

All threads and processes are real. Where things have to happen in a certain order, the model says by a file how far
it has come, and goes on when another file says so.
"""

from __future__ import annotations

import os

import pytest

from jiti.testing import Project, ScriptedModel, submit
from tests.functional.staged import assert_nothing_is_held, outcomes, run, session_keys, staged, stub

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


PROCESSES = """
import multiprocessing
import sys

CALLERS = 32


def call(me, count, ready, answers):
    import app

    ready.wait(60)
    answers.put((me, [getattr(app, f"add{n % count}")(me) for n in range(me, me + count)]))


own = multiprocessing.get_context("fork")
ready, answers = own.Barrier(CALLERS), own.Queue()
callers = [own.Process(target=call, args=(me, int(sys.argv[1]), ready, answers)) for me in range(CALLERS)]
for caller in callers:
    caller.start()
for _, answer in sorted(answers.get(timeout=100) for _ in callers):
    print(answer)
for caller in callers:
    caller.join()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes are forked")
@pytest.mark.parametrize("count", [1, 20])
def test_processes_start_one_session_a_stub_and_all_get_the_right_answers(count: int) -> None:
    """Each of 32 processes calls all the stubs, and each begins with another one."""
    app = "from jiti import jiti" + "".join(stub(f"add{n}", f"n plus {n}") for n in range(count))
    model = ScriptedModel({f"app.py::add{n}": [submit(f"return n + {n}")] for n in range(count)})
    project = Project({"app.py": app}, model)
    done = run(project, PROCESSES, str(count))
    right = [[me + each % count for each in range(me, me + count)] for me in range(32)]
    assert done.stdout.splitlines() == [str(answers) for answers in right], done.stderr
    assert session_keys(project) == sorted(f"app.py::add{n}" for n in range(count))
    assert_nothing_is_held(project)


# ---------------------------------------------------------------- side by side

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
