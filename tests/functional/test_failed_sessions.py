"""Sessions that fail while others wait for them, and generations that come too late."""

from __future__ import annotations

import pytest

from tests.functional.staged import assert_nothing_is_held, outcomes, run, staged, stub

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


FAILED_TASKS = """
import asyncio

import app
import stage
from jiti import SpecConflictError


async def attempt(n):
    try:
        return await app.double(n)
    except SpecConflictError as error:
        return f"{error.reason} {error.usage} {error.session}"


async def main():
    running = [asyncio.ensure_future(attempt(n)) for n in range(5)]
    await asyncio.sleep(0)  # each has come to where it waits
    stage.tell("go")
    print(*await asyncio.gather(*running), sep="\\n")
    print(await attempt(5))


asyncio.run(main())
"""


@pytest.mark.parametrize(
    "script", [FAILED_THREADS, FAILED_TASKS, FAILED_PROCESSES], ids=["threads", "tasks", "processes"]
)
def test_who_waited_for_a_session_that_failed_fails_alike_and_who_comes_later_tries_anew(script: str) -> None:
    project = staged(FAILING.replace("def double(n", "async def double(n") if script == FAILED_TASKS else FAILING)
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
