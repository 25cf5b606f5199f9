"""The project's files as the agent may see them: inside the root, no secrets, nothing that git ignores.

Who writes a test from an interface alone sees nothing of the mirror either.
"""

from __future__ import annotations

import difflib
import os
import posixpath
import stat
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pathspec

from jiti import header, source
from jiti.agent.hard_links import HardLinks
from jiti.agent.tool import ToolError
from jiti.discovery import is_ignored, project_files
from jiti.home import MIRROR
from jiti.masking import mask
from jiti.secret_names import plain_names, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST_FILE = 2_000_000
"""Bytes of a file that is read at all."""
LONGEST_PATH = 4_096
"""Characters of a path that is looked for."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file that may be read: its path from the root, and the absolute one behind all links."""

    path: str
    real: str


class ProjectFiles:
    """Reads a project's files, and refuses what the agent has no business with.

    Args:
        root: absolute path of the project root. The working directory plays no part.
        with_mirror: whether generated code may be read: in `.jiti/`, and wherever a link or a copy of it lies.
    """

    def __init__(self, root: str, *, with_mirror: bool = True) -> None:
        self._root = os.path.realpath(root)
        self._with_mirror = with_mirror
        self._mirror = os.path.realpath(os.path.join(root, MIRROR))
        self._hard_links = HardLinks(self._root, lambda path: self._refusal(path) is not None)

    def paths(self, glob: str | None = None) -> list[str]:
        """The paths of the project's files, in order; those in folders that begin with a dot are left out.

        Args:
            glob: only those that it matches, as a line of a `.gitignore` does.

        Raises:
            ToolError: the glob is not valid.
        """
        paths = [path for path in project_files(self._root) if not self._refusal(path) and _is_writable(path)]
        if glob is None:
            return paths
        matches = _matcher(glob)
        return [path for path in paths if matches(path)]

    def places(self, glob: str | None = None) -> list[Place]:
        """The files of `paths` that are small enough to be read, as `locate` gives them."""
        found = []
        self._hard_links.forget()
        for path in self.paths(glob):
            try:
                # Folders that are links were not entered: only the file itself can lead elsewhere.
                real = os.path.join(self._root, path)
                place = self.locate(path) if os.path.islink(real) else Place(path, real)
                if os.path.getsize(place.real) <= LARGEST_FILE and not self._is_more_than_its_name(place.real):
                    found.append(place)
            except (ToolError, OSError):
                continue
        return found

    def read(self, path: str) -> str:
        """The text of a file, credentials masked, line ends normalised.

        Raises:
            ToolError: it is refused, or cannot be read as text.
        """
        place = self.locate(path)
        self._hard_links.forget()
        try:
            size = os.path.getsize(place.real)
            if size > LARGEST_FILE:
                raise ToolError(
                    f"{place.path} has {size:,} bytes, more than the {LARGEST_FILE:,} that are read: do without it."
                )
            with open(place.real, "rb") as file:
                data = file.read(LARGEST_FILE + 1)
            if self._is_generated_code(place.real):
                raise _refused(place.path, _OF_THE_MIRROR)
            if self._hard_links.lead_to_private(place.real):
                raise _refused(place.path, "it is another name of a file that must not be read")
        except OSError as error:
            raise ToolError(f"{place.path} cannot be read: {error.strerror}.") from error
        return mask(_decoded(place.path, data))

    def locate(self, path: str) -> Place:
        """Find a file by its path from the root (an absolute one inside it will do).

        The names must be those that the folders list: what a file system takes for the same name by
        its own rules (other case, trailing dots, streams) is not found.

        Raises:
            ToolError: it lies outside, is refused, or is no file.
        """
        path = self._relative(path)
        self._require_allowed(path)
        path = self._listed(path)
        real = os.path.realpath(os.path.join(self._root, path))
        if not _is_at_or_below(real, self._root):
            raise ToolError(f"{path} is a link that leads out of the project; only files inside it can be read.")
        self._require_allowed(os.path.relpath(real, self._root).replace(os.sep, "/"))
        _require_regular_file(path, real)
        return Place(path, real)

    def _is_more_than_its_name(self, real: str) -> bool:
        """Whether a file whose name may be read may not be; OSError where it cannot be looked at."""
        return self._is_generated_code(real) or self._hard_links.lead_to_private(real)

    def _relative(self, path: str) -> str:
        if len(path) > LONGEST_PATH:
            raise ToolError(f"The path has {len(path):,} characters; list_files gives those that there are.")
        if "\0" in path or not _is_writable(path) or not path.strip():
            raise ToolError("The path must be a file's, from the project root, as list_files gives it.")
        if os.path.isabs(path):
            try:
                path = os.path.relpath(path, self._root)
            except ValueError:  # another drive
                path = ".."
        path = posixpath.normpath(path.replace(os.sep, "/"))
        if path == ".." or path.startswith(("../", "/")):
            raise ToolError("The path leads out of the project; only files inside it can be read.")
        if path == ".":
            raise ToolError("That is the project's root, a folder; list_files gives what is in it.")
        return path

    def _require_allowed(self, path: str) -> None:
        refusal = self._refusal(path)
        if refusal is None and is_ignored(self._root, path):
            refusal = "git ignores it"
        if refusal:
            raise _refused(path, refusal)

    def _refusal(self, path: str) -> str | None:
        """Why a path is never read, by the names in it and where it lies."""
        names = plain_names(path)
        if not self._with_mirror and (
            MIRROR in names or "jiti~1" in names or _is_at_or_below(os.path.join(self._root, path), self._mirror)
        ):
            return _OF_THE_MIRROR
        return refusal(names)

    def _is_generated_code(self, real: str) -> bool:
        """Whether a file is an implementation that may not be read, and lies elsewhere: a copy, or a hard link.

        Raises:
            OSError: it cannot be read.
        """
        if self._with_mirror:
            return False
        with open(real, "rb") as file:
            first = file.readline(_LONGEST_HEADER_LINE)
        return header.key_of(first.decode("utf-8-sig", "replace").rstrip("\r\n")) is not None

    def _listed(self, path: str) -> str:
        """The path with each name as its folder lists it."""
        found = ""
        for name in path.split("/"):
            try:
                names = os.listdir(os.path.join(self._root, found))
            except OSError:
                names = []
            if name not in names:
                composed = {unicodedata.normalize("NFC", each): each for each in names}
                if unicodedata.normalize("NFC", name) not in composed:
                    raise ToolError(f"There is no file {path}.{self._suggestion(path)}")
                name = composed[unicodedata.normalize("NFC", name)]  # noqa: PLW2901 - the name as it is on disk
            found = posixpath.join(found, name)
        return found

    def _suggestion(self, path: str) -> str:
        paths = self.paths()
        name = posixpath.basename(path)
        same_name = [each for each in paths if posixpath.basename(each) == name]
        near = same_name[:3] or difflib.get_close_matches(path, paths, n=3)
        return f" Did you mean {' or '.join(near)}?" if near else " list_files gives what there is."


