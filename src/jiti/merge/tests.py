"""The user's tests once what they decide on is plain code: `required_for` goes from them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti import syntax
from jiti.gates.modules import Modules
from jiti.gates.required import RequiredFor
from jiti.gates.resolution import FunctionThing, Resolver
from jiti.gates.stubs import Stubs
from jiti.merge.text import Edit, Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from jiti.gates.required import Marked
    from jiti.settings import Settings

Places = dict[str, set[tuple[int, int]]]
"""Of a file's tests, by qualname: which targets are meant, by the number of the decorator and of its argument."""


class Targets:
    """Finds which targets of `required_for` are some stubs.

    Args:
        root: absolute path of the project root.
        settings: the project's settings.
    """

    def __init__(self, root: str, settings: Settings) -> None:
        self._modules = Modules(root, settings)
        self._resolver = Resolver(self._modules)
        self._stubs = Stubs(self._modules, self._resolver)

    def aliases(self, path: str) -> frozenset[str]:
        """The decorators of a file that are `@jiti` by way of another file."""
        return self._stubs.aliases(path)

    def that_are(self, keys: Collection[str], path: str) -> Places:
        """The targets in a file that mean stubs of these keys, and no others."""
        module = self._modules.at(path)
        found: Places = {}
        for marked in module.required_for.marked:
            for number, call in enumerate(_calls(marked, module.required_for)):
                for position, target in enumerate(call.args):
                    meant = set(self._keys(target, path, marked))
                    if meant and meant <= set(keys):
                        found.setdefault(marked.qualname, set()).add((number, position))
        return found

    def _keys(self, target: ast.expr, path: str, marked: Marked) -> Iterator[str]:
        for thing in self._resolver.find(target, path, marked.owners):
            if isinstance(thing, FunctionThing):
                stubs = self._stubs.of(thing.path)
                for accessor in thing.accessors:
                    if thing.qualname + accessor in stubs:
                        yield f"{thing.path}::{thing.qualname}{accessor}"
            yield from self._stubs.classes_of(thing)


def without_targets(text: str, places: Mapping[str, Collection[tuple[int, int]]]) -> str:
    """A test file without some targets of `required_for`; where a decorator has no other, it goes.

    Args:
        text: the file, where bodies may have been written since the places were found.
        places: what goes.
    """
    read = Text(text)
    required = RequiredFor(read.tree, syntax.JitiNames(read.tree))
    edits = []
    for marked in required.marked:
        for number, call in enumerate(_calls(marked, required)):
            gone = {position for at, position in places.get(marked.qualname, ()) if at == number}
            if gone:
                edits.append(_without(read, call, gone))
    return read.edited(edits)


def _calls(marked: Marked, required: RequiredFor) -> list[ast.Call]:
    decorators = marked.node.decorator_list if isinstance(marked.node, syntax.FunctionNode | ast.ClassDef) else []
    return [each for each in decorators if isinstance(each, ast.Call) and required.is_on(each)]


def _without(read: Text, call: ast.Call, gone: set[int]) -> Edit:
    kept = [each for position, each in enumerate(call.args) if position not in gone]
    if not kept:
        return read.whole_lines(*read.decorators.get(call.lineno, (call.lineno, call.end_lineno or call.lineno)))
    start, end = read.span(call.args[0])[0], read.span(call.args[-1])[1]
    return Edit(start, end, ", ".join(read.of(each) for each in kept))
