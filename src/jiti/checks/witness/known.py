"""The arguments of a call as its judge has them: what they may be, and which of them a candidate has changed."""

from __future__ import annotations

import collections
import enum
import logging
import operator
from types import BuiltinFunctionType, FunctionType, MappingProxyType, ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias

from jiti.checks.witness import kinds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jiti.checks.witness.encoder import Encoder
    from jiti.checks.witness.trusted import Trusted

_MOST = 200_000


class UnfitError(Exception):
    """A call that no caller can be asked to make; the message says why, as the rest of a sentence."""


class Known:
    """All objects that arguments are made of, so that an answer can speak of them.

    Args:
        trusted: knows the project's classes.
        arguments: of the call.

    Attributes:
        objects: each of them once.

    Raises:
        UnfitError: one of them does things that only this process can see.
    """

    def __init__(self, trusted: Trusted, arguments: Iterable[object]) -> None:
        self.objects: list[object] = []
        self._seen: set[int] = set()
        self._trusted = trusted
        waiting = list(arguments)
        while waiting:
            value = waiting.pop()
            if type(value) not in kinds.SCALARS and id(value) not in self._seen:
                self._seen.add(id(value))
                self.objects.append(value)
                waiting += self._parts(value, type(value))
                if len(waiting) + len(self.objects) > _MOST:
                    raise UnfitError("is called with more than can be followed")

    def changed(self, number: int) -> object:
        """An object that an answer says was changed.

        Raises:
            kinds.MalformedError: no call can change it, so that no caller of ours says so.
        """
        if _held(self.objects[number]) is None:
            raise kinds.MalformedError("it changes what no call can")
        return self.objects[number]

    def _parts(self, value: Any, kind: type) -> Iterable[object]:  # noqa: ANN401 - any argument
        if kind in (MappingProxyType, SimpleNamespace):
            return list((vars(value) if kind is SimpleNamespace else value).values())
        if kind in kinds.VALUES or self._is_code(value) or isinstance(value, enum.Enum | logging.Logger):
            return ()
        base = kinds.base_of(kind)
        if kind.__module__ not in {"builtins", "collections"} or kind is object:
            if not self._trusted.names(kind.__module__) or not kinds.can_be_rebuilt(kind):
                raise UnfitError(f"is called with a `{kind.__module__}.{kind.__qualname__}`")
            names, slots = kinds.state_of(value)
            return [*names.values(), *slots.values(), *_items(value, base)]
        if base is object or kind not in _PLAIN:
            raise UnfitError(f"is called with a `{kind.__qualname__}`")
        return _items(value, base)

    def _is_code(self, value: object) -> bool:
        """Whether it is a class or a function that every process has, and that keeps nothing."""
        if isinstance(value, type | ModuleType):
            return True
        if isinstance(value, BuiltinFunctionType):
            return isinstance(value.__self__, ModuleType | None)
        return isinstance(value, FunctionType) and value.__closure__ is None and self._is_by_name(value)

    def _is_by_name(self, value: FunctionType) -> bool:
        try:
            return self._trusted.named(value.__module__, value.__qualname__) is value
        except Exception:  # noqa: BLE001 - whatever it has for a name
            return False


_PLAIN = {
    *(tuple, frozenset, list, dict, set, bytearray),
    *(collections.OrderedDict, collections.Counter, collections.deque, collections.defaultdict),
}


def _items(value: Any, base: type) -> list[object]:  # noqa: ANN401 - any argument
    if issubclass(base, dict):
        return [each for pair in base.items(value) for each in pair]
    if base in (tuple, frozenset, list, set, collections.deque):
        items = list(base.__iter__(value))
        return [] if set(map(type, items)) <= kinds.SCALARS else items
    return []


class Before:
    """What the arguments' objects hold before a candidate runs; taken in the process that runs it.

    Args:
        objects: of `Known`.
    """

    def __init__(self, objects: list[object]) -> None:
        self._held = [(number, value, _held(value)) for number, value in enumerate(objects)]

    def changes(self, encoder: Encoder) -> list[tuple[int, kinds.Node]]:
        """By number, what those hold now that hold something else.

        Raises:
            OpaqueError: one holds what cannot be told.
        """
        return [
            (number, encoder.contents(value))
            for number, value, held in self._held
            if held is not None and not _is_same(held, _held(value) or _NOTHING)
        ]


_Held: TypeAlias = tuple[tuple[object, ...], ...]
_NOTHING: _Held = ()
_STATELESS = (type, ModuleType, FunctionType, BuiltinFunctionType, enum.Enum, logging.Logger, *kinds.VALUES)


def _held(value: Any) -> _Held | None:  # noqa: ANN401 - any argument
    """Its items, attributes and slots; None of what cannot change."""
    base, kind = kinds.base_of(type(value)), type(value)
    if kind is not SimpleNamespace and isinstance(value, _STATELESS):
        return None
    if base not in kinds.FILLABLE and not hasattr(value, "__dict__") and not kinds.slots_of(kind):
        return None
    items: tuple[object, ...] = ()
    if base in kinds.FILLABLE:
        pairs = issubclass(base, dict)
        items = tuple(each for pair in base.items(value) for each in pair) if pairs else tuple(base.__iter__(value))
    return items, *(tuple(each for pair in part.items() for each in pair) for part in kinds.state_of(value))


def _is_same(one: _Held, other: _Held) -> bool:
    return len(one) == len(other) and all(
        len(mine) == len(its) and all(map(operator.is_, mine, its)) for mine, its in zip(one, other, strict=True)
    )
