"""Stubs in a process that tries candidates."""

from __future__ import annotations

import asyncio
import pickle
import traceback
from typing import TYPE_CHECKING

import pytest

from jiti import trial
from tests.unit.program import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.program import Program

SOURCE = '''
@jiti(engine=engine)
def add(a: int, b: int = 2) -> int:
    """Add."""

@jiti(engine=engine)
async def wait(n: object) -> int:
    """Wait."""
'''
ADDED = "def add(a, b=2):\n    return a + b\n"


@pytest.fixture
def tried() -> Iterator[trial.Trial]:
    """A trial that is in force."""
    trial.current = trial.Trial()
    yield trial.current
    trial.current = None


def test_a_candidate_runs_instead_of_the_file(program: Program, tried: trial.Trial) -> None:
    shop = program.run(SOURCE, {"add": ADDED}, engine=None)
    tried.candidates[f"{program.name}.py::add"] = ADDED.replace("+", "-")
    assert (shop.add(5), shop.add(5, 1)) == (3, 4)


def test_a_traceback_shows_a_candidates_lines(program: Program, tried: trial.Trial) -> None:
    shop = program.run(SOURCE, {}, engine=None)
    key = f"{program.name}.py::add"
    tried.candidates[key] = "def add(a, b=2):\n    raise ValueError(a)\n"
    with pytest.raises(ValueError, match="1") as caught:
        shop.add(1)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.filename, last.lineno, last.line) == (f"<candidate {key}>", 2, "raise ValueError(a)")


@pytest.mark.usefixtures("tried")
def test_a_file_that_runs_is_used(program: Program) -> None:
    shop = program.run(SOURCE, {"add": ADDED}, engine=None)
    assert shop.add(1) == 3


def test_a_missing_stub_is_reported_with_its_arguments_and_not_generated(program: Program, tried: trial.Trial) -> None:
    shop = program.run(SOURCE, {}, engine=(writer := Writer({"add": ADDED})))
    with pytest.raises(trial.Needed):
        shop.add(1)
    need = {"key": f"{program.name}.py::add", "module": program.name, "qualname": "add"}
    assert tried.needs == [{**need, "arguments": pickle.dumps(((1, 2), {}), protocol=pickle.HIGHEST_PROTOCOL)}]
    assert writer.asked == []


def test_a_missing_coroutine_is_reported_too(program: Program, tried: trial.Trial) -> None:
    shop = program.run(SOURCE, {}, engine=None)
    with pytest.raises(trial.Needed):
        asyncio.run(shop.wait(lambda: None))
    assert [(each["qualname"], each["arguments"]) for each in tried.needs] == [("wait", None)]
