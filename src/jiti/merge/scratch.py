"""The scratch tests of merged stubs on their way to the user's test files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jiti import mirror
from jiti.gates.scope import ImportedName
from jiti.merge.destination import Destination
from jiti.merge.destinations import test_file_for
from jiti.merge.implementation import Import
from jiti.merge.moving import Scratch, Target
from jiti.merge.origins import imported_from, origin_of
from jiti.merge.renaming import NotRenamedError
from jiti.splice.project import Module

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiti.gates import Found
    from jiti.gates.modules import Modules
    from jiti.merge.moving import Moved
    from jiti.settings import Settings
    from jiti.stub import Declaration


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where scratch tests have come to stand.

    Attributes:
        path: of the test file, from the project root.
        moved: what they are called there.
        file: with them; more may be added to it.
    """

    path: str
    moved: Moved
    file: Destination


@dataclass(frozen=True, slots=True)
class Mover:
    """Puts scratch tests into the user's test files.

    Attributes:
        root: absolute path of the project root.
        settings: the project's settings.
        gates: its gates.
        modules: its modules.
        texts: gives a test file's text, as it is to stand so far; empty where there is none.
    """

    root: str
    settings: Settings
    gates: Found
    modules: Modules
    texts: Callable[[str], str]
    _files: dict[str, Destination] = field(default_factory=dict)

    def arrival(self, declaration: Declaration, module: str, only: str = "") -> Arrival | None:
        """Where a stub's scratch tests come to stand; None where it has none.

        Args:
            declaration: the stub.
            module: the name by which an import statement gets its module.
            only: the one test that is meant, which then says what it is required for; empty: all are.

        Raises:
            SyntaxError: the scratch tests do not parse.
        """
        text = mirror.scratch_tests(declaration)
        scratch = Scratch(text)
        if not scratch.tests:
            return None
        path = test_file_for(self.root, self.settings, self.gates, declaration.key)
        about = declaration.qualname.replace("<locals>.", "").replace(".", "_").strip("_").lower()
        first, *rest = declaration.qualname.removesuffix(".setter").removesuffix(".deleter").split(".")
        target = Target(Import(module, first), "".join(f".{each}" for each in rest)) if only else None
        try:
            return self._arrived(scratch, path, module, about, only, target)
        except NotRenamedError:  # a name stands there for something else: they get a file of their own
            path = f"{path.removesuffix('.py')}_{about}.py"
            return self._arrived(scratch, path, module, about, only, target)

    def _arrived(
        self, scratch: Scratch, path: str, module: str, about: str, only: str, target: Target | None
    ) -> Arrival:
        if path not in self._files:
            own = Module(path.removesuffix(".py").replace("/", "."), is_package=False, base=self.root)
            known = _Known(self.modules, path)
            self._files[path] = Destination(self.texts(path), own, module.partition(".")[0], known)
        file = self._files[path]
        return Arrival(path, scratch.moved(file, about, only, target), file)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a test file calls already what scratch tests import: by the same name, whichever way that comes there."""

    modules: Modules
    path: str

    def __call__(self, wanted: Import) -> str | None:
        """The name, if the file has it."""
        if wanted.name is None or not self.modules.exists(self.path):
            return None
        own = origin_of(self.modules, self.path, wanted.bound)
        theirs = imported_from(self.modules, self.path, ImportedName(wanted.module, wanted.name, 0))
        return wanted.bound if own is not None and own == theirs else None
