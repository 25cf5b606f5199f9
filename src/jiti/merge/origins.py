"""Where what a file calls by some name was defined: followed through imports, each file read and none run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiti.gates.modules import UNREADABLE, AmbiguousModuleError
from jiti.gates.scope import ImportedName

if TYPE_CHECKING:
    from jiti.gates.modules import Modules

Origin = tuple[str, str]
"""A file of the project and a name in it; or else a module's name and a name in that."""

_MOST_STEPS = 20


def origin_of(modules: Modules, path: str, name: str, steps: int = _MOST_STEPS) -> Origin | None:
    """Where a name of a file comes from.

    Args:
        modules: the project's.
        path: the file, from the project root.
        name: as it is called there.
        steps: how many imports are followed.

    Returns:
        None where it cannot be told.
    """
    try:
        found = modules.at(path).scope.bindings.get(name, [])
    except UNREADABLE:
        return None
    if len(found) != 1 or not steps:
        return None
    [binding] = found
    if not isinstance(binding, ImportedName):
        return path, name
    return imported_from(modules, path, binding, steps - 1)


def imported_from(modules: Modules, importer: str, binding: ImportedName, steps: int = _MOST_STEPS) -> Origin | None:
    """Where what an import takes out of a module comes from; as `origin_of`."""
    try:
        paths = (
            modules.relative(binding.module, importer, binding.level)
            if binding.level
            else modules.named(binding.module, importer)
        )
    except AmbiguousModuleError:
        return None
    files = [each for each in paths if not each.endswith("/")]
    if not files:
        return None if binding.level else (binding.module, binding.name)
    return origin_of(modules, files[0], binding.name, steps)
