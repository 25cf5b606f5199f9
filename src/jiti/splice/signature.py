"""A stub's signature and docstring as the user wrote them, comments and all."""

from __future__ import annotations

import ast
import copy
import inspect
import io
import tokenize
from typing import TYPE_CHECKING

from jiti import canonical, syntax
from jiti.splice.layout import INDENT
from jiti.splice.names import Names, of_signature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.definition import Definition
    from jiti.syntax import FunctionNode

_METHOD_DECORATORS = {"staticmethod", "classmethod", "property", "cached_property"}


def decorators(definition: Definition, *, has_getter: bool = False) -> list[str]:
    """The lines that say how a method is reached; all other decorators stay with the stub.

    Args:
        definition: the method.
        has_getter: whether the property that it is one half of stands in the file already.
    """
    node = definition.node
    lines: list[str] = []
    for each in _kept_decorators(definition):
        if syntax.accessor_of(each, node.name) and not has_getter:
            lines += [f"{node.name} = property()", ""]
        lines.append(f"@{ast.unparse(each)}")
    return lines


def accessor_of(definition: Definition) -> str:
    """Which half of a property a stub is; empty for everything else."""
    return syntax.accessor(definition.function)


def names(definition: Definition, node: FunctionNode) -> Names:
    """The names that a signature takes from the module around it, those of the decorators that it keeps included.

    Args:
        definition: the stub.
        node: its `def`, as `reachable` gives it.
    """
    kept = [each for each in _kept_decorators(definition) if not syntax.accessor_of(each, node.name)]
    of_decorators = {each.id for decorator in kept for each in ast.walk(decorator) if isinstance(each, ast.Name)}
    return of_signature(node) | Names(frozenset(of_decorators))


def _kept_decorators(definition: Definition) -> list[ast.expr]:
    if not definition.owners:
        return []
    node = definition.node
    return [
        each
        for each in node.decorator_list
        if getattr(each, "attr", getattr(each, "id", "")) in _METHOD_DECORATORS or syntax.accessor_of(each, node.name)
    ]


def header(definition: Definition, node: FunctionNode) -> list[str]:
    """The lines of a stub from its `def` to the colon, with the comments on them.

    Only the first line's indentation has a meaning, so it alone is taken away.

    Args:
        definition: the stub.
        node: its `def`, as `reachable` gives it; of one that was changed comments are lost.
    """
    if node is not definition.node:
        placeholder: list[ast.stmt] = [ast.Pass()]
        bare = copy.copy(node)
        bare.decorator_list, bare.body = [], placeholder
        return ast.unparse(bare).split("\n")[:-1]
    lines = definition.source.split("\n")[node.lineno - 1 :]
    row, column = end_of_signature(lines)
    taken = [*lines[: row - 1], lines[row - 1][:column]]
    return [taken[0].lstrip(), *taken[1:]]


def docstring(definition: Definition, depth: int) -> list[str]:
    """The lines of a stub's docstring, `depth` levels deep, with the comment behind it.

    It is moved by taking its old indentation away; where that would change what it says, it is left alone.
    """
    statement = definition.node.body[0]
    lines = definition.source.split("\n")
    first, last = statement.lineno - 1, (statement.end_lineno or statement.lineno) - 1
    start, end = statement.col_offset, statement.end_col_offset
    taken = [each.encode() for each in lines[first : last + 1]]
    behind = taken[-1][end:].decode().strip()
    taken[-1] = taken[-1][:end]
    old = taken[0][:start].decode()
    taken[0] = taken[0][start:]
    texts = [each.decode() for each in taken]
    old = old if not old.strip() else _indentation(lines[definition.node.lineno - 1]) + INDENT
    moved = [texts[0], *(_moved(each, old, INDENT * depth) for each in texts[1:])]
    if _content(moved) != definition.docstring:
        moved = texts
    if behind.startswith("#"):
        moved[-1] += f"  {behind}"
    return [INDENT * depth + moved[0], *moved[1:]]


def _moved(text: str, old: str, new: str) -> str:
    return new + text.removeprefix(old) if text.startswith(old) and text.strip() else text


def _content(lines: list[str]) -> str | None:
    """What a docstring says, as `cleandoc` leaves it; None where it is no longer one."""
    try:
        return inspect.cleandoc(ast.literal_eval("(" + "\n".join(lines) + ")"))
    except (SyntaxError, ValueError):
        return None


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def end_of_signature(lines: list[str]) -> tuple[int, int]:
    """Row (from 1) and column (from 0) behind the colon that ends a signature, and behind a comment that follows it.

    Args:
        lines: they begin with the `def`.
    """
    tokens = tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline)
    for token in _after_colon(tokens):
        return token.end
    message = "a signature without an end"
    raise ValueError(message)


def _after_colon(tokens: Iterator[tokenize.TokenInfo]) -> Iterator[tokenize.TokenInfo]:
    """The comment on the line of the colon that ends a signature; else that colon."""
    depth = 0
    lambdas: list[int] = []
    for token in tokens:
        if token.string == "lambda":
            lambdas.append(depth)
        elif token.type == tokenize.OP and token.string in {"(", "[", "{"}:
            depth += 1
        elif token.type == tokenize.OP and token.string in {")", "]", "}"}:
            depth -= 1
        elif token.type == tokenize.OP and token.string == ":":
            if lambdas and lambdas[-1] == depth:
                lambdas.pop()
            elif depth == 0:
                following = next(tokens)
                yield following if following.type == tokenize.COMMENT else token
                return


def is_same(composed: FunctionNode, definition: Definition, node: FunctionNode) -> bool:
    """Whether a function has the signature of `node` and its stub's docstring, whatever else it has."""
    return (
        type(composed) is type(node)
        and composed.name == node.name
        and canonical.text(composed.args) == canonical.text(node.args)
        and canonical.annotation(composed.returns) == canonical.annotation(node.returns)
        and canonical.text(*getattr(composed, "type_params", ())) == canonical.text(*getattr(node, "type_params", ()))
        and inspect.cleandoc(ast.get_docstring(composed, clean=False) or "") == definition.docstring
    )
