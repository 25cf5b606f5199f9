"""Exceptions as data, and back: the same class with the same arguments, and a traceback that tells where."""

from __future__ import annotations

import contextlib
import traceback
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Any

from jiti.checks.reports import OURS, message_of
from jiti.checks.witness.trusted import UntrustedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import CodeType, FrameType

    from jiti.checks.witness.decoder import Decoder
    from jiti.checks.witness.encoder import Encoder
    from jiti.checks.witness.trusted import Trusted

_FRAMES = 20
"""Of each end of a traceback; between them an endless recursion is the same over and over."""
_ATTRIBUTES = ("name", "path")
"""Of ImportError, NameError and AttributeError: no argument holds them."""
_OURS = (OURS, "<frozen ", "<jiti>")


class LostError(Exception):
    """An exception that the project knows, and that cannot be built of data; the message names its class."""


def told(error: BaseException, encoder: Encoder, depth: int = 0) -> dict[str, Any]:
    """An exception as data: its classes, what it was made of, and where it came by."""
    state = getattr(error, "__dict__", {})
    linked = depth < 3  # noqa: PLR2004 - nobody asks for the cause of a cause of a cause
    cause, context = error.__cause__, error.__context__
    return {
        "classes": [(str(each.__module__), str(each.__qualname__)) for each in type(error).__mro__],
        "text": message_of(error),
        "args": _encoded(list(_arguments(error)), encoder),
        "attributes": {name: getattr(error, name) for name in _ATTRIBUTES if type(getattr(error, name, None)) is str},
        "state": {str(name): node for name, each in state.items() if (node := _encoded(each, encoder)) is not None},
        "frames": _frames(error),
        "cause": told(cause, encoder, depth + 1) if cause is not None and linked else None,
        "context": told(context, encoder, depth + 1) if context is not None and linked else None,
        "suppress": error.__suppress_context__,
    }


def _arguments(error: BaseException) -> tuple[object, ...]:
    if isinstance(error, OSError) and error.filename is not None and len(error.args) == 2:  # noqa: PLR2004 - the rest of them is left out there
        beside = () if error.filename2 is None else (None, error.filename2)
        return (*error.args, error.filename, *beside)
    return error.args


def _encoded(value: object, encoder: Encoder) -> Any:  # noqa: ANN401 - a node
    try:
        return encoder.node(value)
    except Exception:  # noqa: BLE001 - the message says most of it all the same
        return None


def _frames(error: BaseException) -> list[tuple[str, str, int, int]]:
    found = [
        (frame.f_code.co_filename, frame.f_code.co_name, frame.f_code.co_firstlineno, line or 1)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if not frame.f_code.co_filename.startswith(_OURS)
    ]
    return found if len(found) <= 2 * _FRAMES else [*found[:_FRAMES], *found[-_FRAMES:]]


def rebuilt(data: Mapping[str, Any], decoder: Decoder, trusted: Trusted) -> BaseException:
    """The exception of such data; of a class that nobody here has, the nearest one that there is.

    Raises:
        LostError: the project knows its class, and it cannot be built.
        MalformedError: as `Decoder.value`.
    """
    error = _made(data, decoder, trusted)
    for name in _ATTRIBUTES:
        if type(data["attributes"].get(name)) is str:
            with contextlib.suppress(AttributeError):
                setattr(error, name, data["attributes"][name])
    for name, node in data["state"].items():
        with contextlib.suppress(UntrustedError):
            error.__dict__[str(name)] = decoder.value(node)
    error.__context__ = rebuilt(data["context"], decoder, trusted) if data["context"] else None
    error.__cause__ = rebuilt(data["cause"], decoder, trusted) if data["cause"] else None
    error.__suppress_context__ = bool(data["suppress"])
    return error.with_traceback(traceback_of(data["frames"]))


def _made(data: Mapping[str, Any], decoder: Decoder, trusted: Trusted) -> BaseException:
    try:
        args = tuple(decoder.value(data["args"]))
    except (UntrustedError, TypeError):
        args = (str(data["text"]),)
    for number, (module, qualname) in enumerate(data["classes"]):
        try:
            kind = trusted.exception(module, qualname)
        except UntrustedError:
            continue
        native = next(each for each in kind.__mro__ if each.__module__ == "builtins")
        try:
            error = native.__new__(kind, *args)
        except TypeError:
            if trusted.names(module):
                raise LostError(f"{module}.{qualname}") from None
            continue
        with contextlib.suppress(Exception):
            native.__init__(error, *args)
        if number:
            error.args = (str(data["text"]),)
        return error
    return Exception(str(data["text"]))


# ---------------------------------------------------------------- tracebacks


def traceback_of(frames: Sequence[tuple[str, str, int, int]]) -> TracebackType | None:
    """A traceback that leads through places in files, as one of frames that were there would."""
    found = None
    for file, name, first_line, line in reversed(frames):
        frame = _frame(str(file), str(name), int(first_line), int(line))
        found = TracebackType(found, frame, frame.f_lasti, int(line))
    return found


def _frame(file: str, name: str, first_line: int, line: int) -> FrameType:
    try:
        exec(_code(file, name, first_line, line), {"__name__": "candidate", "__file__": file})  # noqa: S102 - a `raise`, in the place that it is to show
    except RuntimeError as error:
        *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return frame


@lru_cache(maxsize=256)
def _code(file: str, name: str, first_line: int, line: int) -> CodeType:
    """Code whose one instruction stands in a line of a file."""
    lines = "\n" * min(max(line - 1, 0), 1_000_000)
    return compile(f"{lines}raise RuntimeError", file, "exec").replace(co_name=name, co_firstlineno=max(first_line, 1))
