"""Which names in a piece of code are its module's, where they stand, and whether they are needed at once."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_Closed = FunctionNode | ast.Lambda | ast.ClassDef
_TYPING = {"typing", "typing_extensions"}
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, slots=True)
class Use:
    """One place where a name of the module stands.

    Attributes:
        name: the name.
        node: what stands there: a name; a string that is an annotation; a `global` statement; a definition.
        hidden: the names that mean something local there.
        function: the outermost function around it; None where it is needed as soon as the module is imported.
        inside: the function in whose own scope it stands; None where that is a class's, or a comprehension's.
        in_annotation: whether it stands in an annotation.
        is_bound: whether it is bound there, and not looked up.
    """

    name: str
    node: ast.expr | ast.stmt
    hidden: frozenset[str] = frozenset()
    function: FunctionNode | ast.Lambda | None = None
    inside: FunctionNode | ast.Lambda | None = None
    in_annotation: bool = False
    is_bound: bool = False


@dataclass(frozen=True, slots=True)
class _Scope:
    names: frozenset[str]
    declared: frozenset[str] = frozenset()
    is_class: bool = False
    function: FunctionNode | ast.Lambda | None = None


def uses(tree: ast.Module) -> list[Use]:
    """Every place where code names what its module binds, or what is built in."""
    walker = _Walker(frozenset(_casts(tree)))
    walker.visit(tree)
    return walker.found


def bound_in(function: FunctionNode | ast.Lambda) -> frozenset[str]:
    """The names that are local to a function, its parameters included."""
    body = function.body if isinstance(function.body, list) else [ast.Expr(function.body)]
    return frozenset({*parameter_names(function), *(set(bound_by(body)) - _declared(body))})


def parameter_names(function: FunctionNode | ast.Lambda) -> frozenset[str]:
    """The names of a function's parameters, those for types included."""
    types = (each.name for each in getattr(function, "type_params", ()))
    return frozenset([*(each.arg for each in _parameters(function.args)), *types])


def bound_by(body: Iterable[ast.AST]) -> Iterator[str]:
    """The names that statements bind in their own scope."""
    stack = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, FunctionNode | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node.id
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest
        if isinstance(node, _COMPREHENSIONS):
            stack += [each.target for each in ast.walk(node) if isinstance(each, ast.NamedExpr)]
        elif not isinstance(node, _Closed):
            stack += ast.iter_child_nodes(node)


def declared_global(tree: ast.AST) -> Iterator[str]:
    """The names that code anywhere in a module says are the module's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield from node.names


def _declared(body: Iterable[ast.stmt]) -> frozenset[str]:
    """The names that a function says are not its own."""
    names: set[str] = set()
    stack: list[ast.AST] = [*body]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Global | ast.Nonlocal):
            names.update(node.names)
        if not isinstance(node, _Closed):
            stack += ast.iter_child_nodes(node)
    return frozenset(names)


def _globals(body: Iterable[ast.stmt]) -> frozenset[str]:
    return frozenset(name for statement in body for name in declared_global(statement))


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*named, *filter(None, (arguments.vararg, arguments.kwarg))]


def _casts(tree: ast.Module) -> Iterator[str]:
    """By what names code calls `typing.cast`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"{each.asname or each.name}.cast" for each in node.names if each.name in _TYPING)
        elif isinstance(node, ast.ImportFrom) and node.module in _TYPING:
            yield from (each.asname or each.name for each in node.names if each.name == "cast")


