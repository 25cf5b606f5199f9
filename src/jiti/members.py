"""What of a class that is a stub as a whole is yet to be written, told by reading: methods, and class attributes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti import syntax
from jiti.placeholder import is_class_variable

if TYPE_CHECKING:
    from collections.abc import Iterator

_ABSTRACT = frozenset({"abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod"})


def methods(node: ast.ClassDef, qualname: str, owners: tuple[str, ...]) -> Iterator[syntax.Found]:
    """The methods of a class that have no body yet, in order; abstract ones stay as they are.

    Args:
        node: the class.
        qualname: its dotted name.
        owners: the classes around it.
    """
    overloads: dict[str, list[syntax.FunctionNode]] = {}
    for each, name, _ in syntax.all_definitions(ast.Module(node.body, [])):
        if not isinstance(each, syntax.FunctionNode) or "." in name.removesuffix(f".{syntax.accessor(each)}"):
            continue
        if syntax.is_overload(each):
            overloads.setdefault(name, []).append(each)
        elif is_to_be_written(each):
            own = (*owners, node.name)
            decorator = ast.Name("jiti", ast.Load())
            yield syntax.Found(each, f"{qualname}.{name}", own, tuple(overloads.get(name, ())), decorator)


def is_to_be_written(node: ast.stmt) -> bool:
    """Whether a statement of a class's body is a method without a body, and not an abstract one."""
    if not isinstance(node, syntax.FunctionNode) or syntax.is_overload(node):
        return False
    if any(syntax.last_name(each) in _ABSTRACT for each in node.decorator_list):
        return False
    return syntax.first_of_body(node) is None


def values(node: ast.ClassDef) -> list[ast.AnnAssign]:
    """The class attributes that are to be given a value: `KEYWORDS: ClassVar[dict[str, int]]`, and nothing behind."""
    return [each for each in node.body if isinstance(each, ast.AnnAssign) and _is_value_to_be_written(each)]


def _is_value_to_be_written(statement: ast.AnnAssign) -> bool:
    return (
        statement.value is None
        and isinstance(statement.target, ast.Name)
        and is_class_variable(ast.unparse(statement.annotation))
    )


def has_any(node: ast.ClassDef) -> bool:
    """Whether a class has a method that is yet to be written."""
    return any(True for _ in methods(node, node.name, ()))


def is_empty(node: syntax.StubNode) -> bool:
    """Whether a definition may be a stub: a function without a body, or a class with something to be written."""
    return has_any(node) if isinstance(node, ast.ClassDef) else syntax.first_of_body(node) is None
