"""What a name in an implementation stands for: `o` is `os` after `import os as o`, and a parameter `os` is not."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

_BUILTINS = frozenset(dir(builtins)) | {"exit", "quit"}  # the last two come from `site`
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_LOOPS = ast.For | ast.AsyncFor | ast.comprehension
_MOST_WAYS = 300
_DEEPEST = 5
"""Calls of `getattr` whose own name is given by another one."""

Origin: TypeAlias = str | ast.AST | None
"""What a name is bound to: a full name, an expression that it is assigned, the parameter or the loop that gives it a
value, or None for anything else."""


class Scope:
    """A scope: where each name in it comes from.

    Attributes:
        parent: the one around it; None for the module's.
        node: the function, class or comprehension that it belongs to.
    """

    def __init__(self, parent: Scope | None = None, node: ast.AST | None = None) -> None:
        self.parent = parent
        self.node = node
        self.is_class = isinstance(node, ast.ClassDef)
        self.bindings: dict[str, list[Origin]] = defaultdict(list)
        self.elsewhere: set[str] = set()
        """Names that are declared `global` or `nonlocal`."""

    def bind(self, name: str, origin: Origin = None) -> None:
        """Note one way in which a name is bound."""
        if name in self.elsewhere and self.parent is not None:
            self.parent.bind(name, origin)
        else:
            self.bindings[name].append(origin)

    def home(self, name: str) -> Scope | None:
        """The scope in which a name is bound, as code in this one sees it; None where it is not bound."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.bindings and (scope is self or not scope.is_class):
                return scope
            scope = scope.parent
        return None

    def origins(self, name: str) -> list[Origin] | None:
        """How a name is bound, as code in this scope sees it; None where it is not bound."""
        home = self.home(name)
        return None if home is None else home.bindings[name]


