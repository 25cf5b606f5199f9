"""The body that the agent wrote: brought to one indentation, and seen to be a body of the stub's kind."""

from __future__ import annotations

import ast
import builtins
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from jiti.splice import imports, layout, names
from jiti.splice.shape import parse, problem
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.definition import Definition
    from jiti.diagnostics import Diagnostic
    from jiti.splice.layout import Line
    from jiti.splice.project import Module

PART = "body"


@dataclass(frozen=True, slots=True)
class Body:
    """The `body` of a submission.

    Attributes:
        statements: relative imports made absolute; a docstring of its own is left out.
        lines: the same as text, without indentation.
        problems: what is wrong with it.
    """

    statements: list[ast.stmt] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)


def read(text: str, definition: Definition, module: Module) -> Body:
    """Read the `body` of a submission, and see what is wrong with it.

    Args:
        text: as it was submitted, at any indentation; the first line may have lost its own.
        definition: the stub that it is for.
        module: the stub's module, which relative imports start from.
    """
    submitted = layout.read(text, PART)
    if all(not line.text.strip() or line.text.lstrip().startswith("#") for line in submitted):
        return Body(problems=[problem(PART, None, "empty-body", "the body is empty")])
    try:
        lines, function = _parsed(submitted, definition.function)
    except SyntaxError as error:
        return Body(problems=[problem(PART, error.lineno, "syntax", error.msg)])
    lines, problems = imports.make_absolute(lines, function, module, PART)
    lines, statements = _without_docstring(lines, function.body)
    problems += _unfit(statements, definition.function.name)
    problems += _other_kind(statements, definition)
    return Body(statements, layout.trimmed(lines), problems)


def _parsed(lines: list[Line], stub: FunctionNode) -> tuple[list[Line], FunctionNode]:
    """The reading of a text that is the body of a stub, and the whole function, with the text's own line numbers.

    Raises:
        SyntaxError: it is no body; the line is the text's own.
    """
    first_error: SyntaxError | None = None
    for reading in layout.dedented(lines):
        indented = [line.indented(1) for line in reading]
        try:
            tree = parse(layout.joined([*layout.written(_head(stub)), *indented]))
        except SyntaxError as error:
            first_error = first_error or _unwrapped(error)
        else:
            ast.increment_lineno(tree, -1)
            match tree.body:
                case [ast.FunctionDef() | ast.AsyncFunctionDef() as function]:
                    return reading, function
    raise first_error or SyntaxError("this is no function's body")


def _head(stub: FunctionNode) -> str:
    """A line to read the body under: with the stub's parameters, which it may not declare global."""
    word = "async def" if isinstance(stub, ast.AsyncFunctionDef) else "def"
    return f"{word} {stub.name}({ast.unparse(names.bare(stub).args)}):"


def _unwrapped(error: SyntaxError) -> SyntaxError:
    """The same error, without the line that the body was wrapped in."""
    message = re.sub(r"(?<= line )\d+", lambda number: str(int(number[0]) - 1), error.msg)
    line = max(error.lineno - 1, 1) if error.lineno else None
    return SyntaxError(message, (None, line, None, None))


def _without_docstring(lines: list[Line], body: list[ast.stmt]) -> tuple[list[Line], list[ast.stmt]]:
    """The body without a docstring of its own: the stub's stands."""
    first, *rest = body
    is_docstring = isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str)
    end = first.end_lineno or first.lineno
    if not is_docstring or (rest and rest[0].lineno <= end):
        return lines, body
    return [replace(line, text="", in_string=False) if line.number <= end else line for line in lines], rest


def _unfit(statements: list[ast.stmt], name: str) -> Iterator[Diagnostic]:
    if not statements:
        yield problem(PART, None, "empty-body", "the body holds a docstring and nothing else")
    elif all(_is_placeholder(each) for each in statements):
        yield problem(PART, statements[0].lineno, "placeholder", "the body is still a placeholder: write what it does")
    only = len(statements) == 1
    for statement in statements:
        if isinstance(statement, FunctionNode | ast.ClassDef) and (only or statement.name == name):
            message = (
                f"send the body of {name} alone, without its `def` line and docstring: jiti has those from the stub"
            )
            yield problem(PART, statement.lineno, "whole-def", message)


def _is_placeholder(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant(value=builtins.Ellipsis)):
            return True
        case ast.Raise(exc=ast.Name(id="NotImplementedError") | ast.Call(func=ast.Name(id="NotImplementedError"))):
            return True
        case _:
            return False


def _other_kind(statements: list[ast.stmt], definition: Definition) -> Iterator[Diagnostic]:
    """What would make the function one of another kind than its stub."""
    is_async = isinstance(definition.node, ast.AsyncFunctionDef)
    own = list(_own_nodes(statements))
    yielding = next((each for each in own if isinstance(each, ast.Yield | ast.YieldFrom)), None)
    if definition.is_generator and yielding is None:
        message = "the stub is a generator: its body has to hold a `yield`"
        yield problem(PART, None, "kind", message)
    if is_async and not definition.is_generator and yielding is not None:
        message = "a `yield` makes this coroutine an async generator, which the stub is not: return what it is to give"
        yield problem(PART, yielding.lineno, "kind", message)


def _own_nodes(statements: list[ast.stmt]) -> Iterator[ast.AST]:
    """What belongs to the function itself, in order, without what functions and classes inside it hold."""
    for statement in statements:
        stack: list[ast.AST] = [statement]
        while stack:
            node = stack.pop()
            yield node
            if not isinstance(node, FunctionNode | ast.Lambda | ast.ClassDef):
                stack += reversed(list(ast.iter_child_nodes(node)))
