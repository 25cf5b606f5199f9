"""Import statements of the user's file: names are added to them, each in its place, and taken away."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jiti.merge import import_statement
from jiti.merge.text import Edit, Text, removal
from jiti.splice.module_names import is_type_checking
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiti.merge.implementation import Import

_Statement = ast.Import | ast.ImportFrom
_NARROW, _WIDE = 88, 120
"""How long a line may get: as long as the file's own are, within these."""
_CODING_LINES = 2
_TYPE_CHECKING = "TYPE_CHECKING"


def added(text: str, needed: Sequence[Import], package: str, heading: int = 0) -> str:
    """The file with some more imports, sorted in among its own.

    Args:
        text: the file.
        needed: what it does not import yet, by names that are free in it.
        package: the top-level package that the file belongs to.
        heading: how many of its first lines are about the whole of it.
    """
    for each in sorted(needed, key=lambda each: each.for_types):
        if each.for_types:
            text = _with_type(text, each, package, heading)
        else:
            text = _Run.of(_without_type(Text(text), each), package, heading).with_import(each)
    return text


def heading(text: Text) -> int:
    """How many of a file's first lines are comments about the whole of it: an import stands right below them."""
    first = next(iter(text.tree.body), None)
    is_import = isinstance(first, _Statement) and text.with_comments(first.lineno) == 1
    return first.lineno - 1 if first is not None and is_import else 0


def _without_type(read: Text, imported: Import) -> Text:
    """The file without an import for type checkers of what is to be imported for good."""
    for block in filter(_is_block, read.tree.body):
        for each in (inner for inner in getattr(block, "body", ()) if isinstance(inner, ast.ImportFrom)):
            found = [name for name in each.names if name.name == imported.name and name.asname == imported.alias]
            if each.module == imported.module and not each.level and found:
                return Text(read.edited([_without_name(read, block, each, each.names.index(found[0]))]))
    return read


def _without_name(text: Text, block: ast.stmt, statement: ast.ImportFrom, place: int) -> Edit:
    if len(statement.names) > 1:
        return Edit(*text.span(statement), import_statement.without_names(text.of(statement), {place}))
    return removal(text, block if getattr(block, "body", []) == [statement] else statement)


def _with_type(text: str, imported: Import, package: str, heading: int) -> str:
    """The file with an import for type checkers, in its block of those."""
    read = Text(text)
    block = next((each for each in read.tree.body if _is_block(each)), None)
    if isinstance(block, ast.If):
        statements = [each for each in block.body if isinstance(each, _Statement)]
        return _Run(read, package, statements, block.body[:1], is_block=True).with_import(imported)
    run = _Run.of(read, package, heading)
    if not run.binds(_TYPE_CHECKING):
        text = run.with_import(replace(imported, module="typing", name=_TYPE_CHECKING, alias=None, comment=""))
        run = _Run.of(Text(text), package, heading)
    return run.with_block(f"if {_TYPE_CHECKING}:\n    {_line(imported)}")


def _is_block(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.If) or not is_type_checking(statement.test):
        return False
    first = statement.body[0]
    return first.lineno > statement.lineno and isinstance(first, _Statement) and not statement.orelse


def _line(imported: Import) -> str:
    return f"{imported.statement}  {imported.comment}" if imported.comment else imported.statement


# ---------------------------------------------------------------- adding


