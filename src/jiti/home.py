"""Where a source file is at home: in a project, or in what is installed; and where the mirror of its stubs lies."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Loader(Protocol):
        """A loader that can read what lies beside the modules that it loads, as `zipimporter` can."""

        def get_data(self, path: str, /) -> bytes:
            """The bytes of a file; OSError where there is none."""
            ...


MIRROR = ".jiti"
ROOT_MARKERS = (MIRROR, "pyproject.toml", ".git")
NOTEBOOK = "__notebook__"
"""The path that code without a file has in keys, and the name of its module."""
_NOTEBOOK_FILE = (MIRROR, ".local", "notebook", f"{NOTEBOOK}.py")
_INSTALLED = frozenset({"site-packages", "dist-packages"})


class Home:
    """A place that stubs belong to.

    Attributes:
        root: absolute path of the project root; of installed code, of the folder that it is imported from.
        mirror: absolute path of the mirror.
        base: absolute path of the folder that paths in the mirror start from.
        is_installed: whether nothing is ever generated for it.
        loader: reads its files, where they are not files on disk.
    """

    __slots__ = ("base", "is_installed", "loader", "mirror", "root")

    def __init__(
        self,
        root: str,
        *,
        mirror: str | None = None,
        base: str | None = None,
        is_installed: bool = False,
        loader: Loader | None = None,
    ) -> None:
        self.root = root
        self.mirror = mirror or os.path.join(root, MIRROR)
        self.base = base or root
        self.is_installed = is_installed
        self.loader = loader

    def read(self, path: str) -> bytes:
        """The bytes of a file of it.

        Raises:
            OSError: it cannot be read; FileNotFoundError or NotADirectoryError if there is none.
        """
        if self.loader is None:
            return read_bytes(path)
        archive = getattr(self.loader, "archive", None)
        if archive is not None:
            path = path.removeprefix(os.path.abspath(archive) + os.sep)
        try:
            return self.loader.get_data(path)
        except OSError as error:  # zipimport tells no kind of it
            raise FileNotFoundError(*error.args) from error


def read_bytes(path: str) -> bytes:
    """The bytes of a file, without a buffer between: who reads ten thousand of them feels it.

    Raises:
        OSError: it cannot be read.
    """
    with open(path, "rb", buffering=0) as file:  # by this name: a merge replaces it to show other texts
        return file.read()


def source_path(root: str, path: str) -> str:
    """The absolute path of a source file that keys name by its path from the root."""
    return os.path.join(root, *(_NOTEBOOK_FILE if path == NOTEBOOK else path.split("/")))


def path_in_keys(root: str, source: str) -> str:
    """The path from the root, with `/`, by which keys name a source file."""
    parts = source.removeprefix(root).lstrip(os.sep).split(os.sep)
    return NOTEBOOK if tuple(parts) == _NOTEBOOK_FILE else "/".join(parts)


_homes: dict[str, Home] = {}


def home_of(path: str) -> Home:
    """The home of a source file on disk.

    A project's root is the nearest folder at or above the file that holds a marker; without any, the
    folder that its top package lies in. Code below `site-packages`, or in an environment (a folder with a
    `pyvenv.cfg`) outside any project, is installed.
    """
    folder = os.path.dirname(path)
    return _homes.get(folder) or _homes.setdefault(folder, _find(folder))


def known_home(path: str) -> Home | None:
    """What `home_of` said of a file in the same folder before, if it was asked."""
    return _homes.get(os.path.dirname(path))


def home_in_folder(folder: str) -> Home | None:
    """What `home_of` said of a file in a folder before, if it was asked."""
    return _homes.get(folder)


def home_in(loader: Loader, path: str, module: str) -> Home:
    """The home of a source file that is not on disk, as in a zip.

    Args:
        loader: reads it.
        path: absolute, as if the archive were a folder.
        module: its module's name.
    """
    is_package = os.path.basename(path) == "__init__.py"
    parts = module.split(".")
    base = path
    for _ in range(len(parts) + is_package):
        base = os.path.dirname(base)
    top = os.path.join(base, parts[0]) if is_package or len(parts) > 1 else base
    return Home(base, mirror=os.path.join(top, MIRROR), is_installed=True, loader=loader)


def with_package_mirror(path: str) -> Home:
    """The home of a source file whose project has each top package carry a mirror of its own; makes its folder.

    Raises:
        OSError: it cannot be made.
    """
    home = home_of(path)
    top = _top_package(os.path.dirname(path))
    if top is None or not top.startswith(home.root + os.sep):
        return home
    os.makedirs(os.path.join(top, MIRROR), exist_ok=True)
    _homes.clear()
    return home_of(path)


def _find(folder: str) -> Home:
    top = _top_package(folder)
    base = os.path.dirname(top) if top else folder
    root = None if _INSTALLED.intersection(folder.split(os.sep)) else _root_above(folder, base)
    if root is None:
        return Home(base, mirror=os.path.join(top or folder, MIRROR), is_installed=True)
    if top and top.startswith(root + os.sep) and os.path.isdir(os.path.join(top, MIRROR)):
        return Home(root, mirror=os.path.join(top, MIRROR), base=base)
    return Home(root)


def _root_above(folder: str, base: str) -> str | None:
    """The project root of a folder; `base` where there is no marker; None where an environment comes first."""
    at = folder
    while not _is_root(at):
        parent = os.path.dirname(at)
        if os.path.exists(os.path.join(at, "pyvenv.cfg")):
            return None
        if parent == at:
            return base
        at = parent
    return at


def _is_root(folder: str) -> bool:
    found = [marker for marker in ROOT_MARKERS if os.path.exists(os.path.join(folder, marker))]
    # The mirror that a package carries is no sign of a project.
    return bool(found) and (found != [MIRROR] or not _is_package(folder))


def _top_package(folder: str) -> str | None:
    """The outermost of the packages that a folder is, and lies in; None if it is none."""
    top = None
    while _is_package(folder):
        top, folder = folder, os.path.dirname(folder)
    return top


def _is_package(folder: str) -> bool:
    return os.path.exists(os.path.join(folder, "__init__.py"))
