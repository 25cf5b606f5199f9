"""Where a stub's module stands among what can be imported."""

from __future__ import annotations

import keyword
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jiti.stub import Declaration


@dataclass(frozen=True, slots=True)
class Module:
    """The module that a stub stands in.

    Attributes:
        name: as an import statement gets it.
        is_package: whether it is a package's `__init__.py`.
        base: absolute path of the folder from which it is imported.
    """

    name: str
    is_package: bool
    base: str

    @classmethod
    def of(cls, declaration: Declaration, name: str) -> Module:
        """The module of a stub, whose importable name is known."""
        return cls(name, declaration.path.rpartition("/")[2] == "__init__.py", import_base(declaration, name))

    @property
    def package(self) -> str:
        """The package that a relative import starts from; empty for a top-level module."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @property
    def is_importable(self) -> bool:
        """Whether an import statement can name it: a script may be called `my-script.py`."""
        return all(part.isidentifier() and not keyword.iskeyword(part) for part in self.name.split("."))

    @property
    def import_statement(self) -> str:
        """The statement that binds the module to `short_name`."""
        package, _, _ = self.name.rpartition(".")
        return f"from {package} import {self.short_name}" if package else f"import {self.name}"

    @property
    def short_name(self) -> str:
        """The last part of its name."""
        return self.name.rpartition(".")[2]

    def absolute(self, module: str | None, level: int) -> str | None:
        """The absolute name of what `from {level dots}{module} import …` imports from; None where there is no such.

        >>> Module("app.text", False, "").absolute("models", 1)
        'app.models'
        """
        if not level:
            return module
        parts = self.package.split(".") if self.package else []
        if level > len(parts):
            return None
        kept = parts[: len(parts) - level + 1]
        return ".".join([*kept, module] if module else kept)


def import_base(declaration: Declaration, module: str) -> str:
    """Absolute path of the folder from which a stub's module is imported; a script's is its own."""
    path = declaration.source.removesuffix(".py")
    package, name = os.path.split(path)
    if name == "__init__":
        path = package
    tail = os.sep + module.replace(".", os.sep)
    return path.removesuffix(tail) if path.endswith(tail) else os.path.dirname(declaration.source)
