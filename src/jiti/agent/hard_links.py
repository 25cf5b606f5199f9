"""Hard links: a file that may not be read can have another name in the project, which says nothing of that."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jiti.discovery import NEVER_ENTERED, IgnoreRules

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_FOLDERS = 20_000
"""A bound: beyond it, whatever has a second name is refused."""


class HardLinks:
    """Tells which files of a project are the same as ones that may not be read.

    Names outside the project are not looked for: who can make such a link can make a copy as well.

    Args:
        root: absolute path of the project root.
        is_private: whether a path from the root, with `/`, is never read because of its names.
    """

    def __init__(self, root: str, is_private: Callable[[str], bool]) -> None:
        self._root = root
        self._is_private = is_private
        self._refused: set[tuple[int, int]] | None = None
        self._are_all_known = True

    def lead_to_private(self, real: str) -> bool:
        """Whether a file has another name in the project by which it may not be read.

        Raises:
            OSError: it cannot be looked at.
        """
        found = os.stat(real)
        if found.st_nlink < 2:  # noqa: PLR2004 - one name is its own
            return False
        if self._refused is None:
            self._refused = set()
            self._collect("", IgnoreRules(self._root).with_own(), is_hidden=False, left=[_MOST_FOLDERS])
        return (found.st_dev, found.st_ino) in self._refused or not self._are_all_known

    def forget(self) -> None:
        """Look anew when asked next."""
        self._refused, self._are_all_known = None, True

    def _collect(self, folder: str, rules: IgnoreRules, *, is_hidden: bool, left: list[int]) -> None:
        """Note the files in and below a folder (from the root, with a closing slash) that have several names."""
        left[0] -= 1
        self._are_all_known &= left[0] > 0
        try:
            with os.scandir(os.path.join(self._root, folder)) as scanned:
                entries = list(scanned)
        except OSError:
            return
        if folder and (not self._are_all_known or any(entry.name == "pyvenv.cfg" for entry in entries)):
            return
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            hidden = is_hidden or rules.hide(entry.name, is_folder=is_folder)
            if not is_folder:
                self._note(entry, f"{folder}{entry.name}", is_hidden=hidden)
            elif entry.name not in (*NEVER_ENTERED, "node_modules"):
                self._collect(f"{folder}{entry.name}/", rules.below(entry.name).with_own(), is_hidden=hidden, left=left)

    def _note(self, entry: os.DirEntry[str], path: str, *, is_hidden: bool) -> None:
        try:
            found = os.lstat(entry.path)
        except OSError:
            return
        if self._refused is not None and found.st_nlink > 1 and (is_hidden or self._is_private(path)):
            self._refused.add((found.st_dev, found.st_ino))
