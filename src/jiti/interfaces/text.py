"""What a function or a class promises, in canonical form: how it is written, and what it does inside, do not count."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING

from jiti import canonical
from jiti.definition import yields
from jiti.gates.scope import blocks, nodes
from jiti.syntax import FunctionNode, accessor_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jiti.syntax import JitiNames

_KINDS = {"property", "cached_property", "staticmethod", "classmethod", "abstractmethod", "overload"} | {
    "contextmanager",
    "asynccontextmanager",
}
"""Decorators that make something else of a function, and not the same faster, or noted somewhere."""


def of_function(definitions: Sequence[FunctionNode]) -> str:
    """The interface of a function: its signature, and its docstring.

    Args:
        definitions: all of that name: overloads, a property's halves, what hangs on conditions.
    """
    return "\n".join(line for node in definitions for line in (*_signature(node), _docstring(node)))


def of_class(node: ast.ClassDef, names: JitiNames, *, private: bool, called: Mapping[str, str] | None = None) -> str:
    """The interface of a class: its docstring, what makes it the class that it is, its fields, its methods' signatures.

    What it inherits is not in it.

    Args:
        node: its definition.
        names: by which its file has jiti's decorators, which do not count.
        private: whether members count that are nobody's business but the class's own.
        called: by which names methods are taken instead of their own.
    """
    called = called or {}
    decorators = [each for each in node.decorator_list if not names.is_jiti(each)]
    types = getattr(node, "type_params", ())
    head = canonical.text(*decorators, *node.bases, *node.keywords, *types)
    fields: list[str] = []
    members: list[str] = []
    for statement in _statements(node.body):
        if isinstance(statement, FunctionNode):
            if private or _is_public(statement.name):
                members.append("\n".join([called.get(statement.name, statement.name), *_signature(statement)]))
            if statement.name == "__init__":
                members += [each for name, each in _made_by(statement) if private or _is_public(name)]
        elif isinstance(statement, ast.ClassDef) and (private or _is_public(statement.name)):
            members.append(f"{statement.name}\n{of_class(statement, names, private=private)}")
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            # `@dataclass` and its like make parameters of fields, by whatever name.
            is_parameter = bool(decorators) and isinstance(statement, ast.AnnAssign)
            if private or is_parameter or _is_public(_field(statement)):
                fields.append(canonical.text(statement))
    return "\n".join(["class", head, _docstring(node), *fields, *sorted(members)])


def _signature(node: FunctionNode) -> Iterator[str]:
    yield f"{'async ' * isinstance(node, ast.AsyncFunctionDef)}function{' generator' * yields(node)}"
    yield from sorted(_kinds(node))
    yield canonical.text(node.args, *getattr(node, "type_params", ()))
    yield canonical.annotation(node.returns)


def _kinds(node: FunctionNode) -> Iterator[str]:
    for decorator in node.decorator_list:
        name = decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "")
        if name in _KINDS:
            yield name
        elif accessor := accessor_of(decorator, node.name):
            yield accessor


def _docstring(node: FunctionNode | ast.ClassDef) -> str:
    return inspect.cleandoc(ast.get_docstring(node, clean=False) or "")


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a class, those under a condition included."""
    for statement in body:
        yield statement
        yield from _statements(list(blocks(statement)))


def _made_by(init: FunctionNode) -> Iterator[tuple[str, str]]:
    """The attributes that an `__init__` gives its object: the name of each, and what is promised of it."""
    own = next((each.arg for each in (*init.args.posonlyargs, *init.args.args)), "")
    found: dict[str, str] = {}
    for node in nodes(init):
        match node:
            case ast.AnnAssign(target=ast.Attribute(value=ast.Name(id=name), attr=attribute)) if name == own:
                found[attribute] = f"field {attribute} {canonical.annotation(node.annotation)}"
            case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Store()) if name == own:
                found.setdefault(attribute, f"field {attribute}")
    yield from found.items()


def _field(statement: ast.Assign | ast.AnnAssign) -> str:
    target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
    return getattr(target, "id", "")


def _is_public(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))
