"""Binding at decoration: a stub's function is made by a `def`, of its implementation's code.

From Python 3.13 on, calls of a function whose code was exchanged are specialised no more: a method costs a quarter more
than a plain one, and a property twice as much. A function that the instruction of a `def` has made keeps what plain
functions have. It has to be made while the module is still being imported, and so only of an implementation that needs
nothing of that module; all others wait for their first call.
"""

from __future__ import annotations

from types import CodeType, FunctionType

from jiti import host, trial
from jiti.dispatch import needs
from jiti.dispatch.remembered import First
from jiti.dispatch.remembered import source_of as remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jiti.dispatch.supply import Generates
    from jiti.loader import Namespace, Source

_makers: dict[tuple[int, tuple[str, ...]], CodeType] = {}


def source_of(
    written: FunctionType, engine: Generates | None, namespace: Namespace | None
) -> tuple[Source, First | None] | None:
    """What can be run while the stub's module is being imported; with who is to be told of it, where it was looked for.

    Under a host, as pytest's plugin is one, nothing is: it may yet have implementations compiled in a way of its own.

    Args:
        written: the stub, which is not nested in a function.
        engine: whoever generates for it; None for the default.
        namespace: where what was looked for would be run; None to take what is remembered, and else nothing.

    Raises:
        Exception: whatever stands in the way.
    """
    if trial.current is not None or host.current is not None:
        return None
    found, first = remembered(written, engine, hold=True), None
    if found is None and namespace is not None:
        first = First(written)
        found = _looked_for(written, engine, namespace)
    if found is None or found.needs is None or not needs.are_there(found.needs, written):
        return None
    return found, first


def _looked_for(written: FunctionType, engine: Generates | None, namespace: Namespace) -> Source | None:
    """What runs as it is, compiled."""
    from jiti.dispatch import supply
    from jiti.stub import declaration_of

    source = supply.at_hand(declaration_of(written), engine)
    if source is not None:
        source.code = namespace.code_of(source)
        source.needs = needs.needs_of(source.code, written)
    return source


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
