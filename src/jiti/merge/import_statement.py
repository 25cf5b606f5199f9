"""One import statement with a name more or fewer; comments, brackets and line breaks stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from jiti.source import normalise_line_ends

if TYPE_CHECKING:
    from collections.abc import Collection

    from jiti.merge.implementation import Import


def with_name(statement: str, imported: Import) -> str:
    """A `from` import with one more name, sorted in where its own are sorted."""
    tree, node, names = _taken_apart(statement)
    alias = cst.AsName(cst.Name(imported.alias)) if imported.alias else None
    new = cst.ImportAlias(cst.Name(imported.name or ""), asname=alias)
    keys = [_sort_key(each.evaluated_name) for each in names]
    later = [index for index, key in enumerate(keys) if key > _sort_key(imported.name or "")]
    between = _between(node)
    if later and keys == sorted(keys):
        names.insert(later[0], new.with_changes(comma=between))
    else:
        last = names[-1]
        names[-1] = last.with_changes(comma=_like(between, last.comma))
        names.append(new.with_changes(comma=_without_comment(last.comma)))
    return _code(tree, node, names)


def without_names(statement: str, unwanted: Collection[int]) -> str:
    """An import with fewer names.

    Args:
        statement: its text.
        unwanted: the places of those that go, counted from 0; others stay.
    """
    tree, node, names = _taken_apart(statement)
    kept = [each for index, each in enumerate(names) if index not in unwanted]
    last = names[-1].comma
    if kept[-1] is not names[-1]:
        closing = _like(last, kept[-1].comma) if isinstance(last, cst.Comma) else last
        kept[-1] = kept[-1].with_changes(comma=closing)
    return _code(tree, node, kept)


def _taken_apart(statement: str) -> tuple[cst.Module, cst.Import | cst.ImportFrom, list[cst.ImportAlias]]:
    try:
        tree = cst.parse_module(normalise_line_ends(statement))
    except cst.ParserSyntaxError as error:
        raise ValueError(str(error)) from error
    match tree.body:
        case [cst.SimpleStatementLine(body=[(cst.Import() | cst.ImportFrom()) as node])]:
            return tree, node, [] if isinstance(node.names, cst.ImportStar) else list(node.names)
    message = f"not one import: {statement!r}"
    raise ValueError(message)


def _code(tree: cst.Module, node: cst.Import | cst.ImportFrom, names: list[cst.ImportAlias]) -> str:
    changed = tree.deep_replace(node, node.with_changes(names=names))
    return changed.code if isinstance(changed, cst.Module) else tree.code


def _sort_key(name: str) -> tuple[int, str]:
    """Constants first, then classes, then all else, as ruff and isort have them."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name


def _between(node: cst.Import | cst.ImportFrom) -> cst.Comma:
    """What separates the names of a statement."""
    opening = node.lpar.whitespace_after if isinstance(node, cst.ImportFrom) and node.lpar else None
    if isinstance(opening, cst.ParenthesizedWhitespace):
        plain = cst.TrailingWhitespace()
        return cst.Comma(whitespace_after=opening.with_changes(first_line=plain, empty_lines=()))
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def _like(between: cst.Comma, last: cst.Comma | cst.MaybeSentinel) -> cst.Comma:
    """What separates names, with the comment that stands behind the last one."""
    old = last.whitespace_after if isinstance(last, cst.Comma) else None
    new = between.whitespace_after
    if isinstance(old, cst.ParenthesizedWhitespace) and isinstance(new, cst.ParenthesizedWhitespace):
        return between.with_changes(whitespace_after=new.with_changes(first_line=old.first_line))
    return between


def _without_comment(last: cst.Comma | cst.MaybeSentinel) -> cst.Comma | cst.MaybeSentinel:
    old = last.whitespace_after if isinstance(last, cst.Comma) else None
    if isinstance(last, cst.Comma) and isinstance(old, cst.ParenthesizedWhitespace):
        return last.with_changes(whitespace_after=old.with_changes(first_line=cst.TrailingWhitespace()))
    return last
