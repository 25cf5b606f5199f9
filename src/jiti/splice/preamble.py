"""What the agent wants above the function: imports, constants and private helpers."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jiti.splice import imports, layout, names
from jiti.splice.module_names import is_type_checking
from jiti.splice.shape import parse, problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jiti.diagnostics import Diagnostic
    from jiti.splice.layout import Line
    from jiti.splice.project import Module

PART = "helpers"
_IMPORTS = (ast.Import, ast.ImportFrom)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# `type X = …` exists from Python 3.12 on.
_ASSIGNMENTS: tuple[type[ast.stmt], ...] = (ast.Assign, ast.AnnAssign, *filter(None, [getattr(ast, "TypeAlias", None)]))
_ALLOWED = "imports, assignments, private functions and classes, and `if TYPE_CHECKING:`"


@dataclass(frozen=True, slots=True)
class Preamble:
    """The `helpers` of a submission, taken apart.

    Attributes:
        statements: all of it, relative imports made absolute, `from __future__` left out.
        imports: the lines of the imports.
        for_types: the lines of `if TYPE_CHECKING:` blocks.
        code: the lines of everything else.
        has_future_annotations: whether it asks for annotations that are not evaluated.
        problems: what is wrong with it.
    """

    statements: list[ast.stmt] = field(default_factory=list)
    imports: list[Line] = field(default_factory=list)
    for_types: list[Line] = field(default_factory=list)
    code: list[Line] = field(default_factory=list)
    has_future_annotations: bool = False
    problems: list[Diagnostic] = field(default_factory=list)

    @property
    def bound(self) -> set[str]:
        """The names that it binds."""
        return {name for name, _ in names.bound_by(self.statements)}


def read(text: str, module: Module) -> Preamble:
    """Take the `helpers` of a submission apart, and see what is wrong with them.

    Args:
        text: as it was submitted.
        module: the stub's module, which relative imports start from.
    """
    try:
        lines, tree = _parsed(layout.read(text, PART))
    except SyntaxError as error:
        return Preamble(problems=[problem(PART, error.lineno, "syntax", error.msg)])
    lines, problems = imports.make_absolute(lines, tree, module, PART)
    problems += imports.star_imports(tree, PART)
    problems += _unfit(tree.body)
    problems += _repeated(tree.body)
    future = {each for each in tree.body if isinstance(each, ast.ImportFrom) and each.module == "__future__"}
    preamble = Preamble(
        statements=[each for each in tree.body if each not in future],
        has_future_annotations=any(alias.name == "annotations" for each in future for alias in each.names),
        problems=problems,
    )
    for statements, chunk in _chunks(tree.body, lines):
        if not future.intersection(statements):
            _block_for(preamble, statements).extend(chunk)
    return preamble


def _parsed(lines: list[Line]) -> tuple[list[Line], ast.Module]:
    first_error: SyntaxError | None = None
    for reading in layout.dedented(lines):
        try:
            return reading, parse(layout.joined(reading))
        except SyntaxError as error:
            first_error = first_error or error
    raise first_error or SyntaxError("no code")


def _block_for(preamble: Preamble, statements: list[ast.stmt]) -> list[Line]:
    if all(isinstance(each, _IMPORTS) for each in statements):
        return preamble.imports
    if all(isinstance(each, ast.If) for each in statements):
        return preamble.for_types
    return preamble.code


def _chunks(body: list[ast.stmt], lines: list[Line]) -> Iterator[tuple[list[ast.stmt], list[Line]]]:
    """The statements, those that share a line together, each with its lines and the comments above it."""
    begin = 0
    waiting: list[ast.stmt] = []
    for index, statement in enumerate(body, start=1):
        waiting.append(statement)
        end = statement.end_lineno or statement.lineno
        if index == len(body):
            yield waiting, lines[begin:]
        elif body[index].lineno > end:
            yield waiting, lines[begin:end]
            begin, waiting = end, []


def _unfit(body: Iterable[ast.stmt]) -> Iterator[Diagnostic]:
    for statement in body:
        if isinstance(statement, _DEFINITIONS):
            if not statement.name.startswith("_"):
                message = f"what stands beside the function is private: name it `_{statement.name}`"
                yield problem(PART, statement.lineno, "public-helper", message)
        elif isinstance(statement, ast.If) and is_type_checking(statement.test):
            yield from _unfit([*statement.body, *statement.orelse])
        elif isinstance(statement, _ASSIGNMENTS):
            yield from _unfit_targets(statement)
        elif not isinstance(statement, _IMPORTS):
            message = f"only {_ALLOWED} may stand above the function"
            yield problem(PART, statement.lineno, "statement", message)


def _unfit_targets(statement: ast.stmt) -> Iterator[Diagnostic]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            message = f"`{ast.unparse(node)} = …` changes something else: helpers may only bind names of their own"
            yield problem(PART, node.lineno, "statement", message)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == "TYPE_CHECKING":
            yield problem(PART, node.lineno, "statement", "`from typing import TYPE_CHECKING` instead")


def _repeated(body: list[ast.stmt]) -> Iterator[Diagnostic]:
    seen: dict[str, ast.stmt] = {}
    for name, statement in names.bound_by(
        each for each in body if isinstance(each, (*_IMPORTS, *_DEFINITIONS, *_ASSIGNMENTS))
    ):
        earlier = seen.get(name)
        if earlier is not None and earlier is not statement and not _may_follow(earlier, statement):
            message = f"`{name}` is bound already on line {earlier.lineno}"
            yield problem(PART, statement.lineno, "duplicate", message)
        seen[name] = statement


def _may_follow(earlier: ast.stmt, later: ast.stmt) -> bool:
    """Whether two statements may bind one name: `import os` and `import os.path`, or a function after its overloads."""
    if isinstance(earlier, ast.Import) and isinstance(later, ast.Import):
        return True
    if isinstance(earlier, ast.ImportFrom) and ast.dump(earlier) == ast.dump(later):
        return True
    decorators = getattr(earlier, "decorator_list", [])
    return any(getattr(each, "attr", getattr(each, "id", None)) == "overload" for each in decorators)
