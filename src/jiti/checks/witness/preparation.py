"""What a job does before the first witness call: text that stands in for candidates, imports, and what to hide."""

from __future__ import annotations

import ast
import glob
import importlib
import importlib.util
import os
import sys
import sysconfig
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Tests:
    """The tests of this process.

    Attributes:
        running: gives those of this job, the one that runs first.
        collected: gives all that are in memory.
    """

    running: Callable[[], Sequence[Any]]
    collected: Callable[[], Sequence[Any]]


def stand_in(key: str) -> str:
    """An implementation of a stub that has the witness make each call."""
    *owners, name = key.rpartition("::")[2].split(".")
    call = f"jiti.trial.current.witness.called({key!r})"
    lines = ["import jiti.trial"]
    lines += [f"{'    ' * depth}class {owner}:" for depth, owner in enumerate(owners)]
    lines.append(f"{'    ' * len(owners)}{name} = {f'staticmethod({call})' if owners else call}")
    return "\n".join([*lines, ""])


def import_for(text: str) -> None:
    """Import the installed modules that a candidate imports, once for all its calls; nothing of the candidate runs."""
    folders = tuple(
        os.path.join(os.path.realpath(path), "")
        for name in ("stdlib", "platstdlib", "purelib", "platlib")
        if (path := sysconfig.get_path(name))
    )
    for name in _imported(text):
        top = name.partition(".")[0]
        try:
            spec = None if name in sys.modules or top in sys.modules else importlib.util.find_spec(top)
            if spec is not None and os.path.realpath(spec.origin or "").startswith(folders):
                importlib.import_module(name)
        except Exception:  # noqa: BLE001, S112 - the candidate will meet it again, and have it told
            continue


def _imported(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_modules(items: Iterable[Any]) -> list[ModuleType]:
    """The modules that tests and their conftest files are in."""
    found: list[ModuleType] = []
    for item in items:
        module = getattr(item, "module", None)
        if isinstance(module, ModuleType) and module not in found:
            found.append(module)
        plugins = getattr(getattr(item, "config", None), "pluginmanager", None)
        for each in getattr(plugins, "_conftest_plugins", ()):
            if isinstance(each, ModuleType) and each not in found:
                found.append(each)
    return found


def files_of(modules: Sequence[ModuleType]) -> list[str]:
    """The files of modules, and what Python and pytest have compiled of them."""
    found = []
    for module in modules:
        path = getattr(module, "__file__", None)
        if isinstance(path, str):
            folder, name = os.path.split(path)
            stem = glob.escape(os.path.join(folder, "__pycache__", name.removesuffix("py")))
            found += [path, *glob.glob(f"{stem}*.pyc")]
    return found
