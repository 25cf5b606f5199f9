"""What a denied access looks like in the text of an error, and the setting that would allow it."""

from __future__ import annotations

import os
import re

from jiti.discovery import is_ignored
from jiti.sandbox.installed import is_below
from jiti.secret_names import plain_names, refusal

_FILE = re.compile(r"\[Errno (?:1|13|18)\] [\w -]+: (?:b?'([^'\n]+)')(?: -> b?'([^'\n]+)')?")
_NETWORK = re.compile(
    r"\[Errno 13\] Permission denied(?!:)|gaierror|name resolution|Name or service not known|nodename nor servname"
)
_PROCESS = re.compile(r"\[Errno 1\] Operation not permitted(?!:)|can't start new process|Cannot fork")
_FILE_OF_A_LIBRARY = re.compile(r"unable to open database file|attempt to write a readonly database")


def hint(text: str, root: str) -> str | None:
    """The setting that would allow what an error speaks of; None where it is not one that the sandbox makes.

    The error is the only witness: a program can be denied something for other reasons as well.

    Args:
        text: the error's, as Python or a library words it.
        root: absolute path of the project root.
    """
    found = _FILE.search(text)
    if found is not None:
        return _of_a_file(found[2] or found[1], root)
    if _NETWORK.search(text):
        return _told("the network", "network = true", also='a lock of multiprocessing: write = ["/dev/shm"]')
    if _PROCESS.search(text):
        return _told("starting processes", "processes = true")
    if _FILE_OF_A_LIBRARY.search(text):
        return _told("writing there", 'write = ["…"]', also="or use a temporary folder")
    return None


def _of_a_file(path: str, root: str) -> str | None:
    real = os.path.realpath(os.path.join(root, path))
    if not is_below(real, os.path.realpath(root)):
        return _told(f"access to {path}", f'read = ["{path}"]', also=f'to change it: write = ["{path}"]')
    relative = os.path.relpath(real, os.path.realpath(root)).replace(os.sep, "/")
    reason = refusal(plain_names(relative)) or ("git ignores it" if is_ignored(root, relative) else None)
    if reason is not None:
        return _told(f"access to {relative} ({reason})", f'read = ["{relative}"]', also="if it is no secret")
    return _told(f"writing to {relative}", f'write = ["{relative}"]', also="or use a temporary folder")


def _told(what: str, setting: str, *, also: str = "") -> str:
    more = f"; {also}" if also else ""
    return f"(the sandbox denies {what}; in [tool.jiti.sandbox], {setting} would allow it{more})"
