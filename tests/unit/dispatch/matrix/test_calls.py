"""The matrix, of calls: every kind of call, implementation and decorator, as if the body had been written by hand."""

from __future__ import annotations

import asyncio
import importlib
import sys
import traceback

import pytest

from tests.unit.program import Program, Writer

ADD = '''
@jiti(engine=engine)
def add(a: int, b: int = 2) -> int:
    """Add."""
'''
ADDED = "def add(a: int, b: int = 2) -> int:\n    return a + b\n"


def test_a_first_call_and_a_second_run_the_file_and_ask_no_engine(program: Program) -> None:
    module = program.run(ADD, {"add": ADDED}, engine=(writer := Writer({})))
    assert (module.add(1), module.add(1, b=3), writer.asked) == (3, 4, [])


@pytest.mark.parametrize("there", [True, False])
def test_wrong_arguments_are_a_plain_type_error_and_nothing_is_generated(program: Program, there: bool) -> None:  # noqa: FBT001
    module = program.run(ADD, {"add": ADDED} if there else {}, engine=(writer := Writer({"add": ADDED})))
    with pytest.raises(TypeError, match=r"^add\(\) missing 1 required positional argument: 'a'$"):
        module.add()
    assert writer.asked == []
    assert module.add(1) == 3
    with pytest.raises(TypeError, match=r"^add\(\) missing 1 required positional argument: 'a'$"):
        module.add()


def test_an_alias_imported_before_the_first_call_runs_the_file_with_no_frame_of_jiti_between(program: Program) -> None:
    module = program.run(ADD, {"add": ADDED}, engine=None)
    imported = module.add
    module.add(1)
    called: list[str] = []
    sys.setprofile(lambda frame, event, _: called.append(frame.f_code.co_filename) if event == "call" else None)
    imported(1)
    sys.setprofile(None)
    assert called == [str(program.root / ".jiti" / program.name / "add.py")]


def test_a_traceback_points_at_the_line_of_the_file_in_the_mirror(program: Program) -> None:
    module = program.run(ADD, {}, engine=None)
    path = program.implement("add", "def add(a, b=2):\n    c = a + b\n    raise ValueError(c)\n")
    line = path.read_text().splitlines().index("    raise ValueError(c)") + 1
    for frames in (None, 2):
        with pytest.raises(ValueError, match="3") as caught:
            module.add(1)
        shown = traceback.extract_tb(caught.value.__traceback__)
        last = shown[-1]
        assert (last.filename, last.lineno, last.name, last.line) == (str(path), line, "add", "raise ValueError(c)")
        assert frames is None or len(shown) == frames


PARAMETERS = {
    "keyword only": ("a, *, b=3, c", "a, b, c", {"(1, c=2)": (1, 3, 2), "(1, c=2, b=0)": (1, 0, 2)}),
    "positional only": ("a, b=5, /, c=6", "a, b, c", {"(1)": (1, 5, 6), "(1, 2, c=3)": (1, 2, 3)}),
    "any number": (
        "a, *args, b=1, **kwargs",
        "a, args, b, kwargs",
        {"(1, 2, 3, z=4)": (1, (2, 3), 1, {"z": 4}), "(1, b=9)": (1, (), 9, {})},
    ),
}


@pytest.mark.parametrize(("parameters", "given", "results"), PARAMETERS.values(), ids=PARAMETERS)
def test_arguments_arrive_as_they_were_declared(
    program: Program, parameters: str, given: str, results: dict[str, object]
) -> None:
    source = f'@jiti\ndef f({parameters}):\n    """F."""\n'
    module = program.run(source, {"f": f"def f({parameters}):\n    return {given}\n"})
    for _ in range(2):
        assert {call: eval(f"f{call}", vars(module)) for call in results} == results  # noqa: S307 - written above


def test_a_coroutine_is_awaited(program: Program) -> None:
    source = '@jiti\nasync def double(n: int) -> int:\n    """Double."""\n'
    module = program.run(source, {"double": "async def double(n):\n    return 2 * n\n"})
    assert [asyncio.run(module.double(n)) for n in (1, 2)] == [2, 4]


