"""Which stubs a person means by a name: a key, a path, a module, a dotted name or a qualname."""

from __future__ import annotations

import os
from difflib import get_close_matches
from typing import TYPE_CHECKING

from jiti.errors import StubError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jiti.stub import Declaration


def select(declarations: Sequence[Declaration], target: str) -> list[Declaration]:
    """The stubs that a name means: one, or all of the file or folder that it names.

    Names that begin at the project root (`app/text.py::slugify`, `app/text.py`, `app.text.slugify`) come before
    those that leave something out (`slugify`, `text.slugify`).

    Raises:
        StubError: the name means nothing (the nearest are suggested), or several things (they are listed).
    """
    name = target.replace("\\", "/").removesuffix("/")
    if not name.strip():
        raise StubError(f"{target!r} names no stub", hint=_suggestion(declarations, name))
    whole = [each for each in declarations if name in _full_names(each) or _lies_in(each, name)]
    if whole:
        return whole
    meant = {thing: [] for each in declarations for thing in _things_called(name, each)}
    for each in declarations:
        for thing in _things_called(name, each):
            meant[thing].append(each)
    if len(meant) > 1:
        raise StubError(f"{target} is ambiguous", hint="it may mean\n    " + "\n    ".join(sorted(meant)))
    if not meant:
        raise StubError(f"there is no stub {target}", hint=_suggestion(declarations, name))
    (found,) = meant.values()
    return found


def select_one(declarations: Sequence[Declaration], target: str) -> Declaration:
    """The one stub that a name means.

    Raises:
        StubError: it means none, or more than one.
    """
    found = select(declarations, target)
    if len(found) > 1:
        keys = "\n    ".join(each.key for each in found)
        raise StubError(f"{target} holds {len(found)} stubs", hint=f"name one of\n    {keys}")
    return found[0]


def dotted_name(declaration: Declaration) -> str:
    """A stub's name with dots alone, which every shell takes for one word: `app.text.Parser.parse`."""
    return f"{_module(declaration)}.{declaration.qualname}"


def from_working_folder(target: str, root: str, folder: str) -> str:
    """A name as it is from the root, where it was written as a path from another folder.

    Args:
        target: the name as it was written.
        root: absolute path of the project root.
        folder: absolute path of the folder that a path may be relative to.
    """
    path, separator, qualname = target.partition("::")
    if not path.strip():
        return target
    is_from_root = not (path.startswith(".") or os.path.isabs(path))
    if is_from_root and os.path.exists(os.path.join(root, path)):
        return target
    absolute = os.path.join(folder, path)
    if not os.path.exists(absolute):
        return target
    relative = os.path.relpath(absolute, root)
    return target if relative.startswith(os.pardir) else relative.replace(os.sep, "/") + separator + qualname


def _full_names(declaration: Declaration) -> set[str]:
    return {declaration.key, declaration.path, _module(declaration), dotted_name(declaration)}


def _lies_in(declaration: Declaration, folder: str) -> bool:
    return folder == "." or declaration.path.startswith(f"{folder}/")


def _things_called(name: str, declaration: Declaration) -> Iterator[str]:
    """What of a stub has that name, though the name leaves out how it begins: its key, or its file's path."""
    modules = set(_endings(_module(declaration)))
    if name in modules:
        yield declaration.path
    path, separator, qualname = name.partition("::")
    if separator:
        if qualname == declaration.qualname and (declaration.path.endswith(f"/{path}") or path in modules):
            yield declaration.key
    elif name == declaration.qualname or any(name == f"{each}.{declaration.qualname}" for each in modules):
        yield declaration.key


def _module(declaration: Declaration) -> str:
    """The file's dotted name from the root."""
    return declaration.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _endings(dotted: str) -> Iterator[str]:
    parts = dotted.split(".")
    return (".".join(parts[start:]) for start in range(len(parts)))


def _suggestion(declarations: Sequence[Declaration], name: str) -> str:
    names = {}
    for each in declarations:
        for known in (each.key, each.path, each.qualname, *_endings(f"{_module(each)}.{each.qualname}")):
            names[known] = each.key
    near = dict.fromkeys(names[known] for known in get_close_matches(name, names, n=3))
    if near:
        return "did you mean " + " or ".join(near) + "?"
    return "`jiti status` lists every stub" if declarations else "this project has no stubs"
