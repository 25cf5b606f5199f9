"""What is installed: which distributions an import name comes from."""

from __future__ import annotations

from functools import cache
from importlib import metadata
from importlib.machinery import all_suffixes

_SUFFIXES = tuple(sorted(all_suffixes(), key=len, reverse=True))


@cache
def by_package() -> dict[str, list[str]]:
    """The names of the distributions that each top-level module or package is from.

    As `importlib.metadata.packages_distributions`, from the lists of files alone: that function asks the system for
    each file of each distribution whether it is there, which takes seconds in a large environment.
    """
    found: dict[str, list[str]] = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        for package in sorted(_packages(distribution)) if name else ():
            found.setdefault(package, []).append(name)
    return found


def _packages(distribution: metadata.Distribution) -> set[str]:
    declared = distribution.read_text("top_level.txt")
    if declared is not None:
        return set(declared.split())
    recorded = distribution.read_text("RECORD")
    if recorded is None:
        return {name for file in distribution.files or () if (name := _package(file.as_posix()))}
    return {name for line in recorded.splitlines() if (name := _package(line.partition(",")[0].strip('"')))}


def _package(path: str) -> str:
    """The top-level module or package that a file belongs to; empty where it is no code that can be imported."""
    first, slash, _ = path.replace("\\", "/").partition("/")
    if not slash:
        first = next((first.removesuffix(each) for each in _SUFFIXES if first.endswith(each)), "")
    return first if first.isidentifier() and first != "__pycache__" else ""
