"""An implementation taken apart again: what it imports, its helpers, and the body of its function."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jiti.errors import MergeError
from jiti.merge import edited, scopes
from jiti.merge.excuses import without_excuses
from jiti.merge.text import Text
from jiti.splice import layout, names
from jiti.splice.module_names import is_type_checking
from jiti.splice.reachable import DEFAULT, LOCAL
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jiti.definition import Definition
    from jiti.splice.layout import Line

_IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(frozen=True, slots=True)
class Import:
    """One name that an import statement binds.

    Attributes:
        module: what it is imported from, by absolute name.
        name: what is taken from there; None for the module itself.
        alias: what it is called; None for its own name.
        for_types: for type checkers alone.
        comment: what stands behind it on its line.
    """

    module: str
    name: str | None = None
    alias: str | None = None
    for_types: bool = False
    comment: str = ""

    @property
    def bound(self) -> str:
        """The name that it binds."""
        return self.alias or self.name or self.module.partition(".")[0]

    @property
    def target(self) -> tuple[str, str | None]:
        """What it gives, whatever it is called."""
        return self.module, self.name

    @property
    def statement(self) -> str:
        """It as a statement of its own."""
        renamed = f" as {self.alias}" if self.alias else ""
        return f"from {self.module} import {self.name}{renamed}" if self.name else f"import {self.module}{renamed}"


@dataclass(frozen=True, slots=True)
class Helper:
    """Statements above the function, with the comments above them.

    Attributes:
        statements: those that share lines; none for comments alone.
        first: the number of its first line.
        last: the number of its last.
    """

    statements: list[ast.stmt]
    first: int
    last: int


class Implementation:
    """The code of one implementation.

    Args:
        definition: the stub that it is for.
        code: all that stands below its header.

    Raises:
        MergeError: it is not laid out as an implementation is.
    """

    def __init__(self, definition: Definition, code: str) -> None:
        self.definition = definition
        self.text = without_excuses(Text(code))
        path = self._path()
        self.classes = [each for each in path if isinstance(each, ast.ClassDef)]
        function = path[-1] if path else None
        if function is None or isinstance(function, ast.ClassDef):
            raise self.refusal(f"it does not define `{definition.declaration.qualname}`")
        self.function: FunctionNode = function
        objection = self._objection(path)
        if objection:
            raise self.refusal(objection)

    def _objection(self, path: Sequence[ast.ClassDef | FunctionNode]) -> str | None:
        return edited.objection(self.definition, path)

    @property
    def owner_names(self) -> Sequence[str]:
        """The names of the user's classes that its own stand for."""
        return self.definition.owners

    @property
    def own_names(self) -> set[str]:
        """The names that it defines for its stub."""
        return {self.function.name, *(each.name for each in self.classes)}

    def _path(self) -> list[ast.ClassDef | FunctionNode]:
        """The function, after the classes around it, wherever in the file they stand."""
        names = [*self.definition.owners, self.definition.node.name]
        path: list[ast.ClassDef | FunctionNode] = []
        body = self._tree.body
        for name in names:
            kind = FunctionNode if len(path) == len(names) - 1 else ast.ClassDef
            found = [each for each in body if isinstance(each, kind) and each.name.lstrip("_") == name.lstrip("_")]
            if not found:
                return []
            path.append(found[-1])
            body = found[-1].body
        return path

    @cached_property
    def _tree(self) -> ast.Module:
        try:
            return self.text.tree
        except (SyntaxError, ValueError) as error:
            raise self.refusal(f"it does not parse: {error}") from error

    def refusal(self, reason: str) -> MergeError:
        """The error for an implementation that cannot be merged."""
        key = self.definition.declaration.key
        return MergeError(
            f"the implementation of {key} cannot be merged: {reason}", key=key, hint=f"look at it: jiti show {key}"
        )

    @cached_property
    def statements(self) -> list[ast.stmt]:
        """The function's body without its docstring."""
        body = self.function.body
        return body if ast.get_docstring(self.function, clean=False) is None else body[1:]

    @cached_property
    def has_future_annotations(self) -> bool:
        """Whether its annotations are not evaluated."""
        return any(each.module == "__future__" for each in self._tree.body if isinstance(each, ast.ImportFrom))

    @cached_property
    def imports(self) -> list[Import]:
        """What it imports at its top level."""
        return [each for statement in self._tree.body for each in self._imported(statement)]

    def _imported(self, statement: ast.stmt, *, for_types: bool = False) -> Iterator[Import]:
        if isinstance(statement, ast.If) and _is_for_types(statement):
            for each in statement.body:
                yield from self._imported(each, for_types=True)
        elif isinstance(statement, _IMPORTS):
            comment = self.text.text[self.text.span(statement)[1] : self.text.end_of_line(statement.lineno)].strip()
            yield from imported(statement, for_types=for_types, comment=comment)

    @cached_property
    def helpers(self) -> list[Helper]:
        """What stands above the function besides imports, in order."""
        found = []
        above = 0
        was_import = False
        top = self.classes[0] if self.classes else self.function
        for statement in self._tree.body:
            first, is_import = above + 1, self._comes_from_elsewhere(statement)
            if statement.lineno <= above and is_import != was_import:
                raise self.refusal(f"line {above} holds more than one statement; write each on a line of its own")
            above, was_import = statement.end_lineno or statement.lineno, is_import
            if statement is top:
                found += self._comments_before(first, _first_line(statement))
                above = self._end()
            elif not is_import:
                found.append(Helper([statement], first, above))
        return found

    def _comments_before(self, first: int, line: int) -> list[Helper]:
        has_comments = any(self.text.line(number).strip() for number in range(first, line))
        return [Helper([], first, line - 1)] if has_comments else []

    def _comes_from_elsewhere(self, statement: ast.stmt) -> bool:
        """Whether a statement is no helper: an import, or what stands for something that the file could not have."""
        bound = {name for name, _ in names.bound_by([statement])}
        is_docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        return (
            isinstance(statement, _IMPORTS)
            or _is_for_types(statement)
            or is_docstring
            or (
                isinstance(statement, ast.If)
                and ast.unparse(statement.test) == "not TYPE_CHECKING"
                and bool(self.classes)
            )
            or (bool(bound) and bound <= {DEFAULT, LOCAL})
        )

    @cached_property
    def uses(self) -> list[scopes.Use]:
        """Where what is merged names things of its module; signature and classes are the stub's, and left out."""
        bare = names.bare(self.function)
        bare.body = self.statements or bare.body
        helpers = [statement for each in self.helpers for statement in each.statements]
        imports = [each for each in self._tree.body if isinstance(each, _IMPORTS)]  # they tell what `cast` is
        whole = ast.Module([*imports, *helpers, bare], [])
        return [each for each in scopes.uses(whole) if each.node is not bare]

    def body(self) -> list[Line]:
        """The lines of the function's body without its docstring, and without its indentation."""
        if not self.statements:
            return layout.written("pass")
        first = self.statements[0]
        before = self.function.body[0] if first is not self.function.body[0] else None
        start = first.lineno
        if before is not None and (before.end_lineno or 0) < start:
            start = (before.end_lineno or 0) + 1
        elif before is None:
            start = self._below_signature()
        lines = [each for each in self._lines if start <= each.number <= self._end()]
        column = self.text.column(first.lineno, first.col_offset)
        margin = self.text.line(first.lineno)[:column]
        if margin.strip():  # it stands on the line of the `def`, or behind the docstring
            rest = self.text.line(first.lineno)[column:]
            return layout.written(rest, *(each.text for each in lines if each.number > first.lineno))
        lines = _without_last_blanks([each.without(margin) for each in lines])
        while lines[0].is_blank and not isinstance(first, FunctionNode | ast.ClassDef):
            del lines[0]
        return lines

    def _below_signature(self) -> int:
        """The first line of a body without docstring, comments above its first statement included."""
        number = self.statements[0].lineno
        while self.text.is_comment(number - 1):
            number -= 1
        return number

    def _end(self) -> int:
        """The last line of the function, comments below its last statement included."""
        indentation = self.text.column(self.function.lineno, self.function.col_offset)
        return self.text.last_line(self.function.end_lineno or self.function.lineno, indentation)

    @cached_property
    def _lines(self) -> list[Line]:
        return layout.read(self.text.text, "body")

    @property
    def unit(self) -> str:
        """By what one level of the body is indented deeper than the `def`."""
        first = self.statements[0] if self.statements else self.function
        deeper = self._lines[first.lineno - 1].indentation
        return deeper.removeprefix(self._lines[self.function.lineno - 1].indentation) or layout.INDENT

    def lines(self, helper: Helper) -> list[Line]:
        """A helper's lines, with the blank ones above it and without those below."""
        taken = [each for each in self._lines if helper.first <= each.number <= helper.last]
        return _without_last_blanks(taken)

    def reindented(self, line: Line, outer: str, unit: str) -> str:
        """A line's text where the code around it is indented by `outer`, and each level by `unit`."""
        if line.in_string or line.is_blank:
            return line.text if line.in_string else ""
        text = line.text
        deeper = 0
        while text.startswith(self.unit):
            text = text.removeprefix(self.unit)
            deeper += 1
        return outer + unit * deeper + text


def imported(statement: ast.stmt, *, for_types: bool = False, comment: str = "") -> Iterator[Import]:
    """The names that an import statement with an absolute name binds; none where it is something else."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            yield Import(alias.name, None, alias.asname, for_types, comment)
    elif isinstance(statement, ast.ImportFrom) and statement.module and statement.module != "__future__":
        for alias in statement.names:
            yield Import(statement.module, alias.name, alias.asname, for_types, comment)


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])


def _is_for_types(statement: ast.stmt) -> bool:
    """Whether it is an `if TYPE_CHECKING:` block of imports."""
    return (
        isinstance(statement, ast.If)
        and is_type_checking(statement.test)
        and not statement.orelse
        and all(isinstance(each, _IMPORTS) for each in statement.body)
    )


def _without_last_blanks(lines: list[Line]) -> list[Line]:
    while lines and lines[-1].is_blank:
        lines = lines[:-1]
    return lines
