"""Stubs whose tests a merge writes otherwise: what they have of code passed them, and is noted to have done so."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from jiti import filing, gates, locks, states, stub
from jiti.definition import define
from jiti.requirements import unverified

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from jiti.settings import Settings


@contextmanager
def kept(root: str, settings: Settings, keys: Iterable[str]) -> Generator[None]:
    """Let stubs that had passed all their tests before have passed them after what is done within, too.

    Args:
        root: absolute path of the project root.
        settings: the project's settings.
        keys: the stubs'; held by the caller.

    Raises:
        ConfigError: the mirror cannot be written.
    """
    before = gates.find(root, settings)
    verified = []
    for key in keys:
        declaration = stub.declaration_for(root, key)
        state = states.look(declaration)
        if state.name == "fresh" and state.implementation and not unverified(declaration, state.implementation, before):
            verified.append((declaration, state.implementation))
    yield
    after = gates.find(root, settings)
    with locks.guard(root):
        for declaration, implementation in verified:
            line = gates.header_line(after.of(declaration.key))
            if line != implementation.header.get("gates"):
                now = stub.declaration_for(root, declaration.key)
                filing.stamp(define(now), implementation, gates=line)
