"""Comments of implementations that the user's file has no place for: they come to stand above the function."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from jiti import definition, syntax
from jiti.figures import count
from jiti.merge.text import Edit, Text
from jiti.splice.reachable import REMARKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jiti.definition import Definition
    from jiti.syntax import StubNode

_FOR_TOOLS = (*definition.PRAGMAS, "ruff:", "isort:", "flake8:", "pylint:", "mypy:")


def is_for_tools(comment: str) -> bool:
    """Whether a comment is about the very line or file that it stands in, and says nothing to people."""
    return comment.lstrip("# ").lower().startswith(_FOR_TOOLS)


def kept(merged: Text, before: Text, items: Sequence[tuple[Definition, str]]) -> tuple[str, list[str]]:
    """A merged file with all comments of its implementations.

    Those that came neither with a body, nor with a helper or an import, are put above the function: such as stood
    above an import that the file has already, beside the `def`, or at the file's end.

    Args:
        merged: the file after the merge.
        before: the file as it was.
        items: the stubs, each with the code of its implementation.

    Returns:
        The text, and what a person should know of it.
    """
    arrived = Counter(_comments(merged)) - Counter(_comments(before))
    edits, notes = [], []
    for stub, code in items:
        lost = []
        known = _of_stub(before, stub)
        for comment in _comments(Text(code)) if "#" in code else ():
            if arrived[comment]:
                arrived[comment] -= 1
            elif comment not in known and not is_for_tools(comment):
                lost.append(comment)
        if lost:
            edits.append(_above(merged, _same(merged, before, stub), lost))
            told = f"{count(len(lost), 'comment')} of its file in .jiti/"
            notes.append(f"{stub.declaration.qualname}: {told} stand{'s' * (len(lost) == 1)} above it now")
    return merged.edited(edits), notes


def _comments(text: Text) -> Iterable[str]:
    return [each.rstrip() for each in text.comments.values()]


def _of_stub(before: Text, stub: Definition) -> set[str]:
    """The comments that an implementation has from its stub, or from jiti."""
    first, last = syntax.span(stub.node)
    return {*REMARKS.values(), *(before.comments.get(number, "").rstrip() for number in range(first, last + 1))}


def _same(merged: Text, before: Text, stub: Definition) -> StubNode:
    """What a stub has become: of several definitions of its name, that in the same place."""
    qualname = stub.declaration.qualname
    old = [node.lineno for node, name, _ in syntax.all_definitions(before.tree) if name == qualname]
    new = [node for node, name, _ in syntax.all_definitions(merged.tree) if name == qualname]
    return new[old.index(stub.node.lineno)]


def _above(text: Text, node: StubNode, comments: list[str]) -> Edit:
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    line = text.line(first)
    indentation = line[: len(line) - len(line.lstrip())].rpartition("\f")[2]
    at = text.offset(first)
    return Edit(at, at, "".join(f"{indentation}{each}\n" for each in comments))
