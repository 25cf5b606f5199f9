"""A project on disk whose stubs have their implementations in the mirror, or get them from a stand-in engine."""

from __future__ import annotations

import importlib.util
import itertools
import sys
import textwrap
import threading
from typing import TYPE_CHECKING

from jiti import filing, states
from jiti.definition import define
from jiti.stub import declaration_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import FunctionType, ModuleType

    from jiti.mirror import Implementation
    from jiti.stub import Declaration

HEAD = "from __future__ import annotations\n\nfrom jiti import jiti\n\n"


_numbers = itertools.count(1)


class Program:
    """One module in a project of its own.

    Attributes:
        root: the project root.
        name: the module's name; no two programs of one process share it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name = f"shop{next(_numbers)}"
        self.path = root / f"{self.name}.py"
        (root / "pyproject.toml").touch()

    def write(self, source: str, implementations: Mapping[str, str] | None = None) -> None:
        """Write the module, and file the implementations of the stubs in it by their qualnames.

        All texts may be indented, as they stand in a test.
        """
        self.path.write_text(HEAD + textwrap.dedent(source), encoding="utf-8")
        for qualname, code in (implementations or {}).items():
            self.implement(qualname, code)

    def declaration(self, qualname: str) -> Declaration:
        return declaration_for(str(self.root), f"{self.name}.py::{qualname}")

    def implement(self, qualname: str, code: str) -> Path:
        """File an implementation as a generation would; gives its path."""
        return self.root / filing.file(define(self.declaration(qualname)), textwrap.dedent(code), made="by hand").path

    def load(self, **given: object) -> ModuleType:
        """Import the module; `given` are globals that it finds there."""
        spec = importlib.util.spec_from_file_location(self.name, self.path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        module.__dict__.update(given)
        sys.modules[self.name] = module
        spec.loader.exec_module(module)
        return module

    def run(self, source: str, implementations: Mapping[str, str], **given: object) -> ModuleType:
        """`write`, then `load`."""
        self.write(source, implementations)
        return self.load(**given)

    def unload(self) -> None:
        """Take what was imported out of `sys.modules`."""
        for name in [*sys.modules]:
            if name == self.name or name.startswith(f"_jiti.{self.name}:"):
                del sys.modules[name]


class Writer:
    """An engine that has the implementations ready: files the one of the key that it is asked for.

    Attributes:
        asked: the calls that it got: key, positional and keyword arguments.
        written: how many implementations it filed.
    """

    def __init__(self, codes: Mapping[str, str]) -> None:
        self.codes = codes
        self.asked: list[tuple[str, tuple[object, ...], dict[str, object]]] = []
        self.written = 0
        self._lock = threading.Lock()

    def generate(
        self, declaration: Declaration, function: FunctionType, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> Implementation:
        del function
        self.asked.append((declaration.qualname, args, dict(kwargs)))
        with self._lock:
            state = states.look(declaration)
            if state.runs and state.implementation is not None:
                return state.implementation
            self.written += 1
            return filing.file(define(declaration), textwrap.dedent(self.codes[declaration.qualname]), made="by a test")
