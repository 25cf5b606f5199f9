"""Stubs that are made to look at the mirror again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti import dispatch
from tests.unit.program import Program, Writer

if TYPE_CHECKING:
    from pathlib import Path

ADD = '@jiti(engine=engine)\ndef add(a: int, b: int = 2) -> int:\n    """Add."""\n'
ADDED = "def add(a, b=2):\n    return a + b\n"
CACHED = "import functools\n\n\n@functools.cache\ndef add(a, b=2):\n    return a + b\n"


@pytest.mark.parametrize("before", [ADDED, CACHED], ids=["swapped", "forwarded"])
@pytest.mark.parametrize("after", [ADDED, CACHED], ids=["swapped", "forwarded"])
def test_a_loaded_stub_runs_what_the_mirror_holds_now(program: Program, before: str, after: str) -> None:
    shop = program.run(ADD, {"add": before}, engine=None)
    add = shop.add
    assert add(5) == 7
    program.implement("add", after.replace("a + b", "a - b"))
    assert add(5) == 7
    dispatch.rearm(str(program.root))
    assert (add(5), shop.add(5, 1)) == (3, 4)


def test_a_loaded_stub_whose_file_is_gone_is_generated_again(program: Program) -> None:
    shop = program.run(ADD, {}, engine=(writer := Writer({"add": ADDED})))
    path = program.implement("add", ADDED)
    assert shop.add(1) == 3
    path.unlink()
    dispatch.rearm(str(program.root))
    assert (shop.add(1), writer.written) == (3, 1)


def test_another_projects_stubs_stay_as_they_are(program: Program, tmp_path: Path) -> None:
    shop = program.run(ADD, {"add": ADDED}, engine=None)
    shop.add(1)
    code = shop.add.__code__
    dispatch.rearm(str(tmp_path / "elsewhere"))
    assert shop.add.__code__ is code


def test_every_instance_of_a_nested_stub_is_rearmed(program: Program) -> None:
    source = '''
        def outer(k):
            @jiti
            def inner(x: int, y: int = k) -> int:
                """Inner."""
            return inner
        '''
    shop = program.run(source, {"outer.<locals>.inner": "def inner(x, y=...):\n    return x + y\n"})
    first, second = shop.outer(1), shop.outer(2)
    assert (first(0), second(0)) == (1, 2)
    program.implement("outer.<locals>.inner", "def inner(x, y=...):\n    return x - y\n")
    dispatch.rearm(str(program.root))
    assert (first(0), second(0), shop.outer(3)(0)) == (-1, -2, -3)


def test_a_module_that_is_reloaded_looks_at_the_mirror_again(program: Program) -> None:
    shop = program.run(ADD, {"add": ADDED}, engine=None)
    old = shop.add
    assert old(5) == 7
    program.implement("add", ADDED.replace("+", "-"))
    assert (program.load(engine=None).add(5), old(5)) == (3, 7)
