"""What a child process has of this one: its import path, and its variables without what a candidate must not see."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from typing import TYPE_CHECKING

from jiti.masking import masker

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

TAG = "JITI_CHILD"
"""The variable by whose value a child's descendants are found, however far they ran."""

_SECRET_NAME = re.compile(
    r"KEY|TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|AUTH|_PWD$|_PASS$|_PAT$|_DSN$|COOKIE|^(ANTHROPIC|AWS|GOOGLE|AZURE|JITI)_",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
"""A user and password in an address, as `DATABASE_URL` holds them."""
_DISTORTING_NAME = re.compile(
    r"^(COV_CORE_|COVERAGE_|PYTEST_ADDOPTS$|PYTEST_CURRENT_TEST$|PYTEST_XDIST_|PYTHONSTARTUP$)"
)
"""What belongs to the test run or session that this process may be part of."""
_THREAD_COUNTS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
FOLDERS = ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP")


def child_environment(environ: Mapping[str, str], *, passed: Collection[str], tag: str, folder: str) -> dict[str, str]:
    """The variables that a child process starts with.

    Args:
        environ: this process's own.
        passed: names that the user passes on, whatever they look like.
        tag: the value of `JITI_CHILD`.
        folder: where the child keeps its temporary files, and what it takes for the home folder.
    """
    mask = masker()
    kept = {name: value for name, value in environ.items() if name in passed or not _is_withheld(name, value, mask)}
    # One thread: a pool of them would not survive the fork that every job begins with.
    own = dict.fromkeys(_THREAD_COUNTS, "1") | dict.fromkeys(FOLDERS, folder)
    own |= {TAG: tag, "PYTHONIOENCODING": "utf-8:backslashreplace"}
    return kept | own


def _is_withheld(name: str, value: str, mask: Callable[[str], str]) -> bool:
    is_secret = _SECRET_NAME.search(name) or _SECRET_VALUE.search(value) or mask(value) != value
    return bool(is_secret or _DISTORTING_NAME.search(name))


def import_path() -> list[str]:
    """Where this process finds modules, by paths that mean the same in any working directory."""
    path = []
    for entry in sys.path:
        with contextlib.suppress(OSError):  # "" means the working directory, and that may have been deleted
            path.append(os.path.abspath(entry))
    return path
