"""Scratch tests that become the user's: they are added to a test file, with what they need."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jiti import canonical
from jiti.merge import fixtures, imports, scopes
from jiti.merge.chunk import Chunk
from jiti.merge.file_names import FileNames
from jiti.merge.implementation import Import, imported
from jiti.merge.renaming import NotRenamedError, renamed
from jiti.merge.text import Text
from jiti.splice.module_names import is_type_checking
from jiti.syntax import FunctionNode, JitiNames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jiti.splice.project import Module

_FUTURE = "from __future__ import annotations\n"


@dataclass(frozen=True, slots=True)
class Destination:
    """The test file that tests are to be added to.

    Attributes:
        text: as it stands, or is to stand without them; empty where there is none yet.
        module: which module it is.
        package: the top-level package that its imports of the project's own begin with.
        known_as: what the file calls already what an import gives, if it does.
    """

    text: str
    module: Module
    package: str
    known_as: Callable[[Import], str | None]


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of tests that were added to a file.

    Attributes:
        text: the file with them.
        names: what each test is called there; a test that stands there already is left out.
        twins: tests that stand there already, word for word.
        collected: those that came to a file that was there, as pytest names them; of classes each test.
    """

    text: str
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
        """The tests as a part of another file.

        Args:
            to: that file.
            about: a word for what they test, by which they are told from others of the same name.
            only: the one test that is to be moved; empty: all are.
            target: what they are to say that they are required for, if they are to say it.

        Raises:
            NotRenamedError: a name that the file has for something else cannot be changed for certain.
        """
        if not (to.text or only or target):
            return Moved(self.text.text.lstrip("\n"), {each: each for each in self.tests})
        there = Text(to.text).tree
        chunks, twins = self._wanted(there, only)
        if not any(each.test for each in chunks):
            return Moved(to.text, {}, tuple(twins))
        self._require_own_fixtures(chunks, there)
        names = FileNames(there, to.module)
        new = self._new_names(chunks, names, to, about)
        decorator = _decorator(target, names, to, there) if target else ""
        changed = Scratch(renamed(self.text, scopes.uses(self.text.tree), new, {}))
        kept = [changed._chunks[self._chunks.index(each)] for each in chunks]
        pieces = [_decorated(changed.text, each, decorator) for each in kept]
        found = {each.test: new.get(each.test, each.test) for each in chunks if each.test}
        text = imports.added(_below(self._with_future(to.text, names), pieces), names.needed, to.package)
        collected = [name for each in chunks if each.test for name in each.collected(found[each.test])]
        return Moved(text, found, tuple(twins), tuple(collected))

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

    def _wanted(self, target: ast.Module, only: str) -> tuple[list[Chunk], list[str]]:
        """What is to be moved, in order; and the tests that stand in the file already.

        Raises:
            NotRenamedError: something is about all tests of its file, and those of the other are none of its business.
        """
        tests = [each for each in self._chunks if each.test and only in {"", each.test}]
        names = {each.test for each in tests}
        same = [each for each in target.body if isinstance(each, FunctionNode) and each.name in names]
        there = {_said(each) for each in same}
        twins = [each.test for each in tests if _said(each.statements[0]) in there]
        others = [each for each in self._chunks if not each.test]
        if target.body and any(each.is_about_all for each in others):
            raise NotRenamedError
        needed = [each for each in tests if each.test not in twins]
        if needed and any(fixtures.counts_for_all(each, set(scopes.bound_by([each]))) for each in target.body):
            raise NotRenamedError
        candidates = [each for each in self._chunks if not each.test or each.test not in twins]
        for chunk in needed:  # grows on the way
            used = chunk.needs
            needed += [each for each in candidates if each not in needed and (each.is_about_all or each.gives & used)]
        return [each for each in self._chunks if each in needed], twins

    def _require_own_fixtures(self, chunks: list[Chunk], there: ast.Module) -> None:
        """Make sure that fixtures mean the same to the tests and to those of the file.

        Raises:
            NotRenamedError: they would not; pytest knows a fixture by a name that cannot be told everywhere.
        """
        statements = [statement for each in chunks for statement in each.statements]
        brought, theirs = fixtures.defined_by(statements), fixtures.defined_by(there.body)
        known_there = theirs | fixtures.asked_for(there.body) | set(scopes.bound_by(there.body))
        if brought & known_there or theirs & fixtures.asked_for(statements):
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
        evaluated = self._is_future and not names.has_future_annotations and bool(to.text)
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

    def _with_future(self, text: str, names: FileNames) -> str:
        return text if text or not self._is_future or names.has_future_annotations else _FUTURE


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


def _said(node: ast.stmt) -> str:
    """What a test says, whatever it is required for."""
    return canonical.text(node)


def _distinct(name: str, about: str) -> str:
    for prefix in ("test_", "Test"):
        if name.startswith(prefix):
            word = about if prefix == "test_" else about.title().replace("_", "")
            return f"{prefix}{word}{'_' if prefix == 'test_' else ''}{name.removeprefix(prefix)}"
    return f"{name}_{about}" if not name.isupper() else f"{name}_{about.upper()}"


def _decorator(target: Target, names: FileNames, to: Destination, there: ast.Module) -> str:
    """`jiti.required_for(…)`, as the file can say it."""
    own = JitiNames(there)
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


def _below(text: str, pieces: list[str]) -> str:
    """A file with more definitions at its end, by its own line ends."""
    read = Text(text)
    added = "\n\n\n".join(pieces) + "\n"
    kept = text.rstrip("\r\n\t ")
    ending = text[len(kept) :]
    gap = "\n\n\n" if kept else ""
    return kept + (gap + added).replace("\n", read.newline) if ending or kept else added
