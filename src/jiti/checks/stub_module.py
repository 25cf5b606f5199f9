"""Importing the stub's module in a child, as far as the parent had imported it."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from typing import TYPE_CHECKING

from jiti.trial import Needed

if TYPE_CHECKING:
    from types import ModuleType

    from jiti.checks.reports import ReportingTrial


def load(name: str, file: str, key: str, trial: ReportingTrial) -> ModuleType:
    """The stub's module, imported by the name that import statements use.

    A script may call its stub at module level. The module then stays as it stood at that call, which
    is the very state in which the live call was made.

    Args:
        name: the module's importable name.
        file: the source file that it must come from; where another module has the name, it is loaded from there.
        key: the stub that is on trial.
        trial: the trial in force.

    Raises:
        Needed: another stub is called at module level, and has no implementation.
        Exception: whatever the module raises.
    """
    module = _imported(name, key, trial)
    if module is None or not _is_from(module, file):
        module = _loaded_from_file(name, file, key, trial)
    return module


def _imported(name: str, key: str, trial: ReportingTrial) -> ModuleType | None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # it is there, and imports something that is not
    except Needed:
        _keep_half_run(key, trial)
    return sys.modules.get(name)


def _loaded_from_file(name: str, file: str, key: str, trial: ReportingTrial) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        message = f"{file} is no Python source file"
        raise ImportError(message)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Needed:
        _keep_half_run(key, trial)
    return module


def _keep_half_run(key: str, trial: ReportingTrial) -> None:
    """Put back the modules that a failed import took away, if it was the stub on trial that it failed for.

    Raises:
        Needed: it was another stub.
    """
    if trial.needs[-1]["key"] != key:
        raise Needed(trial.needs[-1]["key"])
    for name, module in trial.modules.items():
        sys.modules.setdefault(name, module)
    trial.needs.clear()


def _is_from(module: ModuleType, file: str) -> bool:
    origin = getattr(module, "__file__", None)
    return origin is not None and os.path.realpath(origin) == os.path.realpath(file)
