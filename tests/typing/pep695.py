"""The same with the syntax of Python 3.12."""

from typing import assert_type

from jiti import jiti


@jiti
def last[T](items: list[T], default: T) -> T:
    """Give the last one."""
    raise NotImplementedError


@jiti
class Queue[T]:
    """A queue."""

    def __init__(self, items: list[T]) -> None:
        raise NotImplementedError

    def take(self) -> T:
        """Take the first."""
        raise NotImplementedError

    @jiti
    def map[U: (int, str)](self, kind: type[U]) -> list[U]:
        """Change all."""
        raise NotImplementedError


type Pair[T] = tuple[T, T]


@jiti
def swapped[T](pair: Pair[T]) -> Pair[T]:
    """Swap them."""
    raise NotImplementedError


assert_type(last([1], 2), int)
assert_type(Queue(["a"]).take(), str)
assert_type(Queue(["a"]).map(int), list[int])
last(1, 2)  # no
Queue([1]).map(bytes)  # no
swapped((1,))  # no


def use(pair: Pair[int]) -> None:
    assert_type(swapped(pair), Pair[int])
