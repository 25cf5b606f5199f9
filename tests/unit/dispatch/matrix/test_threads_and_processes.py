"""The matrix, of threads, tasks and processes that call one stub."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.unit.dispatch.running import THREADS, needs_fork, script, together
from tests.unit.dispatch.waiting import SOURCE, Waiting, codes, until

if TYPE_CHECKING:
    from tests.unit.program import Program


def test_threads_that_race_load_a_file_once(program: Program) -> None:
    shop = program.run(SOURCE, codes(program), engine=None)
    results = together(lambda number: [shop.add(number) for _ in range(100)])
    assert results == [[number + 2] * 100 for number in range(THREADS)]
    assert len(shop.LOADS) == 1


def test_a_file_is_run_once_however_often_its_stub_is_called(program: Program) -> None:
    shop = program.run(SOURCE, codes(program), engine=None)
    assert [shop.add(1) for _ in range(3)] == [3] * 3
    assert [asyncio.run(shop.double(1)) for _ in range(3)] == [2] * 3
    assert sorted(shop.LOADS) == [f"_jiti.{program.name}:add", f"_jiti.{program.name}:double"]


def test_threads_that_enter_files_which_import_each_other_at_both_ends_all_get_through(program: Program) -> None:
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


@pytest.mark.parametrize("method", ["spawn", pytest.param("fork", marks=needs_fork)])
def test_functions_and_the_objects_that_they_return_cross_to_other_processes(program: Program, method: str) -> None:
    program.write(POINT, {"point": POINT_CODE})
    text = f"""
import multiprocessing
import {program.name} as shop

if __name__ == "__main__":
    with multiprocessing.get_context({method!r}).Pool(1) as pool:
        (found,) = pool.map(shop.point, [5])
    print(found.x, type(found) is type(shop.point(6)))
"""
    assert script(program, text) == "5 True\n"
