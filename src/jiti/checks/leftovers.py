"""Removing the folders of jobs, whatever candidates have made in them."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def remove(folder: str) -> None:
    """Remove a folder and all that is in it, as far as the system lets us; nobody works in it any more."""
    with contextlib.suppress(RecursionError):  # deep folders: Python before 3.13 goes down by calling itself
        shutil.rmtree(folder, ignore_errors=True)
    if _is_folder(folder):
        _take_apart(folder)
        _remove_one(folder)


def empty(folder: str, *, besides: Collection[str]) -> None:
    """Remove what is in a folder.

    Args:
        folder: it.
        besides: the names of what stays.
    """
    for name in _names(folder):
        path = os.path.join(folder, name)
        if name in besides:
            continue
        if _is_folder(path):
            remove(path)
        else:
            _remove_one(path)


def _take_apart(folder: str) -> None:
    """Remove what is in a folder that cannot be gone down: too deep, with paths too long, or closed to its owner.

    What lies in a folder in it is moved up, so that no path ever gets longer.
    """
    number = 0
    goes_on = True
    while goes_on:
        goes_on = False
        for name in _names(folder):
            path = os.path.join(folder, name)
            for inner in _names(path):
                number += 1
                goes_on |= _move(os.path.join(path, inner), os.path.join(folder, f"moved-{number}"))
            goes_on |= _remove_one(path)


def _move(path: str, target: str) -> bool:
    try:
        _open_up(path)
        os.rename(path, target)
    except OSError:
        return False
    return True


def _remove_one(path: str) -> bool:
    try:
        (os.rmdir if _is_folder(path) else os.unlink)(path)
    except OSError:
        return False
    return True


def _names(folder: str) -> list[str]:
    """The names in a folder; none in what is none."""
    if not _is_folder(folder):
        return []
    try:
        _open_up(folder)
        return os.listdir(folder)
    except OSError:
        return []


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _open_up(path: str) -> None:
    if _is_folder(path):
        os.chmod(path, 0o700)