class Scopes:
    """The scopes of an implementation.

    A name that is bound in several ways stands for whichever of them was imported: a candidate gains
    nothing by binding it once more.

    Attributes:
        top: the module's own.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._scope_of: dict[ast.Name, Scope] = {}
        self._resolved: dict[ast.AST, list[str]] = {}
        self.top = Scope(node=tree)
        self._read_all(tree.body, self.top)

    def full_name(self, node: ast.AST) -> str | None:
        """The full name of what an expression stands for: `os._exit`, `builtins.eval`; None where it cannot be told."""
        names = self._resolve(node)
        return names[0] if names else None

    def full_names(self, node: ast.AST) -> list[str]:
        """All full names that an expression may stand for."""
        return self._resolve(node)

    def scope(self, node: ast.Name) -> Scope | None:
        """The scope that a name stands in."""
        return self._scope_of.get(node)

    def origins(self, node: ast.Name) -> list[ast.AST]:
        """What a name is bound to, as far as that is a part of the tree."""
        scope = self._scope_of.get(node)
        return [each for each in (scope.origins(node.id) if scope else None) or () if isinstance(each, ast.AST)]

    def adopt(self, expression: ast.AST, scope: Scope) -> None:
        """Let names of an expression that stands in no scope, as quoted ones do, be of one."""
        for node in ast.walk(expression):
            if isinstance(node, ast.Name):
                self._scope_of[node] = scope

    def imported(self, node: ast.AST) -> str | None:
        """The full name of what an expression was imported as, or belongs to; None for everything else."""
        name = self.full_name(node)
        return None if name is None or name.startswith("builtins.") else name

    def assigns(self, name: str) -> bool:
        """Whether a name is assigned to anywhere in the candidate."""
        return any(node.id == name and isinstance(node.ctx, ast.Store) for node in self._scope_of)

    # ---------------------------------------------------------------- resolving

    def _resolve(self, node: ast.AST, depth: int = 0) -> list[str]:
        """The names that lead from an expression to what is imported, the shortest ways first.

        What is assigned may lead round in a circle, and to the same names by more ways than anybody can follow.
        """
        if node in self._resolved:
            return self._resolved[node]
        ways: list[tuple[ast.AST, str]] = [(node, "")]
        known = set(ways)
        found: dict[str, None] = {}
        for at, below in ways:  # it grows meanwhile
            for origin, more in self._steps(at, depth):
                if isinstance(origin, str):
                    found[f"{origin}{more}{below}"] = None
                    continue
                way = origin, f"{more}{below}"
                if way not in known and len(known) < _MOST_WAYS:
                    known.add(way)
                    ways.append(way)
        if not depth:
            self._resolved[node] = list(found)
        return list(found)

    def _steps(self, node: ast.AST, depth: int) -> Iterator[tuple[str | ast.AST, str]]:
        """What an expression is made of, and what is reached below that."""
        match node:
            case ast.Name():
                scope = self._scope_of.get(node)
                origins = scope.origins(node.id) if scope else None
                if origins is not None:
                    yield from ((origin, "") for origin in origins if origin is not None)
                elif node.id in _BUILTINS:
                    yield f"builtins.{node.id}", ""
            case ast.Attribute():
                yield node.value, f".{node.attr}"
            case ast.Call(func=function, args=[owner, ast.Constant(value=str(name)), *_]) if depth < _DEEPEST:
                if "builtins.getattr" in self._resolve(function, depth + 1):
                    yield owner, f".{name}"

    # ---------------------------------------------------------------- reading

    def _read_all(self, nodes: list[ast.stmt] | list[ast.expr], scope: Scope) -> None:
        for node in nodes:
            self._read(node, scope)

    def _read(self, node: ast.AST, scope: Scope) -> None:
        self._bind(node, scope)
        if isinstance(node, _FUNCTIONS | ast.Lambda):
            self._read_function(node, scope)
        elif isinstance(node, ast.ClassDef):
            inner = Scope(scope, node)
            self._read_all(node.body, inner)
            for outside in (*node.bases, *node.keywords, *node.decorator_list):
                self._read(outside, scope)
        else:
            if isinstance(node, _COMPREHENSIONS):
                scope = Scope(scope, node)
            for child in ast.iter_child_nodes(node):
                self._read(child, scope)

    def _read_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope) -> None:
        inner = Scope(scope, node)
        arguments = node.args
        for argument in ast.walk(arguments):
            if isinstance(argument, ast.arg):
                inner.bind(argument.arg, argument)
        for argument, default in _defaults(arguments):
            inner.bind(argument.arg, default)
        self._read(arguments, scope)
        if isinstance(node, ast.Lambda):
            self._read(node.body, inner)
            return
        for outside in (*node.decorator_list, *([node.returns] if node.returns else [])):
            self._read(outside, scope)
        self._read_all(node.body, inner)

    def _bind(self, node: ast.AST, scope: Scope) -> None:
        """Note what a node itself binds."""
        if isinstance(node, _LOOPS) and isinstance(node.target, ast.Name):
            scope.bind(node.target.id, node)
        match node:
            case ast.Name():
                self._scope_of[node] = scope
                if isinstance(node.ctx, ast.Store):
                    scope.bind(node.id)
            case ast.Import() | ast.ImportFrom():
                _bind_imports(node, scope)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind_value(target, value, scope)
            case ast.NamedExpr(target=target, value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind_value(target, value, scope)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                scope.elsewhere.update(names)
            case ast.stmt(name=str(name)) | ast.ExceptHandler(name=str(name)) | ast.pattern(name=str(name)):
                scope.bind(name)

    def _bind_value(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        match target, value:
            case ast.Name(id=name), _:
                scope.bind(name, value)
            case ((ast.Tuple() | ast.List()), (ast.Tuple() | ast.List())):
                for each, assigned in zip(target.elts, value.elts, strict=False):
                    self._bind_value(each, assigned, scope)


def _defaults(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr]]:
    """The parameters that have defaults, and these."""
    positional = [*arguments.posonlyargs, *arguments.args]
    if arguments.defaults:
        yield from zip(positional[-len(arguments.defaults) :], arguments.defaults, strict=True)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            yield argument, default


def _bind_imports(node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            scope.bind(alias.asname or alias.name, f"{'.' * node.level}{node.module or ''}.{alias.name}")
        elif alias.asname:
            scope.bind(alias.asname, alias.name)
        else:
            package, _, _ = alias.name.partition(".")
            scope.bind(package, package)
