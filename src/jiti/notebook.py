"""Code without a file: the cells of a notebook, or what was typed at a prompt that remembers it.

Where such code runs, `linecache` knows its text, so that tracebacks can show it. What the cells define is
put together into one module of the working folder, which implementations and child processes import.
"""

from __future__ import annotations

import ast
import linecache
import os

from jiti.home import NOTEBOOK, source_path
from jiti.source import SourceFile

_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_VALUES = ast.Assign | ast.AnnAssign


def is_cell(path: str) -> bool:
    """Whether what code objects give for a file is the name of a cell."""
    return bool(linecache.getlines(path))


def laid_out(path: str) -> str:
    """The absolute path of a module that holds what the cells up to now define.

    Left out is what only does something: calls are not made again in each child process.

    Args:
        path: what the code objects of one cell give for a file; it counts as the last.

    Raises:
        OSError: the module cannot be written, or there is no working folder.
    """
    file = source_path(os.getcwd(), NOTEBOOK)
    text = _text([*(each for each in linecache.cache if _is_kin(each, path)), path])
    try:
        with open(file, encoding="utf-8") as existing:
            if existing.read() == text:
                return file
    except OSError:
        os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, "w", encoding="utf-8", newline="\n") as written:
        written.write(text)
    return file


def _is_kin(name: object, path: str) -> bool:
    """Whether a name is that of another cell: `<ipython-input-3-…>`, or a file beside it that does not exist."""
    if not isinstance(name, str) or name == path:
        return False
    if path.startswith("<"):
        return name.startswith(path.partition("-")[0] + "-")
    return os.path.dirname(name) == os.path.dirname(path) and not os.path.exists(name)


def _text(cells: list[str]) -> str:
    """The definitions of cells, in order; of those with one name the last."""
    parts: dict[str, str] = {}
    for number, cell in enumerate(cells):
        file = SourceFile(cell, "".join(linecache.getlines(cell)).encode())
        try:
            body = file.tree.body
        except SyntaxError:
            continue  # a magic, or an `await` outside any function
        for statement in body:
            name = _name_of(statement) or f"{number}:{statement.lineno}"
            if _is_kept(statement):
                parts.pop(name, None)
                parts[name] = file.block(_first_line(statement), statement.end_lineno or statement.lineno)
    return "\n\n".join(parts.values())


def _name_of(statement: ast.stmt) -> str | None:
    is_overload = any("overload" in ast.unparse(each) for each in getattr(statement, "decorator_list", ()))
    return statement.name if isinstance(statement, _DEFINITIONS) and not is_overload else None


def _first_line(statement: ast.stmt) -> int:
    return min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", ()))])


def _is_kept(statement: ast.stmt) -> bool:
    if isinstance(statement, _VALUES):
        return not any(isinstance(each, ast.Call | ast.Await) for each in ast.walk(statement))
    return isinstance(statement, _DEFINITIONS | ast.Import | ast.ImportFrom)
