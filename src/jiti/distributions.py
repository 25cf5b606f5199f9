"""What is installed: which distributions an import name comes from, and what they say of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.machinery import all_suffixes

LONGEST_SUMMARY = 160
"""Characters; whatever a distribution calls its summary goes into each task."""
_SUFFIXES = tuple(sorted(all_suffixes(), key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class About:
    """What a distribution says of itself; `readme` is Markdown, reStructuredText or empty."""

    name: str
    version: str
    summary: str
    readme: str

    @property
    def title(self) -> str:
        """`requests 2.32.3: Python HTTP for Humans.`."""
        return f"{self.name} {self.version}: {self.summary}" if self.summary else f"{self.name} {self.version}"


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


def of_module(name: str) -> list[str]:
    """The names of the distributions that a module is from, by its dotted name.

    Several may share the package at its top (`google`, `azure`): of these, the ones that have files of the module, or
    else of the nearest package around it.
    """
    parts = name.split(".")
    sharing = list(dict.fromkeys(by_package().get(parts[0], ())))
    while len(sharing) > 1 and len(parts) > 1:
        path = "/".join(parts)
        having = [each for each in sharing if _has_files(each, path)]
        if having:
            return having
        parts.pop()
    return sharing


def about(name: str) -> About | None:
    """What an installed distribution says of itself; None where there is none of that name, or it cannot be read."""
    try:
        found = metadata.metadata(name).json
    except (metadata.PackageNotFoundError, ValueError, OSError):
        return None
    told = {field: str(found.get(field) or "").strip() for field in ("name", "version", "summary", "description")}
    nothing = "UNKNOWN"  # what old tools wrote where a field was left out
    readme, summary = (told[field] if told[field] != nothing else "" for field in ("description", "summary"))
    return About(told["name"] or name, told["version"], _on_a_line(summary), readme)


def packages_of(name: str) -> list[str]:
    """The top-level modules and packages that a distribution brings, without private ones if there are others."""
    wanted = _normalised(name)
    found = [package for package, names in by_package().items() if wanted in map(_normalised, names)]
    return sorted([each for each in found if not each.startswith("_")] or found)


@cache
def _has_files(name: str, path: str) -> bool:
    """Whether a distribution has files of a module or package, by its path."""
    try:
        recorded = metadata.distribution(name).read_text("RECORD") or ""
    except (metadata.PackageNotFoundError, ValueError, OSError):
        return False
    return any(line.strip('"').startswith((f"{path}/", f"{path}.")) for line in recorded.splitlines())


def _on_a_line(text: str) -> str:
    """A text without line breaks, cut where it is far longer than those that are meant to be read."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_SUMMARY else f"{text[: LONGEST_SUMMARY - 1].rstrip()}…"


def _normalised(name: str) -> str:
    return name.replace("_", "-").replace(".", "-").lower()


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
