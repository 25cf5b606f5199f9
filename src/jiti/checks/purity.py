"""What a candidate does besides computing, against what its stub allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiti.allowed import EFFECTS
from jiti.diagnostics import Diagnostic
from jiti.effects.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jiti.definition import Definition

_SHOWN = {
    "env": "reads or changes the environment",
    "files": "reaches the file system",
    "network": "reaches the network",
    "output": "writes to, or reads from, the console or a log",
    "process": "starts or controls processes",
    "random": "draws random numbers",
    "state": "changes what outlives the call",
    "time": "reads the clock, or waits",
}


class Purity:
    """Judges the effects of one stub's candidates.

    Attributes:
        effects: those of the candidate that was read last, and what was seen of it since.
    """

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._allows = definition.allows
        self.effects: frozenset[str] = frozenset()

    def read(self, code: str) -> list[Diagnostic]:
        """What a candidate's tree says that its stub does not allow.

        Args:
            code: the candidate; it parses, and is not too deep for that.
        """
        found = read(code, self._definition.tree, self._definition.declaration.path)
        self.effects = frozenset(each.name for each in found)
        return [
            self._diagnostic(each.name, each.line, f"`{each.cause}`", code) for each in found if self._is_new(each.name)
        ]

    def seen(self, events: Iterable[Mapping[str, Any]], code: str) -> list[Diagnostic]:
        """What was seen of a candidate while it ran, and neither its stub allows nor its tree said.

        Args:
            events: as jobs report them; they are a claim.
            code: the candidate.
        """
        told = {(each["effect"], each["line"]): each["what"] for each in events if each["effect"] in EFFECTS}
        self.effects |= {effect for effect, _ in told}
        return [
            self._diagnostic(effect, line, f"seen while it ran: `{what}`", code)
            for (effect, line), what in sorted(told.items())
            if self._is_new(effect)
        ]

    def _is_new(self, effect: str) -> bool:
        return effect not in self._allows

    def _diagnostic(self, effect: str, line: int, cause: str, code: str) -> Diagnostic:
        allowed = f"only {', '.join(sorted(self._allows))}" if self._allows else "no effects"
        lines = code.split("\n")
        shown = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        setting = ", ".join(f'"{each}"' for each in sorted({*self._allows, effect}))
        message = (
            f"{cause} {_SHOWN[effect]}; the stub allows {allowed}. Do without it. If what the docstring says cannot be "
            f"done so, `give_up`: only the stub's author can allow it, by `@jiti(allow=[{setting}])`\n    {shown}"
        )
        return Diagnostic("policy", "candidate", line, f"effect-{effect}", message)
