"""What decides on a stub: its gates; and what a test that is to be written is written from."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from jiti import gates, stub
from jiti.definition import define
from jiti.errors import StubError
from jiti.interfaces import Interfaces, header_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jiti.definition import Definition
    from jiti.gates import Found, Gate
    from jiti.mirror import Implementation
    from jiti.orders import Order
    from jiti.settings import Settings
    from jiti.stub import Declaration


def gates_of(declaration: Declaration, settings: Settings) -> Sequence[Gate]:
    """The tests that decide on a stub.

    Raises:
        StubError: a test file that may hold one cannot be read.
    """
    found = gates.find(declaration.root, settings)
    for problem in (each for each in found.problems if each.hides_gates):
        raise StubError(f"{problem.place}: {problem.message}", key=declaration.key, hint=problem.hint)
    return found.of(declaration.key)


def targets_of(test: Declaration, settings: Settings) -> Sequence[tuple[Definition, str]]:
    """The stubs that a test is to be written for, with the names of their modules.

    Raises:
        StubError: what it names is no stub, or cannot be told.
    """
    found = gates.find(test.root, settings)
    for gate in found.gates:
        if gate.key == test.key and gate.targets:
            declarations = [stub.declaration_for(test.root, key) for key in gate.targets]
            return [(define(each), source_module(each)) for each in declarations]
    told = [problem for problem in found.problems if problem.place == test.place]
    message = told[0].message if told else "it is not clear which stub it is required for"
    raise StubError(f"{test.place}: {message}", key=test.key, hint=told[0].hint if told else "name the stub itself")


def change_since(order: Order, found: Implementation) -> str:
    """What an implementation has not been checked against, in words; empty if nothing has changed since it was."""
    if order.definition.is_test:
        return "" if uses_line(order.targets) == found.header.get("uses") else "interface"
    changed = ["gates"] if gates.changed(found.header.get("gates", ""), order.gates) else []
    differing = sorted(interface_changes(order.definition.declaration, found, order.interfaces))
    changed += [f"the interface of {' and '.join(differing)}"] if differing else []
    return " and ".join(changed)


def interface_changes(declaration: Declaration, found: Implementation, known: Interfaces) -> dict[str, str]:
    """What an implementation stands on and has not been checked against.

    Args:
        declaration: the stub, which is no test that is to be written.
        found: its implementation, as it was written.
        known: the interfaces of its project.

    Returns:
        Keys, each with `-` where the code does not find it any more, `+` where it now finds it, `~` where it has
        changed.
    """
    line = found.header.get("uses", "")
    now = known.changed(line, found.code, declaration)
    return {} if now is None else compared(gates.parse(line), now)


def compared(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """Names that went, came, and mean something else: each with `-`, `+` or `~`."""
    signs = {name: "-" if name not in new else "+" if name not in old else "~" for name in sorted({*old, *new})}
    return {name: sign for name, sign in signs.items() if sign != "~" or old[name] != new[name]}


def unverified(declaration: Declaration, found: Implementation, project: Found) -> tuple[str, ...]:
    """What an implementation has not been checked against: some of `gates`, `interface` and `uses`.

    It is told without generating anything. `interface` is that of what a test is to be written for; `uses` are those
    of what the code refers to.

    Args:
        declaration: the stub.
        found: its implementation.
        project: the gates of its project.

    Raises:
        StubError, RealBodyError: what a test is to be written for is no stub any more.
    """
    gate = project.by_key.get(declaration.key)
    if gate is not None:
        line = header_line(interfaces(declaration.root, gate))
        return () if line == found.header.get("uses") else ("interface",)
    changed = ["gates"] if gates.changed(found.header.get("gates", ""), project.of(declaration.key)) else []
    changed += ["uses"] if interface_changes(declaration, found, Interfaces.among(project)) else []
    return tuple(changed)


def interfaces(root: str, gate: Gate) -> dict[str, str]:
    """What a test is to be written from: hashes of the interfaces of its targets, by their keys.

    Raises:
        StubError, RealBodyError: what it names is no stub any more.
    """
    return {key: define(stub.declaration_for(root, key)).spec.interface for key in gate.targets}


def uses_line(targets: Sequence[tuple[Definition, str]]) -> str:
    """The header's `uses:` line of a written test: the interfaces that it was written from."""
    return header_line({each.declaration.key: each.spec.interface for each, _ in targets})


def source_module(declaration: Declaration) -> str:
    """The name by which a stub's module is known in this process, or else, most likely, would be imported."""
    return _loaded(declaration.source) or declaration.path.removesuffix(".py").removesuffix("/__init__").removeprefix(
        "src/"
    ).replace("/", ".")


def test_module(root: str, gate: Gate) -> str:
    """The name by which a test's module is known in this process, or else would be to pytest."""
    path = os.path.join(root, *gate.path.split("/"))
    folder, name = os.path.split(path.removesuffix(".py"))
    parts = [name]
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder, name = os.path.split(folder)
        parts.insert(0, name)
    return _loaded(path) or ".".join(parts)


def _loaded(path: str) -> str | None:
    """The name of the module that this process has loaded from a file."""
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) == path and name not in stub.SCRIPT_NAMES:
            return name
    return None
