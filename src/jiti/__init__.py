"""Write a typed signature and a docstring; the first call writes, proves and files the function.

PYTEST_DONT_REWRITE: it may be loaded before pytest is, which else warns that it came too late to rewrite asserts.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

    from jiti.clearing import clear
    from jiti.decorator import jiti, required_for
    from jiti.engine import Engine
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


_HOMES = {
    "Budget": "jiti.usage",
    "Engine": "jiti.engine",
    "clear": "jiti.clearing",
    "jiti": "jiti.decorator",
    "required_for": "jiti.decorator",
}
"""Where a public name is defined; the others are errors."""


def __getattr__(name: str) -> object:
    """The public names, each loaded when it is first used: pytest imports this package in projects without a stub."""
    if name == "__version__":
        from importlib.metadata import version

        return version("jiti")
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    home = __import__(_HOMES.get(name, "jiti.errors"), fromlist=[name])
    value = globals()[name] = getattr(home, name)
    return value


def __dir__() -> list[str]:
    """The public names, those that are not loaded yet included."""
    return [*__all__, "__version__"]


class _Implementations:
    """Finds what a pickle calls `_jiti.…`, in a process that has imported no stub yet: `jiti.loader` knows."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """As the import system asks for it, when nobody else has found the name."""
        if name != "_jiti" or "jiti.loader" in sys.modules:
            return None
        from jiti.loader import Finder

        return Finder.find_spec(name, path, target)


sys.meta_path.append(_Implementations)