COUNT = """
def count(n):
    for i in range(n):
        try:
            got = yield i
        except KeyError:
            got = "error"
        if got is not None:
            yield "got", got
    return "end"
"""


def test_a_generator_is_sent_to_thrown_into_and_closed_on_its_first_call(program: Program) -> None:
    module = program.run('@jiti\ndef count(n: int) -> object:\n    """Count."""\n    yield\n', {"count": COUNT})
    for _ in range(2):
        counting = module.count(3)
        assert [next(counting), counting.send("x"), next(counting)] == [0, ("got", "x"), 1]
        assert [counting.throw(KeyError), next(counting)] == [("got", "error"), 2]
        with pytest.raises(StopIteration) as stop:
            next(counting)
        assert stop.value.value == "end"
        counting = module.count(3)
        next(counting)
        counting.close()
        assert list(counting) == []


def test_an_async_generator_is_sent_to_thrown_into_and_closed_on_its_first_call(program: Program) -> None:
    code = COUNT.replace("def", "async def").replace('    return "end"\n', "")
    source = '@jiti\nasync def count(n: int) -> object:\n    """Count."""\n    yield\n'
    module = program.run(source, {"count": code})

    async def drive() -> None:
        counting = module.count(3)
        assert [await anext(counting), await counting.asend("x"), await anext(counting)] == [0, ("got", "x"), 1]
        assert await counting.athrow(KeyError()) == ("got", "error")
        await counting.aclose()
        assert [each async for each in counting] == []
        assert [each async for each in module.count(2)] == [0, 1]

    for _ in range(2):
        asyncio.run(drive())


def test_a_plain_stub_may_be_implemented_by_a_generator(program: Program) -> None:
    source = 'from collections.abc import Iterator\n\n\n@jiti\ndef count(n: int) -> Iterator[int]:\n    """Count."""\n'
    module = program.run(source, {"count": "def count(n):\n    yield from range(n)\n"})
    assert (list(module.count(2)), list(module.count(3))) == ([0, 1], [0, 1, 2])


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


def test_stubs_of_two_modules_call_each_other(program: Program) -> None:
    other = Program(program.root)
    source = '@jiti\ndef {name}(n: int) -> bool:\n    """Whether it is."""\n'
    code = "from {module} import {other}\n\n\ndef {name}(n):\n    return {start} if n == 0 else {other}(n - 1)\n"
    even = code.format(module=other.name, name="is_even", other="is_odd", start=True)
    odd = code.format(module=program.name, name="is_odd", other="is_even", start=False)
    one = program.run(source.format(name="is_even"), {"is_even": even})
    two = other.run(source.format(name="is_odd"), {"is_odd": odd})
    assert [one.is_even(10), two.is_odd(7), one.is_even(7), two.is_odd(10)] == [True, True, False, False]
    other.unload()


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


def test_a_stub_may_be_registered_for_single_dispatch(program: Program) -> None:
    source = '''
        import functools

        @functools.singledispatch
        def show(value: object) -> str:
            return "object"

        @show.register
        @jiti
        def show_int(value: int) -> str:
            """Show."""
        '''
    module = program.run(source, {"show_int": 'def show_int(value):\n    return "int"\n'})
    assert [module.show(each) for each in (3, "x", 4)] == ["int", "object", "int"]


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


MAKE = '''
@jiti
def make() -> object:
    """Make."""
'''


@pytest.mark.parametrize("imported_by", ["import", "a tool"])
def test_a_call_while_its_module_is_being_imported_says_so_and_works_later(program: Program, imported_by: str) -> None:
    early = """
try:
    make()
except ImportError as error:
    early = error

class Token: ...
"""
    program.write(MAKE + early, {"make": f"from {program.name} import Token\n\n\ndef make():\n    return Token()\n"})
    module = importlib.import_module(program.name) if imported_by == "import" else program.load()
    told = f"{program.name}.py::make was called while its own module is still being imported: cannot import name"
    assert str(module.early).startswith(f"{told} 'Token'")
    assert module.early.name == program.name
    assert type(module.make()) is module.Token
