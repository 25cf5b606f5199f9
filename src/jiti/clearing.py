"""Clearing a mirror: generated files go, hand-edited ones only when that is asked for."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from jiti import dispatch, durable, header, mirror, stub
from jiti.definition import body_hash
from jiti.errors import ConflictError, StubError
from jiti.source import decode
from jiti.spec import text_hash

if TYPE_CHECKING:
    from collections.abc import Iterator


def clear(*, force: bool = False) -> None:
    """Delete the mirror of the project that the caller's file belongs to, and forget what is loaded of it.

    Sessions and what was replaced by hand (`.jiti/.local/`) stay.

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
    """Delete a project's mirror; see `clear`."""
    files = list(_implementations(root))
    edited = [path for path in files if not _is_untouched(path)]
    if edited and not force:
        shown = "\n".join(f"  {mirror.relative_path(root, path)}" for path in edited)
        message = f"these files were edited by hand, and clearing would lose that:\n{shown}"
        raise ConflictError(message, hint="commit or move them, or clear with force=True")
    for path in files:
        durable.remove(path)
    folder = mirror.folder_of(root)
    shutil.rmtree(os.path.join(folder, mirror.SCRATCH), ignore_errors=True)
    _remove_empty_folders(folder)
    dispatch.rearm(root)


def _implementations(root: str) -> Iterator[str]:
    for folder, folders, names in os.walk(mirror.folder_of(root)):
        folders[:] = [name for name in folders if name not in (mirror.SCRATCH, mirror.LOCAL, "__pycache__")]
        yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(".py"))


def _is_untouched(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            fields, code = header.split(decode(file.read()))
        return text_hash(code) == fields["code"] or body_hash(code) == fields["body"]
    except (OSError, ValueError, SyntaxError):
        return False


def _remove_empty_folders(top: str) -> None:
    for folder, _, _ in os.walk(top, topdown=False):
        if os.path.relpath(folder, top).split(os.sep)[0] == mirror.LOCAL:
            continue
        if os.path.basename(folder) == "__pycache__":
            shutil.rmtree(folder, ignore_errors=True)
        elif folder != top and not os.listdir(folder):
            os.rmdir(folder)
