"""Which stubs have an engine of their own: for who needs a stub and does not call it in this process."""

from __future__ import annotations

import ast
import importlib
import sys
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from jiti import stub
from jiti.definition import define
from jiti.errors import StubError

if TYPE_CHECKING:
    from types import FunctionType

    from jiti.stub import Declaration

_engines: WeakKeyDictionary[FunctionType, tuple[object, str]] = WeakKeyDictionary()
"""By functions: their engines, and the names of the stubs that they are of."""


def note(function: FunctionType, engine: object, name: str | None = None) -> None:
    """Note a stub's engine, for as long as its function, as the user wrote it, lives.

    Args:
        function: the stub's; of a class, one of its methods.
        engine: the stub's.
        name: the dotted name of the class; None where the function itself is the stub.
    """
    _engines[function] = engine, name or function.__qualname__


def engine_of(declaration: Declaration, module: str) -> object:
    """The engine that a stub's own first call would use; None where its decorator names none.

    Its module is imported for that, if need be: as it is by the candidate that needs the stub.

    Args:
        declaration: the stub.
        module: the name of its module, which a candidate may have made up.

    Raises:
        StubError, RealBodyError: it cannot be worked from.
        Exception: whatever its module raises.
    """
    if not _names_an_engine(declaration):
        return None
    found = _noted(declaration)
    if found is None and module not in sys.modules and _leads_to(module, declaration.path):
        importlib.import_module(module)
        found = _noted(declaration)
    return found


def _names_an_engine(declaration: Declaration) -> bool:
    decorators = define(declaration).node.decorator_list
    calls = [decorator for decorator in decorators if isinstance(decorator, ast.Call)]
    return any(word.arg == "engine" for call in calls for word in call.keywords)


def _noted(declaration: Declaration) -> object:
    """The engine that the stub was declared with last."""
    name = declaration.qualname.removesuffix(".setter").removesuffix(".deleter")
    for function, (engine, named) in reversed(list(_engines.items())):
        if named == name and _is(function, declaration, of_class=named != function.__qualname__):
            return engine
    return None


def _is(function: FunctionType, declaration: Declaration, *, of_class: bool) -> bool:
    try:
        if of_class:
            home, path, _ = stub.located(function)
            return (home.root, path) == (declaration.root, declaration.path)
        found = stub.declaration_of(function)
    except StubError:  # its source has gone, or changed too much
        return False
    return (found.root, found.key) == (declaration.root, declaration.key)


def _leads_to(module: str, path: str) -> bool:
    name = path.removesuffix(".py").removesuffix("/__init__")
    return f"/{name}".endswith(f"/{module.replace('.', '/')}")
