"""What of a signature a file can repeat: the names that functions and classes around a stub bind, it has not.

A nested stub's defaults are others each time its outer function runs; calls have the stub's own. A type that a
function defines has no name anywhere else: in the file it is `_Local`, which is any type. A class that stands in a
method's own class is reached through that: `Outer.Token`.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from jiti.definition import Definition

DEFAULT = "_DEFAULT"
"""What stands for a default that the file cannot repeat; calls have the stub's own."""
LOCAL = "_Local"
"""What stands for a type that a function around the stub defines."""
REMARKS = {DEFAULT: "# each call has the stub's own", LOCAL: "# no name leads to it"}
"""What is said beside them."""

_Scope = FunctionNode | ast.ClassDef


def reachable(definition: Definition) -> FunctionNode:
    """The stub's `def`; where defaults or annotations need names of a function or class around it, a changed copy."""
    around = _Surroundings.of(definition)
    node = copy.deepcopy(definition.function)
    found = [_with_reachable_defaults(node, around), _with_reachable_annotations(node, around)]
    return node if any(found) else definition.function


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What stands around a stub.

    Attributes:
        of_functions: the names that functions around it bind, and classes inside these.
        of_class: the types that a method's own class binds, if an import leads to that.
        bound: all names that are bound around it.
        owner: the dotted name of that class.
        is_evaluated: whether annotations are evaluated when the file runs.
    """

    of_functions: frozenset[str]
    of_class: frozenset[str]
    bound: frozenset[str]
    owner: str
    is_evaluated: bool

    @classmethod
    def of(cls, definition: Definition) -> _Surroundings:
        scopes = _around(definition.tree, definition.function)
        functions = {name for each in scopes if isinstance(each, FunctionNode) for name in _bound_in(each)}
        own = scopes[-1] if scopes and isinstance(scopes[-1], ast.ClassDef) else None
        types = set(_types_in(own.body)) if own else set()
        if any(isinstance(each, FunctionNode) for each in scopes):
            functions, types = functions | types, set()
        names = {*(each.name for each in getattr(definition.node, "type_params", ())), *definition.owners[:1]}
        return cls(
            frozenset(functions - names),
            frozenset(types - names),
            frozenset(name for each in scopes for name in _bound_in(each)),
            ".".join(definition.owners),
            not _has_future_annotations(definition.tree),
        )


def _around(tree: ast.Module, node: FunctionNode) -> list[_Scope]:
    """The functions and classes around a definition, the outermost first."""
    return [
        each
        for each in ast.walk(tree)
        if isinstance(each, _Scope) and each is not node and any(inner is node for inner in ast.walk(each))
    ]


def _bound_in(scope: _Scope) -> Iterator[str]:
    """The names that a function or class binds itself."""
    if isinstance(scope, FunctionNode):
        yield from (each.arg for each in ast.walk(scope.args) if isinstance(each, ast.arg))
        yield from (each.name for each in getattr(scope, "type_params", ()))
    for node in _statements_and_parts(scope.body):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, _Scope):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]


def _types_in(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The names in a class's body that may be types: classes, aliases, what is imported.

    Not its methods, nor the fields that it annotates: `date: date | None = None` means another `date`.
    """
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            yield from (each.id for each in statement.targets if isinstance(each, ast.Name))
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            yield from (each.asname or each.name.partition(".")[0] for each in statement.names)
        elif type(statement).__name__ == "TypeAlias":  # from Python 3.12 on
            yield statement.name.id  # ty: ignore[missing-attribute]  # ast of 3.11 does not know it


def _statements_and_parts(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Every node of a scope, without what stands inside the functions and classes in it."""
    stack: list[ast.AST] = [*body]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _Scope | ast.Lambda):
            stack += ast.iter_child_nodes(node)


def _has_future_annotations(tree: ast.Module) -> bool:
    return any(
        isinstance(each, ast.ImportFrom) and each.module == "__future__" and each.names[0].name == "annotations"
        for each in tree.body
    )


# ---------------------------------------------------------------- defaults


def _with_reachable_defaults(node: FunctionNode, around: _Surroundings) -> bool:
    """Change a signature's defaults; tells whether there was anything to change."""
    stand_in = ast.Name(DEFAULT, ast.Load())
    arguments = node.args
    before = [*arguments.defaults, *arguments.kw_defaults]
    arguments.defaults = [stand_in if _mentions(each, around.bound) else each for each in arguments.defaults]
    arguments.kw_defaults = [stand_in if _mentions(each, around.bound) else each for each in arguments.kw_defaults]
    return before != [*arguments.defaults, *arguments.kw_defaults]


def _mentions(default: ast.expr | None, names: Collection[str]) -> bool:
    nodes = ast.walk(default) if default is not None else ()
    return any(isinstance(each, ast.Name) and each.id in names for each in nodes)


# ---------------------------------------------------------------- annotations


def _with_reachable_annotations(node: FunctionNode, around: _Surroundings) -> bool:
    """Change a signature's annotations; tells whether there was anything to change."""
    changed = False
    for holder, field in _places(node):
        rewriter = _Rewriter(around)
        annotation = rewriter.visit(getattr(holder, field))
        if not rewriter.changed:
            continue
        if rewriter.is_for_types and around.is_evaluated and not isinstance(annotation, ast.Constant):
            annotation = ast.Constant(ast.unparse(annotation))  # type checkers alone can reach the class
        setattr(holder, field, annotation)
        changed = True
    return changed


def _places(node: FunctionNode) -> Iterator[tuple[ast.AST, str]]:
    """Where a signature's annotations stand: what holds one, and by which name."""
    arguments = node.args
    named = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    yield from ((each, "annotation") for each in named if each is not None and each.annotation is not None)
    if node.returns is not None:
        yield node, "returns"


class _Rewriter(ast.NodeTransformer):
    """Puts names that the file can have into an annotation, inside quotes too.

    Attributes:
        changed: whether it has changed anything.
        is_for_types: whether the class around the method is named now, which type checkers alone know.
    """

    def __init__(self, around: _Surroundings) -> None:
        self.around = around
        self.changed = False
        self.is_for_types = False

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.around.of_class:
            self.changed = self.is_for_types = True
            return ast.parse(f"{self.around.owner}.{node.id}", mode="eval").body
        if node.id in self.around.of_functions:
            self.changed = True
            return ast.Name(LOCAL, ast.Load())
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        node.value = self.visit(node.value)
        return node.value if _is_local(node.value) else node  # what it has is not known either

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if getattr(node.value, "attr", getattr(node.value, "id", "")) == "Literal":
            return node
        node.value = self.visit(node.value)
        if _is_local(node.value):
            return node.value
        node.slice = self.visit(node.slice)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, str):
            return node
        try:
            quoted = ast.parse(node.value.strip(), mode="eval").body
        except (SyntaxError, ValueError):
            return node
        before = ast.dump(quoted)
        rewritten = self.visit(quoted)
        return node if ast.dump(rewritten) == before else ast.Constant(ast.unparse(rewritten))


def _is_local(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == LOCAL
