"""Clearing a project's mirrors: generated files go, hand-edited ones only when that is asked for."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from jiti import dispatch, durable, header, mirror, stub
from jiti.definition import body_hash
from jiti.errors import ConflictError, StubError
from jiti.home import home_of
from jiti.source import decode
from jiti.spec import text_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEVER_ENTERED = ("site-packages", "__pycache__", "node_modules")


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
    mirrors = list(_mirrors(root))
    files = [path for folder in mirrors for path in _implementations(folder)]
    edited = [path for path in files if not _is_untouched(path)]
    if edited and not force:
        shown = "\n".join(f"  {mirror.relative_path(root, path)}" for path in edited)
        message = f"these files were edited by hand, and clearing would lose that:\n{shown}"
        raise ConflictError(message, hint="commit or move them, or clear with force=True")
    for path in files:
        durable.remove(path)
    shutil.rmtree(os.path.join(mirror.folder_of(root), mirror.SCRATCH), ignore_errors=True)
    for folder in mirrors:
        _remove_empty_folders(folder)
    dispatch.rearm(root)


def _mirrors(root: str) -> Iterator[str]:
    """The mirror in a project's root, and those that its packages carry."""
    yield mirror.folder_of(root)
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _NEVER_ENTERED]
        carried = mirror.folder_of(folder)
        if folder == root or not os.path.isdir(carried):
            continue
        found = home_of(os.path.join(folder, "__init__.py"))
        if "__init__.py" in names and (found.root, found.mirror) == (root, carried):
            yield carried


def _implementations(top: str) -> Iterator[str]:
    for folder, folders, names in os.walk(top):
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