class _Walker(ast.NodeVisitor):
    def __init__(self, casts: frozenset[str]) -> None:
        self._casts = casts
        self.found: list[Use] = []
        self._scopes: list[_Scope] = []
        self._functions: list[FunctionNode | ast.Lambda] = []
        self._in_annotation = False

    def _use(self, name: str, node: ast.expr | ast.stmt, *, is_bound: bool = False) -> None:
        hidden: set[str] = set()
        for index, scope in enumerate(reversed(self._scopes)):
            if scope.is_class and index:
                continue  # what a class binds is seen in its own body alone
            if name in scope.declared:
                break
            if name in scope.names:
                return
            hidden |= scope.names
        outermost = self._functions[0] if self._functions else None
        inside = self._scopes[-1].function if self._scopes else None
        self.found.append(Use(name, node, frozenset(hidden), outermost, inside, self._in_annotation, is_bound))

    def _inside(self, nodes: Iterable[ast.AST], scope: _Scope) -> None:
        self._scopes.append(scope)
        for node in nodes:
            self.visit(node)
        self._scopes.pop()

    def _annotation(self, node: ast.expr | None) -> None:
        if node is None:
            return
        before, self._in_annotation = self._in_annotation, True
        self.visit(node)
        self._in_annotation = before

    def visit_Name(self, node: ast.Name) -> None:
        self._use(node.id, node, is_bound=not isinstance(node.ctx, ast.Load))

    def visit_Constant(self, node: ast.Constant) -> None:
        if self._in_annotation and isinstance(node.value, str):
            for name in names_in_string(node.value):
                self._use(name, node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        before = self._in_annotation
        self.visit(node.value)
        generic = getattr(node.value, "attr", getattr(node.value, "id", ""))
        parts = node.slice.elts if generic == "Annotated" and isinstance(node.slice, ast.Tuple) else [node.slice]
        for index, part in enumerate(parts):
            if generic == "Literal" or index:
                self._in_annotation = False  # its strings are values
            self.visit(part)
        self._in_annotation = before

    def visit_Call(self, node: ast.Call) -> None:
        is_cast = isinstance(node.func, ast.Name | ast.Attribute) and ast.unparse(node.func) in self._casts
        self.visit(node.func)
        for index, each in enumerate(node.args):
            if is_cast and not index and isinstance(each, ast.Constant):
                self._annotation(each)
            else:
                self.visit(each)
        for keyword in node.keywords:
            self.visit(keyword)

    def visit_Global(self, node: ast.Global) -> None:
        for name in node.names:
            self._use(name, node, is_bound=True)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        self._annotation(node.annotation)
        if node.value is not None:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node)

    def _function(self, node: FunctionNode) -> None:
        self._use(node.name, node, is_bound=True)
        for each in (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(each)
        parameters = getattr(node, "type_params", [])
        self._scopes.append(_Scope(frozenset(each.name for each in parameters)))
        for each in parameters:
            self.visit(each)
        for argument in _parameters(node.args):
            self._annotation(argument.annotation)
        self._annotation(node.returns)
        self._scopes.pop()
        self._functions.append(node)
        self._inside(node.body, _Scope(bound_in(node), _globals(node.body), function=node))
        self._functions.pop()

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for each in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(each)
        self._functions.append(node)
        self._inside([node.body], _Scope(bound_in(node), function=node))
        self._functions.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._use(node.name, node, is_bound=True)
        for each in node.decorator_list:
            self.visit(each)
        parameters = getattr(node, "type_params", [])
        self._scopes.append(_Scope(frozenset(each.name for each in parameters)))
        for each in (*parameters, *node.bases, *node.keywords):
            self.visit(each)
        names = frozenset(bound_by(node.body)) - _declared(node.body)
        self._inside(node.body, _Scope(names, _globals(node.body), is_class=True))
        self._scopes.pop()

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._comprehension(node)

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._comprehension(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._comprehension(node)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        self.visit(node.generators[0].iter)
        targets = [each.target for each in node.generators]
        first, *others = node.generators
        parts = [*targets, *first.ifs, *(part for each in others for part in (each.iter, *each.ifs))]
        values = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self._inside([*parts, *values], _Scope(frozenset(bound_by(targets))))


def names_in_string(annotation: str) -> list[str]:
    """The names in a quoted annotation; none where it is no expression."""
    try:
        tree = ast.parse(annotation.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return []
    return [each.id for each in ast.walk(tree) if isinstance(each, ast.Name)]
