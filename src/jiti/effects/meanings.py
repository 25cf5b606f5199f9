"""What expressions of an implementation stand for: full names of what is imported, and classes of objects.

Both are told only as far as the text does: an argument without an annotation may be anything.
"""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from jiti.effects import known, names
from jiti.effects.scopes import Scopes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MOST_STEPS = 40
"""From an expression to what it is made of."""
_PATH = "pathlib.Path"
_ANYTHING = frozenset({"typing.Any", "builtins.object", "typing.Self"})
_WRAPPERS = frozenset({"Optional", "Union", "Annotated", "Final", "ClassVar"})
_SAME_ITEMS = frozenset(
    f"builtins.{name}" for name in ("sorted", "list", "tuple", "set", "frozenset", "reversed", "iter", "filter")
)
_SOME_CLASS = "<class>"
"""In place of the name of a class that the text itself defines."""


class Meanings:
    """What stands for what in one file.

    Args:
        tree: the file.
        module: the module that the stub stands in, whose names the file may reach; None where it is unknown.
        place: that module's own name, from the project root.
    """

    def __init__(self, tree: ast.Module, module: ast.Module | None = None, place: str = "") -> None:
        self.scopes = Scopes(tree)
        self._module_tree = module
        self._answers: dict[tuple[str, ast.AST], frozenset[str]] = {}
        self._steps = 0
        self._place = place

    @cached_property
    def _module(self) -> Meanings:
        """What stands for what in the stub's own module; a large one takes a while to read, and few need it."""
        return Meanings(self._module_tree or ast.Module([], []))

    # ---------------------------------------------------------------- names

    def names(self, node: ast.AST) -> list[str]:
        """The full names that an expression may stand for, each by the one way that it is known by."""
        found = [each for name in self.scopes.full_names(node) for each in self._meant(name)]
        if isinstance(node, ast.Attribute):
            found += [f"{kind}.{node.attr}" for kind in self._classes(node.value)]
        return list(dict.fromkeys(found))

    def all_names(self, node: ast.AST) -> list[str]:
        """The same, and those of the methods that it may be."""
        return [*self.names(node), *(self.methods(node) if isinstance(node, ast.Attribute) else ())]

    def methods(self, node: ast.Attribute) -> list[str]:
        """The full names of the methods that an attribute of an object may be."""
        return [f"{kind}.{node.attr}" for kind in sorted(self.kinds(node.value))]

    def _classes(self, node: ast.expr) -> frozenset[str]:
        """The classes that an expression gives: `type(x)`, `x.__class__`."""
        match node:
            case ast.Call(func=function, args=[of]) if "builtins.type" in self.scopes.full_names(function):
                return self.kinds(of)
            case ast.Attribute(value=of, attr="__class__"):
                return self.kinds(of)
        return frozenset()

    def _meant(self, name: str) -> list[str]:
        inside = self._in_module(name)
        if inside is None:
            return [names.normal(name)]
        head, _, tail = inside.partition(".")
        found = []
        for origin in self._module.scopes.top.bindings.get(head, ()):
            above = [origin] if isinstance(origin, str) else self._module.all_names(origin) if origin else []
            found += [names.normal(f"{each}.{tail}" if tail else each) for each in above]
        return found or [name]

    def _in_module(self, name: str) -> str | None:
        """What of a full name stands behind the stub's own module."""
        if self._module_tree is None:
            return None
        parts = name.split(".")
        for length in range(len(parts) - 1, 0, -1):
            if f".{self._place}".endswith("." + ".".join(parts[:length])):
                return ".".join(parts[length:])
        return None

    def is_assigned_in_module(self, name: str) -> bool:
        """Whether a full name is a value that the stub's own module holds."""
        inside = self._in_module(name)
        if inside is None:
            return False
        origins = self._module.scopes.top.bindings.get(inside.partition(".")[0], ())
        return any(isinstance(origin, ast.expr) for origin in origins)

    # ---------------------------------------------------------------- classes of objects

    def kinds(self, node: ast.AST) -> frozenset[str]:
        """The full names of the classes that an object may be of; none where nothing is known."""
        return self._once(("kinds", node), self._kinds)

    def _kinds(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Name():
                yield from self._kinds_of_name(node)
            case ast.arg(annotation=ast.expr() as annotation):
                yield from self.annotated(annotation)
            case ast.For(iter=of) | ast.AsyncFor(iter=of) | ast.comprehension(iter=of):
                yield from self.items(of)
            case ast.Attribute():
                yield from self._kinds_of_names(node)
                given = [f"{kind}.{node.attr}" for kind in self.kinds(node.value)]
                yield from (known.RESULTS[each] for each in given if each in known.RESULTS)
            case ast.Call(func=function):
                yield from self._given_by(function)
            case ast.BinOp(op=ast.Div()) if _PATH in self.kinds(node.left) | self.kinds(node.right):
                yield _PATH
            case ast.Constant(value=str()) | ast.JoinedStr():
                yield "builtins.str"
            case ast.expr():
                for part in one_of(node):
                    yield from self.kinds(part)

    def _kinds_of_name(self, node: ast.Name) -> Iterator[str]:
        for origin in self.scopes.origins(node):
            yield from self.kinds(origin)
        yield from self._kinds_of_names(node)

    def _kinds_of_names(self, node: ast.AST) -> Iterator[str]:
        """Of a value that the stub's own module holds."""
        for name in self.scopes.full_names(node):
            inside = self._in_module(name)
            for origin in self._module.scopes.top.bindings.get(inside, ()) if inside else ():
                if isinstance(origin, ast.AST):
                    yield from self._module.kinds(origin)

    def _given_by(self, function: ast.expr) -> Iterator[str]:
        called = self.names(function)
        if isinstance(function, ast.Attribute):
            called += [f"{kind}.{function.attr}" for kind in self.kinds(function.value)]
        for name in called:
            if name in known.CLASSES:
                yield name
            elif name in known.RESULTS:
                yield known.RESULTS[name]

    def items(self, node: ast.AST) -> frozenset[str]:
        """What the items of something that is gone through may be."""
        return self._once(("items", node), self._items)

    def _once(self, asked: tuple[str, ast.AST], answer: Callable[[ast.AST], Iterator[str]]) -> frozenset[str]:
        """An answer that is worked out once a question: what is assigned may lead round in a circle, in many ways."""
        if not self._steps:
            self._answers.clear()
        if asked not in self._answers:
            self._answers[asked] = frozenset()
            self._steps += 1
            try:
                self._answers[asked] = frozenset(answer(asked[1])) if self._steps < _MOST_STEPS else frozenset()
            finally:
                self._steps -= 1
        return self._answers[asked]

    def _items(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Name():
                for origin in self.scopes.origins(node):
                    yield from self.items(origin)
            case ast.arg(annotation=ast.Subscript(slice=inside)):
                for each in inside.elts if isinstance(inside, ast.Tuple) else [inside]:
                    yield from self.annotated(each)
            case ast.expr() if parts := _displayed(node):
                for part in parts:
                    yield from self.kinds(part)
            case ast.Attribute():
                yield from (known.ITEMS[each] for each in self.methods(node) if each in known.ITEMS)
            case ast.Call(func=ast.Attribute() as method):
                yield from self.items(method)
            case ast.Call(func=function, args=[*_, of]) if _SAME_ITEMS & set(self.scopes.full_names(function)):
                yield from self.items(of)

    def annotated(self, node: ast.expr) -> frozenset[str]:
        """The classes that an annotation names."""
        return frozenset(self._annotated(node))

    def _annotated(self, node: ast.expr) -> Iterator[str]:
        match node:
            case ast.Constant(value=str(quoted)):
                try:
                    inside = ast.parse(quoted, mode="eval").body
                except SyntaxError:
                    return
                self.scopes.adopt(inside, self.scopes.top)
                yield from self._annotated(inside)
            case ast.BinOp(left=left, right=right):
                yield from (*self._annotated(left), *self._annotated(right))
            case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inside) if name in _WRAPPERS:
                for each in inside.elts if isinstance(inside, ast.Tuple) else [inside]:
                    yield from self._annotated(each)
            case ast.Subscript(value=of):
                yield from self._annotated(of)
            case ast.Name() | ast.Attribute():
                found = self.names(node) or [_SOME_CLASS]
                yield from (each for each in found if each not in _ANYTHING)


def _displayed(node: ast.AST) -> list[ast.expr]:
    """The items that an expression writes down."""
    match node:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return parts
        case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.GeneratorExp(elt=part):
            return [part]
    return []


def one_of(node: ast.AST) -> list[ast.expr]:
    """The expressions of which one is what a node stands for: `a if b else c`, `a or b`, `(a := b)`."""
    match node:
        case ast.IfExp(body=first, orelse=second):
            return [first, second]
        case ast.BoolOp(values=parts):
            return parts
        case ast.NamedExpr(value=value) | ast.Starred(value=value):
            return [value]
    return []
