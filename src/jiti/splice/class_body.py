"""The body of a class that the agent wrote: its methods, matched with those of the stub, and what is private to it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from jiti import members, syntax
from jiti.splice import body, class_kinds, imports, layout, names, signature
from jiti.splice.shape import parse, problem
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.definition import Definition
    from jiti.diagnostics import Diagnostic
    from jiti.splice.body import Body
    from jiti.splice.layout import Line
    from jiti.splice.project import Module

PART = "body"
_WHAT = "methods, private attributes, and the class attributes that the stub leaves without a value"


@dataclass(frozen=True, slots=True)
class Part:
    """One statement of a class's body, in the order in which they were submitted.

    Attributes:
        statement: it.
        lines: as they were submitted, without indentation; of a method of the stub, the comments above it.
        method: the method of the stub that it is.
        body: what that does.
        annotation: what the stub annotates an attribute with that is given a value without saying so.
    """

    statement: ast.stmt
    lines: list[Line]
    method: Definition | None = None
    body: Body | None = None
    annotation: ast.expr | None = None


@dataclass(frozen=True, slots=True)
class ClassBody:
    """The `body` of a submission for a class.

    Attributes:
        parts: its statements.
        problems: what is wrong with it.
    """

    parts: list[Part] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    @property
    def statements(self) -> list[ast.stmt]:
        """What is the agent's own in it."""
        found: list[ast.stmt] = []
        for each in self.parts:
            found += [each.statement] if each.body is None else each.body.statements
        return found


def read(text: str, definition: Definition, module: Module) -> ClassBody:
    """Read the `body` of a submission, and see what is wrong with it.

    Args:
        text: as it was submitted, at any indentation.
        definition: the class that it is for.
        module: its module, which relative imports start from.
    """
    submitted = layout.read(text, PART)
    if all(line.is_blank or line.text.lstrip().startswith("#") for line in submitted):
        return ClassBody(problems=[problem(PART, None, "empty-body", "the body is empty")])
    try:
        lines, tree = _parsed(submitted)
    except SyntaxError as error:
        return ClassBody(problems=[problem(PART, error.lineno, "syntax", error.msg)])
    if isinstance(tree.body[0], ast.ClassDef) and tree.body[0].name == definition.node.name:
        message = f"send what stands in {definition.node.name} alone, without its `class` line: jiti has that"
        return ClassBody(problems=[problem(PART, tree.body[0].lineno, "whole-class", message)])
    lines, problems = imports.make_absolute(lines, tree, module, PART)
    reader = _Reader(definition, module, lines)
    parts = [reader.part(*each) for each in _chunks(tree.body, lines) if not _says_nothing(each[0])]
    problems += [*reader.problems, *reader.missing()]
    return ClassBody(parts, list(dict.fromkeys(problems)))


def _parsed(lines: list[Line]) -> tuple[list[Line], ast.ClassDef]:
    first_error: SyntaxError | None = None
    for reading in layout.dedented(lines):
        indented = [line.indented(1) for line in reading]
        try:
            tree = parse(layout.joined([*layout.written("class _:"), *indented]))
        except SyntaxError as error:
            line = max(error.lineno - 1, 1) if error.lineno else None
            first_error = first_error or SyntaxError(error.msg, (None, line, None, None))
        else:
            ast.increment_lineno(tree, -1)
            match tree.body:
                case [ast.ClassDef() as found]:
                    return reading, found
    raise first_error or SyntaxError("this is no class's body")


def _chunks(statements: list[ast.stmt], lines: list[Line]) -> Iterator[tuple[ast.stmt, int, int]]:
    """Each statement with the lines that are its own: comments above it, and those below that are indented."""
    begin = 0
    for index, each in enumerate(statements):
        end = each.end_lineno or each.lineno
        limit = _first_line(statements[index + 1]) - 1 if index + 1 < len(statements) else len(lines)
        last = end
        for number in range(end + 1, limit + 1):
            line = lines[number - 1]
            if not line.is_blank and not line.indentation:
                break
            last = number if not line.is_blank else last
        yield each, begin, last
        begin = last


def _first_line(statement: ast.stmt) -> int:
    return min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", ()))])


def _says_nothing(statement: ast.stmt) -> bool:
    """Whether it is a docstring, which the stub has, or `...`."""
    is_constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_constant or isinstance(statement, ast.Pass)


