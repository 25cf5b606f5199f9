"""Code in which names are called otherwise, everything else left as it is written."""

from __future__ import annotations

import ast
import copy
import re
from typing import TYPE_CHECKING

from jiti import canonical
from jiti.merge.text import Edit, Text
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jiti.merge.scopes import Use


class NotRenamedError(Exception):
    """A name stands where it cannot be changed for certain."""


def renamed(text: Text, uses: Iterable[Use], names: Mapping[str, str], chains: Mapping[ast.expr, str]) -> str:
    """The code with other names in it.

    Args:
        text: the code.
        uses: the places where names may be changed; names elsewhere stay.
        names: the new names by the old ones.
        chains: attributes that give way to a plain name: `text.LIMIT` to `LIMIT`.

    Raises:
        NotRenamedError: the result would not say the same.
    """
    places = [each for each in uses if names.get(each.name, each.name) != each.name]
    if not places and not chains:
        return text.text
    changes = _Changes(text)
    for use in places:
        changes.add(use.node, use.name, names[use.name])
    for chain, new in chains.items():
        changes.add(chain, ast.unparse(chain), new)
    result = Text(text.edited(Edit(*span, new) for span, new in changes.by_span.items()))
    try:
        said = canonical.text(result.tree)
    except SyntaxError as error:
        raise NotRenamedError from error
    expected = _Expected({id(each.node): names for each in places}, {id(each): new for each, new in chains.items()})
    if said != canonical.text(expected.of(text.tree)):
        raise NotRenamedError
    return result.text


class _Changes:
    """What is to stand in places of a text; several changes of one place are made one after the other."""

    def __init__(self, text: Text) -> None:
        self.by_span: dict[tuple[int, int], str] = {}
        self._text = text
        self._f_strings = {
            id(inner): each for each in ast.walk(text.tree) if isinstance(each, ast.JoinedStr) for inner in _below(each)
        }

    def add(self, node: ast.expr | ast.stmt, old: str, new: str) -> None:
        """Have `new` stand for the name or dotted name `old`."""
        span = self._span(node, old)
        if id(node) in self._f_strings and self._text.text[slice(*span)] != old:
            # Before Python 3.12, places in f-strings are not told rightly.
            span = self._text.span(self._f_strings[id(node)])
        before = self.by_span.get(span, self._text.text[slice(*span)])
        is_whole = isinstance(node, ast.Name | ast.Attribute) and id(node) not in self._f_strings
        self.by_span[span] = new if is_whole else re.sub(rf"(?<![\w.]){re.escape(old)}(?!\w)", new, before)

    def _span(self, node: ast.expr | ast.stmt, old: str) -> tuple[int, int]:
        start, end = self._text.span(node)
        if isinstance(node, FunctionNode | ast.ClassDef):
            found = re.compile(rf"\b{re.escape(old)}\b").search(self._text.text, start, end)
            return found.span() if found else (start, end)
        return start, end


def _below(node: ast.AST) -> list[ast.AST]:
    return [each for each in ast.walk(node) if each is not node]


class _Expected(ast.NodeTransformer):
    """The tree that the result has to have."""

    def __init__(self, renamed: Mapping[int, Mapping[str, str]], chains: Mapping[int, str]) -> None:
        self._renamed = renamed
        self._chains = chains

    def of(self, tree: ast.Module) -> ast.AST:
        """A changed copy of a tree."""
        memo: dict[int, object] = {}
        copied = copy.deepcopy(tree, memo)
        self._renamed = {id(memo[key]): names for key, names in self._renamed.items() if key in memo}
        self._chains = {id(memo[key]): new for key, new in self._chains.items() if key in memo}
        return self.visit(copied)

    def visit(self, node: ast.AST) -> ast.AST:
        """The node as it is to be."""
        new = self._chains.get(id(node))
        if new is not None:
            return ast.Name(new, getattr(node, "ctx", ast.Load()))
        names = self._renamed.get(id(node))
        if isinstance(node, ast.Name) and names:
            node.id = names.get(node.id, node.id)
        elif isinstance(node, FunctionNode | ast.ClassDef) and names:
            node.name = names.get(node.name, node.name)
        elif isinstance(node, ast.Global) and names:
            node.names = [names.get(each, each) for each in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and names:
            node.value = _in_string(node.value, names)
        return super().visit(node)


def _in_string(text: str, names: Mapping[str, str]) -> str:
    for old, new in names.items():
        text = re.sub(rf"(?<![\w.]){re.escape(old)}(?!\w)", new, text)
    return text
