"""Clearing a project's mirrors: generated files go, hand-edited ones only when that is asked for."""

from __future__ import annotations

import os
import shutil
import sys

from jiti import dispatch, durable, mirror, stub
from jiti.errors import ConflictError, StubError
from jiti.filed import implementations, is_untouched, mirrors


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
    folders = list(mirrors(root))
    files = [path for folder in folders for path in implementations(folder)]
    edited = [path for path in files if not is_untouched(path)]
    if edited and not force:
        shown = "\n".join(f"  {mirror.relative_path(root, path)}" for path in edited)
        message = f"these files were edited by hand, and clearing would lose that:\n{shown}"
        raise ConflictError(message, hint="commit or move them, or clear with force=True")
    for path in files:
        durable.remove(path)
    shutil.rmtree(os.path.join(mirror.folder_of(root), mirror.SCRATCH), ignore_errors=True)
    for folder in folders:
        _remove_empty_folders(folder)
    dispatch.rearm(root)


def _remove_empty_folders(top: str) -> None:
    for folder, _, _ in os.walk(top, topdown=False):
        if os.path.relpath(folder, top).split(os.sep)[0] == mirror.LOCAL:
            continue
        if os.path.basename(folder) == "__pycache__":
            shutil.rmtree(folder, ignore_errors=True)
        elif folder != top and not os.listdir(folder):
            os.rmdir(folder)
