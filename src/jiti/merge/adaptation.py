"""An implementation as it can stand in the user's file: with the names, imports and annotations of that."""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from typing import TYPE_CHECKING

from jiti.merge import scopes
from jiti.merge.class_implementation import implementation_of
from jiti.merge.renaming import NotRenamedError, renamed
from jiti.merge.resolution import Resolver
from jiti.merge.text import Edit, Text
from jiti.splice import layout
from jiti.splice.module_names import is_type_checking
from jiti.splice.names import bound_by
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jiti.merge.file_names import FileNames
    from jiti.merge.implementation import Implementation
    from jiti.merge.resolution import Resolution


_BUILTINS = frozenset(dir(builtins))
_DECLARED = ast.Global | ast.Nonlocal


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
    local = implementation_of(definition, _with_types_apart(implementation.text))
    local = implementation_of(definition, _without_own_imports(local, file, around))
    resolution = Resolver(local, file, around, reaches).resolve()
    try:
        code = renamed(local.text, local.uses, resolution.names, resolution.chains)
    except NotRenamedError as error:
        names = ", ".join(f"`{each}`" for each in resolution.names) or "the module itself"
        raise implementation.refusal(f"{names} cannot be called otherwise everywhere") from error
    code = _with_statements(Text(code), _inside(local, resolution))
    if (local.has_future_annotations or resolution.inside) and not file.has_future_annotations:
        code = _with_quotes(implementation_of(definition, code))
    return implementation_of(definition, code), resolution.notes


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
    edits = []
    helpers = {name for each in implementation.helpers for name, _ in bound_by(each.statements)}
    others = {
        each.bound for each in implementation.imports if (each.module, each.name) != (file.module.name, each.bound)
    }
    for function, hidden in _functions(text.tree.body, around | helpers | others):
        bound = Counter(scopes.bound_by(function.body))
        bound.update(name for each in ast.walk(function) if isinstance(each, _DECLARED) for name in each.names)
        bound.update({*scopes.parameter_names(function), *hidden})
        for block in _blocks(function):
            gone = [each for each in block if _is_own(each, file, bound)]
            for each in gone:
                is_last = len(gone) == len(block) and each is gone[-1]
                keeps_line = is_last or not text.is_alone(each)
                edits.append(Edit(*text.span(each), "pass") if keeps_line else _whole(text, each))
    return text.edited(edits)


def _functions(body: Iterable[ast.AST], around: frozenset[str]) -> Iterator[tuple[FunctionNode, frozenset[str]]]:
    """All functions in some code, each with the names that functions around it bind."""
    for node in body:
        if isinstance(node, FunctionNode):
            yield node, around
        inner = around | scopes.bound_in(node) if isinstance(node, FunctionNode) else around
        yield from _functions(ast.iter_child_nodes(node), inner)


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The blocks of statements that are a function's own: not those of functions and classes in it."""
    blocks = (getattr(node, name, None) for name in ("body", "orelse", "finalbody"))
    yield from (each for each in blocks if isinstance(each, list))
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, FunctionNode | ast.ClassDef | ast.Lambda):
            yield from _blocks(child)


def _is_own(statement: ast.stmt, file: FileNames, bound: Counter[str]) -> bool:
    """Whether an import can go: its names mean the same in the file, always, and nothing else in the function."""
    return (
        isinstance(statement, ast.ImportFrom)
        and statement.module == file.module.name
        and all(each.asname in {None, each.name} for each in statement.names)
        and all(file.binds_once(each.name) and bound[each.name] == 1 for each in statement.names)
    )


def _inside(implementation: Implementation, resolution: Resolution) -> list[tuple[FunctionNode, str]]:
    """The statements that functions are to begin with: each function with one."""
    found = dict.fromkeys((function, f"global {name}") for function, name in resolution.declared)
    for use in implementation.uses:
        each = resolution.inside.get(use.name)
        if each is not None and isinstance(use.function, FunctionNode):
            found[use.function, each.statement] = None
    return list(found)


def _with_statements(text: Text, statements: list[tuple[FunctionNode, str]]) -> str:
    """The code with statements at the beginning of functions, whose lines are those of another reading of it."""
    functions = {each.lineno: each for each in ast.walk(text.tree) if isinstance(each, FunctionNode)}
    by_line: dict[int, list[str]] = {}
    for function, statement in statements:
        by_line.setdefault(function.lineno, []).append(statement)
    edits = []
    for line, new in by_line.items():
        function = functions[line]
        body = function.body
        is_docstring = len(body) > 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
        lines = sorted(new, key=_global_first)
        lines += [""] if any(each.startswith(("import ", "from ")) for each in new) else []
        margin = text.before(body[0]) if not text.before(body[0]).strip() else text.before(function) + layout.INDENT
        if is_docstring:
            edits += _on_lines(text, body[0], [], margin)
        edits += _on_lines(text, body[is_docstring], lines, margin)
    return text.edited(edits)


def _on_lines(text: Text, statement: ast.stmt, above: list[str], margin: str) -> Iterator[Edit]:
    """Put lines above a statement, which comes to stand at the start of a line where it does not."""
    line = min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", ()))])
    start = text.offset(line)
    before = text.before(statement)
    if before.strip() and line == statement.lineno:
        kept = before.rstrip().rstrip(";").rstrip()
        lines = "".join(f"\n{margin}{each}" if each else "\n" for each in above)
        yield Edit(start + len(kept), start + len(before), f"{lines}\n{margin}")
    else:
        yield Edit(start, start, "".join(f"{before}{each}\n" if each else "\n" for each in above))


def _global_first(statement: str) -> tuple[bool, str]:
    return not statement.startswith("global "), statement


# ---------------------------------------------------------------- annotations


def _with_quotes(implementation: Implementation) -> str:
    """The code with its annotations quoted, for a file that evaluates them."""
    text = implementation.text
    definition = implementation.definition
    helpers = [statement for each in implementation.helpers for statement in each.statements]
    evaluated = [*_evaluated(helpers), *_evaluated(implementation.statements, in_function=not definition.is_class)]
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
