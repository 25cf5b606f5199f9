"""Whether the file on disk still holds the stub that a process has imported."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING

from jiti import source
from jiti.errors import StubError
from jiti.stub import mangled

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FunctionType

    from jiti.definition import Definition


def require_unchanged(definition: Definition, function: FunctionType) -> None:
    """Make sure that the file on disk still holds the stub that this process imported.

    Raises:
        StubError: parameters or docstring differ.
    """
    if isinstance(definition.node, ast.ClassDef):
        _require_same_method(definition, function)
        return
    code = function.__code__
    count = code.co_argcount + code.co_kwonlyargcount
    arguments = definition.node.args
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    loaded = function.__doc__
    if tuple(_mangled(names, definition.owners)) != code.co_varnames[:count] or (
        loaded is not None and inspect.cleandoc(loaded) != definition.docstring
    ):
        declaration = definition.declaration
        message = f"{declaration.place}: {declaration.qualname} changed on disk since it was imported"
        raise StubError(message, key=declaration.key, hint="start the program again")


def _require_same_method(definition: Definition, function: FunctionType) -> None:
    """Make sure that a class still has the method that was called, as it was imported."""
    named = {each.declaration.qualname: each for each in definition.methods}
    for name in (function.__qualname__, *(f"{function.__qualname__}.{each}" for each in source.ACCESSORS)):
        if name in named:
            try:
                return require_unchanged(named[name], function)
            except StubError:
                continue
    declaration = definition.declaration
    message = f"{declaration.place}: {function.__qualname__} changed on disk since it was imported"
    raise StubError(message, key=declaration.key, hint="start the program again")


def _mangled(names: Iterable[str], owners: tuple[str, ...]) -> list[str]:
    return [mangled(each, owners[-1]) if owners else each for each in names]
