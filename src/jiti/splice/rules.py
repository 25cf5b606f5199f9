"""What the shape of an implementation may not be, for reasons that its pieces show only together."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from jiti.splice import imports, names
from jiti.splice.shape import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.diagnostics import Diagnostic
    from jiti.splice.pieces import Pieces
    from jiti.splice.shape import Part


def problems(pieces: Pieces) -> list[Diagnostic]:
    """What is wrong with the shape of a submission: with its parts, or if they are right, with the whole."""
    in_parts = [*pieces.preamble.problems, *pieces.body.problems, *_unavailable_imports(pieces)]
    return in_parts or [*_clashes(pieces), *_values_by_name(pieces), *_imported_values(pieces)]


def _unavailable_imports(pieces: Pieces) -> Iterator[Diagnostic]:
    packages = imports.Packages(pieces.definition, pieces.module)
    for part, node in pieces.nodes():
        for name in imports.top_level_packages(node):
            objection = packages.objection(name)
            if objection:
                yield problem(part, getattr(node, "lineno", None), "unavailable-import", objection)


def _clashes(pieces: Pieces) -> Iterator[Diagnostic]:
    """Helpers that take a name which means something already."""
    for name, statement in names.bound_by(pieces.preamble.statements):
        if name == pieces.own_name:
            message = f"`{name}` is what is being written: choose another name"
        elif _takes_from_signature(pieces, name, statement):
            message = f"the signature uses {pieces.module.name}'s `{name}`: choose another name"
        else:
            continue
        yield problem("helpers", statement.lineno, "clash", message)


def _takes_from_signature(pieces: Pieces, name: str, statement: ast.stmt) -> bool:
    """Whether a helper's name means something else in the signature."""
    if name not in pieces.in_signature.all or not pieces.outside.binds(name):
        return False
    given = {imports.text_of(statement, alias) for alias in getattr(statement, "names", ())}
    meant = {each.statement for each in pieces.outside.bindings(name)}
    return given.isdisjoint({*meant, f"from {pieces.module.name} import {name}"})


def _values_by_name(pieces: Pieces) -> Iterator[Diagnostic]:
    """The module's values that code uses by name: it would not see that one changes."""
    for name in sorted(pieces.in_code.at_run_time - pieces.bound):
        origin = pieces.outside.origin_of_value(name)
        if origin:
            part, line = _first_use(pieces, name)
            yield problem(part, line, "module-value", _advice(pieces, name, origin))


def _imported_values(pieces: Pieces) -> Iterator[Diagnostic]:
    """The same, where the code imports them by name."""
    for part, node in pieces.nodes():
        if not isinstance(node, ast.ImportFrom) or node.module != pieces.module.name:
            continue
        for alias in node.names:
            runs = part == "body" or (alias.asname or alias.name) in pieces.in_code.at_run_time
            origin = pieces.outside.origin_of_value(alias.name) if runs else None
            if origin:
                yield problem(part, node.lineno, "module-value", _advice(pieces, alias.name, origin))


def _first_use(pieces: Pieces, name: str) -> tuple[Part, int | None]:
    uses: list[tuple[Part, int]] = [
        (part, node.lineno)
        for part, node in pieces.nodes()
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    ]
    return min(uses, default=("body", None))


def _advice(pieces: Pieces, name: str, origin: str) -> str:
    module = replace(pieces.module, name=origin)
    short, statement = module.short_name, module.import_statement
    if short in pieces.local | pieces.bound:
        short, statement = f"_{short}", f"{statement} as _{short}"
    return (
        f"`{name}` is a value of {module.name}, which may change: write `{short}.{name}`, with `{statement}` in helpers"
    )
