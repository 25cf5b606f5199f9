"""Asking a process of its own to make a call: it is forked, heard once, and ended."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any, NoReturn

from jiti.checks.witness import caller
from jiti.checks.witness.kinds import MalformedError, loads

if TYPE_CHECKING:
    from jiti.checks.witness.caller import CallToMake

_LONGEST = 256 << 20
"""Bytes of an answer."""
_CHUNK = 1 << 18
_forking = threading.Lock()  # else two callers would have each other's pipes


def answer_to(call: CallToMake) -> dict[str, Any]:
    """What a caller answers: builtin data, of which nothing else is known.

    Where that process ends without an answer, so does this one, and in the same way.

    Raises:
        MalformedError: it is no answer.
    """
    with _forking:
        ours, theirs = os.pipe()
        pid = _fork()
        if pid == 0:
            os.close(ours)
            caller.run(call, theirs)
        os.close(theirs)
    try:
        data = _received(ours, call.nonce)
    finally:
        os.close(ours)
    if data is None:
        _end_as(pid)
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)
    answer = loads(data)
    if not isinstance(answer, dict):
        raise MalformedError("it tells nothing")
    return answer


def _received(descriptor: int, nonce: bytes) -> bytes | None:
    """One answer; None where its process hangs up before it is whole."""
    size = caller.HEADER.size
    data = bytearray()
    whole = size
    while len(data) < whole:
        part = os.read(descriptor, _CHUNK)
        if not part:
            return None
        data += part
        if not data.startswith(nonce[: len(data)]):
            raise MalformedError("it does not begin as answers do")
        if whole == size and len(data) >= size:
            whole += min(caller.HEADER.unpack(data[:size])[1], _LONGEST)
    if len(data) > whole or (select.select([descriptor], [], [], 0)[0] and os.read(descriptor, 1)):
        raise MalformedError("something follows it")
    return bytes(data[size:])


def _fork() -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    if threading.active_count() == 1:
        return os.fork()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a test's threads do not matter to who makes one call
        return os.fork()


def _end_as(pid: int) -> NoReturn:
    """End this process as that of a call has ended: so it is told, whichever of them it was."""
    try:
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:  # a test has children reaped unseen
        status = 1
    if status < 0:
        with contextlib.suppress(OSError):
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    leave(max(status, 0))


def leave(status: int) -> NoReturn:
    """End this process, and nothing that goes on in it."""
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)
