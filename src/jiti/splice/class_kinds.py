"""What the kind of a class makes of what is added to it: a field, a member, or an override of what a base has."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti import syntax
from jiti.splice import names
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from jiti.syntax import StubNode

_FIELDS = frozenset({"dataclass", "define", "frozen", "mutable"})
_ENUMERATIONS = frozenset({"Enum", "IntEnum", "StrEnum", "ReprEnum", "Flag", "IntFlag"})


def objection(node: StubNode, tree: ast.Module, statement: ast.stmt) -> str | None:
    """Why a private attribute would become more than that once it stands in the class; None for what may stand there.

    Args:
        node: the class.
        tree: its module.
        statement: what is to be added to it.
    """
    if not isinstance(node, ast.ClassDef) or not isinstance(statement, ast.Assign | ast.AnnAssign):
        return None
    bases = {_last_name(each) for kind in (node, *_bases(node, tree)) for each in kind.bases}
    is_record = "NamedTuple" in bases
    has_fields = is_record or any(_last_name(each) in _FIELDS for each in node.decorator_list)
    if has_fields and isinstance(statement, ast.AnnAssign) and (is_record or not _is_of_class(statement)):
        return "would be a field of the class by its annotation: leave that out"
    bound = [name for name, _ in names.bound_by([statement])]
    if bases & _ENUMERATIONS and not all(name.startswith("__") for name in bound):
        return "would be a member of the enumeration: define it in `helpers`"
    return None


def loses_super(node: StubNode, method: ast.AST) -> bool:
    """Whether a method says `super()` in a class that is made anew for its slots, where that finds the old one."""
    slots = [
        keyword
        for each in node.decorator_list
        if isinstance(each, ast.Call) and _last_name(each) in _FIELDS
        for keyword in each.keywords
        if keyword.arg == "slots" and ast.unparse(keyword.value) == "True"
    ]
    bare = (each for each in ast.walk(method) if isinstance(each, ast.Call) and not each.args)
    return bool(slots) and any(_last_name(each) == "super" for each in bare)


def overridden(node: StubNode, tree: ast.Module, statement: ast.stmt) -> str | None:
    """The base, if it stands in the same module, whose private method an added one hides without calling it.

    Names with two underscores are each class's own; a method without a body is there to be overridden.
    """
    if not isinstance(node, ast.ClassDef) or not isinstance(statement, FunctionNode) or statement.name[:2] == "__":
        return None
    if any(isinstance(each, ast.Name) and each.id == "super" for each in ast.walk(statement)):
        return None
    return next((base.name for base in _bases(node, tree) if _has_written(base, statement.name)), None)


def _has_written(base: ast.ClassDef, name: str) -> bool:
    named = [each for each in base.body if isinstance(each, FunctionNode) and each.name == name]
    return any(syntax.first_of_body(each) is not None for each in named)


def _bases(node: ast.ClassDef, tree: ast.Module) -> list[ast.ClassDef]:
    """The bases of a class that stand in the same module, and theirs: nearest first."""
    classes = {each.name: each for each in tree.body if isinstance(each, ast.ClassDef)}
    found: list[ast.ClassDef] = []
    waiting = [node]
    while waiting:
        for each in waiting.pop(0).bases:
            base = classes.get(_last_name(each))
            if base is not None and base is not node and base not in found:
                found.append(base)
                waiting.append(base)
    return found


def _is_of_class(statement: ast.AnnAssign) -> bool:
    return _last_name(statement.annotation) == "ClassVar"


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    if isinstance(node, ast.Subscript):
        return _last_name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
