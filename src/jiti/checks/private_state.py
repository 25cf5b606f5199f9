"""What the implementation of a class keeps in its instances, of which the user's class says nothing.

For type checkers `self` is of the implementation's class and has all that; `other` is of the user's, which has not.
That class derives from the user's, so that `super()` seems to have the very method that is being written.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from jiti import canonical
from jiti.splice import owners, super_calls
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jiti.definition import Definition
    from jiti.diagnostics import Diagnostic

_RULES = frozenset({"missing-attribute", "unresolved-attribute", "possibly-missing-attribute"})
_CALLS = frozenset(
    {
        *("missing-argument", "invalid-argument-type", "too-many-positional-arguments", "unknown-argument"),
        *("parameter-already-assigned", "positional-only-parameter-as-kwarg", "no-matching-overload"),
    }
)
_MISSING = re.compile(r"[Oo]bject of type `(?P<of>[^`]+)` has no attribute `(?P<name>\w+)`")
_UNSET = re.compile(r"[Uu]nresolved attribute `(?P<name>\w+)` on type `(?P<of>[^`]+)`")


class PrivateState:
    """Knows the private attributes that a candidate gives its class.

    Args:
        definition: the stub.
        code: the candidate.
    """

    def __init__(self, definition: Definition, code: str) -> None:
        self._name = definition.node.name if definition.is_class else "".join(definition.owners[-1:])
        self._super_lines = _super_lines(code) if self._name else set()
        self._attributes = _attributes(definition, code) if definition.is_class else set()

    def explains(self, diagnostic: Diagnostic) -> bool:
        """Whether a type checker only misses an attribute on another object of the class, or the base in `super()`."""
        if diagnostic.code in _CALLS and diagnostic.line in self._super_lines:
            return re.search(rf"`(\w+\.)*{self._name}\.\w+`", diagnostic.message) is not None
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
    rules: dict[int, set[str]] = {}
    for each in findings:
        rules.setdefault(each.line or 1, set()).add(each.code)
    for line, found in rules.items():
        if "#" not in lines[line - 1]:
            lines[line - 1] += f"  # ty: ignore[{', '.join(sorted(found))}]"
    told = "\n".join(lines)
    # Behind a line that goes on in a string a comment would be none.
    is_same = canonical.text(ast.parse(told)) == canonical.text(ast.parse(code))
    return told if is_same else code


def _super_lines(code: str) -> set[int]:
    try:
        return super_calls.lines(ast.parse(code))
    except SyntaxError:
        return set()


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
