"""The classes around a method: in its file stands one of the same name, for private names and for type checkers."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING

from jiti import syntax
from jiti.source import ACCESSORS
from jiti.splice.layout import INDENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.definition import Definition
    from jiti.splice.project import Module

_TYPE_STAYS = frozenset({"staticmethod", "classmethod", "property", "cached_property", "abstractmethod", "override"})
"""Decorators below which a method in the file has the type of the user's own: it is decorated alike, or not changed."""


def base(definition: Definition, module: Module) -> Iterator[str]:
    """What the classes derive from: for type checkers the user's own, where a method of the file may override that."""
    owners = definition.owners
    if not owners:
        return
    yield "if TYPE_CHECKING:"
    if _may_override(definition):
        yield f"{INDENT}from {module.name} import {owners[0]} as _{owners[0]}"
        for outer, inner in pairwise(owners):
            yield f"{INDENT}_{inner} = _{outer}.{inner}"
    else:
        for owner in owners:
            yield f"{INDENT}from typing import Any as _{owner}"
    yield "else:"
    yield INDENT + " = ".join([*(f"_{each}" for each in owners), "object"])


def heads(definition: Definition) -> Iterator[str]:
    """The lines that open the classes, each in the one before."""
    for depth, owner in enumerate(definition.owners):
        yield f"{INDENT * depth}class {owner}(_{owner}):"


def _may_override(definition: Definition) -> bool:
    """Whether the user's class can be named, and has the method by the type that its bare `def` has."""
    if "<locals>" in definition.declaration.qualname:
        return False
    names = syntax.JitiNames(definition.tree)
    if not all(_last_name(each) in _TYPE_STAYS or names.is_jiti(each) for each in _others(definition.node)):
        return False
    found = next((each for each in syntax.stubs_in(definition.tree) if each.node is definition.node), None)
    return (found is None or not found.overloads) and not _is_read_only_half(definition)


def _is_read_only_half(definition: Definition) -> bool:
    """Whether it is the getter of a property that has other accessors: alone it would seem to take these away."""
    qualname = definition.declaration.qualname
    names = {f"{qualname}.{accessor}" for accessor in ACCESSORS}
    return any(name in names for _, name, _ in syntax.definitions(definition.tree))


def _others(node: syntax.FunctionNode) -> list[ast.expr]:
    return [each for each in node.decorator_list if syntax.accessor_of(each, node.name) is None]


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
