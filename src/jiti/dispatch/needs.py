"""What has to be there before an implementation can be run: read from its code, and looked for when it is to be run."""

from __future__ import annotations

import os
import sys
from types import CodeType, FunctionType, ModuleType

from jiti.dispatch import entry, timeless
from jiti.home import known_home
from jiti.placeholder import opmap
from jiti.stub import importable_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    # Modules, each with the dotted name of what is taken from there, or its own name.
    Needs: TypeAlias = tuple[tuple[str, str], ...]

_IMPORT_NAME, _LOAD_CONST, _EXTENDED_ARG = opmap["IMPORT_NAME"], opmap["LOAD_CONST"], opmap["EXTENDED_ARG"]
_LOAD_NAME = opmap["LOAD_NAME"]
_BY_NAME = frozenset({"__import__", "import_module", "eval", "exec"})
"""What may import a module that no instruction names."""


def needs_of(code: CodeType, written: FunctionType) -> Needs | None:
    """What has to be there before an implementation can be run: modules, and what it takes of them.

    What its functions import counts as well: its own code may call them. What comes with Python is left out.

    Args:
        code: the module's, as it was compiled.
        written: the stub, which is not nested in a function.

    Returns:
        None where it has to wait until the stub's own module was imported.
    """
    inner = tuple(timeless.inner_code(code))
    own = entry.root(written.__qualname__)  # which is bound later, to what stands above the stub perhaps
    if any(own in each.co_names or "__class__" in each.co_freevars for each in inner):
        return None
    if not timeless.is_timeless(code) or any(not _BY_NAME.isdisjoint(each.co_names) for each in (code, *inner)):
        return None
    names = {written.__module__, importable_name(written)}
    imported = dict.fromkeys(found for each in (code, *inner) for found in _imported(each))
    if any(not names.isdisjoint(each) or not each[0] for each in imported):
        return None
    return tuple(each for each in imported if not _is_pythons(each[0].partition(".")[0], written))


def are_there(needs: Needs, written: FunctionType) -> bool:
    """Whether an implementation can be run, for all that it needs, while the stub's module is being imported."""
    if not needs:
        return True
    name = importable_name(written)
    if name != written.__module__:
        return False  # a script, which other modules may import when they are called
    return all(name not in each and _is_there(*each) for each in needs)


def _is_pythons(package: str, written: FunctionType) -> bool:
    """Whether a package comes with Python, and not from the project by the same name."""
    home = known_home(written.__code__.co_filename)
    path = getattr(sys.modules.get(package), "__file__", None) or ""
    return package in sys.stdlib_module_names and not (home and path.startswith(home.root + os.sep))


def _imported(code: CodeType) -> Iterator[tuple[str, str]]:
    """The modules that code may import, each with the dotted name of what it takes from there, or its own name.

    An empty name stands for one that cannot be told. What stands below `if TYPE_CHECKING` is left out.
    """
    steps = code.co_code
    skipped = 0
    for at in range(0, len(steps), 2):
        if steps[at] == _LOAD_NAME and code.co_names[steps[at + 1]] == "TYPE_CHECKING":
            skipped = timeless.end_of_branch(steps, at + 2)
        if steps[at] != _IMPORT_NAME or at < skipped:
            continue
        if steps[at - 2] != _LOAD_CONST or steps[at - 4] == _EXTENDED_ARG:  # one of the two numbers is a long one
            yield "", ""
            continue
        name, parts = code.co_names[steps[at + 1]], code.co_consts[steps[at - 1]]
        yield from ((name, f"{name}.{part}") for part in parts or ())
        yield name, name


def _is_there(name: str, part: str) -> bool:
    """Whether importing a part of a module runs nothing, and is the same now and later: it has been imported.

    What is no function, class or module may well be given another value before the stub is called.
    """
    if not _is_imported(name):
        return False
    if part == name:
        return True
    found = vars(sys.modules[name]).get(part.removeprefix(f"{name}."))
    if found is None:
        return _is_imported(part)  # what the module does not have may be a module below it
    return callable(found) or isinstance(found, ModuleType)


def _is_imported(name: str) -> bool:
    module = sys.modules.get(name)
    return module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", True)
