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
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence


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


@dataclass(frozen=True, slots=True)
class Hidden:
    """What no candidate is to see.

    Attributes:
        modules: names of modules: tests, and what runs them.
        namespaces: names of tests' modules, marks of their functions, values of their parameters.
        files: device and number of the files that tests are in.
        names: these files' names.
    """

    modules: Collection[str]
    namespaces: Sequence[dict[Any, Any]]
    files: Collection[tuple[int, int]]
    names: Collection[str]

    @classmethod
    def of(cls, items: Sequence[Any], tests: Sequence[ModuleType]) -> Hidden:
        """All that belongs to some tests.

        Args:
            items: as pytest has collected them.
            tests: the modules that they and their conftest files are in.
        """
        ids = set(map(id, tests))
        tools = {"pytest", "_pytest", "pluggy", "__main__"}
        modules = [
            name for name, each in list(sys.modules.items()) if id(each) in ids or name.partition(".")[0] in tools
        ]
        namespaces = [vars(module) for module in tests]
        for item in items:
            namespaces.append(getattr(getattr(item, "callspec", None), "params", None) or {})
            namespaces.append(getattr(getattr(item, "function", None), "__dict__", None) or {})
        paths = _files_of(tests)
        found = [os.stat(path) for path in paths if os.path.exists(path)]
        files = frozenset((each.st_dev, each.st_ino) for each in found)
        own = [each for each in namespaces if isinstance(each, dict) and each]
        return cls(modules, own, files, frozenset(map(os.path.basename, paths)))


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


def _files_of(modules: Sequence[ModuleType]) -> list[str]:
    """The files of modules, and what Python and pytest have compiled of them."""
    found = []
    for module in modules:
        path = getattr(module, "__file__", None)
        if isinstance(path, str):
            folder, name = os.path.split(path)
            stem = glob.escape(os.path.join(folder, "__pycache__", name.removesuffix("py")))
            found += [path, *glob.glob(f"{stem}*.pyc")]
    return found