_OF_THE_MIRROR = "it is code that jiti generated, and a test is written from the interface alone"
_LONGEST_HEADER_LINE = 10_000


def _refused(path: str, reason: str) -> ToolError:
    return ToolError(f"{path} cannot be read: {reason}. Work without it, and do not look for a way around.")


def _require_regular_file(path: str, real: str) -> None:
    try:
        kind = os.stat(real).st_mode
    except OSError as error:
        raise ToolError(f"{path} cannot be read: {error.strerror}.") from error
    if stat.S_ISDIR(kind):
        raise ToolError(f"{path} is a folder; list_files(glob={path + '/**'!r}) gives what is in it.")
    if not stat.S_ISREG(kind):
        raise ToolError(f"{path} is no regular file and cannot be read.")


def _is_at_or_below(path: str, folder: str) -> bool:
    try:
        return os.path.commonpath([path, folder]) == folder
    except ValueError:  # another drive
        return False


def _is_writable(path: str) -> bool:
    """Whether a path can be told at all: a name may be made of bytes that are no text."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _matcher(glob: str) -> Callable[[str], bool]:
    glob = glob.strip().removeprefix("./")
    if not glob or glob[0] in "!#":
        raise ToolError("The glob must be like `*.py`, `src/app/*.py` or `src/**/text*`.")
    try:
        return pathspec.GitIgnoreSpec.from_lines([glob]).match_file
    except ValueError as error:
        raise ToolError(f"The glob {glob!r} is not valid: {error}") from error


def _decoded(path: str, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return source.normalise_line_ends(data.decode("utf-16", errors="replace"))
    if b"\0" in data:
        raise ToolError(
            f"{path} is a binary file and cannot be shown. Judge it by its name and by the code that uses it."
        )
    try:
        return source.decode(data)
    except (UnicodeDecodeError, SyntaxError) as error:
        raise ToolError(
            f"{path} cannot be decoded: {error}. Judge it by its name and by the code that uses it."
        ) from error
