"""Write a typed signature and a docstring; the first call writes, proves and files the function."""

from __future__ import annotations

from jiti.decorator import jiti, required_for
from jiti.errors import (
    ApprovalNeededError,
    BrokenImplementationError,
    BudgetExceededError,
    ConfigError,
    ConflictError,
    FrozenError,
    GenerationCycleError,
    GenerationError,
    JitiError,
    MergeError,
    ModelError,
    RealBodyError,
    SpecConflictError,
    StubError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jiti.clearing import clear
    from jiti.engine import Engine
    from jiti.usage import Budget

    __version__: str

__all__ = [
    "ApprovalNeededError",
    "BrokenImplementationError",
    "Budget",
    "BudgetExceededError",
    "ConfigError",
    "ConflictError",
    "Engine",
    "FrozenError",
    "GenerationCycleError",
    "GenerationError",
    "JitiError",
    "MergeError",
    "ModelError",
    "RealBodyError",
    "SpecConflictError",
    "StubError",
    "clear",
    "jiti",
    "required_for",
]


def __getattr__(name: str) -> object:
    """Names that cost time to load, and that a program which only calls its stubs does not use."""
    if name == "Engine":
        from jiti.engine import Engine

        return Engine
    if name == "Budget":
        from jiti.usage import Budget

        return Budget
    if name == "clear":
        from jiti.clearing import clear

        return clear
    if name == "__version__":
        from importlib.metadata import version

        return version("jiti")
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """The public names, those that are not loaded yet included."""
    return [*__all__, "__version__"]
