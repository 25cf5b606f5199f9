"""What has to hold, and to be said, before a session begins: found out before anything is paid for."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import threading
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING

from jiti import durable, filing, locks, mirror
from jiti.errors import ConfigError, FrozenError, GenerationError
from jiti.spec import text_hash

if TYPE_CHECKING:
    from collections.abc import Generator

    from jiti.models import Model
    from jiti.stub import Declaration

TAG = "JITI_CHILD"
"""The variable that all processes have which checks start; by its value a child's descendants are found."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
NEEDED = ("filelock", "pathspec", "pytest", "ruff", "ty", "typeguard")


_found: set[str] = set()
"""The packages that were there when they were first looked for."""


def require_installed() -> None:
    """Make sure that what generating needs, and running does not, is there.

    Raises:
        ConfigError: packages are missing, or a folder for temporary files.
    """
    missing = [name for name in NEEDED if name not in _found and find_spec(name) is None]
    _found.update({*NEEDED}.difference(missing))
    if missing:
        message = f"generating needs packages that are not installed: {', '.join(missing)}"
        raise ConfigError(message, hint="pip install jiti   (without --no-deps)")
    try:
        tempfile.gettempdir()
    except OSError as error:
        message = f"candidates are checked in temporary folders, and none can be made: {error.strerror or error}"
        raise ConfigError(message, hint="set TMPDIR to a folder that can be written") from None


def require_own_process(declaration: Declaration) -> None:
    """Make sure that this is no process which a candidate's checks have started: the stub's key is held out there.

    Raises:
        FrozenError: it is one.
    """
    if os.environ.get(TAG):
        raise FrozenError(
            f"{declaration.place}: {declaration.qualname} has no implementation yet, and is called by a process that "
            "a test has started",
            key=declaration.key,
            hint="while it is generated, a test has to call it in its own process",
        )


@contextmanager
def running(key: str) -> Generator[None]:
    """Generate only as long as Python does not shut down: then it starts no more threads, which checks need.

    Args:
        key: the stub's.

    Raises:
        GenerationError: it shuts down, or has begun to in the middle.
    """
    if not threading.main_thread().is_alive():
        raise _too_late(key)
    try:
        yield
    except RuntimeError as error:
        if "shutdown" not in str(error) or threading.main_thread().is_alive():
            raise
        raise _too_late(key) from error


def _too_late(key: str) -> GenerationError:
    return GenerationError(
        f"{key}: Python shuts down: nothing can be generated any more",
        key=key,
        hint="call it once before the program ends, join the threads that call it, or commit its implementation",
    )


def require_writable(declaration: Declaration) -> None:
    """Make the mirror, and make sure that a stub's implementation can be filed in it.

    Raises:
        ConfigError: it cannot.
    """
    with locks.guard(declaration.root):
        filing.prepare(declaration.root, declaration.home)
        folder = os.path.dirname(mirror.implementation_path(declaration))
        os.makedirs(folder, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)


def tell_what_leaves(root: str, model: Model) -> None:
    """Say on stderr what requests carry: once for a project, a machine and a host.

    Args:
        root: absolute path of the project root.
        model: who will be sent them.

    Raises:
        ConfigError: the mirror cannot be written, or there is no client for the model to be had.
    """
    host = model.host
    if host is None or host in LOOPBACK:
        return
    told = mirror.local_folder(root, f"told-{text_hash(host)[:12]}")
    if os.path.exists(told) or sys.stderr is None:
        return
    with locks.guard(root):
        if os.path.exists(told):
            return  # by another session, just now
        durable.replace(told, f"{host}\n")
    what = "stubs, what its agent reads of the project, and live arguments"
    with suppress(OSError, ValueError):  # a stream that is broken or closed disturbs nobody
        sys.stderr.write(f"jiti: {root}: sends {what} to {host} (said once; see `values` in the README)\n")
