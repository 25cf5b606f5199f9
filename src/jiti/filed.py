"""What lies in a project's mirrors, found from the files and not from the stubs: for orphans, and for clearing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti import header, members, mirror, source, syntax
from jiti.definition import body_hash
from jiti.home import MIRROR, NOTEBOOK, home_of, path_in_keys, source_path
from jiti.spec import text_hash
from jiti.stub import Declaration

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_NEVER_ENTERED = ("site-packages", "__pycache__", "node_modules")
_UNREADABLE = (SyntaxError, ValueError, OSError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A file of a mirror that no stub of the project has.

    Attributes:
        root: absolute path of the project root.
        path: the file's own, absolute.
        key: the stub that its header names, from the project root; None where it has no header that can be read.
    """

    root: str
    path: str
    key: str | None

    @property
    def shown(self) -> str:
        """Its path from the root, with `/`."""
        return mirror.relative_path(self.root, self.path)

    @property
    def scratch(self) -> str | None:
        """Where the scratch tests of the stub that is gone would lie (absolute)."""
        if self.key is None:
            return None
        path, _, qualname = self.key.partition("::")
        return mirror.scratch_path(Declaration(self.root, path, qualname, 1, ""))


def mirrors(root: str) -> Iterator[str]:
    """The mirror in a project's root, and those that its packages carry (absolute paths); the first may not exist."""
    yield mirror.folder_of(root)
    for folder, folders, names in os.walk(root):
        carries = MIRROR in folders
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _NEVER_ENTERED]
        if folder == root or not carries or "__init__.py" not in names:
            continue
        carried = mirror.folder_of(folder)
        found = home_of(os.path.join(folder, "__init__.py"))
        if (found.root, found.mirror) == (root, carried):
            yield carried


def implementations(folder: str) -> Iterator[str]:
    """The implementations in a mirror (absolute paths)."""
    for inside, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in (mirror.SCRATCH, mirror.LOCAL, "__pycache__"))
        yield from (os.path.join(inside, name) for name in sorted(names) if name.endswith(".py"))


def scratch_files(root: str) -> Iterator[str]:
    """All that lies among a project's scratch tests (absolute paths), but for what Python has compiled."""
    for inside, folders, names in os.walk(os.path.join(mirror.folder_of(root), mirror.SCRATCH)):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (os.path.join(inside, name) for name in sorted(names))


def is_untouched(path: str) -> bool:
    """Whether a file of a mirror is what jiti has written, but for formatting."""
    try:
        with open(path, "rb") as file:
            fields, code = header.split(source.decode(file.read()))
        return text_hash(code) == fields["code"] or body_hash(code) == fields["body"]
    except (OSError, ValueError, SyntaxError):
        return False


def unclaimed(
    root: str, declarations: Sequence[Declaration], paths: Collection[str]
) -> tuple[list[Declaration], list[Orphan]]:
    """Sort out the files of the mirrors that none of the stubs has by its own name.

    Args:
        root: absolute path of the project root.
        declarations: all stubs that reading the project's files has found.
        paths: those files, from the root. Stubs in others are not told of; their implementations are no orphans.

    Returns:
        Stubs that reading does not know for such, because the decorator above them, `my = jiti(engine=…)`, is imported
        from elsewhere; and the files that belong to no stub.
    """
    claimed = {mirror.plain_path(each) for each in declarations}
    keys = {mirror.filed_key(each) for each in declarations}
    stubs: list[Declaration] = []
    orphans: list[Orphan] = []
    for folder in mirrors(root):
        package = os.path.dirname(folder)
        base = root if folder == mirror.folder_of(root) else home_of(os.path.join(package, "any.py")).base
        for path in implementations(folder):
            key = None if path in claimed else _key_in(path)
            if path in claimed or key in keys:
                continue
            try:
                found = None if key is None else _stub(root, base, key)
            except _UNREADABLE:
                continue  # nobody can tell which stubs the source holds
            if found is None:
                orphans.append(Orphan(root, path, _from_root(root, base, key)))
            elif found.path in paths:
                stubs.append(found)
    return stubs, orphans


def _key_in(path: str) -> str | None:
    try:
        with open(path, "rb") as file:
            return header.key_of(source.decode(file.read()))
    except _UNREADABLE:
        return None


def _from_root(root: str, base: str, key: str | None) -> str | None:
    """A key that a mirror has, as it is from the project root."""
    if key is None or base == root:
        return key
    path, _, qualname = key.partition("::")
    return f"{mirror.relative_path(root, os.path.join(base, path))}::{qualname}"


def _stub(root: str, base: str, key: str) -> Declaration | None:
    """What a key names, if that may be a stub: a decorated definition without a body.

    Raises:
        SyntaxError, ValueError, OSError, RecursionError, MemoryError: its source cannot be read.
    """
    path, _, qualname = key.partition("::")
    absolute = source_path(base, path)
    if not os.path.exists(absolute):
        if path == NOTEBOOK:
            raise FileNotFoundError(absolute)  # its cells are known while they run, and on no other machine
        return None
    file = source.read(absolute)
    found = syntax.below_an_alias(file.tree, qualname)
    if found is None or not members.is_empty(found.node):
        return None
    text = "".join(file.block(*syntax.span(node)) for node in (*found.overloads, found.node))
    home = home_of(absolute)
    return Declaration(
        root,
        path_in_keys(root, absolute),
        qualname,
        syntax.span(found.node)[0],
        text,
        home if home.root == root else None,
    )
