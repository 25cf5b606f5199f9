"""What an implementation is seen to do while it runs, by an audit hook of the process that it runs in.

The reading of its tree does not see through what it calls; this does. It explains, and enforces nothing: clocks, random
numbers, reads of the environment, what is printed and what is changed in memory raise no event, and neither does a
thread that is handed a function of somebody else's. Once installed it stays for the life of the process.
"""

from __future__ import annotations

import os
import sys
import threading
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_EVENTS = {
    **dict.fromkeys(["open", "os.listdir", "os.scandir", "os.walk", "os.fwalk", "os.mkdir", "os.rmdir"], "files"),
    **dict.fromkeys(
        ["os.remove", "os.rename", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown"], "files"
    ),
    **dict.fromkeys(["os.utime", "os.setxattr", "os.getxattr", "os.listxattr", "os.removexattr"], "files"),
    **dict.fromkeys(
        ["os.lockf", "os.chflags", "sqlite3.connect", "shutil.", "tempfile.", "glob.", "pathlib."], "files"
    ),
    **dict.fromkeys(["mmap.", "fcntl.", "dbm."], "files"),
    **dict.fromkeys(
        ["socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"], "network"
    ),
    **dict.fromkeys(["socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo", "urllib."], "network"),
    **dict.fromkeys(
        ["http.client.", "ftplib.", "smtplib.", "imaplib.", "poplib.", "nntplib.", "telnetlib."], "network"
    ),
    **dict.fromkeys(["subprocess.", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn"], "process"),
    **dict.fromkeys(["os.spawn", "os.startfile", "os.startfile/2", "os.kill", "os.killpg", "pty."], "process"),
    **dict.fromkeys(["signal.", "webbrowser."], "process"),
    **dict.fromkeys(["os.putenv", "os.unsetenv", "socket.gethostname"], "env"),
    "time.sleep": "time",
    **dict.fromkeys(["builtins.input", "syslog."], "output"),
    **dict.fromkeys(["os.chdir", "os.fchdir", "resource."], "state"),
}
"""Audit events, by their names or the beginnings of these, and the effects that they tell of."""
_IN_MEMORY = ":memory:"
_ON_ITS_OWN = (
    *("<frozen importlib", "<frozen zipimport", "<doctest ", f"{os.sep}_pytest{os.sep}", f"{os.sep}pluggy{os.sep}"),
    *(f"{os.sep}coverage{os.sep}", f"{os.sep}typeguard{os.sep}"),
)
_LIBRARY = os.path.dirname(os.path.realpath(os.__file__)) + os.sep
_NEUTRAL = tuple(
    _LIBRARY + each.replace("/", os.sep)
    for each in (
        *("linecache.py", "traceback.py", "tokenize.py", "warnings.py", "inspect.py", "typing.py", "mimetypes.py"),
        *("gettext.py", "locale.py", "zoneinfo/", "importlib/", "encodings/", "_strptime.py", "ctypes/util.py"),
    )
)
"""What of the standard library looks at files on anybody's behalf: source lines for a traceback, a time zone."""
_MOST = 50
_ARGUMENT_CHARACTERS = 80


class _Whose(Enum):
    """What a frame's file says of what was done below it."""

    CANDIDATE = "charged"
    OTHERS = "done by others, on whoever's behalf"
    OURS = "done by jiti, if nobody else's code was on the way"
    LIBRARY = "nothing"
    CODE = "done by somebody's code"


class Watch:
    """Tells of what an implementation does, or has others do.

    Args:
        own: the file name that its code has in tracebacks.
        ours: how the paths of jiti's own modules begin.
        callers: how the paths of those begin who call it, and whose own doings, in a call-back, are not its.
        tell: is told the effect, the event with its first argument, and the line; each line once.
    """

    def __init__(
        self, own: str, *, ours: str, callers: Collection[str] = (), tell: Callable[[str, str, int], None]
    ) -> None:
        self._own = own
        self._ours = ours
        self._others = (*_ON_ITS_OWN[:3], *_NEUTRAL, *callers)
        self._inside = _ON_ITS_OWN[3:]
        self._tell = tell
        self._effects: dict[str, str | None] = {}
        self._files: dict[str, _Whose] = {}
        self._told: set[tuple[str, int]] = set()
        self._busy: set[int] = set()

    def install(self) -> None:
        """Watch from now on."""
        effects, told_of = self._effects, self._look

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            try:
                effect = effects[event]
            except KeyError:
                effect = effects[event] = _effect_of(event)
            if effect is not None:
                told_of(effect, event, arguments)

        sys.addaudithook(hook)

    def _look(self, effect: str, event: str, arguments: tuple[object, ...]) -> None:
        thread = threading.get_ident()
        if thread in self._busy or len(self._told) >= _MOST or _is_harmless(event, arguments):
            return
        self._busy.add(thread)  # to look at frames is an event itself
        try:
            line = self._charged()
            if line is not None and (effect, line) not in self._told:
                self._told.add((effect, line))
                self._tell(effect, f"{event}({_shown(arguments)})", line)
        finally:
            self._busy.discard(thread)

    def _charged(self) -> int | None:
        """The line of the implementation that this is done for; None if it is done by or for others."""
        frame = sys._getframe(3)  # noqa: SLF001 - of whoever raised the event
        is_somebodys = False
        while frame is not None:
            name = frame.f_code.co_filename
            whose = self._files.get(name) or self._whose(name)
            if whose is _Whose.CANDIDATE:
                return frame.f_lineno
            if whose is _Whose.OTHERS or (whose is _Whose.OURS and not is_somebodys):
                return None
            is_somebodys = is_somebodys or whose is _Whose.CODE
            frame = frame.f_back
        return None

    def _whose(self, name: str) -> _Whose:
        if name == self._own:
            whose = _Whose.CANDIDATE
        elif name.startswith(self._others) or any(each in name for each in self._inside):
            whose = _Whose.OTHERS
        elif name.startswith(self._ours):
            whose = _Whose.OURS
        else:
            in_library = name.startswith((_LIBRARY, "<frozen ")) and "site-packages" not in name
            whose = _Whose.LIBRARY if in_library else _Whose.CODE
        self._files[name] = whose
        return whose


def _effect_of(event: str) -> str | None:
    """The effect that an event tells of: by its name, or by the longest beginning of it that ends in a dot."""
    if event in _EVENTS:
        return _EVENTS[event]
    head, dot, _ = event.rpartition(".")
    return _EVENTS.get(head + dot) if dot else None


def _is_harmless(event: str, arguments: tuple[object, ...]) -> bool:
    """Whether an event is of a database in memory, or of a time zone: those are opened without a frame of Python's."""
    first = arguments[0] if arguments else None
    if event == "sqlite3.connect":
        return first == _IN_MEMORY
    zones = getattr(sys.modules.get("zoneinfo"), "TZPATH", ()) if event == "open" else ()
    return type(first) is str and any(first.startswith(each + os.sep) for each in zones)


def _shown(arguments: tuple[object, ...]) -> str:
    """An event's first argument, if it is of a type whose `repr` runs no foreign code."""
    first = arguments[0] if arguments else None
    return repr(first)[:_ARGUMENT_CHARACTERS] if type(first) in {str, bytes, int} else "…"
