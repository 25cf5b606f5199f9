"""Which stubs are not merged, why, and what would change that."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jiti.errors import JitiError
    from jiti.states import State
    from jiti.stub import Declaration

_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class Refusal:
    """A stub, or a file, that is not merged.

    Attributes:
        key: the stub's, or the file's path.
        reason: why, as the end of a sentence that begins with the key.
        hint: what to do about it.
        is_conflict: whether neither the stub nor its code may give way unasked.
        is_missing: whether there is no code.
    """

    key: str
    reason: str
    hint: str = ""
    is_conflict: bool = False
    is_missing: bool = False

    @classmethod
    def of_error(cls, key: str, error: JitiError) -> Refusal:
        """What an error says of a stub."""
        return cls(key, str(error.args[0]), error.hint or "")

    def __str__(self) -> str:
        """It as one sentence."""
        return self.reason if self.key in self.reason else f"{self.key} {self.reason}"

    def as_json(self) -> dict[str, Any]:
        """What `--json` says of it."""
        return {"key": self.key, "reason": self.reason, "hint": self.hint}


def refusal_of(declaration: Declaration, state: State) -> Refusal | None:
    """Why a stub in a state is not merged; None where it is."""
    key = declaration.key
    changed = " and ".join(state.changed)
    if state.runs and state.name != "outdated":
        return None
    if state.error is not None:
        return Refusal(key, f"is broken: {state.error.args[0]}", state.error.hint or "")
    reason, hint = _WHY.get(state.name, ("", ""))
    told = f"{reason or f'is {state.name}'}".format(changed=changed)
    return Refusal(key, told, hint.format(key=key), state.name == "conflict", state.name == "missing")


_WHY = {
    "missing": ("has no implementation", "call it, or run its tests with pytest: that has it written"),
    "stale": (
        "is stale: its {changed} changed since the code was written",
        "call it to have it written anew, or keep the code: jiti resolve {key} --keep",
    ),
    "unapproved": (
        "is unapproved: nobody has approved its code as it is",
        "read it, and let it pass: jiti approve {key}",
    ),
    "outdated": (
        "is outdated: its {changed} changed since the code was checked",
        "run pytest: what passes is noted, what does not is written anew",
    ),
    "conflict": (
        "is in conflict: its {changed} changed, and its code was edited by hand",
        "jiti resolve {key} --keep (the code fits as it is)  or  --regenerate (write it anew)",
    ),
}
"""Why a stub in a state is not merged, and what to do about it."""


def read_only(root: str, path: str) -> bool:
    """Whether a file says that nobody may write to it."""
    try:
        return not os.stat(os.path.join(root, *path.split("/"))).st_mode & _WRITABLE
    except OSError:
        return False
