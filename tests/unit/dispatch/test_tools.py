"""Debuggers, tracers and profilers: they see the implementation's lines in its file in the mirror, and no others."""

from __future__ import annotations

import inspect
import io
import pdb  # noqa: T100 - it is what is tested
import sys
import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import FrameType, ModuleType

    from _typeshed import TraceFunction

    from tests.unit.program import Program

SOURCE = '@jiti\ndef add(a: int, b: int = 2) -> int:\n    """Add."""\n'
ADDED = "def add(a, b=2):\n    c = a + b\n    return c\n"


@pytest.fixture
def shop(program: Program) -> ModuleType:
    return program.run(SOURCE, {"add": ADDED})


def lines_of(path: str, *texts: str) -> list[int]:
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    return [lines.index(text) + 1 for text in texts]


def test_a_tracer_sees_the_lines_of_the_file_from_the_second_call_on(shop: ModuleType) -> None:
    shop.add(1)
    seen: list[tuple[str, int]] = []

    def trace(frame: FrameType, event: str, _: object) -> TraceFunction:
        if event == "line":
            seen.append((frame.f_code.co_filename, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        shop.add(2)
    finally:
        sys.settrace(before)
    path = shop.add.__code__.co_filename
    assert [each for each in seen if each[0] != __file__] == [
        (path, line) for line in lines_of(path, "    c = a + b", "    return c")
    ]


def test_a_tracer_that_is_there_before_the_first_call_sees_its_lines_too(shop: ModuleType) -> None:
    seen: set[str] = set()

    def trace(frame: FrameType, event: str, _: object) -> TraceFunction:
        if event == "line":
            seen.add(f"{frame.f_code.co_filename}:{frame.f_lineno}")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        assert shop.add(1) == 3
    finally:
        sys.settrace(before)
    path = shop.add.__code__.co_filename
    assert {f"{path}:{line}" for line in lines_of(path, "    c = a + b", "    return c")} <= seen


def test_a_debugger_stops_at_a_line_of_the_file(shop: ModuleType) -> None:
    shop.add(1)
    path = shop.add.__code__.co_filename
    [line] = lines_of(path, "    return c")
    commands = io.StringIO(f"break {path}:{line}\ncontinue\np c\nclear 1\ncontinue\n")
    told = io.StringIO()
    debugger = pdb.Pdb(stdin=commands, stdout=told, nosigint=True, readrc=False)
    assert debugger.runcall(shop.add, 40) == 42
    assert f"> {path}({line})add()" in told.getvalue()
    assert "-> return c" in told.getvalue()
    assert "(Pdb) 42" in told.getvalue()


def test_source_and_file_of_the_function_are_the_stubs(shop: ModuleType, program: Program) -> None:
    for _ in range(2):
        assert inspect.getsource(shop.add) == SOURCE
        assert inspect.getsourcefile(inspect.unwrap(shop.add)) == str(program.path)
        shop.add(1)


def test_a_thread_with_a_profiler_calls_the_implementation_alone(shop: ModuleType) -> None:
    shop.add(1)
    called: list[str] = []

    def work() -> None:
        sys.setprofile(lambda frame, event, _: called.append(frame.f_code.co_filename) if event == "call" else None)
        shop.add(2)
        sys.setprofile(None)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert called == [shop.add.__code__.co_filename]
