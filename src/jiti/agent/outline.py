"""What a Python file holds, in a line each: classes and functions, their signatures, their docstrings' first lines."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEFINITION = re.compile(r"[ \t]*(?:async +def|def|class)\b.*")


def outline(text: str) -> list[str]:
    """The lines of an outline, each with the line number of what it names.

    A file that does not parse is outlined by the look of its lines, and the first line says so.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in the user's file is not ours to report
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        where = f"line {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else str(error)
        found = [
            f"{number}\t{line.rstrip()}" for number, line in enumerate(text.split("\n"), 1) if _DEFINITION.match(line)
        ]
        return [f"(does not parse: {where}; what follows goes by the look of the lines)", *found]
    return list(_outlined(tree.body, ""))


def _outlined(body: list[ast.stmt], indent: str) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            bases = ", ".join(ast.unparse(base) for base in [*statement.bases, *statement.keywords])
            yield _line(statement, f"{indent}class {statement.name}{f'({bases})' if bases else ''}")
            yield from _outlined(statement.body, indent + "    ")
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            keyword = "async def" if isinstance(statement, ast.AsyncFunctionDef) else "def"
            returns = f" -> {ast.unparse(statement.returns)}" if statement.returns else ""
            marks = "".join(f"@{ast.unparse(each)} " for each in statement.decorator_list)
            signature = f"{statement.name}({ast.unparse(statement.args)}){returns}"
            yield _line(statement, f"{indent}{marks}{keyword} {signature}")
        elif isinstance(statement, ast.If | ast.Try):  # what is defined under a condition counts as well
            yield from _outlined([*statement.body, *statement.orelse], indent)


def _line(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, text: str) -> str:
    docstring = ast.get_docstring(node) or ""
    first = docstring.partition("\n")[0]
    return f"{node.lineno}\t{text}{f'  # {first}' if first else ''}"
