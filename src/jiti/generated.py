"""What jiti wrote, kept on this machine below `.jiti/.local/`, so that an edit by hand can be told from it."""

from __future__ import annotations

import os

from jiti.home import MIRROR
from jiti.spec import text_hash

_FOLDER = (MIRROR, ".local", "generated")


def keep(root: str, code: str) -> None:
    """Keep the code of an implementation, by its hash; where that cannot be, it is not kept.

    Args:
        root: absolute path of the project root.
        code: all that stands below the header.
    """
    path = _path(root, text_hash(code))
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(code)
    except OSError:
        return


def kept(root: str, code_hash: str) -> str | None:
    """The code of that hash; None if this machine has not written it, or it was cleared away.

    Args:
        root: absolute path of the project root.
        code_hash: a header's `code:`.
    """
    try:
        with open(_path(root, code_hash), encoding="utf-8") as file:
            code = file.read()
    except (OSError, ValueError):
        return None
    return code if text_hash(code) == code_hash else None


def forget(root: str) -> None:
    """Delete all that is kept of a project, and the folder around it if that holds nothing else.

    Raises:
        OSError: it cannot be deleted.
    """
    folder = os.path.join(root, *_FOLDER)
    if not os.path.isdir(folder):
        return
    for name in os.listdir(folder):
        os.unlink(os.path.join(folder, name))
    os.rmdir(folder)
    around = os.path.dirname(folder)
    if not os.listdir(around):
        os.rmdir(around)


def _path(root: str, code_hash: str) -> str:
    return os.path.join(root, *_FOLDER, f"{code_hash}.py")
