"""An object in words: its signature, its docstring, and a line for each of its public members."""

from __future__ import annotations

import inspect
import pkgutil
import re
import typing
from types import MemberDescriptorType, ModuleType
from typing import TYPE_CHECKING, Any

from jiti.live import short_repr, type_name

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCSTRING_CHARACTERS = 4_000
MEMBERS_CHARACTERS = 3_000
LINE_CHARACTERS = 160
_VALUE_CHARACTERS = 200
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
"""As defaults without a `__repr__` of their own show it: another one in each process."""


def described(name: str, found: object) -> str:
    """What there is to say of an object.

    Args:
        name: by which it was asked for.
        found: it. None of its code runs but that of descriptors, and of `repr`.
    """
    if isinstance(found, ModuleType):
        title, members = f"module {name}: {', '.join(_public(found))}"[:MEMBERS_CHARACTERS], _of_module(found)
    elif isinstance(found, type):
        title, members = _title_of_class(name, found), _of_class(found)
    else:
        title, members = _title(name, found), iter(())
    parts = [f"{title}{_origin(name, found)}", _docstring(found), _listed(members)]
    return "\n\n".join(filter(None, parts))


# ---------------------------------------------------------------- titles


def _title_of_class(name: str, found: type) -> str:
    bases = ", ".join(base.__name__ for base in found.__bases__ if base is not object)
    title = f"class {name}{_signature(found)}"
    return f"{title}\nbases: {bases}" if bases else title


def _title(name: str, found: Any) -> str:  # noqa: ANN401 - whatever it is
    signature = _signature(found) if callable(found) else ""
    if signature:
        overloads = typing.get_overloads(found) if inspect.isfunction(found) else ()
        mark = "async " if inspect.iscoroutinefunction(found) else ""
        return "\n".join([f"{mark}{name}{signature}", *(f"overload: {name}{_signature(each)}" for each in overloads)])
    if inspect.isdatadescriptor(found):
        getter = getattr(found, "fget", None)
        returns = _signature(getter).partition(" -> ")[2] if getter else ""
        return f"{name}: {type(found).__name__}{f' of type {returns}' if returns else ''}"
    if callable(found):
        return f"{name}: {type_name(found)}"
    return f"{name}: {type_name(found)} = {short_repr(found, _VALUE_CHARACTERS)}"


def _origin(name: str, found: Any) -> str:  # noqa: ANN401 - whatever it is
    """Where it is defined, where that is elsewhere; and whether it is not to be used any more."""
    lines = []
    module, qualname = getattr(found, "__module__", None), getattr(found, "__qualname__", None)
    if isinstance(module, str) and isinstance(qualname, str) and callable(found) and f"{module}.{qualname}" != name:
        lines.append(f"\ndefined as {module}.{qualname}")
    if isinstance(warning := getattr(found, "__deprecated__", None), str):
        lines.append(f"\ndeprecated: {warning}")
    return "".join(lines)


def _signature(found: Any) -> str:  # noqa: ANN401 - whatever it is
    try:
        return _ADDRESS.sub("", str(inspect.signature(found)))
    except Exception:  # noqa: BLE001 - much that can be called has none, and what computes one may fail in any way
        return ""


def _docstring(found: Any) -> str:  # noqa: ANN401 - whatever it is
    """Its own docstring; of a plain value, whose docstring is its type's, nothing."""
    text = inspect.getdoc(found)
    if not text:
        return "(no docstring)" if callable(found) or isinstance(found, ModuleType) else ""
    if not isinstance(found, type) and text == inspect.getdoc(type(found)):
        return ""
    return text if len(text) <= DOCSTRING_CHARACTERS else f"{text[:DOCSTRING_CHARACTERS].rpartition(chr(10))[0]}\n…"


# ---------------------------------------------------------------- members


def _public(module: ModuleType) -> list[str]:
    names = getattr(module, "__all__", None)
    if isinstance(names, list | tuple):
        return sorted({each for each in names if isinstance(each, str)})
    return sorted(name for name in vars(module) if not name.startswith("_"))


def _of_module(module: ModuleType) -> Iterator[str]:
    """A line for each function and class of a module; then its modules."""
    for name in _public(module):
        member = vars(module).get(name)  # what it would import when asked for is named, and not imported
        if isinstance(member, type) or inspect.isroutine(member):
            yield _line(name, member)
    inner = [each.name for each in pkgutil.iter_modules(getattr(module, "__path__", ())) if each.name[:1] != "_"]
    if inner:
        yield f"modules: {', '.join(inner)}"


def _of_class(found: type) -> Iterator[str]:
    """A line for each public member of a class that is not Python's own."""
    for name in sorted(each for each in dir(found) if not each.startswith("_")):
        owner = next((base for base in found.__mro__ if name in vars(base)), object)
        if owner.__module__ == "builtins" and found.__module__ != "builtins":
            continue
        member = inspect.getattr_static(found, name)
        if isinstance(member, staticmethod | classmethod):
            yield _line(name, member.__func__, f"{type(member).__name__} ")
        elif inspect.isroutine(member) or isinstance(member, type):
            yield _line(name, member)
        elif inspect.isdatadescriptor(member) and not isinstance(member, MemberDescriptorType):
            yield _line(name, member, f"{type(member).__name__} ")


def _line(name: str, member: Any, mark: str = "") -> str:  # noqa: ANN401 - whatever it is
    mark = mark or ("class " if isinstance(member, type) else "")
    mark = f"async {mark}" if inspect.iscoroutinefunction(member) else mark
    signature = _signature(member) if callable(member) else ""
    text = f"{mark}{name}{signature}"
    text = text if len(text) <= LINE_CHARACTERS else f"{text[: LINE_CHARACTERS - 1]}…"
    first = (inspect.getdoc(member) or "").partition("\n")[0]
    return f"{text}  # {first[:LINE_CHARACTERS]}" if first else text


def _listed(lines: Iterator[str]) -> str:
    """As many of the lines as there is room for."""
    shown, room, left_out = [], MEMBERS_CHARACTERS, 0
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            left_out += 1
        else:
            shown.append(line)
    if left_out:
        shown.append(f"… {left_out} more")
    return "\n".join(shown)
