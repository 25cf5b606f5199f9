"""What the implementation of a class keeps in its instances, of which the user's class says nothing.

For type checkers `self` is of the implementation's class and has all that; `other` is of the user's, which has not.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from jiti import canonical
from jiti.splice import owners
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jiti.definition import Definition
    from jiti.diagnostics import Diagnostic

_RULES = frozenset({"missing-attribute", "unresolved-attribute", "possibly-missing-attribute"})
_MISSING = re.compile(r"[Oo]bject of type `(?P<of>[^`]+)` has no attribute `(?P<name>\w+)`")
_UNSET = re.compile(r"[Uu]nresolved attribute `(?P<name>\w+)` on type `(?P<of>[^`]+)`")


class PrivateState:
    """Knows the private attributes that a candidate gives its class.

    Args:
        definition: the stub.
        code: the candidate.
    """

    def __init__(self, definition: Definition, code: str) -> None:
        self._name = definition.node.name if definition.is_class else ""
        self._attributes = _attributes(definition, code) if definition.is_class else set()

    def explains(self, diagnostic: Diagnostic) -> bool:
        """Whether a type checker only misses an attribute on another object of the class."""
        if diagnostic.code not in _RULES or not self._attributes:
            return False
        found = _MISSING.search(diagnostic.message) or _UNSET.search(diagnostic.message)
        if found is None or found["name"] not in self._attributes:
            return False
        return self._name in re.findall(r"\w+", found["of"])


def excused(code: str, findings: Iterable[Diagnostic]) -> str:
    """The code with a comment for ty behind each line that it finds something in: people run ty themselves.

    Args:
        code: a candidate.
        findings: what `PrivateState.explains`.
    """
    lines = code.split("\n")
    for line, code_of in sorted({(each.line or 1, each.code) for each in findings}):
        if "#" not in lines[line - 1]:
            lines[line - 1] += f"  # ty: ignore[{code_of}]"
    told = "\n".join(lines)
    # Behind a line that goes on in a string a comment would be none.
    is_same = canonical.text(ast.parse(told)) == canonical.text(ast.parse(code))
    return told if is_same else code


def _attributes(definition: Definition, code: str) -> set[str]:
    """The private names that the class binds, or its methods on what they are called on."""
    try:
        found = owners.class_in(ast.parse(code), definition.declaration.qualname)
    except SyntaxError:
        return set()
    names: set[str] = set()
    for each in found.body if found is not None else ():
        names |= {each.name} if isinstance(each, FunctionNode) else set()
        for node in ast.walk(each):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                names.add(node.attr)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.col_offset:
                names.add(node.id)
    return {name for name in names if name.startswith("_") and not name.endswith("__")}
