"""Scratch tests that become the user's: they are added to a test file, with what they need."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jiti.merge import fixtures, scopes
from jiti.merge.chunk import Chunk
from jiti.merge.implementation import Import, imported
from jiti.merge.renaming import NotRenamedError, renamed
from jiti.merge.text import Text
from jiti.splice.module_names import is_type_checking
from jiti.syntax import JitiNames

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jiti.merge.destination import Destination
    from jiti.merge.file_names import FileNames

_FUTURE = "from __future__ import annotations\n"


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of tests that were added to a file.

    Attributes:
        names: what each test is called there; a test that stands there already is left out.
        twins: tests that stand there already, word for word.
        collected: those that came to a file that was there, as pytest names them; of classes each test.
    """

    names: Mapping[str, str]
    twins: tuple[str, ...] = ()
    collected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What a test is to say that it is required for.

    Attributes:
        imported: an import of it, or of what it is an attribute of.
        rest: what follows the name that the import binds: empty, or `.parse`.
    """

    imported: Import
    rest: str = ""


class Scratch:
    """A file of scratch tests.

    Args:
        text: the file.

    Raises:
        SyntaxError: it does not parse.
    """

    def __init__(self, text: str) -> None:
        self.text = Text(text)
        self._chunks = [each for each in self._all_chunks() if not _is_import(each.statements)]

    @property
    def tests(self) -> list[str]:
        """The names of its tests."""
        return [each.test for each in self._chunks if each.test]

    @property
    def imports(self) -> list[Import]:
        """What it imports at its top level."""
        return [each for statement in self.text.tree.body for each in _imported(statement)]

    def without(self, test: str) -> str:
        """The file without one of its tests; empty where that was the last."""
        if self.tests == [test]:
            return ""
        [chunk] = [each for each in self._chunks if each.test == test]
        return self.text.edited([self.text.whole_lines(chunk.first, chunk.last)])

    def moved(self, to: Destination, about: str, only: str = "", target: Target | None = None) -> Moved:
        """Add the tests to another file.

        Args:
            to: that file; it stays as it is where this fails.
            about: a word for what they test, by which they are told from others of the same name.
            only: the one test that is to be moved; empty: all are.
            target: what they are to say that they are required for, if they are to say it.

        Raises:
            NotRenamedError: a name that the file has for something else cannot be changed for certain.
        """
        if to.is_empty and not (only or target):
            to.begin(self.text.text.lstrip("\n"))
            return Moved({each: each for each in self.tests})
        chunks, twins = self._wanted(to, only)
        if not any(each.test for each in chunks):
            return Moved({}, tuple(twins))
        self._require_own_fixtures(chunks, to)
        names = to.names.copy()
        new = self._new_names(chunks, names, to, about)
        decorator = _decorator(target, names, to) if target else ""
        changed = Scratch(renamed(self.text, scopes.uses(self.text.tree), new, {}))
        kept = [changed._chunks[self._chunks.index(each)] for each in chunks]
        if to.is_empty and self._is_future:
            to.begin(_FUTURE)
            names.has_future_annotations = True
        pieces = [_decorated(changed.text, each, decorator) for each in kept]
        to.add(pieces, [statement for each in kept for statement in each.statements], names)
        found = {each.test: new.get(each.test, each.test) for each in chunks if each.test}
        collected = [name for each in chunks if each.test for name in each.collected(found[each.test])]
        return Moved(found, tuple(twins), tuple(collected))

    # ------------------------------------------------------------ what is moved

    def _all_chunks(self) -> Iterator[Chunk]:
        above = 0
        body = self.text.tree.body
        for index, statement in enumerate(body):
            first = min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", ()))])
            last = statement.end_lineno or statement.lineno
            while first - 1 > above and self.text.line(first - 1).strip():
                first -= 1
            if index and body[index - 1].end_lineno == statement.lineno:
                continue  # told with the one before
            together = [each for each in body[index:] if each.lineno <= last]
            last = max(each.end_lineno or last for each in together)
            yield Chunk(together, first, last, set(scopes.bound_by(together)))
            above = last

    def _wanted(self, to: Destination, only: str) -> tuple[list[Chunk], list[str]]:
        """What is to be moved, in order; and the tests that stand in the file already.

        Raises:
            NotRenamedError: something is about all tests of its file, and those of the other are none of its business.
        """
        tests = [each for each in self._chunks if each.test and only in {"", each.test}]
        twins = [each.test for each in tests if to.has(each.statements[0])]
        others = [each for each in self._chunks if not each.test]
        if not to.is_empty and any(each.is_about_all for each in others):
            raise NotRenamedError
        needed = [each for each in tests if each.test not in twins]
        if needed and to.has_something_about_all:
            raise NotRenamedError
        candidates = [each for each in self._chunks if not each.test or each.test not in twins]
        for chunk in needed:  # grows on the way
            used = chunk.needs
            needed += [each for each in candidates if each not in needed and (each.is_about_all or each.gives & used)]
        return [each for each in self._chunks if each in needed], twins

    def _require_own_fixtures(self, chunks: list[Chunk], to: Destination) -> None:
        """Make sure that fixtures mean the same to the tests and to those of the file.

        Raises:
            NotRenamedError: they would not; pytest knows a fixture by a name that cannot be told everywhere.
        """
        statements = [statement for each in chunks for statement in each.statements]
        brought = fixtures.defined_by(statements)
        is_other = any(name in to.fixtures or name in to.asked_for or to.names.binds(name) for name in brought)
        if is_other or not to.fixtures.isdisjoint(fixtures.asked_for(statements)):
            raise NotRenamedError

    def _new_names(self, chunks: list[Chunk], names: FileNames, to: Destination, about: str) -> dict[str, str]:
        """What is called otherwise in the file; what it has to import is noted with its names."""
        new = {}
        for chunk in chunks:
            for name in sorted(chunk.bound):
                if names.is_taken(name):
                    new[name] = names.take(_distinct(name, about), ())
                else:
                    names.take(name, ())
        used = {name for chunk in chunks for name in chunk.needs}
        asked_for = fixtures.asked_for(statement for chunk in chunks for statement in chunk.statements)
        evaluated = self._is_future and not names.has_future_annotations and not to.is_empty
        for each in self.imports:
            if each.bound in used:
                wanted = replace(each, for_types=each.for_types and not evaluated)
                name = to.known_as(wanted) or names.import_as(wanted, (), ())
                if name is None or (name != each.bound and each.bound in asked_for):
                    raise NotRenamedError
                new[each.bound] = name
        return {old: name for old, name in new.items() if old != name}

    @property
    def _is_future(self) -> bool:
        return any(isinstance(each, ast.ImportFrom) and each.module == "__future__" for each in self.text.tree.body)


def _is_import(statements: list[ast.stmt]) -> bool:
    """Whether it is what stands above a file's code: imports, those for type checkers too, and its docstring."""
    return all(
        isinstance(each, ast.Import | ast.ImportFrom)
        or (isinstance(each, ast.If) and is_type_checking(each.test))
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in statements
    )


