"""Where a project's modules are imported from, and by which names."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from jiti import interpreter, own_engines, requirements
from jiti.errors import JitiError, StubError
from jiti.gates.import_path import extra_folders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiti.settings import Settings
    from jiti.stub import Declaration


def folders(root: str, settings: Settings) -> list[str]:
    """The folders that a project's modules are imported from, from the root with a closing `/`, the root's own empty.

    They are those that pytest's `pythonpath` and `[tool.jiti] sources` name, then `src/`, then the root.
    """
    src = ["src/"] if os.path.isdir(os.path.join(root, "src")) else []
    return list(dict.fromkeys([*extra_folders(root, settings), *src, ""]))


def open_to(root: str, places: Sequence[str]) -> None:
    """Let this process, and those that it starts, import from these folders of a project, before all others."""
    new = [os.path.join(root, *place.split("/")).rstrip(os.sep) for place in places]
    sys.path[:] = [*new, *(entry for entry in sys.path if entry not in new)]


def module_of(declaration: Declaration, places: Sequence[str]) -> str:
    """The name by which an import statement gets a stub's module."""
    for place in sorted(places, key=len, reverse=True):
        if place and declaration.path.startswith(place):
            name = declaration.path.removeprefix(place).removesuffix(".py").removesuffix("/__init__")
            return name.replace("/", ".")
    return requirements.source_module(declaration)


def own_engine(declaration: Declaration, module: str) -> object:
    """The engine that a stub's decorator names, for which its module is imported; None where it names none.

    Raises:
        StubError: the module cannot be imported.
        JitiError: the stub cannot be worked from.
    """
    try:
        with redirect_stdout(sys.stderr):  # what modules print is no part of what a command says
            return own_engines.engine_of(declaration, module)
    except JitiError:
        raise
    except (Exception, SystemExit) as error:  # the user's module is imported for that, and may raise anything
        told = f"{declaration.place}: {module} cannot be imported: {type(error).__name__}: {error}"
        raise StubError(told, key=declaration.key, hint=interpreter.hint_for(told, declaration.root)) from error
