"""A generation's error, written down for other processes: plain JSON, since what lies in a file may be anybody's."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from jiti.diagnostics import Diagnostic
from jiti.errors import BudgetExceededError, ConfigError, GenerationError, ModelError, SpecConflictError
from jiti.usage import Budget, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jiti.errors import JitiError

_KINDS: Mapping[str, type[JitiError]] = {
    kind.__name__: kind for kind in (BudgetExceededError, ConfigError, GenerationError, ModelError, SpecConflictError)
}
_TEXTS = ("key", "hint", "session", "reason", "conflict")
_OBJECTS: Mapping[str, Callable[[Any], object]] = {
    "usage": lambda told: Usage(**told),
    "spent": lambda told: Usage(**told),
    "limit": lambda told: Budget(**told),
    "diagnostics": lambda told: tuple(Diagnostic(**each) for each in told),
}


def write(error: JitiError) -> str:
    """The error with all that is known of it, but its cause."""
    return json.dumps({"type": type(error).__name__, "message": error.args[0], "data": vars(error)}, default=asdict)


def read(text: str) -> JitiError | None:
    """What `write` wrote; None where it is something else, as another version's may be."""
    try:
        told = json.loads(text)
        error = _KINDS[told["type"]](str(told["message"]))
        for name, value in told["data"].items():
            if value is not None and name in _OBJECTS:
                setattr(error, name, _OBJECTS[name](value))
            elif value is not None and name in _TEXTS:
                setattr(error, name, str(value))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return error
