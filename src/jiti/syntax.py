"""Finding stubs in a syntax tree: which definitions carry `@jiti`, under which qualified name."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from jiti.source import ACCESSORS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
StubNode = FunctionNode | ast.ClassDef
Definition: TypeAlias = tuple[StubNode, str, tuple[str, ...]]
"""A function or class, its qualified name, and the names of the classes around it."""
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_NAMING = frozenset({ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign})
SIMPLE = frozenset({*_NAMING, ast.Expr, ast.Return, ast.Raise, ast.Pass, ast.Assert})
"""Statements that hold no others: the most frequent ones."""
_WITH_A_BODY = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.With, ast.AsyncWith)
"""Those that have one block, and no more."""


@dataclass(frozen=True, slots=True)
class Found:
    """A definition in a tree.

    Attributes:
        node: the definition: a function's, or that of a class that is a stub as a whole.
        qualname: dotted name, with `<locals>` for what functions hold and `.setter` for accessors.
        owners: the classes (not functions) around it, outermost first.
        overloads: its `@overload`s, in order.
        decorator: the `jiti` decorator's own node; of a test that is to be written, its first `required_for`'s.
        gates: all the `required_for`s of a test that is to be written; empty for every other stub.
    """

    node: StubNode
    qualname: str
    owners: tuple[str, ...]
    overloads: tuple[FunctionNode, ...]
    decorator: ast.expr
    gates: tuple[ast.expr, ...] = ()


def stubs_in(tree: ast.Module, aliases: Collection[str] = ()) -> list[Found]:
    """Every function or class that carries `@jiti`, and each test with no body yet, in order of appearance.

    Args:
        tree: a file's.
        aliases: expressions that are the decorator as well, since another file has made them so: `my`, `ai.my`.
    """
    return stubs_among(all_definitions(tree), JitiNames(tree, aliases))


def stubs_among(definitions: Iterable[Definition], names: JitiNames) -> list[Found]:
    """What `stubs_in` finds, where the definitions of a file and its names for the decorators are known already."""
    found = []
    overloads: dict[str, list[FunctionNode]] = {}
    for node, qualname, owners in definitions:
        if not node.decorator_list:
            continue
        if isinstance(node, FunctionNode) and is_overload(node):
            overloads.setdefault(qualname, []).append(node)
            continue
        decorator = next((each for each in node.decorator_list if names.is_jiti(each)), None)
        if decorator is not None:
            found.append(Found(node, qualname, owners, tuple(overloads.get(qualname, ())), decorator))
            continue
        gates = tuple(each for each in node.decorator_list if names.is_required_for(each))
        if gates and isinstance(node, FunctionNode) and first_of_body(node) is None:
            found.append(Found(node, qualname, owners, (), gates[0], gates))
    return found


def is_overload(node: FunctionNode) -> bool:
    """Whether a definition is one of several signatures of a function that follows."""
    return any(last_name(decorator) == "overload" for decorator in node.decorator_list)


def below_an_alias(tree: ast.Module, qualname: str) -> Found | None:
    """A decorated definition of a file that does not say whether its decorator is jiti's, as one from elsewhere is."""
    nodes = [each for each in all_definitions(tree) if each[1] == qualname and each[0].decorator_list]
    if not nodes:
        return None
    *others, (node, _, owners) = nodes
    overloads = tuple(each for each, *_ in others if isinstance(each, FunctionNode))
    return Found(node, qualname, owners, overloads, node.decorator_list[0])


def first_of_body(node: FunctionNode) -> ast.stmt | None:
    """The first statement of a function that is more than a placeholder; None where its body is yet to be written."""
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    statements: list[ast.stmt] = []
    for each in body:
        # Behind a `raise` no value is ever given: `yield 0` only makes it a generator, for type checkers too.
        if not _is_yield(each, of_anything=any(isinstance(before, ast.Raise) for before in statements)):
            statements.append(each)
    if len(statements) > 1 or not all(_is_placeholder(each) for each in statements):
        return statements[0]
    return None


def definitions(tree: ast.Module) -> Iterator[tuple[FunctionNode, str, tuple[str, ...]]]:
    """Every function of a tree with its qualified name and the classes around it."""
    for node, qualname, owners in all_definitions(tree):
        if isinstance(node, FunctionNode):
            yield node, qualname, owners


def all_definitions(tree: ast.Module) -> list[Definition]:
    """Every function and class of a tree with its qualified name and the classes around it."""
    found: list[Definition] = []

    def walk(body: list[ast.stmt], prefix: str, owners: tuple[str, ...]) -> None:
        for statement in body:
            if type(statement) in SIMPLE:  # a list, and this, for who reads thousands of files
                continue
            if isinstance(statement, FunctionNode):
                qualname = prefix + statement.name
                half = accessor(statement)
                found.append((statement, f"{qualname}.{half}" if half else qualname, owners))
                walk(statement.body, f"{qualname}.<locals>.", ())
            elif isinstance(statement, ast.ClassDef):
                found.append((statement, prefix + statement.name, owners))
                walk(statement.body, f"{prefix}{statement.name}.", (*owners, statement.name))
            else:
                walk(nested(statement), prefix, owners)

    walk(tree.body, "", ())
    return found


def span(node: StubNode) -> tuple[int, int]:
    """The first and last line of a definition, decorators included."""
    first = node.decorator_list[0] if node.decorator_list else node
    return first.lineno, node.end_lineno or node.lineno


