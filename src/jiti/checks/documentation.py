"""What is known of an installed object or package: signature, docstring, README."""

from __future__ import annotations

import difflib
import importlib
import inspect
import re
from importlib import metadata
from types import ModuleType
from typing import Any

from jiti import distributions

_CHARACTERS = 4_000
_MISSING = object()


def of(name: str) -> str:
    """Signature and docstring of a dotted name; of a package, its README too.

    A name that does not lead anywhere gets the names that are near it, and the parts of the package's
    README that mention it.
    """
    name = name.strip()
    found, reached = _resolve(name)
    if found is _MISSING:
        return _readme_of(name) or _unknown(name, reached)
    parts = [_heading(name, found), inspect.getdoc(found) or "(no docstring)"]
    if "." not in name and (readme := _readme_of(name)):
        parts.append(readme)
    return "\n\n".join(parts)[: 2 * _CHARACTERS]


def _resolve(name: str) -> tuple[Any, Any]:
    """The object that a dotted name means, if it does, and the last one on the way to it."""
    parts = name.split(".")
    reached: Any = _MISSING
    for number, part in enumerate(parts, start=1):
        inner = getattr(reached, part, _MISSING) if reached is not _MISSING else _MISSING
        if inner is _MISSING and (reached is _MISSING or isinstance(reached, ModuleType)):
            inner = _module(".".join(parts[:number]))
        if inner is _MISSING:
            return _MISSING, reached
        reached = inner
    return reached, reached


def _module(name: str) -> object:
    try:
        return importlib.import_module(name)
    except Exception:  # noqa: BLE001 - an installed module may fail in any way; then there is nothing to tell of it
        return _MISSING


def _heading(name: str, found: object) -> str:
    if isinstance(found, ModuleType):
        public = [each for each in getattr(found, "__all__", dir(found)) if not each.startswith("_")]
        return f"module {name}: {', '.join(public)}"[:_CHARACTERS]
    try:
        return f"{name}{inspect.signature(found)}"  # ty: ignore[invalid-argument-type] - a TypeError says that it has none
    except (TypeError, ValueError):
        return f"{name}: {type(found).__name__}"


def _unknown(name: str, reached: object) -> str:
    if reached is _MISSING:
        known = set(distributions.by_package())
        at = "no installed package or module"
    else:
        known = set(dir(reached))
        at = f"nothing in {getattr(reached, '__name__', type(reached).__name__)}"
    *above, last = name.split(".")
    near = difflib.get_close_matches(last if above else name, known, n=5)
    lines = [f"{name}: {at} has that name."]
    if near:
        lines.append(f"Near: {', '.join(near)}")
    if above and (mentions := _mentions(above[0], last)):
        lines.append(f"From the README of {above[0]}:\n{mentions}")
    return "\n".join(lines)


def _readme_of(name: str) -> str:
    """The beginning of the README of a distribution, or of the one that an import name belongs to."""
    for distribution in (name, *distributions.by_package().get(name, ())):
        try:
            found = metadata.metadata(distribution)
        except (metadata.PackageNotFoundError, ValueError):
            continue
        text = str(found.json.get("description", ""))
        return f"{distribution} {found['Version']}: {found['Summary'] or ''}\n\n{text}"[:_CHARACTERS]
    return ""


def _mentions(package: str, word: str) -> str:
    for distribution in distributions.by_package().get(package, ()):
        text = str(metadata.metadata(distribution).json.get("description", ""))
        paragraphs = [each for each in re.split(r"\n\s*\n", text) if word.lower() in each.lower()]
        return "\n\n".join(paragraphs)[:_CHARACTERS]
    return ""