def _imported(statement: ast.stmt, *, for_types: bool = False) -> Iterator[Import]:
    if isinstance(statement, ast.If) and is_type_checking(statement.test):
        for each in statement.body:
            yield from _imported(each, for_types=True)
    else:
        yield from imported(statement, for_types=for_types)


def _distinct(name: str, about: str) -> str:
    for prefix in ("test_", "Test"):
        if name.startswith(prefix):
            word = about if prefix == "test_" else about.title().replace("_", "")
            return f"{prefix}{word}{'_' if prefix == 'test_' else ''}{name.removeprefix(prefix)}"
    return f"{name}_{about}" if not name.isupper() else f"{name}_{about.upper()}"


def _decorator(target: Target, names: FileNames, to: Destination) -> str:
    """`jiti.required_for(…)`, as the file can say it."""
    own = JitiNames(to.tree)
    called = next(iter(sorted(own.gates)), None)
    if called is None:
        owner = next(iter(sorted(own.modules | own.decorators)), None) or names.import_as(Import("jiti"), (), ())
        called = f"{owner}.required_for"
    name = to.known_as(target.imported) or names.import_as(target.imported, (), ())
    return f"{called}({name}{target.rest})"


def _decorated(text: Text, chunk: Chunk, decorator: str) -> str:
    lines = [text.line(number) for number in range(chunk.first, chunk.last + 1)]
    if decorator and chunk.test:
        node = chunk.statements[0]
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        lines.insert(first - chunk.first, f"@{decorator}")
    return "\n".join(lines)
