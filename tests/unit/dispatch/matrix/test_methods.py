"""The matrix, of methods: whatever a class may hold is called as if it had been written by hand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

    from tests.unit.program import Program

SOURCE = '''
import functools
from dataclasses import dataclass, field

class Base:
    def hello(self, who: str) -> str:
        return f"hello {who}"

class Greeter(Base):
    def __init__(self) -> None:
        self.__secret = 42

    @jiti
    def hello(self, who: str) -> str:
        """Greet."""

    @jiti
    def hello_too(self, who: str) -> str:
        """Greet."""

    @jiti
    def secret(self, __offset: int = 0) -> int:
        """The secret."""

    @classmethod
    @jiti
    def make(cls) -> object:
        """Make."""

    @jiti
    @classmethod
    def make_too(cls) -> object:
        """Make."""

    @staticmethod
    @jiti
    def add(a: int, b: int = 2) -> int:
        """Add."""

    @jiti
    @staticmethod
    def add_too(a: int, b: int = 2) -> int:
        """Add."""

    @property
    @jiti
    def name(self) -> str:
        """The name."""

    @jiti
    @property
    def name_too(self) -> str:
        """The name."""

    @functools.cached_property
    @jiti
    def parts(self) -> list:
        """The parts."""

    @jiti
    def __len__(self) -> int:
        """The length."""

    @jiti
    async def wait(self, x: int) -> tuple:
        """Wait."""

class Sub(Greeter):
    def hello(self, who: str) -> str:
        return "sub " + super().hello(who)

class Other:
    @jiti
    def hello(self, who: str) -> str:
        """Greet."""

@dataclass
class Cart:
    prices: list = field(default_factory=list)

    @jiti
    def total(self, times: int = 1) -> int:
        """Total."""

@dataclass(slots=True)
class Reduced(Cart):
    rebate: int = 0

    @jiti
    def total(self, times: int = 1) -> int:
        """Total."""

class Outer:
    class Inner:
        @jiti
        def path(self) -> str:
            """The path."""
'''
METHODS = {
    "Greeter.hello": 'def hello(self, who):\n        return super().hello(who) + "!"',
    "Greeter.hello_too": 'def hello_too(self, who):\n        return super(Greeter, self).hello(who) + "?"',
    "Greeter.secret": "def secret(self, __offset=0):\n        return self.__secret + __offset",
    "Greeter.make": "def make(cls):\n        return cls()",
    "Greeter.make_too": "@classmethod\n    def make_too(cls):\n        return cls()",
    "Greeter.add": "def add(a, b=2):\n        return a + b",
    "Greeter.add_too": "@staticmethod\n    def add_too(a, b=2):\n        return a + b",
    "Greeter.name": "def name(self):\n        return type(self).__name__",
    "Greeter.name_too": "@property\n    def name_too(self):\n        return Greeter.__name__",
    "Greeter.parts": "def parts(self):\n        return [1]",
    "Greeter.__len__": "def __len__(self):\n        return 11",
    "Greeter.wait": "async def wait(self, x):\n        return self.name, x",
    "Other.hello": 'def hello(self, who):\n        return "other " + who',
    "Cart.total": "def total(self, times=1):\n        return sum(self.prices) * times",
    "Reduced.total": "def total(self, times=1):\n        return super().total(times) - self.rebate",
}


def in_class(name: str, method: str) -> str:
    return f"class {name}:\n    {method}\n"


@pytest.fixture
def shop(program: Program) -> ModuleType:
    """A module full of methods."""
    codes = {qualname: in_class(qualname.partition(".")[0], method) for qualname, method in METHODS.items()}
    codes["Outer.Inner.path"] = """
        class Outer:
            class Inner:
                def path(self):
                    return Outer.__module__
        """
    return program.run(SOURCE, codes)


def test_a_bare_super_means_the_users_class(shop: ModuleType) -> None:
    greeter = shop.Greeter()
    assert (greeter.hello("bob"), greeter.hello("al")) == ("hello bob!", "hello al!")
    assert (shop.Greeter.hello(greeter, "x"), shop.Sub().hello("z")) == ("hello x!", "sub hello z!")


def test_the_class_name_in_a_method_means_the_users_class(shop: ModuleType) -> None:
    greeter = shop.Greeter()
    assert (greeter.hello_too("bob"), greeter.hello_too("al")) == ("hello bob?", "hello al?")


def test_a_bare_super_means_the_class_that_slots_made_anew(shop: ModuleType) -> None:
    assert (shop.Reduced([3], rebate=1).total(2), shop.Reduced([3]).total()) == (5, 3)


def test_private_names_are_those_of_the_class(shop: ModuleType) -> None:
    greeter = shop.Greeter()
    assert (greeter.secret(), greeter.secret(1), greeter.secret(_Greeter__offset=2)) == (42, 43, 44)


def test_two_classes_may_have_methods_of_one_name(shop: ModuleType) -> None:
    assert (shop.Other().hello("q"), shop.Greeter().hello("q")) == ("other q", "hello q!")
    assert (shop.Other().hello("r"), shop.Greeter().hello("r")) == ("other r", "hello r!")


@pytest.mark.parametrize("name", ["make", "make_too"])
def test_a_class_method_gets_the_class_that_it_is_called_on(shop: ModuleType, name: str) -> None:
    for owner in (shop.Greeter, shop.Sub, shop.Greeter):
        assert type(getattr(owner, name)()) is owner


@pytest.mark.parametrize("name", ["add", "add_too"])
def test_a_static_method_gets_its_arguments_alone(shop: ModuleType, name: str) -> None:
    assert (getattr(shop.Greeter, name)(1), getattr(shop.Greeter(), name)(1, b=5)) == (3, 6)


@pytest.mark.parametrize("name", ["name", "name_too"])
def test_a_property_is_read_as_one(shop: ModuleType, name: str) -> None:
    greeter = shop.Greeter()
    assert (getattr(greeter, name), getattr(greeter, name)) == ("Greeter", "Greeter")
    assert getattr(shop.Greeter, name).__doc__ == "The name."


def test_a_cached_property_is_computed_once(shop: ModuleType) -> None:
    greeter = shop.Greeter()
    assert greeter.parts is greeter.parts


def test_a_special_method_is_found_by_the_operation(shop: ModuleType) -> None:
    assert (len(shop.Greeter()), len(shop.Sub())) == (11, 11)


def test_an_async_method_is_awaited(shop: ModuleType) -> None:
    assert asyncio.run(shop.Greeter().wait(1)) == ("Greeter", 1)
    assert asyncio.run(shop.Sub().wait(2)) == ("Sub", 2)


def test_a_dataclass_may_have_stubs(shop: ModuleType) -> None:
    assert (shop.Cart([1, 2]).total(2), shop.Cart([1, 2]).total()) == (6, 3)


def test_a_class_in_a_class_may_have_stubs(shop: ModuleType) -> None:
    assert (shop.Outer.Inner().path(), shop.Outer.Inner().path()) == (shop.__name__, shop.__name__)


def test_wrong_arguments_are_told_by_the_methods_qualified_name(shop: ModuleType) -> None:
    for _ in range(2):
        with pytest.raises(TypeError, match=r"^Greeter\.hello\(\) missing 1 required positional argument: 'who'$"):
            shop.Greeter().hello()
        shop.Greeter().hello("x")


def test_an_abstract_stub_keeps_its_class_abstract(program: Program) -> None:
    source = '''
        import abc

        class Shape(abc.ABC):
            @jiti
            @abc.abstractmethod
            def area(self) -> int:
                """Area."""
        '''
    shop = program.run(source, {})
    with pytest.raises(TypeError, match="abstract"):
        shop.Shape()
