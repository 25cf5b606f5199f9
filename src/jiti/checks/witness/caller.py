"""The process of one call of a candidate: the only one that runs it.

It is forked from its judge, so that it has the arguments as they are. What else it has from there, and a candidate
could read the expected answer in, is taken away first; and its answer is a claim all the same.
"""

from __future__ import annotations

import _thread
import contextvars
import errno
import gc
import io
import os
import pickle
import struct
import sys
import threading
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from jiti import trial
from jiti.checks import watching
from jiti.checks.reports import told
from jiti.checks.witness import raised
from jiti.checks.witness.encoder import Encoder
from jiti.checks.witness.kinds import OpaqueError
from jiti.checks.witness.known import Before
from jiti.sandbox import seal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from jiti.checks.witness.known import Known
    from jiti.checks.witness.preparation import Hidden

HEADER = struct.Struct(">16sQ")
"""What an answer begins with: its call's nonce, and the bytes that follow."""
_REFUSED = frozenset(
    {
        *("gc.get_objects", "gc.get_referrers", "gc.get_referents", "sys._current_frames", "sys._current_exceptions"),
        *("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "pty.spawn"),
    }
)
"""Events by which a candidate would get at what its judge knows; or start what no hook follows."""
_WARNINGS = 1_000


@dataclass(frozen=True, slots=True)
class CallToMake:
    """What a caller needs to know; it has the rest by the fork.

    Attributes:
        function: gives what to call.
        args, kwargs: the call's arguments.
        known: what they are made of.
        module: name of the stub's module.
        candidates: key to text.
        withheld: see `jiti.trial.Trial`.
        hidden: what no candidate is to see.
        nonce: what its answer begins with.
    """

    function: Callable[[], Callable[..., Any]]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    known: Known
    module: str
    candidates: Mapping[str, str]
    withheld: Collection[str]
    hidden: Hidden
    nonce: bytes


class CallersTrial(trial.Trial):
    """Notes what a candidate asks for; whoever judges it is told with the answer.

    Args:
        candidates: key to text of all candidates.
        withheld: see `jiti.trial.Trial`.
    """

    def __init__(self, candidates: Mapping[str, str], withheld: Collection[str]) -> None:
        super().__init__()
        self.candidates = dict(candidates)
        self.withheld = set(withheld)
        self.run: list[str] = []

    def asked(self, key: str) -> None:
        """Note that a candidate is loaded."""
        self.run.append(key)

    def need(self, key: str, module: str, qualname: str, arguments: bytes | None) -> trial.Needed:
        """Note that a stub is missing, with its arguments told here: its judge will not unpickle them."""
        error = super().need(key, module, qualname, arguments)
        self.needs[-1] = told(self.needs[-1] | {"own": True})
        return error


def run(call: CallToMake, descriptor: int) -> NoReturn:
    """Make a call of a candidate, answer, and end the process."""
    status = 1
    pid = os.getpid()
    try:
        seal()
        own = trial.current = CallersTrial(call.candidates, call.withheld)
        before = Before(call.known.objects)
        printed = _catch_prints()
        warned = _catch_warnings()
        _hide(call.hidden)
        outcome = _outcome(call)
        if os.getpid() == pid:  # a candidate may have forked, and not ended what came of it
            answer = _answer(call, outcome, before)
            answer |= {"needs": own.needs, "asked": own.run, "warned": warned, "effects": watching.untold}
            answer["printed"] = [stream.getvalue() for stream in printed]
            _send(descriptor, call.nonce, pickle.dumps(answer, protocol=5))
            status = 0
    finally:
        os._exit(status)


def _send(descriptor: int, nonce: bytes, data: bytes) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    left = memoryview(HEADER.pack(nonce, len(data)) + data)
    while left:
        left = left[os.write(descriptor, left) :]


# ---------------------------------------------------------------- the call


def _outcome(call: CallToMake) -> tuple[str, Any]:
    """What comes of the call. It is made in a thread of its own, whose frames lead back to nobody else's."""
    outcomes: list[tuple[str, Any]] = []
    context = contextvars.copy_context()
    function, args, kwargs = call.function(), call.args, call.kwargs
    done = _thread.allocate_lock()
    done.acquire()

    def make() -> None:
        try:
            outcomes.append(("returned", context.run(function, *args, **kwargs)))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it goes to the judge
            outcomes.append(("raised", error))
        finally:
            done.release()

    _thread.start_new_thread(make, ())
    done.acquire()
    return outcomes[0]


def _answer(call: CallToMake, outcome: tuple[str, Any], before: Before) -> dict[str, Any]:
    how, what = outcome
    encoder = Encoder(call.known.objects, call.module)
    try:
        # In the order in which they will be read: what is told twice is told once, and then referred to.
        changes = before.changes(encoder)
        node = raised.told(what, encoder) if how == "raised" else encoder.node(what)
    except OpaqueError as error:
        return {"outcome": "opaque", "what": [error.module, error.qualname], "changes": []}
    except RecursionError:
        return {"outcome": "opaque", "what": ["builtins", "value that is nested too deeply"], "changes": []}
    return {"outcome": how, "what": node, "changes": changes}


def _catch_prints() -> list[io.StringIO]:
    """What is printed while a test or an example looks: it looks in its own process."""
    caught = [io.StringIO(), io.StringIO()]
    for name, buffer in zip(("stdout", "stderr"), caught, strict=True):
        try:
            getattr(sys, name).fileno()  # what goes to a file gets there from here too
        except Exception:  # noqa: BLE001 - a stream in memory may say so in any way
            setattr(sys, name, buffer)
    return caught


def _catch_warnings() -> list[tuple[str, str, str, str, int]]:
    caught: list[tuple[str, str, str, str, int]] = []

    def note(message: Any, category: type, filename: str, lineno: int, *_: object) -> None:  # noqa: ANN401 - as in the function that it stands for
        if len(caught) < _WARNINGS:
            caught.append((category.__module__, category.__qualname__, str(message), str(filename), int(lineno)))

    warnings.showwarning = note  # ty: ignore[invalid-assignment] - documented to be replaced
    return caught


# ---------------------------------------------------------------- what a candidate is not to see


def _hide(hidden: Hidden) -> None:
    """Take away what expected answers could be read from: tests, their cases, and the tools that run them."""
    gc.freeze()  # what there was before is nobody's garbage here, and to look through it costs more than the call
    for names in hidden.namespaces:
        names.clear()
    for name in hidden.modules:
        sys.modules.pop(name, None)
    sys.meta_path[:] = [each for each in sys.meta_path if not type(each).__module__.startswith("_pytest")]
    sys.excepthook, sys.unraisablehook = sys.__excepthook__, sys.__unraisablehook__
    threading.excepthook = threading.__excepthook__
    _guard(hidden)


def _guard(hide: Hidden) -> None:
    """Let no code of this process open some files, by whatever name, or look for objects that nobody gave it."""
    stat, base, decode, refused = os.stat, os.path.basename, os.fsdecode, _REFUSED
    hidden, names = hide.files, hide.names

    def opens(path: Any) -> bool:  # noqa: ANN401 - whatever is opened
        try:
            found = stat(path)
        except (OSError, ValueError, TypeError):
            return isinstance(path, str | bytes) and base(decode(path)) in names
        in_memory = not isinstance(path, int) and "/mem" in decode(path) and found.st_size == 0
        return in_memory or (found.st_dev, found.st_ino) in hidden

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event in refused or event.startswith("ctypes.") or (event == "open" and opens(arguments[0])):
            raise PermissionError(errno.EACCES, f"a pure function has no use for {event}")

    sys.addaudithook(refuse)
