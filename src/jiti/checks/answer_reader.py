"""Reading a candidate for what it answers by heart: branches on literals, and tables that it looks arguments up in."""

from __future__ import annotations

import ast
from typing import Any

from jiti.checks.answers import Table, entries, inputs_of, whole_parts
from jiti.gates.literals import NotLiteralError, evaluate, shown
from jiti.gates.scope import Scope

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Inputs = frozenset[str]
_NOTHING: _Inputs = frozenset()


def tables_in(tree: ast.Module) -> list[Table]:
    """All that the functions of a candidate answer by heart."""
    scope = Scope.of(tree.body)
    found: list[Table] = []
    for node in ast.walk(tree):
        if isinstance(node, _FUNCTIONS):
            found += _Function(node, scope).tables()
    return found


class _Function:
    """Reads one function; functions inside it are read by themselves."""

    def __init__(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, module: Scope) -> None:
        self._body = node.body if isinstance(node.body, list) else [ast.Return(node.body)]
        self._module = module
        self._own = Scope.of(self._body)
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        self._derived = {each.arg for each in every if each is not None}
        self._branches = Table(node.lineno)
        self._alternatives = 0
        """How many more inputs `in (…)` compares with than one for each branch."""
        self._looked_up: dict[ast.expr, Table] = {}
        self._follow_assignments()

    def tables(self) -> list[Table]:
        """Its branches as one table, and each table that it looks something up in."""
        self._read(self._body, _NOTHING)
        self._branches.size = len({each.inputs for each in self._branches.answers}) + self._alternatives
        if self._branches.answers:
            self._branches.line = min(each.line for each in self._branches.answers)
        return [self._branches, *self._looked_up.values()]

    # ---------------------------------------------------------------- what comes from the arguments

    def _follow_assignments(self) -> None:
        """Local names that stand for an argument, or for what was made of the whole of it."""
        for name, bindings in self._own.bindings.items():
            if any(isinstance(each, ast.expr) and self._is_argument(each) for each in bindings):
                self._derived.add(name)
        for statement in self._body:
            for node in ast.walk(statement):
                if isinstance(node, ast.NamedExpr) and self._is_argument(node.value):
                    self._derived.add(node.target.id)

    def _is_argument(self, node: ast.expr) -> bool:
        """Whether something is an argument as a whole: itself, cleaned up, or together with others."""
        if isinstance(node, ast.Name):
            return node.id in self._derived
        return any(self._is_argument(each) for each in whole_parts(node))

    def _value(self, node: ast.expr) -> Any:  # noqa: ANN401 - whatever is written there
        return evaluate(node, self._value_of)

    def _value_of(self, name: str) -> Any:  # noqa: ANN401 - as above
        node = self._constant(name)
        if node is None:
            raise NotLiteralError
        return self._value(node)

    def _constant(self, name: str) -> ast.expr | None:
        """What a name is assigned, if it is so once: here, or in the candidate's module."""
        for scope in (self._own, self._module):
            bindings = scope.bindings.get(name, ())
            if bindings:
                is_one = len(bindings) == 1 and len(scope.sources[name]) == 1
                return bindings[0] if is_one and isinstance(bindings[0], ast.expr) else None
        return None

    # ---------------------------------------------------------------- branches

    def _read(self, statements: list[ast.stmt], given: _Inputs) -> None:
        """Note what some statements answer where arguments are known to be equal to `given`."""
        for statement in statements:
            match statement:
                case ast.If(test=test, body=body, orelse=orelse):
                    self._expressions(test, given)
                    when_true, when_false = self._compared(test)
                    self._read(body, given | when_true)
                    self._read(orelse, given | when_false)
                case ast.Match(subject=subject, cases=cases):
                    for each in cases:
                        matched = self._matched(subject, each.pattern)
                        guarded = self._compared(each.guard)[0] if each.guard else _NOTHING
                        self._read(each.body, given | matched | guarded)
                case ast.For(target=target, iter=table, body=body, orelse=orelse):
                    self._looped(target, table, body)
                    self._read([*body, *orelse], given)
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                    pass
                case _:
                    self._simple(statement, given)

    def _simple(self, statement: ast.stmt, given: _Inputs) -> None:
        for child in ast.iter_child_nodes(statement):
            if isinstance(child, ast.stmt):
                self._read([child], given)
            elif isinstance(child, ast.ExceptHandler):
                self._read(child.body, given)
            elif isinstance(child, ast.expr):
                self._expressions(child, given)
        if isinstance(statement, ast.Return | ast.Assign | ast.AnnAssign) and statement.value is not None:
            self._answer(given, statement.value)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield) and statement.value.value:
            self._answer(given, statement.value.value)

    def _answer(self, given: _Inputs, node: ast.expr) -> None:
        if isinstance(node, ast.IfExp):
            when_true, when_false = self._compared(node.test)
            self._answer(given | when_true, node.body)
            self._answer(given | when_false, node.orelse)
        elif given:
            try:
                output = shown(self._value(node))
            except NotLiteralError:
                return
            self._branches.add(given, output, node.lineno)

    def _compared(self, test: ast.expr) -> tuple[_Inputs, _Inputs]:
        """What arguments are equal to where a test is true, and where it is false."""
        match test:
            case ast.BoolOp(values=values):
                sides = [self._compared(each) for each in values]
                return frozenset().union(*(each[0] for each in sides)), _NOTHING
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._compared(operand)[::-1]
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return self._equal(left, operator, right)
        return _NOTHING, _NOTHING

    def _equal(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> tuple[_Inputs, _Inputs]:
        literal = right if self._is_argument(left) else left if self._is_argument(right) else None
        if literal is None:
            return _NOTHING, _NOTHING
        try:
            value = self._value(literal)
        except NotLiteralError:
            return _NOTHING, _NOTHING
        is_many = isinstance(operator, ast.In | ast.NotIn)
        if is_many and not isinstance(value, list | tuple | set | frozenset):
            return _NOTHING, _NOTHING  # a part of a text, or a key of a dict
        if is_many:
            self._alternatives += len(value) - 1
        inputs = frozenset().union(*map(inputs_of, value)) if is_many else inputs_of(value)
        if isinstance(operator, ast.Eq | ast.Is | ast.In):
            return inputs, _NOTHING
        return (_NOTHING, inputs) if isinstance(operator, ast.NotEq | ast.IsNot | ast.NotIn) else (_NOTHING, _NOTHING)

    def _matched(self, subject: ast.expr, pattern: ast.pattern) -> _Inputs:
        if not self._is_argument(subject):
            return _NOTHING
        found: set[str] = set()
        for node in ast.walk(pattern):
            if isinstance(node, ast.MatchSequence):
                values = [each.value for each in node.patterns if isinstance(each, ast.MatchValue)]
                for whole in (ast.List(list(values)), ast.Tuple(list(values))):
                    found |= self._read_inputs(whole)
            elif isinstance(node, ast.MatchValue):
                found |= self._read_inputs(node.value)
        return frozenset(found)

    def _read_inputs(self, node: ast.expr) -> _Inputs:
        try:
            return inputs_of(self._value(node))
        except NotLiteralError:
            return _NOTHING

    # ---------------------------------------------------------------- tables

    def _expressions(self, root: ast.expr, given: _Inputs) -> None:
        """Note the tables that an expression looks an argument up in, and conditional expressions inside it."""
        for node in ast.walk(root):
            match node:
                case ast.Subscript(value=table, slice=key) if self._is_argument(key):
                    self._table(table)
                case ast.Call(func=ast.Attribute(value=table, attr="get" | "pop" | "setdefault"), args=[key, *_]):
                    if self._is_argument(key):
                        self._table(table)
                case ast.IfExp() if node is not root:
                    self._answer(given, node)

    def _looped(self, target: ast.expr, table: ast.expr, body: list[ast.stmt]) -> None:
        """Note a table of pairs that a loop goes through, comparing its first parts with an argument."""
        if isinstance(table, ast.Call) and isinstance(table.func, ast.Attribute) and table.func.attr == "items":
            table = table.func.value
        if not isinstance(target, ast.Tuple) or not isinstance(target.elts[0], ast.Name):
            return
        keys = {each.id for each in target.elts if isinstance(each, ast.Name)}
        for statement in body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
                    sides = (node.left, node.comparators[0])
                    names = {each.id for side in sides for each in ast.walk(side) if isinstance(each, ast.Name)}
                    if names & keys and any(self._is_argument(side) for side in sides):
                        self._table(table)

    def _table(self, node: ast.expr) -> None:
        """Note the entries of a table: a dict or a list of pairs, as a literal or by its name."""
        seen: set[ast.expr] = set()
        while node not in seen:
            seen.add(node)
            if isinstance(node, ast.Name):
                node = self._constant(node.id) or node
            elif isinstance(node, ast.Call) and len(node.args) == 1:
                node = node.args[0]  # `dict([…])`, `MappingProxyType({…})`
        if node not in self._looked_up:
            rows = list(entries(node))
            table = self._looked_up[node] = Table(getattr(node, "lineno", 1), len(rows), is_lookup=True)
            for *keys, value in rows:
                self._entry(table, keys, value)

    def _entry(self, table: Table, keys: list[ast.expr], value: ast.expr) -> None:
        try:
            inputs = frozenset().union(*(inputs_of(self._value(each)) for each in keys))
            table.add(inputs, shown(self._value(value)), value.lineno)
        except NotLiteralError:
            return
