"""What a stub's `uses=` names, in the task message: each with its signature and docstring."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jiti.agent.blocks import bounded, fenced
from jiti.agent.interface import without_bodies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.definition import Definition
    from jiti.interfaces import Interfaces, Wanted

_TASK = "The implementation has to refer to each of these, by the name that its module has for it:"


def shown(definition: Definition, interfaces: Interfaces) -> str:
    """What the implementation has to use; empty where the stub names nothing.

    Args:
        definition: the stub.
        interfaces: those of its project.

    Raises:
        StubError: something in `uses=` leads nowhere.
    """
    wanted = interfaces.wanted_by(definition)
    return "\n\n".join([_TASK, *(_one(each, interfaces) for each in wanted)]) if wanted else ""


def _one(wanted: Wanted, interfaces: Interfaces) -> str:
    if wanted.key is None:
        return f"{wanted.shown}: a library's."
    return f"{wanted.shown}:\n\n{fenced(bounded(_interface(wanted.key, interfaces)), 'python')}"


def _interface(key: str, interfaces: Interfaces) -> str:
    return "\n\n".join(_parts(key, interfaces))


def _parts(key: str, interfaces: Interfaces) -> Iterator[str]:
    name = key.rpartition(".")[2].rpartition("::")[2]
    for node in interfaces.definitions_of(key):
        yield ast.unparse(ast.fix_missing_locations(without_bodies(node, name)))
