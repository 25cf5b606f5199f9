"""Stubs as users write them: type checkers keep their types, and turn down each line that ends in `# no`."""

from __future__ import annotations

import contextlib
import functools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, ParamSpec, Protocol, TypeVar, assert_type, overload

import jiti as package
from jiti import Budget, Engine, JitiError, jiti, required_for

T = TypeVar("T")
P = ParamSpec("P")

# ---------------------------------------------------------------- functions


@jiti
def plain(text: str, times: int = 1, *, sep: str = " ") -> str:
    """Repeat a text."""
    raise NotImplementedError


assert_type(plain("a"), str)
assert_type(plain("a", 2, sep="-"), str)
plain(1)  # no
plain("a", "b")  # no
plain("a", sap="-")  # no
plain("a", 2, "-")  # no
wrong: int = plain("a")  # no


@jiti()
def with_brackets(first: int, /, *rest: int, **named: bool) -> dict[str, int]:
    """Count."""
    raise NotImplementedError


assert_type(with_brackets(1, 2, a=True), dict[str, int])
with_brackets(first=1)  # no
with_brackets(1, a="b")  # no


@jiti
def first(items: list[T], default: T) -> T:
    """Give the first one."""
    raise NotImplementedError


assert_type(first([1], 2), int)
first(1, 2)  # no


@overload
def parse(text: str) -> int: ...
@overload
def parse(text: bytes) -> float: ...
@jiti
def parse(text: str | bytes) -> int | float:
    """Parse a number."""
    raise NotImplementedError


assert_type(parse("1"), int)
assert_type(parse(b"1"), float)
parse(1)  # no


@jiti
async def fetch(name: str) -> bytes:
    """Fetch it."""
    raise NotImplementedError


@jiti
def count(to: int) -> Iterator[int]:
    """Count."""
    raise NotImplementedError


@jiti
async def ticks(to: int) -> AsyncIterator[int]:
    """Count, and wait."""
    raise NotImplementedError
    yield 0


async def use() -> None:
    assert_type(await fetch("a"), bytes)
    assert_type([n async for n in ticks(3)], list[int])
    fetch(1)  # no


assert_type([n for n in count(3)], list[int])

# ---------------------------------------------------------------- methods


class Price:
    """A price."""

    def __init__(self, cents: int) -> None:
        self.cents = cents

    @jiti
    def shown(self, currency: str = "EUR") -> str:
        """Show it."""
        raise NotImplementedError

    @classmethod
    @jiti
    def read(cls, text: str) -> Price:
        """Read it."""
        raise NotImplementedError

    @jiti
    @classmethod
    def read_below(cls, text: str) -> Price:
        """Read it."""
        raise NotImplementedError

    @staticmethod
    @jiti
    def is_price(text: str) -> bool:
        """Whether it is one."""
        raise NotImplementedError

    @property
    @jiti
    def euros(self) -> float:
        """In euros."""
        raise NotImplementedError

    @property
    @jiti
    def name(self) -> str:
        """Its name."""
        raise NotImplementedError

    @name.setter
    @jiti
    def name(self, given: str) -> None:
        """Name it."""
        raise NotImplementedError

    @functools.cached_property
    @jiti
    def words(self) -> list[str]:
        """In words."""
        raise NotImplementedError

    @jiti
    async def paid(self) -> bool:
        """Whether it is paid."""
        raise NotImplementedError


price = Price(1)
assert_type(price.shown(), str)
assert_type(Price.read("1"), Price)
assert_type(Price.read_below("1"), Price)
assert_type(Price.is_price("1"), bool)
assert_type(price.euros, float)
assert_type(price.name, str)
price.name = "a"
assert_type(price.words, list[str])
price.shown(1)  # no
Price.read(1)  # no
price.euros()  # no
price.euros = 1.0  # no
price.name = 1  # no
price.cost  # no

# ---------------------------------------------------------------- classes


