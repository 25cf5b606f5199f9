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

_IMPORT_NAME, _EXTENDED_ARG = opmap["IMPORT_NAME"], opmap["EXTENDED_ARG"]
_makers: dict[tuple[int, tuple[str, ...]], CodeType] = {}


def is_complete(code: CodeType, written: FunctionType) -> bool:
    """Whether an implementation can be run while the stub's module is being imported.

    Args:
        code: the module's, as it was compiled.
        written: the stub.
    """
    if "<locals>" in written.__qualname__:
        return False
    own = entry.root(written.__qualname__)  # which is bound later, to what stands above the stub perhaps
    if any(own in inner.co_names or "__class__" in inner.co_freevars for inner in _inner(code)):
        return False
    being_imported = {written.__module__, importable_name(written)}
    return all(name not in being_imported and _is_there(name) for name in _imported(code))


def _inner(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _inner(constant)


def _imported(code: CodeType) -> Iterator[str]:
    """The modules that a module's own code may import; an empty name for one that cannot be told."""
    instructions = code.co_code
    for at in range(0, len(instructions), 2):
        if instructions[at] == _IMPORT_NAME:
            is_long = at > 0 and instructions[at - 2] == _EXTENDED_ARG
            yield "" if is_long else code.co_names[instructions[at + 1]]


def _is_there(name: str) -> bool:
    """Whether importing a module runs nothing of the project's: Python has it, or it has been imported."""
    if name.partition(".")[0] in sys.stdlib_module_names:
        return True
    module = sys.modules.get(name)
    return module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", True)


def made(code: CodeType, names: dict[str, object], written: FunctionType) -> FunctionType:
    """A function of this code, with a stub's defaults and annotations, as a `def` makes it.

    Args:
        code: what it runs.
        names: its globals.
        written: the stub.
    """
    defaults, by_name = written.__defaults__ or (), written.__kwdefaults__ or {}
    shape = len(defaults), tuple(by_name)
    maker = _makers.get(shape)
    if maker is None:
        maker = _makers[shape] = _maker(*shape)
    constants = tuple(code if isinstance(each, CodeType) else each for each in maker.co_consts)
    return FunctionType(maker.replace(co_consts=constants), names)(defaults, by_name)


def _maker(defaults: int, by_name: tuple[str, ...]) -> CodeType:
    """Code that makes a function, which is its only constant of this kind, with so many defaults and these names'."""
    parameters = [f"_jiti_{number}=defaults[{number}]" for number in range(defaults)]
    if by_name:
        parameters += ["*", *(f'{name}=by_name["{name}"]' for name in by_name)]
    names: dict[str, FunctionType] = {}
    text = f"def make(defaults, by_name):\n def made({', '.join(parameters)}): pass\n return made\n"
    exec(text, names)  # noqa: S102 - our own text, and identifiers
    return names["make"].__code__
