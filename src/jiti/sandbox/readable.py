"""What of a project may be read: all but its secrets, as the fewest files and folders that cover it.

Landlock can allow, and cannot take away again: a folder with a secret in it is allowed entry by entry.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from importlib.machinery import EXTENSION_SUFFIXES
from typing import TYPE_CHECKING, TypeAlias

from jiti.discovery import IgnoreRules
from jiti.secret_names import is_private

if TYPE_CHECKING:
    from collections.abc import Collection

    Entry: TypeAlias = os.DirEntry[str]
    Split: TypeAlias = dict[str, tuple[IgnoreRules, int]]

_COMPILED = "__pycache__"
_COMPILED_CODE = tuple(EXTENSION_SUFFIXES)
_RECENT_NS = 100_000_000
"""How long after a change a folder may change again and bear the same time."""
_UNKNOWN = -1


class Readable:
    """The readable part of a folder. It is looked through once, and later only where something came or went.

    What was readable stays so: a secret that is laid in a folder which held none before is not seen.

    Args:
        root: absolute path of the folder, without links.
        hidden: how paths begin that cannot be read either.
        most: entries to look at; what comes after is not readable.
    """

    def __init__(self, root: str, *, hidden: Collection[str] = (), most: int | None = None) -> None:
        self._root = root
        self._hidden = tuple(hidden)
        self._left = most
        self._split: Split | None = None
        self._secret_inodes: set[int] = set()

    def news(self) -> list[str]:
        """Files and folders to allow: all of them at first, later what is new or may have been replaced."""
        known = len(self._secret_inodes)
        told = self._look() if self._split is None else self._look_again(self._split)
        while len(self._secret_inodes) > known:  # other names of a secret may have been passed before
            known = len(self._secret_inodes)
            told = self._look()
        return told

    def _look(self) -> list[str]:
        self._split = {}
        told: list[str] = []
        return [self._root] if self._covers(self._root, IgnoreRules(self._root), self._split, told) else told

    def _look_again(self, split: Split) -> list[str]:
        told: list[str] = []
        for folder, (rules, seen) in list(split.items()):
            if seen == _UNKNOWN or _changed(folder) != seen:
                del split[folder]
                if self._covers(folder, rules, split, told):
                    told.append(folder)
        return told

    def _covers(self, folder: str, above: IgnoreRules, split: Split, told: list[str]) -> bool:
        """Whether a folder holds nothing private. Else it is split, and what else is in it is told."""
        seen = _changed(folder)
        entries = self._entries(folder)
        names = {entry.name for entry in entries}
        if "pyvenv.cfg" in names:
            return False  # an environment: the one that is in use is readable as such
        rules = above.with_own() if ".gitignore" in names else above
        own_name = os.path.basename(folder)
        private = {entry.name for entry in entries if self._is_private(entry, own_name, rules)}
        whole = not private
        parts: list[str] = []
        for entry in entries:
            if entry.name in private:
                continue
            if not entry.is_dir(follow_symlinks=False):
                parts += [] if entry.is_symlink() else [entry.path]  # a link leads to what has to be readable itself
            elif entry.path not in split and self._covers_below(entry, rules, private, split, parts):
                parts.append(entry.path)
            else:
                whole = False
        if not whole:
            split[folder] = above, seen
            told += parts
        return whole

    def _covers_below(
        self, entry: Entry, rules: IgnoreRules, private: Collection[str], split: Split, parts: list[str]
    ) -> bool:
        if entry.name != _COMPILED:
            return self._covers(entry.path, rules.below(entry.name), split, parts)
        hidden = [path for path in self._hidden if path.startswith(entry.path)]
        if hidden or any(name.endswith(".py") for name in private):
            for each in self._entries(entry.path):
                source = each.name.partition(".")[0] + ".py"
                if source not in private and not each.path.startswith(self._hidden):
                    parts.append(each.path)
            return False
        return True

    def _is_private(self, entry: Entry, folder: str, rules: IgnoreRules) -> bool:
        if is_private(folder, entry.name):
            self._note_links(entry)
            return True
        if entry.inode() in self._secret_inodes or entry.path.startswith(self._hidden):
            return True
        is_folder = entry.is_dir(follow_symlinks=False)
        is_code = entry.name == _COMPILED if is_folder else entry.name.endswith(_COMPILED_CODE)
        return not is_code and rules.hide(entry.name, is_folder=is_folder)

    def _note_links(self, entry: Entry) -> None:
        """Note a secret that has another name, which may say nothing of it."""
        with suppress(OSError):
            if entry.is_file(follow_symlinks=False) and entry.stat().st_nlink > 1:
                self._secret_inodes.add(entry.inode())

    def _entries(self, folder: str) -> list[Entry]:
        try:
            with os.scandir(folder) as entries:
                found = list(entries)
        except OSError:
            return []
        if self._left is not None:
            found = found[: self._left]
            self._left -= len(found)
        return found


def _changed(folder: str) -> int:
    """When a folder's entries changed last; unknown where it is too short ago to tell it from another change."""
    try:
        changed = os.stat(folder).st_mtime_ns
    except OSError:
        return _UNKNOWN
    return changed if time.time_ns() - changed > _RECENT_NS else _UNKNOWN
