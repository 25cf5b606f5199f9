"""What kinds of values an answer can tell, and what each of them is told by.

An answer is a pickle that may hold nothing but builtin data; its tuples say what to build. Only the reconstructors
named here build anything, and classes come from the judge's own modules alone, so that an answer, whoever wrote it, is
never more than a value.
"""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import fractions
import io
import pathlib
import pickle
import re
import types
import uuid
import zoneinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Node: TypeAlias = Any
"""A scalar, or a tuple that begins with what it is."""

SCALARS = frozenset({type(None), bool, int, float, str, bytes})
BASES = (
    *(int, float, complex, str, bytes, bytearray, tuple, frozenset),
    *(list, collections.OrderedDict, dict, set, collections.deque),
)
"""Builtin classes that others may be derived from; the first that fits counts."""
FILLABLE = (list, collections.OrderedDict, dict, set, bytearray, collections.deque)
"""Those that are made empty, and get their items afterwards: they may hold themselves."""
_PATHS = (pathlib.PurePosixPath, pathlib.PureWindowsPath, type(pathlib.Path()))

VALUES: Mapping[type, tuple[Callable[[Any], tuple[Any, ...]], Callable[..., Any]]] = {
    complex: (lambda value: (value.real, value.imag), complex),
    range: (lambda value: (value.start, value.stop, value.step), range),
    slice: (lambda value: (value.start, value.stop, value.step), slice),
    dt.date: (lambda value: (value.year, value.month, value.day), dt.date),
    dt.timedelta: (lambda value: (value.days, value.seconds, value.microseconds), dt.timedelta),
    dt.timezone: (lambda value: value.__getinitargs__(), dt.timezone),
    dt.datetime: (
        lambda value: (value.year, value.month, value.day, *_time_parts(value)),
        lambda *parts: dt.datetime(*parts[:8], fold=parts[8]),  # noqa: DTZ001 - with the zone that it had, or none
    ),
    dt.time: (lambda value: _time_parts(value), lambda *parts: dt.time(*parts[:5], fold=parts[5])),  # noqa: PLW0108 - defined below
    zoneinfo.ZoneInfo: (lambda value: (_zone(value),), zoneinfo.ZoneInfo),
    decimal.Decimal: (lambda value: (str(value),), decimal.Decimal),
    fractions.Fraction: (lambda value: (value.numerator, value.denominator), fractions.Fraction),
    uuid.UUID: (lambda value: (value.int,), lambda number: uuid.UUID(int=number)),
    re.Pattern: (lambda value: (value.pattern, value.flags), re.compile),
    types.MappingProxyType: (lambda value: (dict(value),), types.MappingProxyType),
    types.SimpleNamespace: (lambda value: (vars(value),), lambda names: types.SimpleNamespace(**names)),
    type(...): (lambda _: (), lambda: ...),
    type(NotImplemented): (lambda _: (), lambda: NotImplemented),
    **{path: (lambda value: (str(value),), path) for path in _PATHS},
}
"""Exact classes that are rebuilt by themselves: what an instance is told by, and what makes one of that."""
MAKERS = {kind.__name__: make for kind, (_, make) in VALUES.items()}
CONTAINERS: Mapping[type, str] = {list: "list", tuple: "tuple", set: "set", frozenset: "frozenset", dict: "dict"}
COLLECTIONS = {
    each.__name__: each for each in (collections.deque, collections.OrderedDict, collections.Counter, bytearray)
}
PLAIN_MODULES = frozenset({"ipaddress", "http"})
"""Of the standard library, where objects are all that their attributes say."""


def _time_parts(value: dt.datetime | dt.time) -> tuple[Any, ...]:
    return value.hour, value.minute, value.second, value.microsecond, value.tzinfo, value.fold


def _zone(value: zoneinfo.ZoneInfo) -> str:
    if value.key is None:  # it was read from a file
        raise OpaqueError(zoneinfo.ZoneInfo)
    return value.key


class OpaqueError(Exception):
    """A value that cannot be told as data.

    Args:
        kind: its class.
    """

    def __init__(self, kind: type) -> None:
        super().__init__(f"{kind.__module__}.{kind.__qualname__}")
        self.module, self.qualname = str(kind.__module__), str(kind.__qualname__)


class MalformedError(Exception):
    """An answer that no caller of ours gives."""


class _Data(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as in the class that it overrides
        raise MalformedError(f"it names {module}.{name}")

    def persistent_load(self, pid: object) -> Any:  # noqa: ANN401 - as above
        raise MalformedError(f"it names {pid!r}")


def loads(data: bytes) -> Any:  # noqa: ANN401 - builtin data; whoever reads it checks what it is
    """The builtin data of a pickle that names nothing.

    Raises:
        MalformedError: it is no such thing.
    """
    try:
        return _Data(io.BytesIO(data)).load()
    except MalformedError:
        raise
    except Exception as error:  # whatever a pickle can be wrong in
        raise MalformedError(str(error)) from error


@lru_cache(maxsize=512)
def slots_of(kind: type) -> Mapping[str, types.MemberDescriptorType]:
    """The slots of a class, by name; the most derived counts."""
    found: dict[str, types.MemberDescriptorType] = {}
    for each in kind.__mro__:
        for name, descriptor in vars(each).items():
            if type(descriptor) is types.MemberDescriptorType and each not in BASES:
                found.setdefault(name, descriptor)
    return found


def state_of(value: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """What stands in an object's `__dict__`, and in its slots."""
    try:
        names = dict(object.__getattribute__(value, "__dict__"))
    except AttributeError:
        names = {}
    slots = {}
    for name, descriptor in slots_of(type(value)).items():
        try:
            slots[name] = descriptor.__get__(value)
        except AttributeError:
            continue
    return names, slots


def base_of(kind: type) -> type:
    """The builtin class under one; `object` for most."""
    return next((base for base in BASES if issubclass(kind, base)), object)


def can_be_rebuilt(kind: type) -> bool:
    """Whether an object of a class is no more than its attributes, and its builtin base."""
    try:
        base: Any = base_of(kind)
        base.__new__(kind)
    except Exception:  # noqa: BLE001 - abstract, or with a state of its own below Python
        return False
    return not issubclass(kind, type | BaseException)


def name_of(kind: type) -> tuple[str, str]:
    """Module and name of a class."""
    return str(kind.__module__), str(kind.__qualname__)
