"""What stands in for a stub is a real function, before its first call and after."""

from __future__ import annotations

import asyncio
import copy
import gc
import inspect
import pickle
import textwrap
import types
import typing
import weakref
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


@pytest.mark.parametrize("codes", [CODES, CLOSURES], ids=["swapped", "forwarded"])
@pytest.mark.parametrize("name", CODES)
def test_name_kind_and_signature_are_the_stubs_before_and_after_the_first_call(
    program: Program, name: str, codes: dict[str, str]
) -> None:
    module = program.run(SOURCE, codes)
    function, imported_before = getattr(module, name), getattr(module, name)
    expected = {"plain": (1, None, module.MISSING), "coroutine": 2}.get(name, [0, 1])
    for _ in range(2):
        assert type(function) is types.FunctionType
        assert (function.__name__, function.__qualname__, function.__module__) == (name, name, program.name)
        assert function.__doc__ == name.capitalize().replace("_", " ") + "."
        assert list(inspect.signature(function).parameters) == (["a", "b", "c"] if name == "plain" else ["n"])
        assert inspect.isgeneratorfunction(function) is (name == "generator")
        assert inspect.iscoroutinefunction(function) is (name == "coroutine")
        assert inspect.isasyncgenfunction(function) is (name == "async_generator")
        assert pickle.loads(pickle.dumps(function)) is imported_before  # noqa: S301 - what was just made
        assert copy.deepcopy(function) is function
        assert call(module, name) == expected


def test_types_and_defaults_are_the_stubs_own_objects(program: Program) -> None:
    module = program.run(SOURCE, CODES)
    for _ in range(2):
        assert typing.get_type_hints(module.plain)["b"] == module.Local | None
        assert inspect.signature(module.plain).parameters["c"].default is module.MISSING
        assert module.plain(1)[2] is module.MISSING


def test_attributes_of_the_stub_are_kept(program: Program) -> None:
    source = '''
def mark(function):
    function.mark = "marked"
    return function

@jiti
@mark
def plain() -> int:
    """Plain."""
'''
    module = program.run(source, {"plain": "def plain():\n    return 1\n"})
    assert (module.plain.mark, module.plain(), module.plain.mark) == ("marked", 1, "marked")


# ---------------------------------------------------------------- under other decorators


def test_recursion_goes_through_the_cache_above_the_stub(program: Program) -> None:
    source = '''
        import functools

        @functools.lru_cache(maxsize=None)
        @jiti
        def fib(n: int) -> int:
            """Fib."""
        '''
    module = program.run(source, {"fib": "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n"})
    assert (module.fib(60), module.fib.cache_info().misses) == (1548008755920, 61)


def test_recursion_without_a_decorator_reaches_the_users_function(program: Program) -> None:
    source = '@jiti\ndef depth(n: int) -> object:\n    """Depth."""\n'
    module = program.run(source, {"depth": "def depth(n):\n    return depth if n == 0 else depth(n - 1)\n"})
    assert module.depth(3) is module.depth


def test_a_wrapper_above_the_stub_calls_it(program: Program) -> None:
    source = '''
import functools

def twice(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args), function(*args)
    return wrapper

@twice
@jiti
def one() -> int:
    """One."""
'''
    module = program.run(source, {"one": "def one():\n    return 1\n"})
    assert (module.one(), module.one(), module.one.__doc__) == ((1, 1), (1, 1), "One.")


def test_a_decorator_may_call_the_stub_at_once(program: Program) -> None:
    source = '''
def tabulated(function):
    return [function(n) for n in range(4)]

@tabulated
@jiti
def factorial(n: int) -> int:
    """Factorial."""
'''
    module = program.run(source, {"factorial": "def factorial(n):\n    return n * factorial(n - 1) if n else 1\n"})
    assert module.factorial == [1, 1, 2, 6]


