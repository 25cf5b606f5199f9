"""Stubs that have moved or bear another name: which files of the mirror are theirs, told by reading alone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from jiti import carried, gates, header, mirror, source
from jiti.definition import define, spec_called
from jiti.errors import JitiError
from jiti.interfaces import Interfaces
from jiti.spec import Spec
from jiti.status import inventory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.definition import Definition
    from jiti.filed import Orphan
    from jiti.settings import Settings
    from jiti.stub import Declaration

_UNREADABLE = (OSError, ValueError, SyntaxError)


def find(root: str, settings: Settings) -> dict[str, Orphan]:
    """The files of the mirror that stubs without an implementation have left behind where they were, by their keys.

    One counts where it was made for the very spec that a stub has now, but for its name, also where its docstring has
    that; of a method, for a class of the very interface. Where there are two such files for one stub, or two such stubs
    for one file, nobody can tell whose it is, and none is named.

    Args:
        root: absolute path of the project root.
        settings: the project's settings.
    """
    declarations, orphans, _ = inventory(root, settings)
    left = [(each, fields) for each in orphans if (fields := _fields(each))]
    if not left:
        return {}
    known = Interfaces(root, settings)
    missing = [each for declaration in declarations for each in _missing(declaration)]
    pairs = [
        (definition.declaration.key, orphan)
        for definition in missing
        for orphan, fields in left
        if _fits(definition, orphan, fields, known)
    ]
    stubs, files = Counter(key for key, _ in pairs), Counter(orphan.path for _, orphan in pairs)
    return {key: orphan for key, orphan in pairs if stubs[key] == files[orphan.path] == 1}


def _fields(orphan: Orphan) -> dict[str, str] | None:
    """What the header of a file says; None where it cannot be told whose it was."""
    if orphan.key is None:
        return None
    try:
        with open(orphan.path, "rb") as file:
            return header.split(source.decode(file.read()))[0]
    except _UNREADABLE:
        return None


def _missing(declaration: Declaration) -> Iterator[Definition]:
    try:
        definition = define(declaration) if mirror.read(declaration) is None else None
    except JitiError:
        return  # it is told of where somebody asks for it
    # A test is written from what it tests, before that is there: what it has to pass is not kept.
    if definition is not None and not definition.is_test:
        yield definition


def _fits(definition: Definition, orphan: Orphan, fields: dict[str, str], known: Interfaces) -> bool:
    old, new = _Name(orphan.key or ""), _Name(definition.declaration.key)
    try:
        filed = Spec.parse(fields["spec"])
    except ValueError:
        return False
    if filed.hints != definition.spec.hints:
        return False
    if old.accessor != new.accessor or bool(old.owner) != bool(new.owner) or bool(new.owner) != bool(definition.owners):
        return False
    # An example in its docstring calls it by its name; who renames one leaves the other, or renames both.
    if all(spec_called(definition, old.name, said) != filed for said in ({}, carried.renamed(new.key, old.key))):
        return False
    if not new.owner:
        return True
    digest = known.digest(new.owner, private=True, called={new.name: old.name})
    return digest is not None and gates.parse(fields.get("uses", "")).get(old.owner) == digest


class _Name:
    """A key, taken apart.

    Attributes:
        key: the whole of it.
        accessor: which half of a property it is.
        name: the last part of it.
        owner: the key of the class around it; empty where there is none.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        plain, self.accessor = key, ""
        for accessor in source.ACCESSORS:
            if key.endswith(f".{accessor}"):
                plain, self.accessor = key.removesuffix(f".{accessor}"), accessor
        path, _, qualname = plain.partition("::")
        around, _, self.name = qualname.rpartition(".")
        self.owner = f"{path}::{around}" if around and not around.endswith("<locals>") else ""
