"""A source file with its stubs' implementations merged in: text in, text out."""

from __future__ import annotations

from dataclasses import dataclass
from tokenize import TokenError
from typing import TYPE_CHECKING

from jiti import syntax
from jiti.errors import MergeError
from jiti.merge import comments, imports, stub_place
from jiti.merge.adaptation import adapted
from jiti.merge.class_implementation import implementation_of
from jiti.merge.class_place import ClassPlace
from jiti.merge.file_names import FileNames, names_around
from jiti.merge.helper_places import HelperPlaces
from jiti.merge.stub_place import StubPlace
from jiti.merge.text import Edit, Text, parsed
from jiti.merge.unneeded import without_jiti
from jiti.splice.project import Module

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from jiti.definition import Definition

Item = tuple["Definition", str]
"""A stub, and the code of its implementation: all that stands below the header."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A file after a merge.

    Attributes:
        text: the whole of it.
        notes: what a person should know, such as an import that is kept inside a function.
    """

    text: str
    notes: tuple[str, ...] = ()


def _never(module: str) -> bool:
    del module
    return False


def merged_source(
    text: str,
    items: Sequence[Item],
    module: str,
    *,
    reaches: Callable[[str], bool] = _never,
    exported: Collection[str] = (),
    aliases: Collection[str] = (),
) -> Merged:
    """A file in which stubs have become plain functions.

    Each stub's placeholder gives way to the body of its implementation; `@jiti` goes, and so does an import of jiti
    that nothing needs any more. What the implementations import stands at the top of the file, their helpers stand
    above the functions. Every other byte stays. A test that was to be written keeps its `required_for`.

    Args:
        text: the file, with its own line ends; a byte order mark may be its first character.
        items: stubs of this file, in any order, each with the code of its implementation below the header.
        module: the name by which an import statement gets the file.
        reaches: whether importing a module, by its absolute name, imports `module` too: a new import of it would
            close a circle, and is kept inside the function.
        exported: names that other files take from this one, `*` for all; they stay, even where they are jiti's.
        aliases: decorators of the file that are `@jiti` by way of another file: `my`, `ai.my`.

    Raises:
        MergeError: a stub is not there, its implementation cannot stand in the file, or the file does not parse; the
            message says which.
    """
    if not items:
        return Merged(text)
    try:
        merged = _merged(Text(text), items, module, reaches=reaches, exported=exported, aliases=aliases)
        compile(parsed(merged.text), "<merged>", "exec", dont_inherit=True)
    except (SyntaxError, TokenError, ValueError) as error:
        keys = ", ".join(definition.declaration.key for definition, _ in items)
        raise MergeError(f"{keys} cannot be merged: the file would not parse ({error})") from error
    return merged


def _merged(
    read: Text,
    items: Sequence[Item],
    module: str,
    *,
    reaches: Callable[[str], bool],
    exported: Collection[str],
    aliases: Collection[str],
) -> Merged:
    """As `merged_source`; what comes out may be no Python.

    Raises:
        MergeError: as there.
        SyntaxError, TokenError: something on the way is no Python.
    """
    file = FileNames(read.tree, Module.of(items[0][0].declaration, module), exported)
    places = HelperPlaces(read)
    bodies: list[Edit] = []
    helpers: list[Edit] = []
    notes: list[str] = []
    for place, definition, code in sorted(_places(read, items, aliases), key=lambda each: each[0].node.lineno):
        is_nested = "<locals>" in definition.declaration.qualname
        around = names_around(read.tree, place.node) if is_nested else frozenset[str]()
        implementation, said = adapted(implementation_of(definition, code), file, around, reaches)
        bodies += place.edits(implementation)
        helpers += places.edits(place.found, implementation)
        notes += said
    # A body goes in before helpers that come to stand at the very end of its class.
    merged = without_jiti(read.edited([*bodies, *dict.fromkeys(helpers)]), read, exported, aliases)
    if file.needed:
        merged = imports.added(merged, file.needed, module.partition(".")[0], imports.heading(read))
        if "TYPE_CHECKING" in merged:  # a block for type checkers may have gone
            merged = without_jiti(merged, read, exported, aliases)
    merged, said = comments.kept(Text(merged), read, items)
    return Merged(merged, (*notes, *said))


def _places(read: Text, items: Sequence[Item], aliases: Collection[str]) -> list[tuple[StubPlace, Definition, str]]:
    stubs = syntax.stubs_in(read.tree, aliases)
    places = []
    for definition, code in items:
        declaration = definition.declaration
        stub = stub_place.find(stubs, declaration.key, declaration.qualname)
        place = ClassPlace(read, stub) if definition.is_class else StubPlace(read, stub)
        places.append((place, definition, code))
    return places
