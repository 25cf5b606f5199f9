"""Importing the stub's module in a child, and the script that calls it."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import os
import sys
from typing import TYPE_CHECKING

from jiti.stub import SCRIPT_NAMES

if TYPE_CHECKING:
    from types import ModuleType

SPAWNED = "__mp_main__"
"""What a script is called in a process that is not its own, as multiprocessing has it: so that its guard is false."""


def load(name: str, file: str) -> ModuleType:
    """The stub's module, imported by the name that import statements use.

    Args:
        name: the module's importable name.
        file: the source file that it must come from; where another module has the name, it is loaded from there.

    Raises:
        Exception: whatever the module raises.
    """
    module = _imported(name)
    if module is None or not is_from(module, file):
        module = _loaded_from_file(name, file)
    return module


def _imported(name: str) -> ModuleType | None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # it is there, and imports something that is not
    return sys.modules.get(name)


def _loaded_from_file(name: str, file: str) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader(name, file)  # a script need not be called *.py
    spec = importlib.util.spec_from_file_location(name, file, loader=loader)
    if spec is None or spec.loader is None:
        message = f"{file} is no Python source file"
        raise ImportError(message)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def is_from(module: ModuleType, file: str) -> bool:
    """Whether a module was loaded from a file."""
    origin = getattr(module, "__file__", None)
    return origin is not None and os.path.realpath(origin) == os.path.realpath(file)


def program(module: str, file: str) -> tuple[str, str] | None:
    """The name by which a child has this process's script, as an import or one of its own, and the script's file.

    Args:
        module: the importable name of the stub's module.
        file: its source file, which may be the script.
    """
    main = sys.modules.get("__main__")
    path = getattr(main, "__file__", None)
    if main is None or path is None:
        return None
    if is_from(main, file):
        return module, file
    spec = getattr(main, "__spec__", None)
    name = spec.name if spec is not None else SPAWNED
    return (SPAWNED if name in SCRIPT_NAMES else name), os.path.abspath(path)
