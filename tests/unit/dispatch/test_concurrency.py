"""Threads and tasks that call one stub for the first time together."""

from __future__ import annotations

import asyncio
import sys
import threading
from types import ModuleType
from typing import Any

import pytest

from jiti.errors import GenerationError
from tests.unit.dispatch.running import THREADS, together
from tests.unit.dispatch.waiting import SOURCE, Waiting, codes, until
from tests.unit.program import Program, Writer


def test_threads_that_race_generate_and_load_once(program: Program) -> None:
    shop = program.run(SOURCE, {}, engine=(writer := Writer(codes(program))))
    assert together(shop.add) == [number + 2 for number in range(THREADS)]
    assert (writer.written, len(shop.LOADS)) == (1, 1)


def test_threads_that_race_to_a_forwarder_load_once(program: Program) -> None:
    cached = codes(program)["add"].replace("def add", "import functools\n\n\n@functools.cache\ndef add")
    shop = program.run(SOURCE, {"add": cached}, engine=None)
    assert together(shop.add) == [number + 2 for number in range(THREADS)]
    assert len(shop.LOADS) == 1


@pytest.mark.parametrize("name", ["typing", "asyncio"])
def test_a_module_that_another_thread_is_importing_holds_nothing_up(
    program: Program, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It is there, and has nothing in it yet."""
    first, shop = (each.run(SOURCE, {}, engine=Writer(codes(each))) for each in (program, Program(program.root)))
    first.add(1)  # whatever else imports that module has done so now
    waiting = shop.double(2)
    monkeypatch.setitem(sys.modules, name, ModuleType(name))
    with pytest.raises(StopIteration) as stop:
        waiting.send(None)
    assert (shop.add(1), stop.value.value) == (3, 4)


# ---------------------------------------------------------------- tasks


def test_a_generation_that_all_waiters_left_is_there_for_the_next_call(program: Program) -> None:
    shop = program.run(SOURCE, {}, engine=(engine := Waiting(codes(program))))

    async def leave() -> None:
        task = asyncio.create_task(shop.double(1))
        await until(engine.begun)
        task.cancel()

    asyncio.run(leave())
    engine.go.set()
    assert (asyncio.run(shop.double(2)), engine.written) == (4, 1)


def test_every_waiter_gets_the_failure_and_the_next_call_tries_again(program: Program) -> None:
    engine = Waiting(codes(program), error=GenerationError("no luck"))
    shop = program.run(SOURCE, {}, engine=engine)

    async def main() -> list[Any]:
        tasks = [asyncio.create_task(shop.double(n)) for n in range(3)]
        await until(engine.begun)
        engine.go.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    failures = asyncio.run(main())
    assert [str(each) for each in failures] == ["no luck"] * 3
    assert asyncio.run(shop.double(2)) == 4


def test_a_file_that_is_there_is_loaded_on_the_loops_own_thread(program: Program) -> None:
    there = {name: code.replace("__name__", "threading.current_thread()") for name, code in codes(program).items()}
    shop = program.run(SOURCE, {"double": "import threading\n" + there["double"]}, engine=None)
    assert asyncio.run(shop.double(2)) == 4
    assert [threading.current_thread()] == shop.LOADS


def test_a_coroutine_that_no_event_loop_drives_generates_where_it_is(program: Program) -> None:
    shop = program.run(SOURCE, {}, engine=(engine := Waiting(codes(program))))
    engine.go.set()
    with pytest.raises(StopIteration) as stop:
        shop.double(2).send(None)
    assert (stop.value.value, engine.threads) == (4, [threading.current_thread().name])
