"""The implementation of a class taken apart again: the bodies of its methods, and what it has besides."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from jiti import members, syntax
from jiti.merge import edited, scopes
from jiti.merge.excuses import without_excuses
from jiti.merge.implementation import Implementation
from jiti.merge.text import Text
from jiti.splice import names, owners
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jiti.definition import Definition
    from jiti.splice.layout import Line


@dataclass(frozen=True, slots=True)
class Added:
    """A statement of the class that is none of the stub's methods.

    Attributes:
        statement: it.
        first: the number of its first line, comments above it included.
        last: the number of its last.
    """

    statement: ast.stmt
    first: int
    last: int


class ClassImplementation(Implementation):
    """The code of one class's implementation."""

    def __init__(self, definition: Definition, code: str) -> None:
        self.definition = definition
        self.text = without_excuses(Text(code))
        found = owners.class_in(self._tree, definition.declaration.qualname)
        if found is None:
            raise self.refusal(f"it does not define `{definition.declaration.qualname}`")
        self.whole = found
        self.classes = [each for each in ast.walk(self._tree) if isinstance(each, ast.ClassDef) and _holds(each, found)]
        for method in definition.methods:
            if method.declaration.qualname not in self._functions:
                raise self.refusal(f"it does not define `{method.declaration.qualname}`")
        missing = self._values.keys() - self.values.keys()
        if missing:
            raise self.refusal(f"it gives `{min(missing)}` no value")

    @property
    def owner_names(self) -> Sequence[str]:
        """The names of the user's classes that its own stand for."""
        return (*self.definition.owners, self.definition.node.name)

    @property
    def own_names(self) -> set[str]:
        """The names that it defines for its stub."""
        return {each.name for each in self.classes}

    @cached_property
    def _functions(self) -> dict[str, FunctionNode]:
        """Its methods by the names that they have in the stub."""
        found = {}
        for each in self.whole.body:
            if isinstance(each, FunctionNode):
                half = syntax.accessor(each)
                found[f"{self.definition.declaration.qualname}.{each.name}{f'.{half}' if half else ''}"] = each
        return found

    @cached_property
    def _values(self) -> dict[str, ast.AnnAssign]:
        """The stub's class attributes that are to be given a value."""
        node = self.definition.node
        found = members.values(node) if isinstance(node, ast.ClassDef) else []
        return {ast.unparse(each.target): each for each in found}

    @cached_property
    def values(self) -> dict[str, str]:
        """What those are given, as it is written."""
        found = {}
        for each in self.whole.body:
            if isinstance(each, ast.Assign | ast.AnnAssign) and each.value is not None:
                named = [name for name, _ in names.bound_by([each]) if name in self._values]
                found |= dict.fromkeys(named, self._right_of(each))
        return found

    def _right_of(self, statement: ast.Assign | ast.AnnAssign) -> str:
        """What stands behind the equals sign of an assignment, parentheses included."""
        left = statement.targets[-1] if isinstance(statement, ast.Assign) else statement.annotation
        start, end = self.text.span(left)[1], self.text.span(statement)[1]
        return self.text.text[start:end].partition("=")[2].strip()

    @cached_property
    def statements(self) -> list[ast.stmt]:
        """What stands in the class."""
        return self.whole.body

    @cached_property
    def uses(self) -> list[scopes.Use]:
        """Where what is merged names things of its module; signatures and classes are the stub's, and left out."""
        known = {id(each) for each in self._stubs_own}
        bare: list[ast.stmt] = []
        for each in self.whole.body:
            if id(each) in known and isinstance(each, FunctionNode):
                function = names.bare(each)
                body = each.body if ast.get_docstring(each, clean=False) is None else each.body[1:]
                function.body = body or function.body
                bare.append(function)
            elif each in self._added_statements:
                bare.append(each)
            elif isinstance(each, ast.Assign | ast.AnnAssign) and each.value is not None:
                bare.append(ast.Assign([ast.Name("_", ast.Store())], each.value, lineno=each.lineno))
        whole = ast.parse("class _: ...").body[0]
        if isinstance(whole, ast.ClassDef):
            whole.body = bare or whole.body
        helpers = [statement for each in self.helpers for statement in each.statements]
        imports = [each for each in self._tree.body if isinstance(each, ast.Import | ast.ImportFrom)]
        ours = {id(whole), *(id(each) for each in bare)}
        found = scopes.uses(ast.Module([*imports, *helpers, whole], []))
        return [each for each in found if id(each.node) not in ours and hasattr(each.node, "lineno")]

    @cached_property
    def _stubs_own(self) -> list[FunctionNode]:
        return [self._functions[each.declaration.qualname] for each in self.definition.methods]

    @property
    def _added_statements(self) -> list[ast.stmt]:
        return [each.statement for each in self.added]

    @cached_property
    def added(self) -> list[Added]:
        """What the class has besides the stub's methods and values, in order."""
        known = {id(each) for each in self._stubs_own}
        found = []
        for each in self._all:
            is_text = isinstance(each.statement, ast.Expr) and isinstance(each.statement.value, ast.Constant)
            is_property = isinstance(each.statement, ast.Assign) and ast.unparse(each.statement.value) == "property()"
            is_told = is_text or is_property or isinstance(each.statement, ast.Pass)
            if id(each.statement) not in known and not is_told and not self._is_value(each.statement):
                found.append(each)
        return found

    @cached_property
    def given(self) -> list[Added]:
        """Where it gives the stub's class attributes their values, in order."""
        return [each for each in self._all if self._is_value(each.statement) and names.assigned_by(each.statement)]

    def _is_value(self, statement: ast.stmt) -> bool:
        return isinstance(statement, ast.Assign | ast.AnnAssign) and all(
            name in self._values for name, _ in names.bound_by([statement])
        )

    @cached_property
    def _all(self) -> list[Added]:
        """All that stands in the class."""
        found = []
        above = self.whole.lineno
        for each in self.whole.body:
            first = min([each.lineno, *(other.lineno for other in getattr(each, "decorator_list", ()))])
            while first - 1 > above and self.text.is_comment(first - 1):
                first -= 1
            above = each.end_lineno or each.lineno
            found.append(Added(each, first, above))
        return found

    def lines_of(self, added: Added) -> Iterator[Line]:
        """The lines of what it has besides, without the indentation of the class."""
        margin = self.text.before(self.whole.body[0])
        for each in self._lines:
            if added.first <= each.number <= added.last:
                yield self._without_annotation(each, added.statement).without(margin)

    def _without_annotation(self, line: Line, statement: ast.stmt) -> Line:
        """A line as it can stand where the class says already what one of its attributes is."""
        if not isinstance(statement, ast.AnnAssign) or not self._is_value(statement) or line.number != statement.lineno:
            return line
        name, kind = ast.unparse(statement.target), self.text.of(statement.annotation)
        return replace(line, text=re.sub(rf"{name}\s*:\s*{re.escape(kind)}", name, line.text, count=1))

    def method(self, definition: Definition) -> Implementation:
        """The implementation of one of the stub's methods.

        Raises:
            MergeError: its signature is not the stub's.
        """
        function = self._functions[definition.declaration.qualname]
        return _Method(definition, self.text.text, (*self.classes, function))

    def _end(self) -> int:
        top = self.classes[0]
        return self.text.last_line(top.end_lineno or top.lineno, self.text.column(top.lineno, top.col_offset))

    @property
    def unit(self) -> str:
        """By what the class's methods are indented deeper than the class."""
        inner, outer = self.whole.body[0], self.whole
        return self.text.before(inner).removeprefix(self.text.before(outer)) or "    "


class _Method(Implementation):
    """One of a class's methods."""

    def __init__(self, definition: Definition, code: str, path: Sequence[ast.ClassDef | FunctionNode]) -> None:
        self._found = path
        super().__init__(definition, code)

    def _path(self) -> list[ast.ClassDef | FunctionNode]:
        """The method, as this reading of the text has it."""
        lines = {each.lineno for each in self._found}
        nodes = [
            each
            for each in ast.walk(self._tree)
            if isinstance(each, FunctionNode | ast.ClassDef) and each.lineno in lines
        ]
        return sorted(nodes, key=lambda each: each.lineno)

    def _objection(self, path: Sequence[ast.ClassDef | FunctionNode]) -> str | None:
        return edited.objection(self.definition, path[-1:])


def _holds(node: ast.ClassDef, found: ast.ClassDef) -> bool:
    return node.lineno <= found.lineno and (found.end_lineno or 0) <= (node.end_lineno or 0)


def implementation_of(definition: Definition, code: str) -> Implementation:
    """The code of a stub's implementation, of whichever kind that is.

    Raises:
        MergeError: it is not laid out as an implementation is.
    """
    return (ClassImplementation if definition.is_class else Implementation)(definition, code)
