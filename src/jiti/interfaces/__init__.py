"""Interfaces: what the project's functions and classes promise to code that uses them, found by reading alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jiti import settings
from jiti.interfaces.known import Interfaces, header_line
from jiti.interfaces.wanted import Wanted

if TYPE_CHECKING:
    import ast

    from jiti.definition import Definition

__all__ = ["Interfaces", "Wanted", "header_line", "symbol_of", "used_by"]


def symbol_of(root: str, path: str, expression: ast.expr) -> str | None:
    """The key of the function or class of the project that an expression in a file means; None if it means none.

    Who asks more than once keeps an `Interfaces` and asks that.

    Args:
        root: absolute path of the project root.
        path: of the file, from the root, with `/`.
        expression: a name, or attributes of one.

    Raises:
        ConfigError: the project's settings cannot be read.
    """
    return Interfaces(root, settings.load(root, os.environ)).symbol_of(path, expression)


def used_by(definition: Definition) -> tuple[str, ...]:
    """The keys of the project's own functions and classes that a stub names in `uses=`.

    Raises:
        StubError: something there leads nowhere.
        ConfigError: the project's settings cannot be read.
    """
    root = definition.declaration.root
    return Interfaces(root, settings.load(root, os.environ)).used_by(definition)
