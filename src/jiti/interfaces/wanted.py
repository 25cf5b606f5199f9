"""What a stub names in `uses=`, followed to what it means."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti.errors import StubError

if TYPE_CHECKING:
    from collections.abc import Collection

    from jiti.definition import Definition
    from jiti.interfaces.references import References
    from jiti.interfaces.symbols import Symbols


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that an implementation has to use.

    Attributes:
        text: as the stub names it: `satisfies`, `app.text.Token`.
        key: its key, where it is the project's own.
        name: its full name as the stub's file imports it, where it is not: `packaging.version.Version`.
    """

    text: str
    key: str | None
    name: str | None = None

    @property
    def shown(self) -> str:
        """What it is called in messages."""
        meant = self.key or self.name
        return f"`{self.text}`" if meant == self.text else f"`{self.text}` ({meant})"

    def is_met(self, keys: Collection[str | None], references: References) -> bool:
        """Whether code refers to it.

        Args:
            keys: what the code refers to of the project's own.
            references: all that it refers to.
        """
        if self.key is None:
            return self.name in references.used
        # A method is reached through an object, whose class only a type checker could tell.
        owner, _, last = self.key.partition("::")[2].rpartition(".")
        return self.key in keys or (bool(owner) and last in references.attributes)


def wanted_of(expression: ast.expr, definition: Definition, symbols: Symbols) -> Wanted:
    """What an entry of `uses=` means.

    Args:
        expression: the entry.
        definition: the stub.
        symbols: the project's.

    Raises:
        StubError: it leads nowhere.
    """
    declaration = definition.declaration
    shown = ast.unparse(expression)
    keys = symbols.of(expression, declaration.path)
    reasons = symbols.reasons
    if declaration.key in keys:
        message = f"{declaration.place}: {declaration.qualname} names itself in uses="
        raise StubError(message, key=declaration.key, hint="name what its implementation is to use")
    if keys:
        return Wanted(shown, keys[0])
    name = symbols.foreign(expression, definition.tree, declaration.path)
    if name is not None:
        return Wanted(shown, None, name)
    message = f"{declaration.place}: uses= names no function or class that can be found: {shown}"
    why = f" ({reasons[0]})" if reasons else ""
    hint = "name a function or class as this file has it: by its definition, or by its import"
    raise StubError(f"{message}{why}", key=declaration.key, hint=hint)