@dataclass(frozen=True)
class _Run:
    """Imports that stand together, where more may be put.

    Attributes:
        text: the file.
        package: the top-level package that it belongs to.
        imports: the statements.
        opening: what has to stand above every import; in a block its first statement.
        last: the last statement of all, conditional imports included.
        is_block: whether it is the block for type checkers.
        heading: how many of the file's first lines are about the whole of it.
    """

    text: Text
    package: str
    imports: Sequence[_Statement]
    opening: Sequence[ast.stmt] = ()
    last: ast.stmt | None = None
    is_block: bool = False
    heading: int = 0

    @classmethod
    def of(cls, text: Text, package: str, heading: int) -> _Run:
        """The imports at the top of a file."""
        imports: list[_Statement] = []
        opening: list[ast.stmt] = []
        last = None
        for statement in text.tree.body:
            if _opens(statement) or _is_dunder(statement):
                if not imports:
                    opening.append(statement)
            elif isinstance(statement, _Statement):
                if not opening or statement.lineno > (opening[-1].end_lineno or 0):  # else it shares its line
                    imports.append(statement)
                last = statement
            elif _only_imports(statement):
                last = statement
            else:
                break
        return cls(text, package, imports, opening, last, heading=heading)

    def binds(self, name: str) -> bool:
        """Whether one of them brings a name."""
        return any(name == (alias.asname or alias.name) for each in self.imports for alias in each.names)

    def with_import(self, imported: Import) -> str:
        """The file with one more import."""
        for each in self.imports:
            if imported.name and isinstance(each, ast.ImportFrom) and each.module == imported.module and not each.level:
                together = self._together(each, imported)
                if together is not None:
                    return self.text.edited([Edit(*self.text.span(each), together)])
        return self.text.edited([self._apart(imported)])

    def _together(self, statement: ast.ImportFrom, imported: Import) -> str | None:
        """A statement with one more name; None where it is better left alone."""
        if any(alias.name == "*" or alias.asname for alias in statement.names) or imported.alias or imported.comment:
            return None  # isort and ruff have those stand alone
        margin = self.text.column(statement.lineno, statement.col_offset)
        new = import_statement.with_name(self.text.of(statement), imported)
        before = self.text.end_of_line(statement.lineno) - self.text.offset(statement.lineno)
        is_single = "\n" not in new
        if is_single and margin + len(new) > max(self._width, before):
            indentation = self.text.line(statement.lineno)[:margin]
            names = [each.strip() for each in new.partition(" import ")[2].strip("()").split(",") if each.strip()]
            listed = "".join(f"{indentation}    {each},\n" for each in names)
            return f"from {imported.module} import (\n{listed}{indentation})"
        return new

    @property
    def _width(self) -> int:
        return max(_NARROW, *(len(line) for line in self.text.lines if len(line) <= _WIDE), 0)

    def _apart(self, imported: Import) -> Edit:
        """A statement of its own, in its place."""
        line = _line(imported)
        rank = self._rank(imported.module, 0)
        key = (rank, imported.name is not None, imported.module.lower())
        later = next((each for each in self.imports if self._key(each) > key), None)
        earlier = [each for each in self.imports if later is None or each.lineno < later.lineno]
        if earlier and (later is None or self._key(earlier[-1])[0] == rank):
            gap = "\n" if self._key(earlier[-1])[0] == rank or self.is_block else "\n\n"
            return self._below(earlier[-1], gap, line)
        if later is not None:
            gap = "\n" if self._key(later)[0] == rank or self.is_block else "\n\n"
            return self._above(later, line, gap)
        if self.is_block:
            return self._above(self.opening[0], line, "\n")
        if self.opening:
            return self._below(self.opening[-1], "\n\n", line)
        return self._first_of_all(line)

    def _first_of_all(self, lines: str) -> Edit:
        """Above the first statement and its comments, below those lines that have to be the file's first."""
        first = self.text.tree.body[0]
        top = min([first.lineno, *(each.lineno for each in getattr(first, "decorator_list", ()))])
        about_file = [self.heading, *filter(self._is_for_interpreter, range(1, _CODING_LINES + 1))]
        at = self.text.offset(max(self.text.with_comments(top), *(each + 1 for each in about_file)))
        return Edit(at, at, lines + ("\n\n\n" if isinstance(first, FunctionNode | ast.ClassDef) else "\n\n"))

    def _is_for_interpreter(self, number: int) -> bool:
        """Whether a comment says what runs the file, or its encoding: in its first two lines."""
        line = self.text.line(number)
        return line.startswith("#") and ("coding" in line or (number == 1 and line.startswith("#!")))

    def _below(self, statement: ast.stmt, gap: str, line: str) -> Edit:
        at = self.text.end_of_statement(statement.end_lineno or statement.lineno)
        indentation = self.text.line(statement.lineno)[: statement.col_offset] if self.is_block else ""
        return Edit(at, at, gap + indentation + line)

    def _above(self, statement: ast.stmt, line: str, gap: str) -> Edit:
        top = _top(self.text, statement)
        at = self.text.offset(top)
        indentation = self.text.line(statement.lineno)[: statement.col_offset] if self.is_block else ""
        is_section = len(gap) > 1 and any((each.end_lineno or 0) == top - 1 for each in self.imports)
        return Edit(at, at, "\n" * is_section + indentation + line + gap)

    def with_block(self, block: str) -> str:
        """The file with a block below the imports."""
        last = self.last or (self.opening[-1] if self.opening else None)
        if last is None:
            return self.text.edited([self._first_of_all(block)])
        return self.text.edited([self._below(last, "\n\n", block)])

    def _key(self, statement: _Statement) -> tuple[int, bool, str]:
        if isinstance(statement, ast.Import):
            name = statement.names[0].name
            return self._rank(name, 0), False, name.lower()
        name = statement.module or ""
        return self._rank(name, statement.level), True, name.lower()

    def _rank(self, module: str, level: int) -> int:
        """Which section of imports it belongs to: the standard library, what is installed, the project's own."""
        top = module.partition(".")[0]
        if level:
            return 3
        if top in sys.stdlib_module_names:
            return 0
        return 2 if top == self.package else 1


def _opens(statement: ast.stmt) -> bool:
    """Whether it has to stand above all imports: the docstring, imports from the future."""
    is_docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_docstring or (isinstance(statement, ast.ImportFrom) and statement.module == "__future__")


def _is_dunder(statement: ast.stmt) -> bool:
    """Whether it is like `__all__ = …`."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return all(isinstance(each, ast.Name) and each.id.startswith("__") for each in targets)


def _only_imports(statement: ast.stmt) -> bool:
    """Whether it is a condition around imports."""
    if not isinstance(statement, ast.If | ast.Try):
        return False
    inner = [each for each in ast.walk(statement) if isinstance(each, ast.stmt)]
    has_imports = any(isinstance(each, _Statement) for each in inner)
    return has_imports and all(
        isinstance(each, _Statement | ast.If | ast.Try | ast.Pass | ast.Assign) for each in inner
    )


def _top(text: Text, statement: ast.stmt) -> int:
    """The line on which the comments above a statement begin, or else it."""
    line = min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", ()))])
    first = text.with_comments(line)
    return line if first == 1 and line > 1 else first  # what stands at the very top is about the file
