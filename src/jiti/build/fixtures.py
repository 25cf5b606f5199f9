"""Which fixtures tests are given, told by names: those that they ask for, and those that ask for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiti import syntax
from jiti.gates.digest import fixture_words, used_fixtures
from jiti.gates.scope import nodes

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Symbol = syntax.FunctionNode | ast.ClassDef
    Symbols = Callable[[str], Mapping[str, list[Symbol]]]


def used_by(tests: Iterable[Symbol], path: str, symbols_of: Symbols) -> Iterator[tuple[str, str]]:
    """The fixtures that tests are given, directly or not: the file and the name of each.

    Args:
        tests: their definitions.
        path: of their file.
        symbols_of: gives the functions and classes of a file by their names.
    """
    places = [path, *_conftests(path)]
    waiting = [name for each in tests for name in _asked_for(each)]
    waiting += [name for place in places for name, found in symbols_of(place).items() if any(map(_is_automatic, found))]
    known: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        known.add(name)
        for place in places:
            found = [each for each in symbols_of(place).get(name, []) if _words(each) is not None]
            if found:
                yield place, name
                waiting += [asked for each in found for asked in _asked_for(each)]
                break


def _conftests(path: str) -> Iterator[str]:
    """Where the `conftest.py` files above a test file may be, the nearest first."""
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        yield f"{folder}/conftest.py" if folder else "conftest.py"


def _asked_for(node: Symbol) -> Iterator[str]:
    if isinstance(node, syntax.FunctionNode):
        yield from (each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))
        yield from used_fixtures(nodes(node))


def _words(node: Symbol) -> Mapping[str | None, ast.expr] | None:
    return fixture_words(node) if isinstance(node, syntax.FunctionNode) else None


def _is_automatic(node: Symbol) -> bool:
    return "autouse" in (_words(node) or {})
