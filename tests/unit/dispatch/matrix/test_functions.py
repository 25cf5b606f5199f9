"""The matrix, of functions: what stands in for a stub is what was declared, before its first call and after."""

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
import textwrap
import types
import typing
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.program import Program

SOURCE = '''
import functools
from collections.abc import AsyncIterator, Iterator

MISSING = object()

class Local:
    pass

@jiti
def plain(a: int, b: Local | None = None, *, c: object = MISSING) -> dict[str, Local]:
    """Plain."""

@jiti
def generator(n: int) -> Iterator[int]:
    """Generator."""
    yield

@jiti
async def coroutine(n: int) -> int:
    """Coroutine."""

@jiti
async def async_generator(n: int) -> AsyncIterator[int]:
    """Async generator."""
    yield
'''
DEFS = {
    "plain": "def plain(a, b=None, *, c=None):\n    return a + zero, b, c\n",
    "generator": "def generator(n):\n    yield from range(n + zero)\n",
    "coroutine": "async def coroutine(n):\n    return n + zero\n",
    "async_generator": "async def async_generator(n):\n    for i in range(n + zero):\n        yield i\n",
}


def _as_closure(name: str, code: str) -> str:
    return f"def _make(zero):\n{textwrap.indent(code, '    ')}    return {name}\n\n{name} = _make(0)\n"


CODES = {name: f"zero = 0\n\n{code}" for name, code in DEFS.items()}
CLOSURES = {name: _as_closure(name, code) for name, code in DEFS.items()}  # which cannot take the stub's place


async def _collect(iterator: Any) -> list[object]:  # noqa: ANN401 - an async iterator of anything
    return [each async for each in iterator]


def call(module: types.ModuleType, name: str) -> object:
    return {
        "plain": lambda: module.plain(1),
        "generator": lambda: list(module.generator(2)),
        "coroutine": lambda: asyncio.run(module.coroutine(2)),
        "async_generator": lambda: asyncio.run(_collect(module.async_generator(2))),
    }[name]()


@pytest.fixture(params=[CODES, CLOSURES], ids=["swapped", "forwarded"])
def shop(request: pytest.FixtureRequest, program: Program) -> types.ModuleType:
    """A module with a function of each kind, whose implementations take its place or are called from there."""
    return program.run(SOURCE, request.param)


@pytest.fixture(params=CODES)
def name(request: pytest.FixtureRequest) -> str:
    """The name of one of them, which is its kind."""
    return request.param


@pytest.fixture(params=[0, 1], ids=["before the first call", "after it"])
def function(request: pytest.FixtureRequest, shop: types.ModuleType, name: str) -> types.FunctionType:
    """What the module has by that name, at two moments."""
    for _ in range(request.param):
        call(shop, name)
    return getattr(shop, name)


def test_it_has_the_stubs_name_module_and_docstring(function: types.FunctionType, name: str, program: Program) -> None:
    assert (function.__name__, function.__qualname__, function.__module__) == (name, name, program.name)
    assert function.__doc__ == name.capitalize().replace("_", " ") + "."


def test_it_has_the_stubs_signature(shop: types.ModuleType, function: types.FunctionType, name: str) -> None:
    missing = repr(shop.MISSING)
    expected = {
        "plain": f"(a: 'int', b: 'Local | None' = None, *, c: 'object' = {missing}) -> 'dict[str, Local]'",
        "generator": "(n: 'int') -> 'Iterator[int]'",
        "coroutine": "(n: 'int') -> 'int'",
        "async_generator": "(n: 'int') -> 'AsyncIterator[int]'",
    }
    assert str(inspect.signature(function)) == expected[name]


def test_it_is_a_real_function(function: types.FunctionType) -> None:
    assert type(function) is types.FunctionType
    assert inspect.isfunction(function)


def test_its_kind_shows(function: types.FunctionType, name: str) -> None:
    assert inspect.isgeneratorfunction(function) is (name == "generator")
    assert inspect.iscoroutinefunction(function) is (name == "coroutine")
    assert inspect.isasyncgenfunction(function) is (name == "async_generator")


def test_it_is_pickled_by_name_and_copied_as_itself(function: types.FunctionType) -> None:
    assert pickle.loads(pickle.dumps(function)) is function  # noqa: S301 - what was just made
    assert copy.deepcopy(function) is copy.copy(function) is function


def test_an_alias_imported_before_the_first_call_is_the_function_and_pickled_as_it(
    shop: types.ModuleType, name: str
) -> None:
    alias = getattr(shop, name)
    call(shop, name)
    assert alias is getattr(shop, name)
    assert pickle.loads(pickle.dumps(alias)) is alias  # noqa: S301 - what was just made


def test_it_does_what_its_implementation_does_at_every_call(shop: types.ModuleType, name: str) -> None:
    expected = {"plain": (1, None, shop.MISSING), "coroutine": 2}.get(name, [0, 1])
    assert [call(shop, name) for _ in range(3)] == [expected] * 3


def test_its_annotations_mean_the_modules_own_classes(shop: types.ModuleType) -> None:
    for _ in range(2):
        assert typing.get_type_hints(shop.plain)["b"] == shop.Local | None
        call(shop, "plain")


def test_its_defaults_are_the_stubs_own_objects(shop: types.ModuleType) -> None:
    for _ in range(2):
        assert inspect.signature(shop.plain).parameters["c"].default is shop.MISSING
        assert shop.plain(1)[2] is shop.MISSING
