"""Setters and deleters, which have the name of their getter; and what else a class may do to a stub's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti.errors import RealBodyError

if TYPE_CHECKING:
    from tests.unit.program import Program


def in_class(name: str, method: str) -> str:
    return f"class {name}:\n    {method}\n"


def test_a_setter_and_its_getter_are_stubs_of_their_own(program: Program) -> None:
    source = '''
class Box:
    @property
    @jiti
    def size(self) -> int:
        """The size."""

    @size.setter
    @jiti
    def size(self, value: int) -> None:
        """Set it."""

    @size.deleter
    @jiti
    def size(self) -> None:
        """Unset it."""
'''
    codes = {
        "Box.size": in_class("Box", "def size(self):\n        return self._size"),
        "Box.size.setter": in_class("Box", "def size(self, value):\n        self._size = value"),
        "Box.size.deleter": in_class("Box", "def size(self):\n        self._size = None"),
    }
    box = program.run(source, codes).Box()
    for size in (3, 4):
        box.size = size
        assert box.size == size
        del box.size
        assert box.size is None


def test_a_real_body_in_a_class_is_refused_at_decoration(program: Program) -> None:
    with pytest.raises(RealBodyError, match=r"Box\.size has a body already"):
        program.run('class Box:\n    @jiti\n    def size(self) -> int:\n        """Size."""\n        return 1\n', {})


@pytest.mark.parametrize("order", ["@size.{accessor}\n    @jiti", "@jiti\n    @size.{accessor}"], ids=["under", "over"])
def test_a_setter_and_a_deleter_may_be_stubs_beside_a_getter_that_is_none(program: Program, order: str) -> None:
    source = f'''
class Box:
    @property
    def size(self) -> int:
        return self._size

    {order.format(accessor="setter")}
    def size(self, value: int) -> None:
        """Set it."""

    {order.format(accessor="deleter")}
    def size(self) -> None:
        """Unset it."""
'''
    codes = {
        "Box.size.setter": in_class("Box", "def size(self, value):\n        self._size = value"),
        "Box.size.deleter": in_class("Box", "def size(self):\n        self._size = None"),
    }
    box = program.run(source, codes).Box()
    for size in (3, 4):
        box.size = size
        assert box.size == size
        del box.size
        assert box.size is None


def test_a_stubs_own_name_may_be_private(program: Program) -> None:
    source = '''
class Box_:
    def size(self) -> int:
        return self.__size()

    @jiti
    def __size(self) -> int:
        """The size."""
'''
    shop = program.run(source, {"Box_.__size": in_class("Box_", "def __size(self):\n        return 3")})
    assert (shop.Box_().size(), shop.Box_().size()) == (3, 3)
