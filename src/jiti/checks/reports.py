"""What a job tells of itself while it runs: events, needs, and accounts of errors."""

from __future__ import annotations

import base64
import importlib
import os
import pickle
import sys
import threading
import traceback
from types import MethodType
from typing import TYPE_CHECKING

from jiti import trial
from jiti.live import LiveCall, short_repr
from jiti.source import ACCESSORS
from jiti.stub import mangled

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from jiti.checks.wire import Wire

MESSAGE_CHARACTERS = 1_500
EXPERIMENT = "<experiment>"
"""The file name that an experiment's code has in tracebacks."""
OURS = os.path.dirname(os.path.dirname(os.path.realpath(__file__))) + os.sep
"""How the paths of jiti's own modules begin."""
_IMPORTING = ("<frozen importlib", importlib.__file__)


def candidate_file(key: str) -> str:
    """The file name that a candidate's code has in tracebacks; `jiti.loader` gives it."""
    return f"<candidate {key}>"


class Report:
    """Says what happens in a job, each event as a line with the job's nonce."""

    def __init__(self, wire: Wire, nonce: str, *, prefix: str = "") -> None:
        self._wire = wire
        self._nonce = nonce
        self._prefix = prefix
        self._saying = threading.Lock()

    def __call__(self, event: str, **data: object) -> None:
        """Say that something happened."""
        with self._saying:
            self._wire.send([self._nonce, event, data], self._prefix)

    def forged(self) -> None:
        """Say that a candidate has tampered with what it is judged by: in a line that is none of a report."""
        with self._saying:
            self._wire.send(None, self._prefix)

    def close(self) -> None:
        """Leave nothing to say anything with, in a process that only runs the candidate."""
        self._wire.close()


class ReportingTrial(trial.Trial):
    """A trial that reports a need at once, so that a candidate which swallows the exception hides nothing.

    Args:
        key: the stub on trial.
        before_jobs: is told of a need instead as long as there is no job.
    """

    def __init__(self, key: str, before_jobs: Callable[[dict[str, object]], None]) -> None:
        super().__init__()
        self._report: Report | None = None
        self._asked: list[str] = []
        self._candidate = candidate_file(key)
        self._before_jobs = before_jobs

    def asked(self, key: str) -> None:
        """Report that a stub was called whose candidate is on trial; now or when a job begins."""
        if self._report is None:
            self._asked.append(key)
        else:
            self._report("asked", key=key)

    def is_running(self, key: str) -> bool:
        """Whether a stub has its candidate already, as one that was called before jobs began."""
        return key in self._asked

    def begin(self, report: Report) -> None:
        """Report to a job from now on."""
        self._report = report
        for key in self._asked:
            report("asked", key=key)

    def need(self, key: str, module: str, qualname: str, arguments: bytes | None) -> trial.Needed:
        """Note that a stub is missing, report it, and give the exception to raise."""
        error = super().need(key, module, qualname, arguments)
        calling = traceback.walk_stack(sys._getframe())  # noqa: SLF001 - by design, whatever its name
        self.needs[-1]["own"] = any(frame.f_code.co_filename == self._candidate for frame, _ in calling)
        if self._report is None:
            self._before_jobs(self.needs[-1])
        else:
            self._report("need", **told(self.needs[-1]))
        return error


def told(need: dict[str, object]) -> dict[str, object]:
    """A need as it goes over the wire: with its arguments described too, since the parent will not unpickle them."""
    arguments = need["arguments"]
    if not isinstance(arguments, bytes):
        return need | {"arguments": None, "rows": []}
    return need | {"arguments": base64.b64encode(arguments).decode(), "rows": _rows(need, arguments)}


def _rows(need: dict[str, object], arguments: bytes) -> list[tuple[str, str, str]]:
    try:
        function: Callable[..., object] = find(sys.modules[str(need["module"])], str(need["qualname"]))
        args, kwargs = pickle.loads(arguments)  # noqa: S301 - they were pickled in this very process
    except Exception:  # noqa: BLE001 - any class may refuse to be unpickled; the need counts all the same
        return []
    return LiveCall.of(function, args, kwargs).rows("repr")


def find(module: ModuleType, qualname: str) -> Callable[..., object]:
    """The object of a dotted name in a module; of a class method, a property and their like the function.

    Raises:
        AttributeError: there is none; a function inside a function cannot be reached.
    """
    found: object = module
    owner = ""
    for name in qualname.split("."):
        if isinstance(found, property) and name in ACCESSORS:
            return {"setter": found.fset, "deleter": found.fdel}[name]
        found = getattr(found, mangled(name, owner))
        owner = name
    if isinstance(found, property):
        found = found.fget
    elif isinstance(found, MethodType):  # a class method; whoever calls the function gives it the class
        found = found.__func__
    elif not callable(found):  # a descriptor, as `functools.cached_property` makes
        found = getattr(found, "func", found)
    return found  # ty: ignore[invalid-explicit-return] - a stub's name is that of a function


# ---------------------------------------------------------------- errors


def account(error: BaseException, key: str) -> dict[str, object]:
    """An error in few words: type, message, and the candidate's line that it passed through last."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == candidate_file(key)]
    line, shown = (frames[-1].lineno, frames[-1].line) if frames else (None, None)
    return {"type": type(error).__name__, "message": message_of(error), "line": line, "shown": shown}


def message_of(error: BaseException) -> str:
    """The text of an error, whatever its `__str__` does."""
    try:
        return str(error)[:MESSAGE_CHARACTERS]
    except Exception as second:  # noqa: BLE001 - the candidate's own code may run here
        return f"<its message raised {type(second).__name__}>"


def short_traceback(error: BaseException) -> str:
    """A traceback without the frames that led to the user's code."""
    told_error = traceback.TracebackException.from_exception(error, compact=True)
    told_error.stack = traceback.StackSummary.from_list(
        [frame for frame in told_error.stack if not frame.filename.startswith((OURS, *_IMPORTING))]
    )
    return "".join(told_error.format(chain=False)).strip()


def one_line(value: object) -> str:
    """A short repr for a message."""
    return short_repr(value, 300)
