"""A gate's cases, as far as they are written down in literals: what goes in, and what has to come out."""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jiti.gates.gate import Case
from jiti.gates.literals import NotLiteralError, arguments, evaluate, shown
from jiti.gates.parameters import parameter_sets
from jiti.gates.scope import Scope, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.gates.resolution import Owners
    from jiti.syntax import FunctionNode

_MOST = 1_000
"""Parameter sets of one test that are looked at."""
_EQUAL = {
    *("assertEqual", "assertIs", "assertAlmostEqual", "assertCountEqual", "assertMultiLineEqual"),
    *("assertSequenceEqual", "assertListEqual", "assertTupleEqual", "assertSetEqual", "assertDictEqual"),
}
_AROUND = {"dict", "list", "next", "run", "set", "sorted", "str", "tuple"}
"""What stands around a call and leaves what it gives as it is: `list(f(x))`, `asyncio.run(f(x))`."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a test stands: its file's names, and the classes around it."""

    scope: Scope
    owners: Owners = ()

    def value_of(self, name: str) -> Any:  # noqa: ANN401 - whatever is written there
        """The value of a constant of the file, or of the class as `self.NAME`.

        Raises:
            NotLiteralError: it has none that can be read.
        """
        own = [Scope.of(owner.body) for owner in self.owners[-1:]]
        scopes = own if name.startswith("self.") else [*own, self.scope]
        name = name.removeprefix("self.")
        for scope in scopes:
            bindings = scope.bindings.get(name, ())
            if len(bindings) == 1 and isinstance(bindings[0], ast.expr) and len(scope.sources[name]) == 1:
                return evaluate(bindings[0], self.value_of)
        raise NotLiteralError


def cases_of(node: FunctionNode | ast.ClassDef, around: Surroundings | None = None) -> tuple[Case, ...]:
    """The cases of a test: of its parameters, and of asserts such as `assert slugify(raw) == want`.

    Args:
        node: the test.
        around: where it stands; left out, nothing is known of the names that it does not define itself.
    """
    around = around or Surroundings(Scope())
    decorators = [each for owner in around.owners for each in owner.decorator_list] + node.decorator_list
    sets = itertools.islice(parameter_sets(decorators, around.value_of), _MOST)
    found: dict[Case, None] = {}
    for values in sets:
        found |= dict.fromkeys(_Body(around, values).cases(node.body))
    return tuple(found)


def example_cases(docstring: str) -> tuple[Case, ...]:
    """The cases of a docstring's `>>>` examples that call something with literals and show a literal."""
    import doctest  # it loads a debugger and unittest, which nobody needs who only reads

    body = _Body(Surroundings(Scope()), {})
    found = []
    try:
        examples = doctest.DocTestParser().get_examples(docstring)
    except ValueError:
        return ()
    for example in examples:
        try:
            call, want = (ast.parse(text.strip(), mode="eval").body for text in (example.source, example.want))
        except SyntaxError:
            continue
        found += body.compared(call, want)
    return tuple(dict.fromkeys(found))


class _Body:
    """Reads a test's statements with one set of its parameters."""

    def __init__(self, around: Surroundings, values: dict[str, Any]) -> None:
        self._around = around
        self._values = dict(values)
        self._calls: dict[str, list[Any]] = {}
        """Local names that stand for what a call gives, and what that is given."""

    def cases(self, statements: list[ast.stmt]) -> Iterator[Case]:
        """The cases that some statements assert."""
        for statement in statements:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._assign(name, value)
                case ast.Assert(test=test):
                    yield from self._asserted(test)
                case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name), args=[one, other, *_])) if name in _EQUAL:
                    yield from self.compared(one, other)
                case ast.For(target=target, iter=values, body=body):
                    yield from self._looped(target, values, body)
                case _:
                    yield from self.cases(list(blocks(statement)))

    def _assign(self, name: str, value: ast.expr) -> None:
        try:
            known = evaluate(value, self._value_of)
        except NotLiteralError:
            self._calls[name] = self._given_if_known(value)
            self._values.pop(name, None)
        else:
            self._values[name] = known
            self._calls.pop(name, None)

    def _looped(self, target: ast.expr, values: ast.expr, body: list[ast.stmt]) -> Iterator[Case]:
        try:
            rows = list(evaluate(values, self._value_of))
        except (NotLiteralError, TypeError):
            return
        names = [target] if isinstance(target, ast.Name) else getattr(target, "elts", [])
        for row in rows[:_MOST]:
            parts = [row] if isinstance(target, ast.Name) else row
            if isinstance(parts, list | tuple) and len(parts) == len(names):
                self._values |= {
                    each.id: part for each, part in zip(names, parts, strict=True) if isinstance(each, ast.Name)
                }
                yield from self.cases(body)

    def _asserted(self, test: ast.expr) -> Iterator[Case]:
        match test:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
                yield from self.compared(left, right)
            case ast.BoolOp(op=ast.And(), values=values):
                for each in values:
                    yield from self._asserted(each)

    def compared(self, one: ast.expr, other: ast.expr) -> Iterator[Case]:
        """The case that two equal things make, if one is a call with literals and the other a literal."""
        for call, want in ((one, other), (other, one)):
            given = self._given_if_known(call)
            try:
                expected = evaluate(want, self._value_of)
            except NotLiteralError:
                continue
            if given:
                yield Case(tuple(shown(each) for each in given), shown(expected))
                return

    def _given_if_known(self, node: ast.expr) -> list[Any]:
        """What a call is given; nothing where that is no literal."""
        try:
            return self._given(node)
        except (NotLiteralError, RecursionError):
            return []

    def _given(self, node: ast.expr) -> list[Any]:
        """What a call, or a property of what a call gives, is given."""
        match node:
            case ast.Name(id=name) if name in self._calls:
                return self._calls[name]
            case ast.Await(value=value) | ast.Attribute(value=value):
                return self._given(value)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[one]) if (
                name in _AROUND and self._is_called(one)
            ):
                return self._given(one)
            case ast.Call(func=called):
                return arguments(node, self._value_of) or (
                    self._given(called.value) if isinstance(called, ast.Attribute) else []
                )
        raise NotLiteralError

    def _is_called(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call | ast.Await) or (isinstance(node, ast.Name) and node.id in self._calls)

    def _value_of(self, name: str) -> Any:  # noqa: ANN401 - whatever is written there
        if name in self._values:
            return self._values[name]
        if name in self._calls:
            raise NotLiteralError
        return self._around.value_of(name)
