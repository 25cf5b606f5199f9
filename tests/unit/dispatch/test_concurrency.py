"""Threads and tasks that call one stub for the first time together."""

from __future__ import annotations

import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from jiti.errors import GenerationError
from tests.unit.program import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FunctionType

    from jiti.mirror import Implementation
    from jiti.stub import Declaration
    from tests.unit.program import Program

SECONDS = 20.0
THREADS = 16

SOURCE = '''
LOADS = []

@jiti(engine=engine)
def add(a: int, b: int = 2) -> int:
    """Add."""

@jiti(engine=engine)
async def double(n: int) -> int:
    """Double."""
'''


@pytest.fixture
def _switching_often() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def together(work: Callable[[int], object]) -> list[object]:
    """What `work` gives in each of many threads that begin at one moment."""
    barrier = threading.Barrier(THREADS)

    def run(number: int) -> object:
        barrier.wait(SECONDS)
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return [each.result(SECONDS) for each in [pool.submit(run, number) for number in range(THREADS)]]


def codes(program: Program) -> dict[str, str]:
    head = f"import {program.name}\n\n{program.name}.LOADS.append(__name__)\n\n\n"
    return {
        "add": f"{head}def add(a, b=2):\n    return a + b\n",
        "double": f"{head}async def double(n):\n    return n * 2\n",
    }


@pytest.mark.usefixtures("_switching_often")
def test_threads_that_race_load_a_file_once(program: Program) -> None:
    shop = program.run(SOURCE, codes(program), engine=None)
    results = together(lambda number: [shop.add(number) for _ in range(100)])
    assert results == [[number + 2] * 100 for number in range(THREADS)]
    assert len(shop.LOADS) == 1


@pytest.mark.usefixtures("_switching_often")
def test_threads_that_race_generate_and_load_once(program: Program) -> None:
    shop = program.run(SOURCE, {}, engine=(writer := Writer(codes(program))))
    assert together(shop.add) == [number + 2 for number in range(THREADS)]
    assert (writer.written, len(shop.LOADS)) == (1, 1)


@pytest.mark.usefixtures("_switching_often")
def test_threads_that_race_to_a_forwarder_load_once(program: Program) -> None:
    cached = codes(program)["add"].replace("def add", "import functools\n\n\n@functools.cache\ndef add")
    shop = program.run(SOURCE, {"add": cached}, engine=None)
    assert together(shop.add) == [number + 2 for number in range(THREADS)]
    assert len(shop.LOADS) == 1


@pytest.mark.usefixtures("_switching_often")
def test_threads_that_enter_a_circle_of_imports_at_both_ends_all_get_through(program: Program) -> None:
    source = '@jiti\ndef even(n: int) -> bool:\n    """Even."""\n\n\n@jiti\ndef odd(n: int) -> bool:\n    """Odd."""\n'
    shop = program.run(
        source,
        {
            "even": f"from {program.name} import odd\n\n\ndef even(n):\n    return n == 0 or odd(n - 1)\n",
            "odd": f"from {program.name} import even\n\n\ndef odd(n):\n    return n != 0 and even(n - 1)\n",
        },
    )
    results = together(lambda number: (shop.even if number % 2 else shop.odd)(10))
    assert results == [bool(number % 2) for number in range(THREADS)]


# ---------------------------------------------------------------- tasks


class Waiting(Writer):
    """Generates only when it is let: which nobody could do if the event loop stood still.

    Attributes:
        begun: set when it has been asked.
        go: it waits for this.
        threads: the names of the threads that it was asked on.
        error: what it raises the first time.
    """

    def __init__(self, codes: Mapping[str, str], error: Exception | None = None) -> None:
        super().__init__(codes)
        self.begun = threading.Event()
        self.go = threading.Event()
        self.threads: list[str] = []
        self.error = error

    def generate(
        self, declaration: Declaration, function: FunctionType, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> Implementation:
        self.threads.append(threading.current_thread().name)
        self.begun.set()
        assert self.go.wait(SECONDS)
        error, self.error = self.error, None
        if error is not None:
            raise error
        return super().generate(declaration, function, args, kwargs)


async def until(event: threading.Event) -> None:
    """Wait for what a thread does, while the loop turns."""
    async with asyncio.timeout(SECONDS):
        while not event.is_set():  # noqa: ASYNC110 - a thread sets it, and no asyncio event can be waited for by one
            await asyncio.sleep(0)


def test_tasks_that_race_share_one_generation_on_a_thread_while_the_loop_runs(program: Program) -> None:
    shop = program.run(SOURCE, {}, engine=(engine := Waiting(codes(program))))

    async def main() -> list[int]:
        tasks = [asyncio.create_task(shop.double(n)) for n in range(50)]
        await until(engine.begun)
        engine.go.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(main()) == [n * 2 for n in range(50)]
    assert engine.threads == [f"jiti {program.name}.py::double"]
    assert (engine.written, len(shop.LOADS)) == (1, 1)


def test_a_waiter_that_is_cancelled_leaves_the_generation_to_the_others(program: Program) -> None:
    shop = program.run(SOURCE, {}, engine=(engine := Waiting(codes(program))))

    async def main() -> int:
        first, second = (asyncio.create_task(shop.double(n)) for n in (1, 2))
        await until(engine.begun)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        engine.go.set()
        return await second

    assert (asyncio.run(main()), engine.written) == (4, 1)


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
