"""Implementations that stubs take along when they move or get another name: checked as they are, and no model asked."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jiti import carried, durable, filing, gates, generation, header, locks, mirror, preflight, scratch, source
from jiti.definition import body_hash
from jiti.interfaces import header_line
from jiti.spec import Spec, text_hash

if TYPE_CHECKING:
    from jiti.filed import Orphan
    from jiti.generation import Means
    from jiti.mirror import Implementation
    from jiti.orders import Order
    from jiti.submission import Candidate

_UNREADABLE = (OSError, ValueError, SyntaxError, RecursionError)


@dataclass(frozen=True, slots=True)
class _Luggage:
    """What a stub has left behind where it was, and what becomes of it.

    Attributes:
        old: the implementation.
        code: its code, as it has to be now.
        tests: its scratch tests, likewise.
    """

    old: Implementation
    code: str
    tests: str


def taken(order: Order, means: Means) -> Implementation | None:
    """Give a stub the implementation that it had before it moved or was renamed, if that passes all checks.

    An edit by hand stays one, and code that a person approved stays approved if it is the same.

    Args:
        order: what is to be had for the stub.
        means: what it is checked with, and what stubs have left behind.

    Returns:
        The implementation, filed where it belongs now. None if it has left none behind, or one that does not pass: then
        nothing has changed.

    Raises:
        jiti.errors.JitiError: as `jiti.generation.verify`.
        OSError: the mirror cannot be written.
    """
    declaration = order.definition.declaration
    orphan = None if order.old or order.definition.is_test else means.moved().get(declaration.key)
    found = None if orphan is None else _packed(order, orphan)
    if orphan is None or found is None:
        return None
    preflight.require_installed()
    preflight.require_writable(declaration)
    order = replace(order, reason=f"it was {orphan.key}")
    verdict = generation.verify(order, found.code, found.tests, means, fix=found.code != found.old.code)
    if verdict.candidate is None:
        return None
    with locks.guard(declaration.root):
        filed = _file(order, found.old, verdict.candidate)
        _leave(orphan)
    return filed


def _packed(order: Order, orphan: Orphan) -> _Luggage | None:
    """An orphan's code and tests with the names that they need now; None where they cannot be had."""
    declaration = order.definition.declaration
    way = carried.Way.of(orphan.key or "", declaration, order.module, order.interfaces.names_in(declaration.path))
    if way is None:
        return None
    try:
        old = _read(orphan.path)
        said = Spec.parse(old.header["spec"]).docstring
        code = carried.implementation(old.code, way, in_docstrings=said != order.definition.spec.docstring)
        tests = carried.tests(_tests(orphan), way)
    except _UNREADABLE:
        return None
    return None if code is None or tests is None else _Luggage(old, code, tests)


def _read(path: str) -> Implementation:
    with open(path, "rb") as file:
        text = source.decode(file.read())
    fields, code = header.split(text)
    return mirror.Implementation(path, fields, code, text)


def _tests(orphan: Orphan) -> str:
    try:
        with open(orphan.scratch or "", "rb") as file:
            return scratch.split(source.decode(file.read()))[1]
    except FileNotFoundError:
        return ""


def _file(order: Order, old: Implementation, candidate: Candidate) -> Implementation:
    from jiti.effects import reading

    fields = {"made": old.header.get("made", header.NONE)}
    is_untouched = text_hash(old.code) == old.header["code"] or body_hash(old.code) == old.header["body"]
    if not is_untouched:
        fields |= {name: old.header[name] for name in ("code", "body")}
    if old.is_approved and body_hash(candidate.code) == old.body:
        fields["approved"] = old.body
    return filing.file(
        order.definition,
        candidate.code,
        made=fields["made"],
        gates=gates.header_line(candidate.gates),
        uses=header_line(order.interfaces.of_code(candidate.code, order.definition.declaration)),
        tests=candidate.tests,
        effects="" if candidate.effects is None else reading.header_line(candidate.effects),
        kept=fields,
    )


def _leave(orphan: Orphan) -> None:
    """Take away what is left where a stub was, and folders that hold nothing any more."""
    for path in filter(None, (orphan.path, orphan.scratch)):
        with suppress(FileNotFoundError):
            durable.remove(path)
        with suppress(OSError):  # it is not empty
            os.removedirs(os.path.dirname(path))
