"""What stands in for a stub in odd places: decorators that look into it, copies, functions in functions."""

from __future__ import annotations

import gc
import types
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.program import Program

PLAIN = '''
MISSING = object()

@jiti
def plain(a: int, b: object = None, *, c: object = MISSING) -> tuple:
    """Plain."""
'''
CODES = {"plain": "def plain(a, b=None, *, c=None):\n    return a, b, c\n"}


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


def test_a_function_that_the_file_imports_keeps_its_own_globals(program: Program) -> None:
    (program.root / f"{program.name}_other.py").write_text("_K = 5\n\n\ndef index(x):\n    return x + _K\n")
    code = f"from {program.name}_other import index\n"
    module = program.run('@jiti\ndef index(x: int) -> int:\n    """Index."""\n', {"index": code})
    assert (module.index(1), module.index(2)) == (6, 7)


def test_a_tool_that_changes_the_functions_code_does_not_stop_it(program: Program) -> None:
    module = program.run(PLAIN, CODES)
    module.plain.__code__ = module.plain.__code__.replace(co_name="instrumented")
    assert (module.plain(1), module.plain(2, c=3)) == ((1, None, module.MISSING), (2, None, 3))


def test_a_copy_of_the_function_works_when_the_function_is_gone(program: Program) -> None:
    module = program.run(PLAIN, CODES)
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
