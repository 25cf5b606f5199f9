"""An implementation as it can stand in the user's file: with the names, imports and annotations of that."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from jiti.merge.implementation import Implementation
from jiti.merge.renaming import NotRenamedError, renamed
from jiti.merge.resolution import Resolver
from jiti.merge.text import Edit, Text
from jiti.splice.module_names import is_type_checking
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jiti.merge.file_names import FileNames
    from jiti.merge.resolution import Resolution


_BUILTINS = frozenset(dir(builtins))


def adapted(
    implementation: Implementation, file: FileNames, around: frozenset[str], reaches: Callable[[str], bool]
) -> tuple[Implementation, list[str]]:
    """An implementation for a file, and what a person should know of it.

    Args:
        implementation: as it is filed.
        file: the names of the file; what is needed of it is noted there.
        around: the names that functions around the stub bind.
        reaches: whether importing a module imports the file's own.

    Raises:
        MergeError: it cannot stand there.
    """
    definition = implementation.definition
    local = Implementation(definition, _with_types_apart(implementation.text))
    local = Implementation(definition, _without_own_imports(local, file, around))
    resolution = Resolver(local, file, around, reaches).resolve()
    try:
        code = renamed(local.text, local.uses, resolution.names, resolution.chains)
    except NotRenamedError as error:
        names = ", ".join(f"`{each}`" for each in resolution.names) or "the module itself"
        raise implementation.refusal(f"{names} cannot be called otherwise everywhere") from error
    code = _with_statements(Text(code), _inside(local, resolution))
    if (local.has_future_annotations or resolution.inside) and not file.has_future_annotations:
        code = _with_quotes(Implementation(definition, code))
    return Implementation(definition, code), resolution.notes


def _with_types_apart(text: Text) -> str:
    """The code with imports for type checkers in blocks of their own, apart from what is defined for these."""
    edits = []
    for block in text.tree.body:
        if not isinstance(block, ast.If) or not is_type_checking(block.test):
            continue
        found = [each for each in block.body if isinstance(each, ast.Import | ast.ImportFrom)]
        if found and (block.orelse or len(found) < len(block.body)):
            lines = "".join(f"    {text.of(each)}\n" for each in found)
            at = text.offset(block.lineno)
            edits.append(Edit(at, at, f"if TYPE_CHECKING:\n{lines}\n"))
            is_whole = len(found) == len(block.body)
            edits += [Edit(*text.span(each), "pass") for each in found[:is_whole]]
            edits += [_whole(text, each) for each in found[is_whole:]]
    return text.edited(edits)


def _whole(text: Text, statement: ast.stmt) -> Edit:
    """Take a statement away, and the blank lines below it."""
    last = statement.end_lineno or statement.lineno
    while last < len(text.lines) and not text.line(last + 1).strip():
        last += 1
    return text.whole_lines(statement.lineno, last)


# ---------------------------------------------------------------- imports inside functions


def _without_own_imports(implementation: Implementation, file: FileNames, around: frozenset[str]) -> str:
    """The code without imports, inside its functions, of names that are local to the file."""
    text = implementation.text
    edits = {}
    for block in _blocks(text.tree):
        for statement in block:
            if _is_own(statement, file, around):
                whole = text.whole_lines(statement.lineno, statement.end_lineno or statement.lineno)
                edits[id(statement)] = Edit(*text.span(statement), "pass") if len(block) == 1 else whole
    return text.edited(edits.values())


def _blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """The blocks of statements inside functions."""
    functions = [each for each in ast.walk(tree) if isinstance(each, FunctionNode)]
    for node in (each for function in functions for each in ast.walk(function)):
        blocks = (getattr(node, name, None) for name in ("body", "orelse", "finalbody"))
        yield from (each for each in blocks if isinstance(each, list))


def _is_own(statement: ast.stmt, file: FileNames, around: frozenset[str]) -> bool:
    return (
        isinstance(statement, ast.ImportFrom)
        and statement.module == file.module.name
        and all(each.asname in {None, each.name} and file.has(each.name) for each in statement.names)
        and around.isdisjoint(each.name for each in statement.names)
    )


def _inside(implementation: Implementation, resolution: Resolution) -> list[tuple[ast.AST, str]]:
    """The statements that functions are to begin with: each function with one."""
    found = dict.fromkeys((function, f"global {name}") for function, name in resolution.declared)
    for use in implementation.uses:
        each = resolution.inside.get(use.name)
        if each is not None and use.function is not None:
            found[use.function, each.statement] = None
    return list(found)


def _with_statements(text: Text, statements: list[tuple[ast.AST, str]]) -> str:
    """The code with statements at the beginning of functions, whose lines are those of another reading of it."""
    lines: dict[int, list[str]] = {}
    columns: dict[int, int] = {}
    for function, statement in statements:
        body = getattr(function, "body", [])
        is_docstring = len(body) > 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
        first = body[1] if is_docstring else body[0]
        line = min([first.lineno, *(each.lineno for each in getattr(first, "decorator_list", ()))])
        lines.setdefault(line, []).append(statement)
        columns[line] = first.col_offset
    edits = []
    for line, new in lines.items():
        at = text.offset(line)
        indentation = text.line(line)[: columns[line]]
        gap = "\n" if any(each.startswith(("import ", "from ")) for each in new) else ""
        edits.append(Edit(at, at, "".join(f"{indentation}{each}\n" for each in sorted(new, key=_global_first)) + gap))
    return text.edited(edits)


def _global_first(statement: str) -> tuple[bool, str]:
    return not statement.startswith("global "), statement


# ---------------------------------------------------------------- annotations


def _with_quotes(implementation: Implementation) -> str:
    """The code with its annotations quoted, for a file that evaluates them."""
    text = implementation.text
    helpers = [statement for each in implementation.helpers for statement in each.statements]
    evaluated = [*_evaluated(helpers), *_evaluated(implementation.statements, in_function=True)]
    edits = []
    for each in evaluated:
        names = {node.id for node in ast.walk(each) if isinstance(node, ast.Name)}
        if not isinstance(each, ast.Constant) and not names <= _BUILTINS:
            said = ast.unparse(each)
            edits.append(Edit(*text.span(each), repr(said) if '"' in said else f'"{said}"'))
    return text.edited(edits)


def _evaluated(nodes: Iterable[ast.AST], *, in_function: bool = False) -> Iterator[ast.expr]:
    """The annotations that Python evaluates: all but those of a function's variables."""
    for node in nodes:
        if not (in_function and isinstance(node, ast.AnnAssign)):
            yield from _annotations(node)
        is_scope = isinstance(node, FunctionNode | ast.ClassDef)
        inside = isinstance(node, FunctionNode) if is_scope else in_function
        yield from _evaluated(ast.iter_child_nodes(node), in_function=inside)


def _annotations(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.arg | ast.AnnAssign):
        return [node.annotation] if node.annotation is not None else []
    if isinstance(node, FunctionNode):
        return [node.returns] if node.returns is not None else []
    return []