@jiti
class Stack(Generic[T]):
    """A stack."""

    limit: ClassVar[int] = 9

    def __init__(self, items: list[T]) -> None:
        raise NotImplementedError

    def push(self, item: T) -> None:
        """Put it on top."""
        raise NotImplementedError

    def pop(self) -> T:
        """Take the top."""
        raise NotImplementedError


stack = Stack([1])
assert_type(stack, Stack[int])
assert_type(stack.pop(), int)
stack.push("a")  # no
Stack(1)  # no


@jiti(allow=["time"])
@dataclass(frozen=True)
class Point:
    """A point."""

    x: int
    y: int = 0

    def distance(self, other: Point) -> float:
        """How far."""
        raise NotImplementedError


assert_type(Point(1).distance(Point(2, y=3)), float)
assert_type(Point(1).x, int)
Point("a")  # no
Point()  # no
Point(1).x = 2  # no


class Shape(ABC):
    """A shape."""

    @abstractmethod
    def area(self) -> float:
        """Its area."""


@jiti
class Square(Shape):
    """A square."""

    def __init__(self, side: float) -> None:
        self.side = side

    def area(self) -> float:
        """Its area."""
        raise NotImplementedError


class Sized(Protocol):
    def area(self) -> float: ...


def measure(sized: Sized) -> float:
    return sized.area()


assert_type(measure(Square(2.0)), float)
Shape()  # no

# ---------------------------------------------------------------- arguments of @jiti

cheap = Engine(model="claude-sonnet-5-5", budget=Budget(usd=0.5))


@jiti(engine=cheap, uses=[plain, Price], allow=["files", "network"])
def told(n: int) -> str:
    """Tell."""
    raise NotImplementedError


assert_type(told(1), str)
told("a")  # no


@jiti(allow=["magic"])  # no
def not_allowed() -> None:
    """Do it."""


@jiti(engine="claude")  # no
def no_engine() -> None:
    """Do it."""


@jiti(engines=cheap)  # no
def no_such_argument() -> None:
    """Do it."""


Engine(approve="never")  # no
Engine(values="all")  # no
Engine(sandbox=None, approve="ask", frozen=True)
Engine(modle="a")  # no

my = jiti(engine=cheap)


@my
def by_alias(n: int) -> str:
    """Tell."""
    raise NotImplementedError


assert_type(by_alias(1), str)

# ---------------------------------------------------------------- other decorators


def traced(function: Callable[P, T]) -> Callable[P, list[T]]:
    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> list[T]:
        return [function(*args, **kwargs)]

    return wrapper


@traced
@jiti
def above(n: int) -> str:
    """Tell."""
    raise NotImplementedError


@jiti
@traced
def below(n: int) -> str:
    """Tell."""
    raise NotImplementedError


@jiti
@functools.cache
def cached(n: int) -> str:
    """Tell."""
    raise NotImplementedError


@contextlib.contextmanager
@jiti
def opened(name: str) -> Generator[int, None, None]:
    """Open it."""
    raise NotImplementedError


assert_type(above(1), list[str])
assert_type(below(1), list[str])
assert_type(cached(1), str)
cached.cache_clear()
above("a")  # no
below("a")  # no
with opened("a") as number:
    assert_type(number, int)

# ---------------------------------------------------------------- tests


@jiti.required_for(plain, Price.shown)
def test_plain() -> None:
    assert plain("a") == "a"


@required_for(fetch)
async def test_fetch(name: str) -> None:
    """It fetches."""


test_plain(1)  # no
test_fetch()  # no

# ---------------------------------------------------------------- what else is public

callback: Callable[[str], str] = plain
coroutine: Callable[[str], Coroutine[Any, Any, bytes]] = fetch
awaited: Callable[[str], Awaitable[int]] = fetch  # no
level: Literal["EUR"] = price.shown()  # no
jiti.clear(force=True)
package.clear()
assert_type(package.__version__, str)


def handled(error: JitiError) -> str | None:
    return error.key or error.hint
