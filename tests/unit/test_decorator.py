"""`@jiti`: what it stands on, what it refuses, and what type checkers see."""

from __future__ import annotations

import functools
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import jiti as package
from jiti import ConfigError, JitiError, RealBodyError, StubError, clearing, jiti
from tests.unit.program import Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.program import Program


@pytest.mark.parametrize("written", ["@jiti", "@jiti()", "@jiti(engine=engine)"])
def test_it_stands_on_a_function_bare_or_with_arguments(program: Program, written: str) -> None:
    source = f'{written}\ndef add(a: int, b: int = 2) -> int:\n    """Add."""\n'
    shop = program.run(source, {"add": "def add(a, b=2):\n    return a + b\n"}, engine=None)
    assert (shop.add(1), shop.add.__doc__) == (3, "Add.")


def test_the_engine_that_it_is_given_generates(program: Program) -> None:
    source = '@jiti(engine=engine)\ndef one() -> int:\n    """One."""\n'
    writer = Writer({"one": "def one():\n    return 1\n"})
    assert (program.run(source, {}, engine=writer).one(), writer.written) == (1, 1)


@pytest.mark.parametrize("kind", [staticmethod, classmethod])
def test_descriptors_stay_what_they_are(kind: type) -> None:
    def stub() -> None:
        """Do nothing."""

    declared: Any = jiti(kind(stub))
    assert type(declared) is kind
    assert declared.__func__.__wrapped__ is stub


def test_a_property_stays_one_and_keeps_its_docstring() -> None:
    def stub(self: object) -> None:
        """Do nothing."""

    declared = jiti(property(stub, doc="Another."))
    assert (type(declared), declared.__doc__, declared.fset) == (property, "Another.", None)


def test_of_a_propertys_accessors_the_last_placeholder_is_declared() -> None:
    def getter(self: object) -> object:
        return self

    def setter(self: object, value: int) -> None:
        """Set it."""

    def deleter(self: object) -> None:
        del self

    declared: Any = jiti(property(getter, setter, deleter))
    assert (declared.fget, declared.fset.__wrapped__, declared.fdel) == (getter, setter, deleter)


@pytest.mark.parametrize("decorator", [functools.lru_cache, functools.cached_property, functools.singledispatch])
def test_what_a_decorator_made_stays_what_it_is(decorator: Callable[[object], object]) -> None:
    def stub(_: object) -> None:
        """Do nothing."""

    made = decorator(stub)
    assert jiti(made) is made


class _Shape:
    pass


def _stub() -> None:
    """Do nothing."""


def _real() -> int:
    return 5


def _declared() -> None:
    """Do nothing."""


_DIRECTLY = "put `@jiti` directly above the `def`, below every other decorator"
_FUNCTION = "`@jiti` stands on a function, or on what a decorator made of one with `functools.wraps`"


@pytest.mark.parametrize(
    ("given", "error", "message", "hint"),
    [
        (_Shape, RealBodyError, "_Shape: each of its methods has a body already", "leave the docstring and `...`"),
        (functools.partial(_stub), StubError, f"partial: {_FUNCTION}", _DIRECTLY),
        (functools.lru_cache(len), StubError, f"len: {_FUNCTION}", _DIRECTLY),
        (property(), StubError, f"NoneType: {_FUNCTION}", _DIRECTLY),
        (len, StubError, f"len: {_FUNCTION}", _DIRECTLY),
        (5, StubError, f"int: {_FUNCTION}", _DIRECTLY),
        (jiti(_declared), StubError, "_declared: it carries `@jiti` twice", "take one of them away"),
        (_real, RealBodyError, "_real has a body already", "leave the docstring"),
        (functools.lru_cache(_real), RealBodyError, "_real has a body already", "leave the docstring"),
        (lambda: ..., StubError, "a lambda cannot be a stub", "write `def name(...)`"),
    ],
    ids=[
        *("class", "partial", "lru_cache of a builtin", "empty property", "builtin", "no function", "twice"),
        *("real body", "lru_cache of a real body", "lambda"),
    ],
)
def test_what_cannot_be_a_stub_is_refused_with_what_to_write_instead(
    given: object, error: type[JitiError], message: str, hint: str
) -> None:
    with pytest.raises(error) as caught:
        jiti(given)
    assert message in caught.value.args[0]
    assert (caught.value.hint or "").startswith(hint)


def test_clear_is_one_function_on_the_decorator_and_on_the_package() -> None:
    assert jiti.clear is package.clear is clearing.clear


TYPED = '''
from collections.abc import Callable
from typing import assert_type

from jiti import Budget, Engine, clear, jiti


@jiti
def bare(a: int, *, b: str = "") -> list[int]:
    """Bare."""
    raise NotImplementedError


@jiti(engine=Engine(model="m"))
async def given(a: int) -> str:
    """Given."""
    raise NotImplementedError


class Shape:
    @property
    @jiti
    def area(self) -> float:
        """Area."""
        raise NotImplementedError

    @jiti
    @staticmethod
    def make(n: int) -> "Shape":
        """Make."""
        raise NotImplementedError


async def uses() -> None:
    assert_type(bare(1, b="x"), list[int])
    assert_type(await given(1), str)
    assert_type(Shape().area, float)
    assert_type(Shape.make(1), Shape)
    clear(force=True)
    jiti.clear(force=True)
    bare("x")  # wrong
    await given(1, 2)  # wrong
    Shape.make("x")  # wrong
    jiti.clear(1)  # wrong
    jiti(engine=5)  # wrong
'''


def test_type_checkers_see_the_function_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "typed.py"
    path.write_text(TYPED)
    done = subprocess.run(
        [sys.executable, "-m", "ty", "check", "--python", sys.prefix, "--output-format", "concise", str(path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [int(line.split(":")[1]) for line in done.stdout.splitlines() if line.startswith("typed.py:")]
    wrong = [number for number, line in enumerate(TYPED.splitlines(), 1) if line.endswith("# wrong")]
    assert sorted(lines) == wrong, done.stdout


def test_what_is_no_engine_is_refused_at_once() -> None:
    given: Any = "claude"
    with pytest.raises(ConfigError, match="engine= takes an Engine, not 'claude'"):
        jiti(engine=given)
