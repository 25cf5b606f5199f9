"""A diagnostic: one thing that a check found, told the same to the agent and to the user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding of one check.

    Attributes:
        check: `shape`, `policy`, `ruff`, `ty`, `example`, `scratch`, `gate` or `call`.
        path: what it is about: `candidate`, `tests`, or a path from the project root.
        line: 1-based line in that text, if it has one.
        code: the rule, in the words of the tool that found it (`F821`, `invalid-return-type`).
        message: what is wrong, short and exact; may run over several lines.
    """

    check: str
    path: str
    line: int | None
    code: str
    message: str

    def __str__(self) -> str:
        """One line for a short message: `ruff F821 candidate:4: undefined name 'x'`."""
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{self.check} {self.code} {place}: {self.message}"


def render(diagnostics: Iterable[Diagnostic], limit: int = 20) -> str:
    """The diagnostics a line each, at most `limit` of them, and how many were left out."""
    lines = [str(diagnostic) for diagnostic in diagnostics]
    if len(lines) > limit:
        lines[limit:] = [f"… and {len(lines) - limit} more"]
    return "\n".join(lines)
