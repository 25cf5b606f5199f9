"""`@jiti` above other decorators, which hold the stub's own function already."""

from __future__ import annotations

import asyncio
import gc
import inspect
import pickle
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

    from tests.unit.program import Program

SOURCE = '''
import contextlib
import functools
from collections.abc import AsyncIterator, Iterator


def loud(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return f"{function(*args, **kwargs)}!"

    return wrapper


@jiti
@loud
def greet(who: str, *, word: str = "hello") -> str:
    """Greet."""


@loud
@jiti
@loud
def between(who: str) -> str:
    """Greet."""


@jiti
@functools.lru_cache
def fib(n: int) -> int:
    """The Fibonacci number."""


@jiti
@contextlib.contextmanager
def doubled(n: int) -> Iterator[int]:
    """Give twice the number."""
    yield ...


@jiti
@contextlib.asynccontextmanager
async def halved(n: int) -> AsyncIterator[float]:
    """Give half the number."""
    yield ...


@jiti
@functools.singledispatch
def show(value: object) -> str:
    """Show."""


@show.register
def _(value: int) -> str:
    return "int"


class Box:
    @jiti
    @functools.cached_property
    def parts(self) -> list:
        """The parts."""

    @jiti
    @functools.singledispatchmethod
    def add(self, value: object) -> str:
        """Add."""

    @add.register
    def _(self, value: int) -> str:
        return "int"

    @jiti
    @property
    @loud
    def name(self) -> str:
        """The name."""


def outer(k):
    @jiti
    @loud
    def inner(x: int, y: int = k) -> int:
        """Inner."""

    return inner
'''
CODES = {
    "greet": 'def greet(who, *, word="hello"):\n    return f"{word} {who}"\n',
    "between": 'def between(who):\n    return f"hello {who}"\n',
    "fib": "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n",
    "doubled": "def doubled(n):\n    yield 2 * n\n",
    "halved": "async def halved(n):\n    yield n / 2\n",
    "show": 'def show(value):\n    return "object"\n',
    "Box.parts": "class Box:\n    def parts(self):\n        return [1]\n",
    "Box.add": 'class Box:\n    def add(self, value):\n        return "object"\n',
    "Box.name": 'class Box:\n    def name(self):\n        return "box"\n',
    "outer.<locals>.inner": "def inner(x, y=...):\n    return x + y\n",
}


@pytest.fixture
def shop(program: Program) -> ModuleType:
    return program.run(SOURCE, CODES)


def test_a_wrapper_below_calls_the_implementation(shop: ModuleType) -> None:
    assert (shop.greet("bob"), shop.greet("al", word="hi")) == ("hello bob!", "hi al!")


def test_a_stub_between_two_decorators_has_both(shop: ModuleType) -> None:
    assert (shop.between("bob"), shop.between("al")) == ("hello bob!!", "hello al!!")


def test_recursion_goes_through_the_cache_below(shop: ModuleType) -> None:
    assert (shop.fib(60), shop.fib.cache_info().misses) == (1548008755920, 61)


def test_a_context_manager_below_is_entered(shop: ModuleType) -> None:
    for number in (1, 2):
        with shop.doubled(number) as given:
            assert given == 2 * number

    async def main() -> float:
        async with shop.halved(3) as given:
            return given

    assert [asyncio.run(main()) for _ in range(2)] == [1.5, 1.5]


def test_single_dispatch_below_finds_stub_and_registered_functions(shop: ModuleType) -> None:
    assert [shop.show(each) for each in (1, "a", "b")] == ["int", "object", "object"]
    assert [shop.Box().add(each) for each in (1, "a", "b")] == ["int", "object", "object"]


def test_a_cached_property_below_is_computed_once(shop: ModuleType) -> None:
    box = shop.Box()
    assert box.parts is box.parts
    assert (shop.Box().parts, shop.Box().name, shop.Box().name) == ([1], "box!", "box!")


def test_each_instance_of_a_nested_stub_below_a_wrapper_has_its_own_defaults(shop: ModuleType) -> None:
    first, second = shop.outer(1), shop.outer(2)
    assert (first(0), second(0), first(5), second(5)) == ("1!", "2!", "6!", "7!")


def test_nothing_is_left_in_the_module_when_the_stub_is_gone(shop: ModuleType) -> None:
    before = set(vars(shop))
    inner = shop.outer(1)
    inner(0)
    assert set(vars(shop)) > before
    del inner
    gc.collect()
    assert set(vars(shop)) == before


def test_signature_and_pickle_are_the_wrappers(shop: ModuleType) -> None:
    for _ in range(2):
        assert str(inspect.signature(shop.greet)) == "(who: 'str', *, word: 'str' = 'hello') -> 'str'"
        assert pickle.loads(pickle.dumps(shop.greet)) is shop.greet  # noqa: S301 - just made
        with pytest.raises(TypeError, match=r"^greet\(\) missing 1 required positional argument: 'who'$"):
            shop.greet()
        shop.greet("bob")


def test_a_function_that_is_registered_somewhere_is_the_implementation(program: Program) -> None:
    source = '''
import functools

ROUTES = []


def route(function):
    ROUTES.append(function)
    return functools.wraps(function)(lambda *args: function(*args))


@jiti
@route
def index(page: int) -> str:
    """The page."""
'''
    shop = program.run(source, {"index": 'def index(page):\n    return f"page {page}"\n'})
    assert ([each(1) for each in shop.ROUTES], shop.index(2)) == (["page 1"], "page 2")
