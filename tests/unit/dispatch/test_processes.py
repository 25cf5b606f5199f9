"""Stubs in other processes: forked, spawned, run as a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.dispatch.running import needs_fork, script

if TYPE_CHECKING:
    from tests.unit.program import Program

POINT = '''
@jiti
def point(x: int) -> object:
    """A point."""
'''
POINT_CODE = """
class _Point:
    def __init__(self, x):
        self.x = x


def point(x):
    return _Point(x)
"""


def test_an_objects_pickle_is_read_by_a_process_that_did_not_import_the_module(program: Program) -> None:
    program.write(POINT, {"point": POINT_CODE})
    script(program, f"import pickle, {program.name} as shop\npickle.dump(shop.point(7), open('point', 'wb'))\n")
    assert script(program, "import jiti, pickle\nprint(pickle.load(open('point', 'rb')).x)\n") == "7\n"


def test_a_pickle_whose_stub_is_gone_says_which_module_is_missing(program: Program) -> None:
    program.write(POINT, {"point": POINT_CODE})
    script(program, f"import pickle, {program.name} as shop\npickle.dump(shop.point(7), open('point', 'wb'))\n")
    program.path.write_text("")
    text = """
import jiti, pickle
try:
    pickle.load(open('point', 'rb'))
except ModuleNotFoundError as error:
    print(error.name)
"""
    assert script(program, text) == f"_jiti.{program.name}:point\n"


# ---------------------------------------------------------------- fork

FORKED = """
import os, signal, sys, threading
import shop

PARENT = os.getpid()
begun, go = threading.Event(), threading.Event()

def gate():
    if os.getpid() == PARENT:
        begun.set()
        assert go.wait(20)

shop.gate = gate
thread = threading.Thread(target=call)
thread.start()
assert begun.wait(20)
child = os.fork()
if child == 0:
    signal.alarm(20)
    call()
    print("child", results, flush=True)
    os._exit(0)
_, status = os.waitpid(child, 0)
go.set()
thread.join()
print("parent", results, status)
"""


@needs_fork
def test_a_child_that_is_forked_while_a_thread_loads_a_file_loads_it_itself(program: Program) -> None:
    source = 'def gate() -> None: ...\n\n\n@jiti\ndef one() -> int:\n    """One."""\n'
    program.write(source, {"one": f"import {program.name}\n\n{program.name}.gate()\n\n\ndef one():\n    return 1\n"})
    call = "results = []\n\ndef call():\n    results.append(shop.one())\n"
    text = call + FORKED.replace("import shop", f"import {program.name} as shop")
    assert script(program, text, "-W", "ignore", "main.py") == "child [1]\nparent [1] 0\n"


@needs_fork
def test_a_child_that_is_forked_while_a_thread_generates_generates_itself(program: Program) -> None:
    source = '''
from jiti import filing, mirror
from jiti.definition import define

class Engine:
    def generate(self, declaration, function, args, kwargs):
        gate()
        return filing.file(define(declaration), "async def one():\\n    return 1\\n", made="by a test")

@jiti(engine=Engine())
async def one() -> int:
    """One."""
'''
    program.write(source)
    call = "import asyncio\nresults = []\n\ndef call():\n    results.append(asyncio.run(shop.one()))\n"
    text = call + FORKED.replace("import shop", f"import {program.name} as shop")
    assert script(program, text, "-W", "ignore", "main.py") == "child [1]\nparent [1] 0\n"


# ---------------------------------------------------------------- scripts

MAIN = '''
import multiprocessing
from jiti import jiti

print("runs as", __name__)

class Token: ...

@jiti
def make(n: int) -> object:
    """Make."""

def check(n: int) -> bool:
    return type(make(n)) is Token

if __name__ == "__main__":
    print(check(1))
'''
MAKE = "from main import Token\n\n\ndef make(n):\n    return Token()\n"


def implement_main(program: Program, text: str) -> None:
    name, program.name = program.name, "main"
    (program.root / "main.py").write_text(text, encoding="utf-8")
    program.implement("make", MAKE)
    program.name = name


@pytest.mark.parametrize("arguments", [("main.py",), ("-m", "main")])
def test_an_implementation_imports_the_script_that_runs_and_not_a_second_copy(
    program: Program, arguments: tuple[str, ...]
) -> None:
    implement_main(program, MAIN)
    assert script(program, MAIN, *arguments) == "runs as __main__\nTrue\n"


def test_a_script_that_calls_a_stub_too_early_is_told_so(program: Program) -> None:
    early = """
try:
    make(1)
except ImportError as error:
    print(error)

class Token: ...
"""
    text = MAIN.replace("class Token: ...\n", "").replace("def check", f"{early}\n\ndef check")
    implement_main(program, text)
    printed = script(program, text)
    assert "main.py::make was called while its own module is still being imported: cannot import name" in printed
    assert printed.endswith("True\n")


def test_a_spawned_process_of_a_script_runs_it_once(program: Program) -> None:
    text = MAIN.replace("print(check(1))", 'print(multiprocessing.get_context("spawn").Pool(1).map(check, [1]))')
    implement_main(program, text)
    assert sorted(script(program, text).splitlines()) == ["[True]", "runs as __main__", "runs as __mp_main__"]


# ---------------------------------------------------------------- the end

LATE = {
    "an exit handler": "import atexit, threading\natexit.register(call)\n",
    "an exit handler with an event loop": "import asyncio, atexit\natexit.register(lambda: asyncio.run(wait()))\n",
    "a thread that outlives the main one": (
        "import threading\n\n"
        "def late():\n    threading.main_thread().join()\n    call()\n\n"
        "threading.Thread(target=late).start()\n"
    ),
    "a finalizer": "class Last:\n    def __del__(self, call=call):\n        call()\n\nlast = Last()\n",
}
LAST_WORDS = """
import {name} as shop
from jiti import GenerationError

def call(shop=shop, GenerationError=GenerationError, print=print):
    try:
        print(shop.one())
    except GenerationError as error:
        print(error)

async def wait():
    try:
        print(await shop.two())
    except GenerationError as error:
        print(error)
"""
ONE_AND_TWO = '@jiti\ndef one() -> int:\n    """One."""\n\n@jiti\nasync def two() -> int:\n    """Two."""\n'


@pytest.mark.parametrize("late", LATE.values(), ids=LATE)
def test_a_first_call_while_python_shuts_down_says_that_it_is_too_late(program: Program, late: str) -> None:
    """Before anything is asked of a model: nothing could be checked any more."""
    program.write(ONE_AND_TWO)
    *_, message, hint = script(program, LAST_WORDS.format(name=program.name) + late).splitlines()
    assert message.endswith(" was called for the first time while Python shuts down: it can no longer be generated")
    assert hint == "  call it once before the program ends, or commit its implementation"


def test_what_is_there_runs_while_python_shuts_down(program: Program) -> None:
    program.write(ONE_AND_TWO, {"one": "def one():\n    return 1\n", "two": "async def two():\n    return 2\n"})
    for late in list(LATE.values())[:3]:
        assert script(program, LAST_WORDS.format(name=program.name) + late).splitlines()[-1] in {"1", "2"}
