"""Imports of jiti that nothing needs any more, and what else a file has of jiti for its stubs' sake."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti import syntax
from jiti.merge import import_statement
from jiti.merge.text import Edit, Text, removal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_Import = ast.Import | ast.ImportFrom
_ACTING = ast.Call | ast.NamedExpr | ast.Await


def without_jiti(text: str, before: Text, exported: Collection[str] = (), aliases: Collection[str] = ()) -> str:
    """The file without the imports of jiti that it needed before a merge, and needs no more.

    An alias such as `my = jiti(engine=…)` goes with them. What it never used stays: somebody else may.

    Args:
        text: the file after the merge.
        before: the file as it was.
        exported: the names that other files import from it.
        aliases: decorators of the file that are `@jiti` by way of another file: `my`, `ai.my`.
    """
    while True:
        read = Text(text)
        unused = before.words - read.words - set(exported)
        edits = list(_edits(read, read.tree.body, unused, syntax.JitiNames(read.tree, aliases), is_whole=False))
        if not edits:
            return text
        text = read.edited(edits)


def _edits(
    text: Text, body: list[ast.stmt], unused: set[str], names: syntax.JitiNames, *, is_whole: bool
) -> Iterator[Edit]:
    """Take away what is unneeded in a block of statements.

    Args:
        text: the file.
        body: the block.
        unused: the names that nothing needs any more.
        names: what the file calls jiti.
        is_whole: whether something has to stand in the block.
    """
    gone = [each for each in body if _is_unneeded(each, unused, names)]
    for statement in body:
        if statement in gone:
            is_first = is_whole and statement is body[0]
            yield (
                _pass_for(text, statement) if is_first and gone == body else removal(text, statement, is_first=is_first)
            )
        elif isinstance(statement, _Import):
            places = {index for index, each in enumerate(statement.names) if _is_jitis(statement, each, unused, names)}
            if places:
                yield Edit(*text.span(statement), import_statement.without_names(text.of(statement), places))
        else:
            for block in _blocks(statement):
                yield from _edits(text, block, unused, names, is_whole=True)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, [])
        if block:
            yield block
    for handler in getattr(statement, "handlers", ()):
        yield handler.body


def _is_unneeded(statement: ast.stmt, unused: set[str], names: syntax.JitiNames) -> bool:
    """Whether a statement does nothing but bring what of jiti's nothing needs any more."""
    if isinstance(statement, _Import):
        return all(_is_jitis(statement, alias, unused, names) for alias in statement.names)
    if isinstance(statement, ast.Assign) and names.is_jiti(statement.value):
        return all(isinstance(each, ast.Name) and each.id in unused for each in statement.targets)
    if isinstance(statement, ast.Try) or (isinstance(statement, ast.If) and _does_nothing(statement.test)):
        blocks = list(_blocks(statement))
        brings = any(_is_unneeded(each, unused, names) for block in blocks for each in block)
        return brings and all(_stands_in(each, unused, names) for block in blocks for each in block)
    return False


def _stands_in(statement: ast.stmt, unused: set[str], names: syntax.JitiNames) -> bool:
    """Whether a statement is unneeded, or stands in for jiti where that is not installed."""
    if isinstance(statement, ast.Pass | ast.Raise) or _is_unneeded(statement, unused, names):
        return True
    if isinstance(statement, ast.Assign) and _does_nothing(statement.value):
        return all(isinstance(each, ast.Name) and each.id in unused for each in statement.targets)
    return isinstance(statement, syntax.FunctionNode | ast.ClassDef) and statement.name in unused


def _does_nothing(value: ast.expr) -> bool:
    """Whether all that an expression does is to have a value: it calls nothing, and binds no name."""
    return isinstance(value, ast.Lambda) or not any(isinstance(each, _ACTING) for each in ast.walk(value))


def _is_jitis(statement: _Import, alias: ast.alias, unused: set[str], names: syntax.JitiNames) -> bool:
    """Whether one name of an import is jiti's, or tells type checkers of blocks that have gone; and is unused."""
    module = alias.name if isinstance(statement, ast.Import) else statement.module or ""
    level = getattr(statement, "level", 0)
    bound = alias.asname or (alias.name.partition(".")[0] if isinstance(statement, ast.Import) else alias.name)
    is_jitis = module.partition(".")[0] == "jiti" or (module, alias.name) == ("typing", "TYPE_CHECKING")
    leads_there = bound in {each.partition(".")[0] for each in names.aliases}
    return (leads_there or (is_jitis and not level)) and bound in unused


def _pass_for(text: Text, statement: ast.stmt) -> Edit:
    return Edit(*text.span(statement), "pass")
