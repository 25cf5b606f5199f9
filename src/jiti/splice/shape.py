"""What a submission is turned down for before any tool has looked at it."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING, Literal

from jiti.diagnostics import Diagnostic, render

if TYPE_CHECKING:
    from collections.abc import Iterable

Part = Literal["body", "helpers"]
"""The fields of a submission that hold code."""
TOO_DEEP = "too deeply nested for Python"


class ShapeError(Exception):
    """A submission that cannot be made into an implementation.

    Args:
        diagnostics: why; their lines count in the submitted text that `path` names, `body` or `helpers`.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(render(self.diagnostics))


def problem(part: Part, line: int | None, code: str, message: str) -> Diagnostic:
    """One thing that is wrong with the shape of a submission."""
    return Diagnostic("shape", part, line, code, message)


def parse(text: str) -> ast.Module:
    """The syntax tree of a text, which must also pass the checks that Python makes when it compiles.

    Raises:
        SyntaxError: it is not Python, whatever Python's own reason (depth and odd characters included).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ruff tells the agent; the user has no part in it
        try:
            tree = ast.parse(text)
            compile(text, "<candidate>", "exec", dont_inherit=True)
        except (RecursionError, MemoryError) as error:
            raise SyntaxError(TOO_DEEP) from error
        except ValueError as error:  # odd characters
            raise SyntaxError(str(error)) from error
    return tree
