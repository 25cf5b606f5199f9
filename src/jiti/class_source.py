"""The text of a class that is a stub as a whole, cut out of its source file around one of its methods.

A class object does not say where it stands (from Python 3.13 on it says where it begins), and its methods do.
"""

from __future__ import annotations

from jiti import stub
from jiti.errors import StubError
from jiti.home import NOTEBOOK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FunctionType

    from jiti.source import SourceFile
    from jiti.stub import Declaration


def declaration_of(qualname: str, methods: Sequence[FunctionType]) -> Declaration:
    """Where a class is, and its text, cut out by line numbers and indentation; nothing is parsed.

    Args:
        qualname: the class's.
        methods: functions of it, as they were written.

    Raises:
        StubError: as `jiti.stub.declaration_of`; or the file no longer holds the class.
    """
    method = stub.unwrap(methods[0])
    home, path, file = stub.located(method)
    if path == NOTEBOOK:
        return stub.declaration_for(home.root, f"{path}::{qualname}")
    below = method.__code__.co_firstlineno
    head = _line_of_class(file, qualname.rpartition(".")[2], below)
    if head is None:
        message = f"{path}:{below}: the class around {method.__qualname__} no longer stands there"
        raise StubError(message, hint="start the program again")
    first = _first_line(file, head)
    text = file.block(first, max(head, _last_line(methods, file)))
    return stub.Declaration(home.root, path, qualname, first, text, home)


def _line_of_class(file: SourceFile, name: str, below: int) -> int | None:
    """The line of the innermost `class` statement of that name around a line."""
    if below > len(file.lines):
        return None
    deeper = _indent(file.lines[below - 1])
    for number in range(below - 1, 0, -1):
        line = file.lines[number - 1]
        if _indent(line) < deeper and _is_head(line, name):
            return number
    return None


def _is_head(line: str, name: str) -> bool:
    word, _, rest = line.strip().partition(" ")
    after = rest.lstrip().removeprefix(name)
    return word == "class" and after != rest.lstrip() and not (after[:1].isalnum() or after[:1] == "_")


def _first_line(file: SourceFile, head: int) -> int:
    """Where the decorators of a class begin."""
    indent = _indent(file.lines[head - 1])
    first = head
    for number in range(head - 1, 0, -1):
        line = file.lines[number - 1]
        if line.strip() and _indent(line) <= indent and line[indent : indent + 1] not in _OF_DECORATORS:
            break
        if line.strip() and _indent(line) == indent and line[indent] == "@":
            first = number
    return first


_OF_DECORATORS = ("@", "#", ")", "]", "}")


def _last_line(methods: Sequence[FunctionType], file: SourceFile) -> int:
    lines = (line for each in methods for _, _, line in each.__code__.co_lines() if line)
    return min(max(lines, default=1), len(file.lines))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
