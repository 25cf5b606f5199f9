"""Methods of classes that a function makes each time it runs: no name leads to such a class, but every call does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from jiti import dispatch

if TYPE_CHECKING:
    from types import ModuleType

    from tests.unit.program import Program

SOURCE = '''
import functools
from dataclasses import dataclass

class Base:
    def hello(self) -> str:
        return "base"

    async def wait(self) -> str:
        return "base"

    @classmethod
    def make(cls) -> str:
        return "base " + cls.__name__

    @property
    def name(self) -> str:
        return "base"

    def _Louder__secret(self) -> str:
        return "base"

def louder(base):
    @dataclass(slots=True)
    class Louder(base):
        @jiti
        def hello(self) -> str:
            """Say it."""

        @jiti
        async def wait(self) -> str:
            """Say it."""

        @classmethod
        @jiti
        def make(cls) -> str:
            """Make."""

        @jiti
        @property
        def name(self) -> str:
            """Name."""

        @jiti
        @functools.lru_cache
        def cached(self) -> str:
            """Say it."""

        @jiti
        def __secret(self) -> str:
            """Say it."""

        def secret(self) -> str:
            return self.__secret()

        __hash__ = object.__hash__

    return Louder
'''
METHODS = {
    "hello": 'def hello(self):\n        return super().hello() + "!"',
    "wait": 'async def wait(self):\n        return await super().wait() + "!"',
    "make": 'def make(cls):\n        return super().make() + "!"',
    "name": '@property\n    def name(self):\n        return super().name + "!"',
    "cached": 'def cached(self):\n        return super().hello() + "!"',
    "__secret": 'def __secret(self):\n        return super().__secret() + "!"',
}


@pytest.fixture
def shop(program: Program) -> ModuleType:
    """A module with a function that makes classes."""
    codes = {f"louder.<locals>.Louder.{name}": f"class Louder:\n    {code}\n" for name, code in METHODS.items()}
    return program.run(SOURCE, codes)


def test_a_bare_super_means_the_class_of_the_function_that_was_called(shop: ModuleType) -> None:
    """Also where one such class derives from another, and in classes made after the first call."""
    once = shop.louder(shop.Base)
    twice = shop.louder(once)
    assert [twice().hello(), once().hello(), twice().hello(), once.hello(twice())] == [
        "base!!",
        "base!",
        "base!!",
        "base!",
    ]
    assert shop.louder(twice)().hello() == "base!!!"


def test_every_kind_of_method_may_have_it(shop: ModuleType) -> None:
    twice = shop.louder(shop.louder(shop.Base))
    for _ in range(2):
        assert asyncio.run(twice().wait()) == "base!!"
        assert twice.make() == "base Louder!!"
        assert twice().name == "base!!"
        assert twice().cached() == "base!!"
        assert twice().secret() == "base!!"


def test_a_class_derived_from_such_a_class_has_its_methods(shop: ModuleType) -> None:
    sub = type("Sub", (shop.louder(shop.Base),), {})
    assert (sub().hello(), sub().hello()) == ("base!", "base!")


def test_a_function_that_is_called_on_something_else_says_so(shop: ModuleType) -> None:
    hello = shop.louder(shop.Base).hello
    with pytest.raises(TypeError, match=r"^super\(\): int is no class that has louder\.<locals>\.Louder\.hello$"):
        hello(5)


def test_such_methods_look_at_the_mirror_again(program: Program, shop: ModuleType) -> None:
    twice = shop.louder(shop.louder(shop.Base))
    assert twice().hello() == "base!!"
    for code, said in (("super().hello() + '?'", "base??"), ("'plain'", "plain"), ("super().hello() + '.'", "base..")):
        text = f"class Louder:\n    def hello(self):\n        return {code}\n"
        program.implement("louder.<locals>.Louder.hello", text)
        dispatch.rearm(str(program.root))
        assert (twice().hello(), twice().hello()) == (said, said)
