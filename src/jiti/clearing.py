"""Clearing a project's mirrors: generated files go, hand-edited ones only when that is asked for."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from jiti import dispatch, durable, generated, mirror, scratch, stub
from jiti.errors import ConflictError, StubError
from jiti.filed import implementations, is_untouched, mirrors, scratch_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jiti.filed import Orphan


def clear(*, force: bool = False) -> None:
    """Delete the mirror of the project that the caller's file belongs to, and forget what is loaded of it.

    With it go the mirrors that the project's packages carry. Sessions and what was replaced by hand (`.jiti/.local/`)
    stay.

    Args:
        force: delete files that were edited by hand, or that jiti cannot read, as well.

    Raises:
        ConflictError: there are such files; nothing was deleted.
        StubError: the caller has no file, so that no project is known.
        OSError: a file cannot be deleted.
    """
    caller = sys._getframe(1).f_code.co_filename  # noqa: SLF001 - whose project is meant is where the call stands
    if not os.path.isabs(caller):
        message = f"jiti.clear() was called from {caller}, which belongs to no project"
        raise StubError(message, hint="call it from a file of the project")
    clear_project(stub.root_of(caller), force=force)


def clear_project(root: str, *, force: bool = False) -> None:
    """Delete a project's mirrors; see `clear`."""
    files = files_of(root)
    by_hand = [] if force else edited(files, scratch_files(root))
    if by_hand:
        shown = "\n".join(f"  {mirror.relative_path(root, path)}" for path in by_hand)
        message = f"these files were edited by hand, and clearing would lose that:\n{shown}"
        raise ConflictError(message, hint="commit or move them, or clear with force=True")
    for path in files:
        durable.remove(path)
    shutil.rmtree(os.path.join(mirror.folder_of(root), mirror.SCRATCH), ignore_errors=True)
    generated.forget(root)
    for folder in mirrors(root):
        _remove_empty_folders(folder)
    dispatch.rearm(root)


def clear_orphans(root: str, orphans: Sequence[Orphan]) -> None:
    """Delete files that belong to no stub, those that were edited by hand among them, and their scratch tests.

    Raises:
        OSError: one cannot be deleted.
    """
    for orphan in orphans:
        if orphan.scratch is not None and os.path.exists(orphan.scratch):
            durable.remove(orphan.scratch)
        durable.remove(orphan.path)
    for folder in mirrors(root):
        _remove_empty_folders(folder)


def files_of(root: str) -> list[str]:
    """The implementations in all mirrors of a project (absolute paths)."""
    return [path for folder in mirrors(root) for path in implementations(folder)]


def edited(paths: Iterable[str], tests: Iterable[str]) -> list[str]:
    """Those of a mirror's files that were edited by hand, or that jiti cannot read.

    Args:
        paths: implementations.
        tests: files of scratch tests.
    """
    found = [path for path in paths if not is_untouched(path)]
    return found + [path for path in tests if not scratch.is_untouched(path)]


def _remove_empty_folders(top: str) -> None:
    for folder, _, _ in os.walk(top, topdown=False):
        if os.path.relpath(folder, top).split(os.sep)[0] == mirror.LOCAL:
            continue
        if os.path.basename(folder) == "__pycache__":
            shutil.rmtree(folder, ignore_errors=True)
        elif folder != top and not os.listdir(folder):
            os.rmdir(folder)
