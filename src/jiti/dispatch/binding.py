"""Binding at decoration: in a frozen process a stub's function is made by a `def`, of its implementation's code.

From Python 3.13 on, calls of a function whose code was exchanged are specialised no more: a method costs a fifth more
than a plain one, and a property twice as much. A function that the instruction of a `def` has made keeps what plain
functions have. It has to be made while the module is still being imported, and so only of an implementation that needs
nothing of that module; all others wait for their first call, as they do in a process that is not frozen.
"""

from __future__ import annotations

import sys
from types import CodeType, FunctionType

from jiti.dispatch import entry
from jiti.stub import importable_name

try:
    from _opcode_metadata import opmap  # ty: ignore[import-not-found]  # the checker knows the oldest Python's modules
except ImportError:
    from opcode import opmap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_IMPORT_NAME, _LOAD_CONST, _EXTENDED_ARG = opmap["IMPORT_NAME"], opmap["LOAD_CONST"], opmap["EXTENDED_ARG"]
_LOAD_NAME = opmap["LOAD_NAME"]
_JUMP_IF_FALSE = opmap.get("POP_JUMP_FORWARD_IF_FALSE", opmap.get("POP_JUMP_IF_FALSE"))  # the first is 3.11's
_BEFORE_A_JUMP = frozenset({opmap["CACHE"], opmap.get("TO_BOOL")})
_makers: dict[tuple[int, tuple[str, ...]], CodeType] = {}


def is_complete(code: CodeType, written: FunctionType) -> bool:
    """Whether an implementation can be run while the stub's module is being imported.

    What its functions import counts as well: its own code may call them.

    Args:
        code: the module's, as it was compiled.
        written: the stub, which is not nested in a function.
    """
    inner = tuple(_inner(code))
    own = entry.root(written.__qualname__)  # which is bound later, to what stands above the stub perhaps
    if any(own in each.co_names or "__class__" in each.co_freevars for each in inner):
        return False
    being_imported = {written.__module__, importable_name(written)}
    imported = (found for each in (code, *inner) for found in _imported(each))
    return all(being_imported.isdisjoint((name, part)) and _is_there(name, part) for name, part in imported)


def _inner(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _inner(constant)


def _imported(code: CodeType) -> Iterator[tuple[str, str]]:
    """The modules that code may import, each with the dotted name of what it takes from there, or its own name.

    An empty name stands for one that cannot be told. What stands below `if TYPE_CHECKING` is left out.
    """
    steps = code.co_code
    skipped = 0
    for at in range(0, len(steps), 2):
        if steps[at] == _LOAD_NAME and code.co_names[steps[at + 1]] == "TYPE_CHECKING":
            skipped = _end_of_branch(steps, at + 2)
        if steps[at] != _IMPORT_NAME or at < skipped:
            continue
        if steps[at - 2] != _LOAD_CONST or steps[at - 4] == _EXTENDED_ARG:  # one of the two numbers is a long one
            yield "", ""
            continue
        name, parts = code.co_names[steps[at + 1]], code.co_consts[steps[at - 1]]
        yield from ((name, f"{name}.{part}") for part in parts or ())
        yield name, name


def _end_of_branch(steps: bytes, at: int) -> int:
    """Where what is done if a condition holds ends; at most, since a jump counts from after what it caches."""
    while steps[at] in _BEFORE_A_JUMP:
        at += 2
    return at + 2 + 2 * steps[at + 1] if steps[at] == _JUMP_IF_FALSE else 0


def _is_there(name: str, part: str) -> bool:
    """Whether importing a part of a module runs nothing of the project's: Python has it, or it has been imported."""
    if name.partition(".")[0] in sys.stdlib_module_names:
        return True
    if not _is_imported(name):
        return False
    # What the module does not have yet may be a module below it.
    return part == name or part.removeprefix(f"{name}.") in vars(sys.modules[name]) or _is_imported(part)


def _is_imported(name: str) -> bool:
    module = sys.modules.get(name)
    return module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", True)


def made(code: CodeType, names: dict[str, object], written: FunctionType) -> FunctionType:
    """A function of this code, with a stub's name and defaults, as a `def` makes it.

    Args:
        code: what it runs.
        names: its globals.
        written: the stub.

    Raises:
        SyntaxError: a parameter goes by a name that is taken.
    """
    defaults, by_name = written.__defaults__ or (), written.__kwdefaults__ or {}
    shape = len(defaults), tuple(by_name)
    maker = _makers.get(shape)
    if maker is None:
        maker = _makers[shape] = _maker(*shape)
    constants = tuple(code if isinstance(each, CodeType) else each for each in maker.co_consts)
    function = FunctionType(maker.replace(co_consts=constants), names)(defaults, by_name)
    function.__name__ = written.__name__  # the code may be that of a function by another name
    return function


def _maker(defaults: int, by_name: tuple[str, ...]) -> CodeType:
    """Code that makes a function, which is its only constant of this kind, with so many defaults and these names'."""
    parameters = [f"_jiti_{number}=defaults[{number}]" for number in range(defaults)]
    if by_name:
        parameters += ["*", *(f'{name}=by_name["{name}"]' for name in by_name)]
    names: dict[str, FunctionType] = {}
    text = f"def make(defaults, by_name):\n def made({', '.join(parameters)}): pass\n return made\n"
    exec(text, names)  # noqa: S102 - our own text, and identifiers
    return names["make"].__code__
