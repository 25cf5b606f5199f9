"""The text of `.jiti/ruff.toml`: the user's own settings, and what a generated file is excused from.

A generated file answers for its code, not for its place, for the header above it or for the
signature and docstring that it has from the user.
"""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACE = {
    "A005": "the file has its stub's name, which may be a standard module's",
    "CPY001": "the header stands where the copyright notice would",
    "D100": "the header says what the module is",
    "D101": "the class around a method is the user's, and is documented there",
    "DOC": "the docstring is the user's, and was there before the body",
    "INP001": "the mirror is no package",
    "N999": "the file has its stub's name, which may be a class's",
    "PLC2701": "an implementation may import what is private to its own module",
    "PLR6301": "whether a method uses `self` is not for its body to decide",
}
"""What a candidate is excused from, wherever it stands, and why."""

HEADER = {
    "ARG": "a signature has the parameters that the user gave it; helpers are checked where the stub stands",
    "E501": "the header's lines are as long as they are; the code is checked where the stub stands",
    "ERA001": "the header's fields look like code",
    "RUF100": "a `noqa` that came along with the signature may have nothing to silence here",
    "SLF001": "an implementation reaches its own module's private values as attributes",
    "W505": "as E501",
}
"""What only a file in the mirror is excused from, and why."""

PREVIEW = {"RUF201": "this file lists rules by code, so that ruff reads it without preview too"}
"""What this file itself is excused from under preview; other versions of ruff may not know of the rule."""

_OPENING = (
    "# Written by jiti: generated files are held to your own settings,\n"
    "# except for what their place in the mirror and their header bring about.\n"
)
_NAMES = (".ruff.toml", "ruff.toml", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class _Settings:
    """One file of ruff settings."""

    path: str
    table: dict[str, Any]

    @property
    def folder(self) -> str:
        return os.path.dirname(self.path)

    @property
    def extended(self) -> str | None:
        """The file that it extends."""
        path = self.table.get("extend")
        if not isinstance(path, str):
            return None
        return os.path.normpath(os.path.join(self.folder, os.path.expandvars(os.path.expanduser(path))))

    @property
    def is_preview(self) -> bool:
        """Whether it switches on what is in preview."""
        return bool(self.table.get("preview") or self.table.get("lint", {}).get("preview"))

    def ignores(self, name: str) -> list[tuple[str, list[str]]]:
        """A setting that ignores rules by pattern, in its old spelling and its new one."""
        return [each for table in (self.table, self.table.get("lint", {})) for each in table.get(name, {}).items()]


def text(root: str, mirror: str | None = None, source_base: str | None = None) -> str:
    """What a mirror's `ruff.toml` has to say for a project, given the user's settings as they are now.

    Args:
        root: absolute path of the project root.
        mirror: absolute path of the mirror, if it is not the root's.
        source_base: absolute path of the folder that paths in the mirror start from, if it is not the root.
    """
    files = list(_in_force(root))
    mirror = mirror or os.path.join(root, ".jiti")
    base = files[0].folder if files else root
    lines = [_OPENING]
    if files:
        lines.append(f"extend = {_quoted(_from(mirror, files[0].path))}")
    if not any("cache-dir" in file.table for file in files):
        lines.append(f"cache-dir = {_quoted(_from(mirror, os.path.join(base, '.ruff_cache')))}")
    if not any("src" in file.table for file in files):
        # What ruff takes by default, but as seen from the folder that its settings stand in.
        sources = (_from(mirror, base), _from(mirror, os.path.join(base, "src")))
        lines.append(f"src = [{', '.join(map(_quoted, sources))}]")
    lines += ["", "[lint]", "ignore = ["]
    excused = PLACE | HEADER | (PREVIEW if any(file.is_preview for file in files) else {})
    lines += [f"    {_quoted(code)}, # {reason}" for code, reason in excused.items()]
    lines += ["]", "", "[lint.extend-per-file-ignores]", '".scratch/**" = ["ALL"]']
    lines += [
        f"{_quoted(pattern)} = {json.dumps(codes)}" for pattern, codes in _mirrored(files, source_base or root).items()
    ]
    return "\n".join(lines) + "\n"


def _in_force(root: str) -> Iterator[_Settings]:
    """The settings file that ruff takes at the root, then those that it extends."""
    path = _nearest(root)
    seen: set[str] = set()
    while path is not None and path not in seen:
        seen.add(path)
        table = _read(path)
        if table is None:
            return
        settings = _Settings(path, table)
        yield settings
        path = settings.extended


def _nearest(root: str) -> str | None:
    for folder in _folders(root):
        for name in _NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and _read(path) is not None:
                return path
    return None


def _folders(root: str) -> list[str]:
    """The root and those above it, to the repository's top.

    Settings beyond that are of this machine alone: a committed file that extended them would break elsewhere.
    """
    folders = [root]
    while not os.path.exists(os.path.join(folders[-1], ".git")):
        parent = os.path.dirname(folders[-1])
        if parent == folders[-1]:
            return [root]
        folders.append(parent)
    return folders


def _read(path: str) -> dict[str, Any] | None:
    """The settings in a file; None where it holds none for ruff, or is not TOML (ruff itself tells that better)."""
    try:
        with open(path, "rb") as file:
            table = tomllib.load(file)
    except (OSError, ValueError):
        return None
    return table.get("tool", {}).get("ruff") if os.path.basename(path) == "pyproject.toml" else table


def _mirrored(files: list[_Settings], root: str) -> dict[str, list[str]]:
    """The user's per-file ignores, for the files that mirror those which they name."""
    found: dict[str, set[str]] = {}
    for folder, pattern, codes in _ignores(files):
        mirrored = _mirrored_pattern(pattern, folder, root)
        if mirrored is not None:
            found.setdefault(mirrored, set()).update(codes)
    return {pattern: sorted(codes) for pattern, codes in found.items()}


def _ignores(files: list[_Settings]) -> Iterator[tuple[str, str, list[str]]]:
    """The per-file ignores in force: folder of the settings, pattern, rules."""
    is_replaced = False  # what a file says replaces what the file that it extends says, but for `extend-…`
    for file in files:
        plain = [] if is_replaced else file.ignores("per-file-ignores")
        is_replaced = is_replaced or bool(plain)
        for pattern, codes in [*plain, *file.ignores("extend-per-file-ignores")]:
            yield file.folder, pattern, codes


def _mirrored_pattern(pattern: str, folder: str, root: str) -> str | None:
    """The pattern of the mirror's files for a pattern of source files; None where it names none of the root's.

    `app/text.py` is mirrored by the folder `app/text`, so `*.py` becomes `*/**`.
    """
    negation, pattern = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    if "/" not in pattern:
        pattern = f"**/{pattern}"
    elif not pattern.startswith("*"):
        pattern = _from(root, os.path.join(folder, pattern))
    if pattern.startswith("..") or os.path.isabs(pattern):
        return None
    return negation + (pattern.removesuffix(".py") + "/**" if pattern.endswith(".py") else pattern)


def _from(folder: str, path: str) -> str:
    """The way from a folder to a path, with `/`."""
    try:
        return os.path.relpath(path, folder).replace(os.sep, "/")
    except ValueError:  # another drive
        return path.replace(os.sep, "/")


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
