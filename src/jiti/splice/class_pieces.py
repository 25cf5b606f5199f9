"""What the implementation of a class is put together from."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from jiti import canonical, members
from jiti.splice import class_body, names, owners, preamble, signature
from jiti.splice.body import Body
from jiti.splice.class_body import ClassBody
from jiti.splice.layout import INDENT, Line, apart, written
from jiti.splice.module_names import ModuleNames
from jiti.splice.pieces import Pieces, stand_ins_for
from jiti.splice.project import Module
from jiti.splice.reachable import reachable
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.definition import Definition
    from jiti.splice.class_body import Part
    from jiti.splice.names import Names
    from jiti.splice.owners import Shell
    from jiti.submission import Submission


@dataclass(frozen=True)
class ClassPieces(Pieces):
    """The pieces of one class's implementation.

    Attributes:
        inside: what stands in the class; `body` has the same as statements.
    """

    inside: ClassBody = field(default_factory=ClassBody)

    @classmethod
    def of(cls, definition: Definition, module_name: str, submission: Submission) -> ClassPieces:
        """Read a submission for a class, whose module's importable name is known."""
        module = Module.of(definition.declaration, module_name)
        inside = class_body.read(submission.body, definition, module)
        return cls(
            definition,
            module,
            ModuleNames(definition.tree, module),
            preamble.read(submission.helpers, module),
            Body(inside.statements, problems=inside.problems),
            inside,
        )

    @cached_property
    def shell(self) -> Shell:
        """The class, and those around it."""
        taken = (self.in_signature | self.in_code).all | self.preamble.bound
        return owners.class_shell(self.definition, self.module, taken)

    @cached_property
    def local(self) -> frozenset[str]:
        """The names that are local to one of its methods."""
        nodes = [each for part in self.inside.parts for each in ast.walk(part.statement)]
        parameters = {each.arg for each in nodes if isinstance(each, ast.arg)}
        return frozenset(
            parameters | {each.id for each in nodes if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        )

    @cached_property
    def reachable(self) -> dict[str, FunctionNode]:
        """The stub's methods by their names, with defaults and annotations that the file can have."""
        return {each.declaration.qualname: reachable(each) for each in self.definition.methods}

    @cached_property
    def stand_ins(self) -> tuple[str, ...]:
        """The lines that define what signatures have in the place of names that the file cannot have."""
        changed = [self.reachable[each.declaration.qualname] for each in self.definition.methods]
        changed = [node for node, each in zip(changed, self.definition.methods, strict=True) if node is not each.node]
        return stand_ins_for(changed, self.in_signature)

    @cached_property
    def in_signature(self) -> Names:
        """The names that the methods' signatures, and the types of class attributes, take from the module."""
        found = names.of_annotations([each.annotation for each in self._values])
        for each in self.definition.methods:
            found |= signature.names(each, self.reachable[each.declaration.qualname])
        return found

    @cached_property
    def in_code(self) -> Names:
        """The names that the submitted code takes from the module around it."""
        whole = ast.parse("class _: ...").body[0]
        if isinstance(whole, ast.ClassDef):
            whole.body = [_bare(each) for each in self.inside.parts] or whole.body
        return names.of_statements([*self.preamble.statements, whole], self.body.statements)

    @property
    def _values(self) -> list[ast.AnnAssign]:
        return members.values(self.definition.node) if isinstance(self.definition.node, ast.ClassDef) else []

    # ---------------------------------------------------------------- text

    def lines(self) -> list[Line]:
        """What stands in the class, its docstring first."""
        depth = len(self.definition.owners) + 1
        has_getter = {part.method.node.name for part in self.inside.parts if part.method and _is_getter(part.method)}
        sections = [written(*signature.docstring(self.definition, depth))]
        below_method = True
        for part in self.inside.parts:
            lines = list(self._of_part(part, depth, has_getter))
            is_method = isinstance(part.statement, FunctionNode)
            if is_method or below_method:
                sections.append(lines)
            else:
                sections[-1] += lines
            below_method = is_method
        return apart(*sections)

    def _of_part(self, part: Part, depth: int, has_getter: set[str]) -> Iterator[Line]:
        lines = [line.indented(depth) for line in part.lines]
        if part.method is None or part.body is None:
            yield from lines if part.annotation is None else _annotated(lines, part, ast.unparse(part.annotation))
            return
        yield from lines
        method, node = part.method, self.reachable[part.method.declaration.qualname]
        first, *others = signature.header(method, node)
        above = signature.decorators(method, has_getter=method.node.name in has_getter)
        yield from written(*(INDENT * depth + each for each in (*above, first)), *others)
        if method.docstring:
            yield from written(*signature.docstring(method, depth + 1))
        yield from (line.indented(depth + 1) for line in part.body.lines)

    def is_intact(self, found: ast.stmt | None) -> bool:
        """Whether a class means what these pieces mean."""
        if not isinstance(found, ast.ClassDef):
            return False
        functions = [each for each in found.body if isinstance(each, FunctionNode)]
        wanted = [part for part in self.inside.parts if isinstance(part.statement, FunctionNode)]
        return len(functions) == len(wanted) and all(map(self._is_same, functions, wanted))

    def _is_same(self, function: FunctionNode, part: Part) -> bool:
        if part.method is None or part.body is None:
            return canonical.text(function) == canonical.text(part.statement)
        rest = function.body[1:] if part.method.docstring else function.body
        return signature.is_same(
            function, part.method, self.reachable[part.method.declaration.qualname]
        ) and canonical.text(*rest) == canonical.text(*part.body.statements)


def _is_getter(method: Definition) -> bool:
    return not signature.accessor_of(method)


def _bare(part: Part) -> ast.stmt:
    """A statement of the class without what it has from the stub."""
    if part.method is None or part.body is None:
        return part.statement
    whole = names.bare(part.method.function)
    whole.body = part.body.statements or whole.body
    return whole


def _annotated(lines: list[Line], part: Part, annotation: str) -> Iterator[Line]:
    """An assignment with the annotation that the stub has."""
    for line in lines:
        name, equals, rest = line.text.partition("=")
        is_it = line.number == part.statement.lineno
        yield replace(line, text=f"{name.rstrip()}: {annotation} {equals}{rest}") if is_it else line
