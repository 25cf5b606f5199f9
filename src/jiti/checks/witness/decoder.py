"""Data as values: what a judge builds of an answer."""

from __future__ import annotations

import collections
import enum
import sys
from typing import TYPE_CHECKING, Any

from jiti.checks.witness import raised
from jiti.checks.witness.kinds import (
    COLLECTIONS,
    MAKERS,
    PLAIN_MODULES,
    SCALARS,
    MalformedError,
    base_of,
    slots_of,
    state_of,
)
from jiti.checks.witness.trusted import UntrustedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jiti.checks.witness.kinds import Node
    from jiti.checks.witness.trusted import Trusted


class Decoder:
    """Builds values from data, in the judge.

    Args:
        trusted: looks up classes.
        known: the objects that the caller tells by their numbers.
    """

    def __init__(self, trusted: Trusted, known: Sequence[object] = ()) -> None:
        self._trusted = trusted
        self._known = known
        self._built: dict[int, Any] = {}
        self._builders: Mapping[str, Callable[..., Any]] = {
            "known": self._known.__getitem__,
            "again": self._built.__getitem__,
            "value": lambda name, parts: MAKERS[name](*map(self.value, parts)),
            "member": self._member,
            "named": trusted.named,
            "list": lambda number, items: self._filled(number, [], list.extend, items),
            "set": lambda number, items: self._filled(number, set(), set.update, items),
            "dict": lambda number, items: self._filled(number, {}, _set_pairs, items),
            "tuple": lambda number, items: self._finished(number, tuple(map(self.value, items))),
            "frozenset": lambda number, items: self._finished(number, frozenset(map(self.value, items))),
            "collection": self._collection,
            "defaultdict": self._defaultdict,
            "object": self._object,
            "exception": lambda told: raised.rebuilt(told, self, trusted),
        }

    def value(self, node: Node) -> Any:  # noqa: ANN401 - whatever was told
        """The value of a node.

        Raises:
            MalformedError, UntrustedError: it tells none, or one that is not taken.
        """
        if type(node) in SCALARS:
            return node
        try:
            kind, *parts = node
            return self._builders[kind](*parts)
        except (MalformedError, UntrustedError):
            raise
        except Exception as error:  # data that no encoder makes
            raise MalformedError(f"{type(error).__name__}: {error}") from error

    def restore(self, value: Any, node: Node) -> None:  # noqa: ANN401 - an argument of the call
        """Let an object that the judge has hold what a caller says that it holds now.

        Raises:
            MalformedError, UntrustedError: as `value`.
        """
        try:
            items, state = node
            base: Any = base_of(type(value))
            if items is not None:
                new = [self.value(each) for each in items]
                base.clear(value)
                _FILL[base](value, new)
            self._set_state(value, state, clear=True)
        except (MalformedError, UntrustedError):
            raise
        except Exception as error:  # as above
            raise MalformedError(f"{type(error).__name__}: {error}") from error

    def _filled(self, number: int, empty: Any, fill: Callable[..., Any], items: Iterable[Node]) -> Any:  # noqa: ANN401 - as above
        self._built[number] = empty
        fill(empty, [self.value(each) for each in items])
        return empty

    def _finished(self, number: int, value: Any) -> Any:  # noqa: ANN401 - as above
        self._built[number] = value
        return value

    def _member(self, module: str, qualname: str, name: str | None, value: Node) -> Any:  # noqa: ANN401 - as above
        kind = self._class_of_value(module, qualname)
        if not issubclass(kind, enum.Enum):
            raise MalformedError(f"{module}.{qualname} is no enumeration")
        return kind[name] if name is not None and name in kind.__members__ else kind(self.value(value))

    def _class_of_value(self, module: str, qualname: str) -> type:
        if module in PLAIN_MODULES:
            return vars(sys.modules[module])[qualname]
        return self._trusted.class_(module, qualname)

    def _collection(self, number: int, name: str, items: Iterable[Node], length: int | None) -> Any:  # noqa: ANN401 - as above
        kind = COLLECTIONS[name]
        empty = kind(maxlen=length) if kind is collections.deque else kind()
        return self._filled(number, empty, _FILL[base_of(kind)], items)

    def _defaultdict(self, number: int, factory: Node, items: Iterable[Node]) -> Any:  # noqa: ANN401 - as above
        return self._filled(number, collections.defaultdict(self.value(factory)), _set_pairs, items)

    def _object(self, number: int, module: str, qualname: str, payload: Node, state: Node) -> Any:  # noqa: ANN401 - as above; the parts of a node
        kind = self._class_of_value(module, qualname)
        if issubclass(kind, type | BaseException):
            raise MalformedError(f"{module}.{qualname} is no class of values")
        base: Any = base_of(kind)
        if base in (object, *_FILL):
            value = base.__new__(kind)
            self._built[number] = value
            if base in _FILL:
                _FILL[base](value, [self.value(each) for each in payload])
        elif base is complex:
            value = base.__new__(kind, *payload)
        else:
            plain = payload if base in SCALARS else list(map(self.value, payload))
            value = base.__new__(kind, plain)
        self._built[number] = value
        self._set_state(value, state, clear=False)
        return value

    def _set_state(self, value: object, state: Node, *, clear: bool) -> None:
        names, slots = ({str(name): self.value(each) for name, each in part} for part in state)
        own = None
        if names or clear:
            own = getattr(value, "__dict__", None)
        if own is not None:
            own.clear()
            own.update(names)
        descriptors = slots_of(type(value))
        if clear:
            for name in descriptors.keys() - slots.keys():
                if name in state_of(value)[1]:
                    descriptors[name].__delete__(value)
        for name, each in slots.items():
            descriptors[name].__set__(value, each)


def _set_pairs(target: dict[Any, Any], items: Sequence[Any]) -> None:
    for key, value in zip(items[::2], items[1::2], strict=True):
        dict.__setitem__(target, key, value)


def _set_ordered_pairs(target: collections.OrderedDict[Any, Any], items: Sequence[Any]) -> None:
    for key, value in zip(items[::2], items[1::2], strict=True):
        collections.OrderedDict.__setitem__(target, key, value)


_FILL: Mapping[type, Callable[[Any, Any], None]] = {
    list: list.extend,
    set: set.update,
    bytearray: bytearray.extend,
    collections.OrderedDict: _set_ordered_pairs,
    dict: _set_pairs,
    collections.deque: collections.deque.extend,
}
