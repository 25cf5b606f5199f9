"""What a name in a candidate stands for: `o` is `os` after `import os as o`, and a parameter `os` is not."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict

_BUILTINS = frozenset(dir(builtins)) | {"exit", "quit"}  # the last two come from `site`
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class _Scope:
    """A scope: for each name bound in it a full name, an expression that it is assigned, or None for anything else."""

    def __init__(self, parent: _Scope | None = None, *, is_class: bool = False) -> None:
        self.parent = parent
        self.is_class = is_class
        self.bindings: dict[str, list[str | ast.expr | None]] = defaultdict(list)
        self.elsewhere: set[str] = set()
        """Names that are declared `global` or `nonlocal`."""

    def bind(self, name: str, origin: str | ast.expr | None = None) -> None:
        """Note one way in which a name is bound."""
        if name in self.elsewhere and self.parent is not None:
            self.parent.bind(name, origin)
        else:
            self.bindings[name].append(origin)

    def origins(self, name: str) -> list[str | ast.expr | None] | None:
        """How a name is bound, as code in this scope sees it; None where it is not bound."""
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.bindings and (scope is self or not scope.is_class):
                return scope.bindings[name]
            scope = scope.parent
        return None


class Scopes:
    """The scopes of a candidate.

    A name that is bound in several ways stands for whichever of them was imported: a candidate gains
    nothing by binding it once more.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._scope_of: dict[ast.Name, _Scope] = {}
        self._read_all(tree.body, _Scope())

    def full_name(self, node: ast.AST) -> str | None:
        """The full name of what an expression stands for: `os._exit`, `builtins.eval`; None where it cannot be told."""
        return self._resolve(node, ())

    def imported(self, node: ast.AST) -> str | None:
        """The full name of what an expression was imported as, or belongs to; None for everything else."""
        name = self.full_name(node)
        return None if name is None or name.startswith("builtins.") else name

    def assigns(self, name: str) -> bool:
        """Whether a name is assigned to anywhere in the candidate."""
        return any(node.id == name and isinstance(node.ctx, ast.Store) for node in self._scope_of)

    # ---------------------------------------------------------------- resolving

    def _resolve(self, node: ast.AST, seen: tuple[ast.AST, ...]) -> str | None:
        if node in seen:
            return None
        seen = (*seen, node)
        match node:
            case ast.Name():
                return self._resolve_name(node, seen)
            case ast.Attribute():
                return self._below(node.value, node.attr, seen)
            case ast.Call(func=function, args=[owner, ast.Constant(value=str(name)), *_]):
                return self._below(owner, name, seen) if self._resolve(function, seen) == "builtins.getattr" else None
        return None

    def _below(self, owner: ast.expr, name: str, seen: tuple[ast.AST, ...]) -> str | None:
        above = self._resolve(owner, seen)
        return above and f"{above}.{name}"

    def _resolve_name(self, node: ast.Name, seen: tuple[ast.AST, ...]) -> str | None:
        scope = self._scope_of.get(node)
        origins = scope.origins(node.id) if scope else None
        if origins is None:
            return f"builtins.{node.id}" if node.id in _BUILTINS else None
        for origin in origins:
            name = self._resolve(origin, seen) if isinstance(origin, ast.AST) else origin
            if name is not None:
                return name
        return None

    # ---------------------------------------------------------------- reading

    def _read_all(self, nodes: list[ast.stmt] | list[ast.expr], scope: _Scope) -> None:
        for node in nodes:
            self._read(node, scope)

    def _read(self, node: ast.AST, scope: _Scope) -> None:
        self._bind(node, scope)
        if isinstance(node, _FUNCTIONS | ast.Lambda):
            self._read_function(node, scope)
        elif isinstance(node, ast.ClassDef):
            inner = _Scope(scope, is_class=True)
            self._read_all(node.body, inner)
            for outside in (*node.bases, *node.keywords, *node.decorator_list):
                self._read(outside, scope)
        else:
            if isinstance(node, _COMPREHENSIONS):
                scope = _Scope(scope)
            for child in ast.iter_child_nodes(node):
                self._read(child, scope)

    def _read_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: _Scope) -> None:
        inner = _Scope(scope)
        arguments = node.args
        for argument in ast.walk(arguments):
            if isinstance(argument, ast.arg):
                inner.bind(argument.arg)
        self._read(arguments, scope)
        if isinstance(node, ast.Lambda):
            self._read(node.body, inner)
            return
        for outside in (*node.decorator_list, *([node.returns] if node.returns else [])):
            self._read(outside, scope)
        self._read_all(node.body, inner)

    def _bind(self, node: ast.AST, scope: _Scope) -> None:
        """Note what a node itself binds."""
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

    def _bind_value(self, target: ast.expr, value: ast.expr, scope: _Scope) -> None:
        match target, value:
            case ast.Name(id=name), _:
                scope.bind(name, value)
            case ((ast.Tuple() | ast.List()), (ast.Tuple() | ast.List())):
                for each, assigned in zip(target.elts, value.elts, strict=False):
                    self._bind_value(each, assigned, scope)


def _bind_imports(node: ast.Import | ast.ImportFrom, scope: _Scope) -> None:
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            scope.bind(alias.asname or alias.name, f"{node.module}.{alias.name}")
        elif alias.asname:
            scope.bind(alias.asname, alias.name)
        else:
            package, _, _ = alias.name.partition(".")
            scope.bind(package, package)
