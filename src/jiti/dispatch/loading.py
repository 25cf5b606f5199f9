"""Running an implementation's file in its namespace, by whatever name the stub's own module goes here."""

from __future__ import annotations

import _frozen_importlib
import sys

from jiti import stub

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FunctionType

    from jiti.loader import Namespace, Source


def load(namespace: Namespace, source: Source, written: FunctionType, *, alone: bool = False) -> None:
    """Fill a namespace.

    Args:
        namespace: whose.
        source: the text.
        written: the stub's own function, or one of its class's.
        alone: whether it is being declared, as `Namespace.load` has it.

    Raises:
        BrokenImplementationError: the text cannot be used.
        ImportError: the stub's own module is still being imported, and what the text needs of it is not there yet.
        Exception: whatever the text's own code raises.
    """
    if alone:  # it needs nothing of its stub's module, and who imports that gets what plain Python gives
        namespace.load(source, alone=True)
        return
    module = stub.importable_name(written)
    if module != written.__module__ and written.__module__ in sys.modules:
        # A script's implementations import it by its file's name, and must not run it a second time.
        sys.modules.setdefault(module, sys.modules[written.__module__])
    try:
        namespace.load(source)
    except ModuleNotFoundError as error:
        own = sys.modules.get(written.__module__)
        if own is None or error.name not in _other_names(source.declaration.path, module):
            raise
        # It was written where the stub's module went by another name: as a script, or from another folder.
        sys.modules[error.name] = own
        namespace.load(source)
    except ImportError as error:
        if error.name in (module, written.__module__) and _is_being_imported(module):
            called = f"{source.declaration.key} was called while its own module is still being imported"
            raise ImportError(f"{called}: {error.msg}", name=error.name, path=error.path) from error
        raise


def forget(namespace: Namespace) -> None:
    """In a forked child: give up a load that another thread had begun, and that will never end there."""
    if namespace.name in sys.modules:
        namespace.unload()
        getattr(_frozen_importlib, "_module_locks", {}).pop(namespace.name, None)  # no public way leads there


def _other_names(path: str, name: str) -> list[str]:
    """The names by which a source file may be imported from folders above it, but for the one that it has."""
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    names = [".".join(parts[start:]) for start in range(len(parts))]
    return [each for each in names if each != name]


def _is_being_imported(name: str) -> bool:
    module = sys.modules.get(name)
    if getattr(getattr(module, "__spec__", None), "_initializing", False):
        return True
    # Nothing marks a script, or a module that some tool runs by itself; but its frame is on the stack.
    frame = sys._getframe()  # noqa: SLF001 - documented in spite of its name
    while frame is not None:
        if frame.f_code.co_name == "<module>" and frame.f_globals is getattr(module, "__dict__", None):
            return True
        frame = frame.f_back
    return False