NO_TAKING_OVER = {
    "a C function": """
        import operator

        index = operator.index
        """,
    "decorated": """
        import functools

        @functools.cache
        def index(x):
            return x
        """,
    "a lambda": "index = lambda x: x\n",
    "another parameter name": "def index(y):\n    return y\n",
    "other parameters": "def index(*rest):\n    return rest[0]\n",
    "a closure": """
        def _make(k):
            def index(x):
                return x + k
            return index

        index = _make(0)
        """,
    "a callable object": """
        class _Index:
            def __call__(self, x):
                return x

        index = _Index()
        """,
}


@pytest.mark.parametrize("code", NO_TAKING_OVER.values(), ids=NO_TAKING_OVER)
def test_an_implementation_that_cannot_take_the_stubs_place_is_forwarded_to(program: Program, code: str) -> None:
    module = program.run('@jiti\ndef index(x: int) -> int:\n    """Index."""\n', {"index": code})
    assert (module.index(3), module.index(x=4), module.index(5)) == (3, 4, 5)


def test_a_function_that_the_file_imports_keeps_its_own_globals(program: Program) -> None:
    (program.root / f"{program.name}_other.py").write_text("_K = 5\n\n\ndef index(x):\n    return x + _K\n")
    code = f"from {program.name}_other import index\n"
    module = program.run('@jiti\ndef index(x: int) -> int:\n    """Index."""\n', {"index": code})
    assert (module.index(1), module.index(2)) == (6, 7)


def test_a_plain_stub_may_be_implemented_by_a_generator(program: Program) -> None:
    source = 'from collections.abc import Iterator\n\n\n@jiti\ndef count(n: int) -> Iterator[int]:\n    """Count."""\n'
    module = program.run(source, {"count": "def count(n):\n    yield from range(n)\n"})
    assert (list(module.count(2)), list(module.count(3))) == ([0, 1], [0, 1, 2])


def test_a_tool_that_changes_the_functions_code_does_not_stop_it(program: Program) -> None:
    module = program.run(SOURCE, CODES)
    module.plain.__code__ = module.plain.__code__.replace(co_name="instrumented")
    assert (module.plain(1), module.plain(2, c=3)) == ((1, None, module.MISSING), (2, None, 3))


def test_a_copy_of_the_function_works_when_the_function_is_gone(program: Program) -> None:
    module = program.run(SOURCE, CODES)
    copied = types.FunctionType(module.plain.__code__, module.plain.__globals__, "copied", (None,))
    del module.plain
    gc.collect()
    assert (copied(1, c=2), copied(3, c=4)) == ((1, None, 2), (3, None, 4))


# ---------------------------------------------------------------- nested stubs

NESTED = '''
def outer(k):
    @jiti
    def inner(x: int, y: int = k) -> tuple[int, int]:
        """Inner."""
    return inner
'''
INNER = {"outer.<locals>.inner": "def inner(x, y=...):\n    return x, y\n"}


def test_each_instance_of_a_nested_stub_has_its_own_defaults(program: Program) -> None:
    module = program.run(NESTED, INNER)
    first, second = module.outer(1), module.outer(2)
    assert (first(0), second(0)) == ((0, 1), (0, 2))
    assert module.outer(3)(9) == (9, 3)
    assert (first(5), second(5)) == ((5, 1), (5, 2))


def test_a_nested_stub_made_after_the_first_call_needs_none(program: Program) -> None:
    module = program.run(NESTED, INNER)
    module.outer(1)(0)
    assert module.outer(2).__code__.co_filename.endswith("inner.py")


def test_nested_stubs_go_when_nobody_needs_them(program: Program) -> None:
    module = program.run(NESTED, INNER)

    def made(calls: int) -> weakref.ref[object]:
        function = module.outer(1)
        for _ in range(calls):
            function(0)
        return weakref.ref(function)

    assert [made(calls)() for calls in (0, 1, 0, 2)] == [None] * 4
