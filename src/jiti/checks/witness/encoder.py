"""Values as data: what a caller tells."""

from __future__ import annotations

import collections
import enum
import sys
import types
from typing import TYPE_CHECKING, Any

from jiti.checks.witness import raised
from jiti.checks.witness.kinds import (
    COLLECTIONS,
    CONTAINERS,
    FILLABLE,
    SCALARS,
    VALUES,
    OpaqueError,
    base_of,
    can_be_rebuilt,
    name_of,
    state_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiti.checks.witness.kinds import Node


class Encoder:
    """Tells values as data, in the process that has them.

    Args:
        known: objects that the judge has too, which are told by their numbers.
        module: name of the stub's module, where it may have sentinels.
    """

    def __init__(self, known: Sequence[object] = (), module: str = "") -> None:
        self._module = module
        self._known = {id(each): number for number, each in enumerate(known)}
        self._numbers: dict[int, int] = {}
        self._kept: list[object] = []

    def node(self, value: object) -> Node:
        """A value as data.

        Raises:
            OpaqueError: it cannot be told.
        """
        kind = type(value)
        if kind in SCALARS:
            return value
        number = self._known.get(id(value))
        if number is not None:
            return ("known", number)
        number = self._numbers.get(id(value))
        if number is not None:
            return ("again", number)
        return self._new(value, kind)

    def _new(self, value: Any, kind: type) -> Node:  # noqa: ANN401 - whatever a candidate returns
        self._kept.append(value)  # else another object may get its place in memory, and be taken for it
        number = len(self._kept)
        if kind in (tuple, frozenset):
            node = (CONTAINERS[kind], number, [self.node(each) for each in value])
            self._numbers[id(value)] = number
            return node
        if kind in VALUES:
            return ("value", kind.__name__, [self.node(each) for each in VALUES[kind][0](value)])
        if isinstance(value, type | types.FunctionType | types.BuiltinFunctionType):
            return ("named", *_name_of_global(value, kind))
        if isinstance(value, enum.Enum):
            by_name = value.name if value.name in type(value).__members__ else None
            return ("member", *name_of(kind), by_name, self.node(value._value_) if by_name is None else None)
        if isinstance(value, BaseException):
            return ("exception", raised.told(value, self))
        self._numbers[id(value)] = number
        return self._container(value, kind, number) or self._instance(value, kind, number)

    def _container(self, value: Any, kind: type, number: int) -> Node | None:  # noqa: ANN401 - as above
        if kind in CONTAINERS:
            return (CONTAINERS[kind], number, self._items(value, kind))
        if kind in COLLECTIONS.values():
            longest = value.maxlen if kind is collections.deque else None
            return ("collection", number, kind.__name__, self._items(value, base_of(kind)), longest)
        if kind is collections.defaultdict:
            return ("defaultdict", number, self.node(value.default_factory), self._items(value, dict))
        return None

    def _items(self, value: Any, base: Any) -> list[Node]:  # noqa: ANN401 - as above
        if issubclass(base, dict):
            return [self.node(each) for pair in base.items(value) for each in pair]
        items = list(base.__iter__(value))
        return items if set(map(type, items)) <= SCALARS else [self.node(each) for each in items]

    def _instance(self, value: Any, kind: type, number: int) -> Node:  # noqa: ANN401 - as above
        found = self._name(value, kind)
        if found is not None:
            return ("named", *found)
        if not can_be_rebuilt(kind):
            raise OpaqueError(kind)
        base: Any = base_of(kind)
        payload: Node = None
        if base in FILLABLE:
            payload = self._items(value, base)
        elif base in (tuple, frozenset):
            payload = [self.node(each) for each in base.__iter__(value)]
        elif base is complex:
            payload = [value.real, value.imag]
        elif base is not object:
            payload = base(value) if base is not str else str.__str__(value)
        return ("object", number, *name_of(kind), payload, self.state(value))

    def _name(self, value: object, kind: type) -> tuple[str, str] | None:
        """The name by which a module holds an object: of a sentinel, it is the identity that counts."""
        for name in (self._module, str(kind.__module__)):
            module = sys.modules.get(name)
            for each, held in (vars(module) if module is not None else {}).items():
                if held is value:
                    return name, each
        return None

    def state(self, value: object) -> Node:
        """What an object's attributes and slots hold."""
        return [[[name, self.node(each)] for name, each in part.items()] for part in state_of(value)]

    def contents(self, value: Any) -> Node:  # noqa: ANN401 - as above
        """What a container that the judge has holds now, or an object's attributes."""
        base = base_of(type(value))
        items = self._items(value, base) if base in FILLABLE else None
        return [items, self.state(value)]


def _name_of_global(value: Any, kind: type) -> tuple[str, str]:  # noqa: ANN401 - a class or a function
    found: Any = sys.modules.get(value.__module__ or "builtins")
    for name in value.__qualname__.split("."):
        found = getattr(found, name, None)
    if found is not value:
        raise OpaqueError(kind)
    return value.__module__ or "builtins", value.__qualname__
