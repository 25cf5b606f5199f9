"""The live call: the arguments of the call that a generation is for.

They are copied by pickle, so that a child process can make the call, and described by name, type
and repr, so that the agent can see them. Neither may fail, and neither may take long, whatever the
objects do when they are asked.
"""

from __future__ import annotations

import dataclasses
import inspect
import io
import itertools
import pickle
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from _typeshed import ReadableBuffer

Row: TypeAlias = tuple[str, str, str]
"""A parameter's name, its argument's type, and its argument's repr (empty where values are not to be told)."""

REPR_CHARACTERS = 2_000
PICKLE_BYTES = 64 << 20
_NESTING = 50


class LiveCall:
    """The arguments of one call.

    Attributes:
        pickled: the pickle of `(args, kwargs)`; None where they cannot be copied.
        problem: why they cannot be copied; None where they can.
        called: the dotted name of what is called: of a class that is a stub, one of its methods; empty: the stub.
    """

    def __init__(
        self,
        pickled: bytes | None,
        problem: str | None,
        *,
        arguments: Sequence[tuple[str, object]] = (),
        told: Sequence[Row] = (),
        called: str = "",
    ) -> None:
        self.pickled = pickled
        self.problem = problem
        self._arguments = arguments
        self._told = told
        self.called = called

    @classmethod
    def of(
        cls,
        function: Callable[..., object],
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
        *,
        called: str = "",
    ) -> LiveCall:
        """The call `function(*args, **kwargs)`; copied now, described when asked."""
        pickled, problem = _pickle((args, dict(kwargs)))
        return cls(pickled, problem, arguments=tuple(bind(function, args, kwargs).items()), called=called)

    @classmethod
    def from_need(cls, need: Mapping[str, Any]) -> LiveCall:
        """The call that a child process could not make, as it described it.

        What a child says may have been written by a candidate. So its pickle is handed on to other
        children, and never opened in this process.
        """
        problem = None if need["arguments"] is not None else "they could not be copied in a child process"
        rows = [(str(name), str(kind), str(text)[:REPR_CHARACTERS]) for name, kind, text in need["rows"]]
        return cls(need["arguments"], problem, told=rows, called=str(need["qualname"]))

    def rows(self, values: str) -> list[Row]:
        """The arguments by the names of their parameters.

        Args:
            values: "repr"; or "types", which leaves the reprs empty; or "none", which gives no rows.
        """
        if values == "none":
            return []
        with_repr = values == "repr"
        told = [(name, kind, text if with_repr else "") for name, kind, text in self._told]
        return told + [
            (name, type_name(value), short_repr(value) if with_repr else "") for name, value in self._arguments
        ]


def bind(function: Callable[..., object], args: tuple[object, ...], kwargs: Mapping[str, object]) -> dict[str, object]:
    """The arguments by the names of their parameters, defaults included.

    Where the signature cannot be read or does not fit, they are called `args` and `kwargs`.
    """
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return {"args": args, "kwargs": dict(kwargs)}
    bound.apply_defaults()
    return dict(bound.arguments)


def type_name(value: object) -> str:
    """The type of an object as people write it: `str`, `decimal.Decimal`."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


# ---------------------------------------------------------------- copies


class _TooLargeError(Exception):
    """The pickle outgrew its limit."""


class _BoundedBuffer(io.BytesIO):
    def write(self, data: ReadableBuffer, /) -> int:
        if self.tell() + memoryview(data).nbytes > PICKLE_BYTES:
            raise _TooLargeError
        return super().write(data)


def _pickle(value: object) -> tuple[bytes | None, str | None]:
    buffer = _BoundedBuffer()
    try:
        pickle.Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    except _TooLargeError:
        return None, f"a copy of them would take more than {PICKLE_BYTES >> 20} MiB"
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - the objects' own code runs here and may raise anything, SystemExit too
        return None, _told_by(error)
    return buffer.getvalue(), None


def _told_by(error: BaseException) -> str:
    try:
        text = str(error)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - an error whose text raises must not hide the first one
        text = "(its message cannot be read)"
    return f"{type(error).__name__}: {text}"[:300]


# ---------------------------------------------------------------- descriptions


def short_repr(value: object, limit: int = REPR_CHARACTERS) -> str:
    """The repr of an object, at most `limit` characters of it; of a large container only what is shown is built."""
    parts: list[str] = []
    length = 0
    try:
        for part in _repr_parts(value, limit, ()):
            parts.append(part)
            length += len(part)
            if length > limit:
                break
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - the objects' own `__repr__` runs here and may raise anything
        parts.append(f"<repr raised {_told_by(error)}>")
    text = "".join(parts)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


_BRACKETS = {list: "[]", tuple: "()", set: "{}", frozenset: ("frozenset({", "})"), dict: "{}"}


def _repr_parts(value: Any, limit: int, around: tuple[int, ...]) -> Iterator[str]:  # noqa: ANN401 - its type says what it is
    kind = type(value)
    if id(value) in around or len(around) > _NESTING:
        yield "..."
    elif kind in (str, bytes, bytearray):
        yield repr(value[: limit + 1])
    elif _has_generated_repr(kind):
        fields = [field.name for field in dataclasses.fields(value) if field.repr]
        named = ((f"{name}=", getattr(value, name)) for name in fields)
        yield from _joined((f"{kind.__qualname__}(", ")"), named, limit, (*around, id(value)))
    elif kind in _BRACKETS and value:
        opening, closing = _BRACKETS[kind]
        if kind is tuple and len(value) == 1:
            closing = ",)"
        yield from _joined((opening, closing), _labelled(value), limit, (*around, id(value)))
    else:
        yield repr(value)


def _has_generated_repr(kind: type) -> bool:
    """Whether `@dataclass` wrote the class's `__repr__`: it reads every field, however large."""
    parameters = getattr(kind, "__dataclass_params__", None)
    return parameters is not None and parameters.repr and hasattr(kind.__repr__, "__wrapped__")


def _labelled(container: Iterable[object]) -> Iterator[tuple[str, object]]:
    if isinstance(container, dict):
        for key, value in container.items():
            yield f"{short_repr(key)}: ", value
    else:
        yield from zip(itertools.repeat(""), container, strict=False)


def _joined(
    brackets: Sequence[str], labelled: Iterable[tuple[str, object]], limit: int, around: tuple[int, ...]
) -> Iterator[str]:
    yield brackets[0]
    for number, (label, value) in enumerate(labelled):
        yield f", {label}" if number else label
        yield from _repr_parts(value, limit, around)
    yield brackets[1]
