"""What a person is told where the agent gave up: its reason, and the gates that it speaks of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jiti.agent.conversation import presentable
from jiti.errors import SpecConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiti.agent.task import Task
    from jiti.agent.tool import GaveUp
    from jiti.gates import Gate

_FEW = 2
"""Gates that are shown even if the agent named none of them."""
_FIRST_LINES, _LAST_LINES = 10, 8
"""Of a gate that is longer: its name and its cases, and what it asserts."""
_MOST_SHOWN = 6
"""Gates whose source is shown; of others, only the place."""


def error_of(task: Task, gave_up: GaveUp) -> SpecConflictError:
    """The error that ends a session in which the agent gave up; it shows the place and the source of each gate."""
    reason, conflict = presentable(gave_up.reason), presentable(gave_up.conflict)
    lines = [f"{task.key}: the agent gave up: {reason}", *([conflict] if conflict else [])]
    for number, gate in enumerate(_meant(task.gates, f"{reason}\n{conflict}")):
        lines.append(f"{gate.place}: {gate.qualname}")
        if number < _MOST_SHOWN:
            lines += [f"  {line}" for line in _excerpt(presentable(gate.text))]
    mended = "change the stub or a gate" if task.gates else "change the stub"
    again = "run pytest again" if task.is_test else "call it again"
    error = SpecConflictError("\n  ".join(lines), key=task.key, hint=f"{mended}, then {again}")
    error.reason, error.conflict = reason, conflict
    return error


def _meant(gates: Sequence[Gate], text: str) -> list[Gate]:
    """The gates that a text speaks of, by their names or places; all, where there are few or none is named."""
    if len(gates) <= _FEW:
        return [*gates]
    named = [gate for gate in gates if any(_says(text, name) for name in (gate.qualname.split(".")[-1], gate.place))]
    return named or [*gates]


def _says(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _excerpt(text: str) -> list[str]:
    lines = text.rstrip("\n").split("\n")
    left_out = len(lines) - _FIRST_LINES - _LAST_LINES
    if left_out <= 1:
        return lines
    return [*lines[:_FIRST_LINES], f"… {left_out} lines …", *lines[-_LAST_LINES:]]