def _is_yield(statement: ast.stmt, *, of_anything: bool) -> bool:
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield)):
        return False
    value = statement.value.value
    return value is None or (isinstance(value, ast.Constant) and (of_anything or value.value in (None, ...)))


def _is_placeholder(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) and statement.value.value is ...
    if isinstance(statement, ast.Raise) and statement.exc is not None and statement.cause is None:
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return False


def _imports_and_assignments(tree: ast.Module) -> list[ast.stmt]:
    """Those of a tree, nested ones included, the outer before the inner; quicker than a walk of all nodes."""
    found: list[ast.stmt] = []
    waiting = list(tree.body)
    for statement in waiting:  # it grows meanwhile
        kind = type(statement)
        if kind in _NAMING:
            found.append(statement)
        elif kind not in SIMPLE:
            waiting += nested(statement)
    return found


def nested(statement: ast.stmt) -> list[ast.stmt]:
    """The statements of the blocks in a statement, clauses of `try` and `match` included; the list is not to change."""
    if isinstance(statement, _WITH_A_BODY):
        return statement.body
    inner: list[ast.stmt] = []
    if type(statement) in SIMPLE:
        return inner
    for block in _BLOCKS:
        for item in getattr(statement, block, ()):
            if isinstance(item, ast.stmt):
                inner.append(item)
            elif isinstance(item, ast.ExceptHandler | ast.match_case):
                inner.extend(item.body)
    return inner


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes that are a node's fields, or in them, but contexts; quicker than `ast.iter_child_nodes`."""
    found: list[ast.AST] = []
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            found += [each for each in value if isinstance(each, ast.AST)]
        elif isinstance(value, ast.AST) and field != "ctx":
            found.append(value)
    return found


def accessor(node: FunctionNode) -> str:
    """Which half of a property a function is: `setter` or `deleter`; empty for everything else."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Attribute) and (half := accessor_of(decorator, node.name)):
            return half
    return ""


def accessor_of(decorator: ast.expr, name: str) -> str | None:
    """Which half of the property `name` a decorator defines, as `@name.setter` does; None if none."""
    match decorator:
        case ast.Attribute(value=ast.Name(id=owner), attr=attribute) if owner == name and attribute in ACCESSORS:
            return attribute
    return None


def last_name(node: ast.expr) -> str:
    """The last of the names that a dotted expression is made of; empty where it is something else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


class JitiNames:
    """The names by which a file reaches the decorators: imports, aliases, `my = jiti(engine=…)`.

    Args:
        tree: the file's.
        aliases: expressions that are the decorator as well, since another file has made them so: `my`, `ai.my`.
    """

    def __init__(self, tree: ast.Module, aliases: Collection[str] = ()) -> None:
        self.aliases = frozenset(aliases)
        self.decorators: set[str] = set()
        self.modules: set[str] = set()
        self.gates: set[str] = set()
        assigned: list[tuple[ast.expr, set[str]]] = []
        for node in _imports_and_assignments(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "jiti" and not node.level:
                self._read(node)
            elif isinstance(node, ast.Import):
                self.modules |= {alias.asname or alias.name for alias in node.names if alias.name == "jiti"}
            elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                assigned.append((node.value, _names_of(node)))
        self._follow(assigned, tree)

    def _follow(self, assigned: list[tuple[ast.expr, set[str]]], tree: ast.Module) -> None:
        """Add what is given another name."""
        for value, names in assigned:
            if _imports_jiti(value):
                self.modules |= names
        for statement in tree.body:
            if isinstance(statement, ast.Assign) and self.is_jiti(statement.value):
                self.decorators |= _names_of(statement)
        for value, names in assigned:
            if self.names_required_for(value):
                self.gates |= names

    def _read(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name in {"jiti", "*"}:
                self.decorators.add(alias.asname or "jiti")
            if alias.name in {"required_for", "*"}:
                self.gates.add(alias.asname or "required_for")

    def is_jiti(self, node: ast.expr) -> bool:
        """Whether an expression is the decorator, bare or called with options."""
        if isinstance(node, ast.Call):
            node = node.func
        if isinstance(node, ast.Name):
            return node.id in self.decorators or node.id in self.aliases
        if not isinstance(node, ast.Attribute):
            return False
        owner = node.value
        is_own = node.attr == "jiti" and isinstance(owner, ast.Name) and owner.id in self.modules
        return is_own or (bool(self.aliases) and ast.unparse(node) in self.aliases)

    def is_required_for(self, node: ast.expr) -> bool:
        """Whether an expression is `required_for`, called or bare."""
        return self.names_required_for(node.func if isinstance(node, ast.Call) else node)

    def names_required_for(self, node: ast.expr) -> bool:
        """Whether an expression is `required_for` itself, not called yet."""
        if isinstance(node, ast.Name):
            return node.id in self.gates
        if not isinstance(node, ast.Attribute) or node.attr != "required_for":
            return False
        owner = node.value
        return self.is_jiti(owner) or (isinstance(owner, ast.Name) and owner.id in self.modules)


def _names_of(node: ast.Assign | ast.AnnAssign) -> set[str]:
    """The names that an assignment binds, each to the whole value."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {each.id for each in targets if isinstance(each, ast.Name)}


def _imports_jiti(node: ast.expr) -> bool:
    """Whether an expression is the module, as in `pytest.importorskip("jiti")`."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[ast.Constant(value="jiti"), *_]):
            return name in {"importorskip", "import_module", "__import__"}
    return False
