"""From a stub and a submission to the text of an implementation, all that stands below its header."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from jiti import canonical
from jiti.errors import StubError
from jiti.splice import layout, owners, rules, signature
from jiti.splice.class_pieces import ClassPieces
from jiti.splice.layout import INDENT, written
from jiti.splice.pieces import Pieces
from jiti.splice.shape import TOO_DEEP, ShapeError, parse, problem
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from jiti.definition import Definition
    from jiti.diagnostics import Diagnostic
    from jiti.splice.layout import Line
    from jiti.submission import Submission

_BUILTINS = frozenset(dir(builtins))
_TYPE_CHECKING = "from typing import TYPE_CHECKING"


def compose(definition: Definition, module: str, submission: Submission) -> str:
    """The text of an implementation below its header; ruff is to format it.

    The signature and docstring are the stub's, comments on them included. What they need, and what the
    submitted code uses of the stub's own module, is imported. A method stands in a class of its class's name.

    Args:
        definition: the stub.
        module: the name by which an import statement gets the stub's module.
        submission: what the agent sent.

    Raises:
        StubError: what the stub needs of its module cannot be imported from it.
        ShapeError: it cannot be made into an implementation; the diagnostics say why, with the submitted
            texts' own lines.
    """
    try:
        return _composed(definition, module, submission)
    except RecursionError as error:
        raise ShapeError([problem("body", None, "syntax", TOO_DEEP)]) from error


def _composed(definition: Definition, module: str, submission: Submission) -> str:
    pieces = (ClassPieces if definition.is_class else Pieces).of(definition, module, submission)
    _require_importable(pieces)
    found = rules.problems(pieces)
    if found:
        raise ShapeError(found)
    lines = _lines(pieces)
    text = layout.joined(lines)
    try:
        tree = parse(text)
    except SyntaxError as error:
        raise ShapeError([_located(error, lines)]) from error
    _require_intact(tree, pieces)
    return text


def _require_importable(pieces: Pieces) -> None:
    """Make sure that what is needed of the stub's module can be imported from it.

    Raises:
        StubError: no import statement can name it, which no submission can mend.
    """
    if pieces.module.is_importable or pieces.preamble.problems or pieces.body.problems:
        return
    needed = (pieces.in_signature | pieces.in_code).all - pieces.bound
    prefix = f"from {pieces.module.name} import "
    for name in sorted(needed):
        if any(each.statement.startswith(prefix) for each in pieces.outside.bindings(name)):
            declaration = pieces.definition.declaration
            message = f"{declaration.place}: an implementation would import `{name}` from `{pieces.module.name}`"
            raise StubError(message, key=declaration.key, hint="give the file a name that an import statement can have")


def _lines(pieces: Pieces) -> list[Line]:
    preamble = pieces.preamble
    plain, for_types = _imports(pieces)
    future = ["from __future__ import annotations"] if _has_future_annotations(pieces) else []
    has_block = for_types or preamble.for_types or pieces.shell.foot
    if has_block and "TYPE_CHECKING" not in preamble.bound and _TYPE_CHECKING not in plain:
        plain.append(_TYPE_CHECKING)
    if pieces.stand_ins:
        plain = [*dict.fromkeys([*plain, "from typing import Any"])]
    block = ["if TYPE_CHECKING:", *(INDENT + each for each in for_types)] if for_types else []
    return layout.apart(
        written(*future),
        [*written(*plain), *preamble.imports],
        preamble.for_types,
        written(*block),
        written(*pieces.stand_ins),
        preamble.code,
        [*written(*pieces.shell.heads), *_inside(pieces)],
        written(*pieces.shell.foot),
    )


def _has_future_annotations(pieces: Pieces) -> bool:
    return pieces.outside.has_future_annotations or pieces.preamble.has_future_annotations


def _imports(pieces: Pieces) -> tuple[list[str], list[str]]:
    """The import statements for what is used of the stub's module: plain ones, and those for type checkers alone."""
    needed = pieces.in_signature | pieces.in_code | pieces.shell.needs
    plain: list[str] = []
    for_types: list[str] = []
    for name in sorted(needed.all - pieces.bound):
        if name in _BUILTINS and not pieces.outside.binds(name):
            continue
        for binding in pieces.outside.bindings(name):
            is_for_types = name not in needed.at_run_time and (binding.for_types or _has_future_annotations(pieces))
            (for_types if is_for_types else plain).append(binding.statement)
    return [*dict.fromkeys([*plain, *pieces.shell.imports])], [*for_types, *pieces.shell.for_types]


def _inside(pieces: Pieces) -> Iterator[Line]:
    """The class's or the function's own lines."""
    return iter(pieces.lines()) if isinstance(pieces, ClassPieces) else _function(pieces)


def _function(pieces: Pieces) -> Iterator[Line]:
    definition = pieces.definition
    depth = len(definition.owners)
    first, *others = signature.header(definition, pieces.node)
    yield from written(*(INDENT * depth + each for each in (*signature.decorators(definition), first)), *others)
    yield from written(*signature.docstring(definition, depth + 1))
    yield from (line.indented(depth + 1) for line in pieces.body.lines)


def _located(error: SyntaxError, lines: list[Line]) -> Diagnostic:
    """A syntax error of the whole, at the line of the submitted text that it comes from."""
    before = lines[: min(error.lineno or 1, len(lines))]
    line = next((each for each in reversed(before) if each.part), None)
    if line is None or line.part is None:
        return problem("body", None, "syntax", error.msg)
    return problem(line.part, line.number, "syntax", error.msg)


def _require_intact(tree: ast.Module, pieces: Pieces) -> None:
    """Make sure that the whole means what its pieces mean.

    Raises:
        RuntimeError: it was laid out wrongly, which no submission should bring about.
    """
    if isinstance(pieces, ClassPieces):
        if not pieces.is_intact(owners.class_in(tree, pieces.definition.declaration.qualname)):
            message = f"{pieces.definition.declaration.key}: a method was lost in laying out the file"
            raise RuntimeError(message)
        return
    function = next(reversed(owners.path_in(tree)), None)
    is_intact = (
        isinstance(function, FunctionNode)
        and signature.is_same(function, pieces.definition, pieces.node)
        and canonical.text(*function.body[1:]) == canonical.text(*pieces.body.statements)
    )
    if not is_intact:
        message = f"{pieces.definition.declaration.key}: signature, docstring or body were lost in laying out the file"
        raise RuntimeError(message)