class _Reader:
    """Takes statements one after the other.

    Attributes:
        problems: what is wrong with them.
    """

    def __init__(self, definition: Definition, module: Module, lines: list[Line]) -> None:
        self.problems: list[Diagnostic] = []
        self._definition = definition
        self._module = module
        self._lines = lines
        node = definition.node
        statements = node.body if isinstance(node, ast.ClassDef) else []
        values = members.values(node) if isinstance(node, ast.ClassDef) else []
        self._methods = {each.declaration.qualname: each for each in definition.methods}
        self._values = {each.target.id: each.annotation for each in values if isinstance(each.target, ast.Name)}
        self._real = {name for name, _ in names.bound_by(statements)} - self._values.keys()
        self._found: set[str] = set()

    def part(self, statement: ast.stmt, begin: int, end: int) -> Part:
        """What a statement is, with the lines after `begin` up to `end`."""
        taken = layout.trimmed(self._lines[begin:end])
        if class_kinds.loses_super(self._definition.node, statement):
            name = self._definition.declaration.qualname.rpartition("<locals>.")[2]
            message = f"`super()` finds another class where `slots=True` makes one: write `super({name}, self)`"
            self.problems.append(problem(PART, statement.lineno, "super", message))
        if isinstance(statement, FunctionNode):
            half = syntax.accessor(statement)
            name = f"{self._definition.declaration.qualname}.{statement.name}{f'.{half}' if half else ''}"
            if name in self._methods:
                return self._method(self._methods[name], statement, begin, end)
        bound = [name for name, _ in names.bound_by([statement])]
        annotation = None
        if isinstance(statement, ast.Assign | ast.AnnAssign) and not self._values.keys().isdisjoint(bound):
            annotation = self._value(statement, bound)
        else:
            self.problems += self._unfit(statement, bound)
        return Part(statement, taken, annotation=annotation)

    def _value(self, statement: ast.Assign | ast.AnnAssign, bound: list[str]) -> ast.expr | None:
        """What the stub annotates a class attribute with that is given its value here; None where that says so."""
        for name in bound:
            self._note(statement, name)
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        if statement.value is None or len(targets) > 1 or not isinstance(targets[0], ast.Name):
            message = f"give `{bound[0]}` its value in a statement of its own: `{bound[0]} = ...`"
            self.problems.append(problem(PART, statement.lineno, "statement", message))
        return self._values.get(bound[0]) if isinstance(statement, ast.Assign) else None

    def missing(self) -> Iterator[Diagnostic]:
        """What the stub leaves to be written, and nobody wrote."""
        for name in [*self._methods, *self._values]:
            if name not in self._found:
                shown = name.removeprefix(f"{self._definition.declaration.qualname}.")
                yield problem(PART, None, "missing", f"`{shown}` is missing: the stub leaves it to be written")

    def _note(self, statement: ast.stmt, name: str) -> None:
        if name in self._found:
            message = f"`{name.rpartition('.')[2]}` is defined already, further up"
            self.problems.append(problem(PART, statement.lineno, "duplicate", message))
        self._found.add(name)

    # ---------------------------------------------------------------- methods of the stub

    def _method(self, method: Definition, node: FunctionNode, begin: int, end: int) -> Part:
        self._note(node, method.declaration.qualname)
        self.problems += self._other_signature(method.function, node)
        found = body.read(self._inside(node, end), method, self._module)
        self.problems += [
            replace(each, line=each.line or node.lineno, message=f"{node.name}: {each.message}")
            for each in found.problems
        ]
        above = [line for line in self._lines[begin : _first_line(node) - 1] if line.text.lstrip().startswith("#")]
        return Part(node, above, method, found)

    def _inside(self, node: FunctionNode, end: int) -> str:
        """The text with nothing but the body of a method in it, every line of that where it was."""
        texts = [line.text for line in self._lines]
        row, column = signature.end_of_signature(texts[node.lineno - 1 :])
        colon = node.lineno - 1 + row
        rest = texts[colon - 1][column:].strip()
        kept = [rest if rest and not rest.startswith("#") else "", *texts[colon:end]]
        return "\n".join([*[""] * (colon - 1), *kept])

    @staticmethod
    def _other_signature(stub: FunctionNode, node: FunctionNode) -> Iterator[Diagnostic]:
        if type(node) is not type(stub):
            word = "async def" if isinstance(stub, ast.AsyncFunctionDef) else "def"
            yield problem(PART, node.lineno, "signature", f"`{node.name}` is a `{word}` in the stub")
        elif _parameters(node) != _parameters(stub):
            wanted = ast.unparse(names.bare(stub).args)
            yield problem(PART, node.lineno, "signature", f"the parameters of `{node.name}` are `{wanted}`: leave them")
        given = {ast.unparse(each) for each in stub.decorator_list}
        for each in node.decorator_list:
            if ast.unparse(each) not in given:
                message = f"`@{ast.unparse(each)}` does not stand on the stub's `{node.name}`: leave it out"
                yield problem(PART, each.lineno, "signature", message)

    # ---------------------------------------------------------------- what is added

    def _unfit(self, statement: ast.stmt, bound: list[str]) -> Iterator[Diagnostic]:
        allowed = (*FunctionNode.__args__, ast.Assign, ast.AnnAssign)
        if not isinstance(statement, allowed) or not bound:
            yield problem(PART, statement.lineno, "statement", f"only {_WHAT} may stand in the class")
            return
        reason = class_kinds.objection(self._definition.node, self._definition.tree, statement)
        if reason is not None:
            yield problem(PART, statement.lineno, "field", f"`{bound[0]}` {reason}")
        base = class_kinds.overridden(self._definition.node, self._definition.tree, statement)
        if base is not None:
            message = f"`{bound[0]}` is a method of `{base}` too, which would call this one: give it another name"
            yield problem(PART, statement.lineno, "clash", message)
        for name in bound:
            if name in self._real:
                message = f"`{name}` has its body, or value, in the stub's class, and stays as it is: leave it out"
                yield problem(PART, statement.lineno, "clash", message)
            elif not name.startswith("_") or (name.startswith("__") and name.endswith("__")):
                message = f"what is added to the class is private: `{name}` is none of the stub's methods"
                yield problem(PART, statement.lineno, "public-helper", message)


def _parameters(node: FunctionNode) -> list[list[str]]:
    found = node.args
    kinds = (found.posonlyargs, found.args, found.kwonlyargs, [found.vararg], [found.kwarg])
    return [[each.arg for each in kind if each is not None] for kind in kinds]
