"""The effect of what a full name stands for."""

from __future__ import annotations

import re
import sys

from jiti.effects import known

_LOGGING = ("debug", "info", "warning", "error", "critical", "exception", "log")
_EFFECTS = {name: effect for effect, names in known.EFFECTS.items() for name in names}
_EFFECTS |= {f"logging.Logger.{name}": "output" for name in _LOGGING}
_EFFECTS |= dict.fromkeys(known.OPENERS, "files")
_ALL: dict[str, str | None] = {**_EFFECTS, **dict.fromkeys(known.PURE)}
MODULES = frozenset(
    ".".join(name.split(".")[:length]) for name in _EFFECTS for length in range(1, name.count(".") + 1)
) - {"builtins", "datetime.datetime", "datetime.date"}
"""Modules that hold functions with effects, and classes that do."""
_HARMLESS = re.compile(r"([A-Z][A-Z0-9_]*|\w*(Error|Exception|Warning))$")
"""Constants, and what is raised."""
_OF_A_FUNCTION = re.compile(r"\.\w+\.__self__(?=\.|$)")


def effect_of(name: str) -> str | None:
    """The effect of what a full name stands for; None if it has none, or is not known.

    >>> effect_of("os.environ.get"), effect_of("os.path.join"), effect_of("socket.AF_INET")
    ('env', None, None)
    """
    if name in known.UNSEEDED:
        return known.UNSEEDED[name]
    last = name.rpartition(".")[2]
    if _HARMLESS.match(last) and name not in _ALL:
        return None
    part = name
    while part:
        if part in _ALL:
            return _ALL[part]
        part = part.rpartition(".")[0]
    return None


def effects_below(module: str) -> list[str]:
    """All effects that a module's functions have."""
    inside = {effect for name, effect in _EFFECTS.items() if name == module or name.startswith(f"{module}.")}
    return sorted(inside)


def normal(name: str) -> str:
    """A full name by the one way that it is known by.

    >>> normal("builtins.print.__self__.open"), normal("shutil.os.getenv"), normal("posixpath.exists")
    ('builtins.open', 'os.getenv', 'os.path.exists')
    """
    name = _OF_A_FUNCTION.sub("", name)
    parts = name.split(".")
    if parts[0] in sys.stdlib_module_names:
        for at in range(len(parts) - 2, 0, -1):
            if parts[at].lstrip("_") in _EXPOSED and ".".join(parts[: at + 1]) not in _ALL:
                name = ".".join([parts[at].lstrip("_"), *parts[at + 1 :]])
                break
    for old, new in _SAME:
        if name == old or name.startswith(f"{old}."):
            return new + name[len(old) :]
    return name


_EXPOSED = frozenset(
    {
        *("os", "sys", "io", "builtins", "subprocess", "socket", "shutil", "random", "tempfile", "time", "glob"),
        *("logging", "codecs", "ctypes", "gc", "importlib", "inspect", "threading", "traceback", "types"),
    }
)
"""Modules that other ones of the standard library have imported, and so have as attributes."""
_SAME = (
    *((each, "pathlib.Path") for each in ("pathlib.PosixPath", "pathlib.WindowsPath")),
    ("posixpath", "os.path"),
    ("ntpath", "os.path"),
    ("posix", "os"),
    ("nt", "os"),
    ("_io", "io"),
    ("_socket", "socket"),
    ("_random", "random"),
    ("_posixsubprocess", "subprocess"),
    ("_datetime", "datetime"),
    ("_pydatetime", "datetime"),
)
