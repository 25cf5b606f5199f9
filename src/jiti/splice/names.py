"""Which names a piece of code takes from the module around it: when it runs, and in annotations alone."""

from __future__ import annotations

import ast
import copy
import symtable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jiti.syntax import FunctionNode


_CLOSED = (
    *(ast.stmt, ast.ExceptHandler, ast.match_case),
    *(ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


@dataclass(frozen=True, slots=True)
class Names:
    """Names that code takes from its module.

    Attributes:
        at_run_time: those that it needs when it runs.
        in_annotations: those that stand in annotations, quoted ones included, and in `cast("…")`.
    """

    at_run_time: frozenset[str] = frozenset()
    in_annotations: frozenset[str] = frozenset()

    def __or__(self, other: Names) -> Names:
        """Both together."""
        return Names(self.at_run_time | other.at_run_time, self.in_annotations | other.in_annotations)

    @property
    def all(self) -> frozenset[str]:
        """Whichever way they are needed."""
        return self.at_run_time | self.in_annotations


def of_signature(node: FunctionNode) -> Names:
    """The names that a stub's signature needs: defaults when it is defined, annotations for type checkers."""
    parameters = getattr(node, "type_params", [])
    own = {parameter.name for parameter in parameters}
    defaults = [ast.Expr(each) for each in (*node.args.defaults, *node.args.kw_defaults) if each is not None]
    return Names(
        frozenset(_global_names(defaults)),
        frozenset(_loaded(*_annotations(node), *parameters)) - own,
    )


def of_code(statements: list[ast.stmt], function: FunctionNode, body: list[ast.stmt]) -> Names:
    """The names that an implementation needs besides its signature's, and does not bind itself.

    Args:
        statements: what stands above the function.
        function: the stub, whose parameters are bound in the body.
        body: the function's body.
    """
    whole = bare(function)
    whole.body = body or whole.body
    return of_statements([*statements, whole], [*statements, *body])


def of_statements(whole: list[ast.stmt], written: list[ast.stmt]) -> Names:
    """The names that statements need and do not bind themselves.

    Args:
        whole: all of them.
        written: those whose annotations count.
    """
    annotations = [each for statement in written for each in _annotations(statement)]
    return Names(frozenset(_global_names(whole)), frozenset(_loaded(*annotations)))


def of_annotations(annotations: Iterable[ast.expr]) -> Names:
    """The names that stand in annotations."""
    return Names(in_annotations=frozenset(_loaded(*annotations)))


def bare(function: FunctionNode) -> FunctionNode:
    """A copy of a function that has its parameters and nothing else: no decorators, annotations, bounds or defaults."""
    copied = copy.copy(function)
    copied.decorator_list = []
    copied.body = [ast.Pass()]
    copied.returns = None
    copied = copy.deepcopy(copied)  # what is left of it, which is little
    copied.args.defaults = [ast.Constant(None) for _ in copied.args.defaults]
    copied.args.kw_defaults = [each and ast.Constant(None) for each in copied.args.kw_defaults]
    for parameter in getattr(copied, "type_params", ()):
        parameter.bound = parameter.default_value = None
    return ast.fix_missing_locations(_Bare().visit(copied))


def without_annotations(tree: ast.Module) -> ast.Module:
    """A copy of a tree in which nothing is annotated; lines are what they were."""
    return ast.fix_missing_locations(_Bare().visit(copy.deepcopy(tree)))


def bound_by(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """The names that statements of a module's top level bind, each with its statement."""
    for statement in statements:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                yield alias.asname or alias.name.partition(".")[0], statement
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name, statement
        elif isinstance(statement, ast.If):
            yield from bound_by([*statement.body, *statement.orelse])
        else:
            for name in sorted(assigned_by(statement)):
                yield name, statement


def assigned_by(statement: ast.stmt) -> set[str]:
    """The names that a statement itself assigns, without those of statements inside it or local to a part of it."""
    names: set[str] = set()
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        stack += [child for child in ast.iter_child_nodes(node) if not isinstance(child, _CLOSED)]
    return names


def _global_names(statements: Sequence[ast.stmt]) -> set[str]:
    """The names that code looks up in its module when it runs."""
    text = ast.unparse(without_annotations(ast.Module([*statements], [])))
    names: set[str] = set()
    tables = [symtable.symtable(text, "<candidate>", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            at_top = table.get_type() == "module"
            if symbol.is_referenced() and (at_top or symbol.is_global()):
                names.add(symbol.get_name())
    return names


class _Bare(ast.NodeTransformer):
    """Takes annotations away."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)


def _annotations(tree: ast.AST) -> Iterator[ast.expr]:
    """Every annotation in a tree, and what stands in `cast("…")` for one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            yield node.annotation
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            yield node.returns
        elif isinstance(node, ast.Call) and node.args and _last_name(node.func) == "cast":
            yield node.args[0]


def _loaded(*trees: ast.AST) -> Iterator[str]:
    """The names in annotations; a string is an annotation too, but in `Literal`."""
    stack: list[ast.AST] = [*trees]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            stack += _parsed(node.value)
        elif isinstance(node, ast.Subscript) and _last_name(node.value) == "Literal":
            stack.append(node.value)
        else:
            stack += ast.iter_child_nodes(node)


def _parsed(annotation: str) -> list[ast.AST]:
    try:
        return [ast.parse(annotation.strip(), mode="eval").body]
    except (SyntaxError, ValueError):
        return []


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
