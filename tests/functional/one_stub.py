"""A stub in a project of its own, imported into this process with an engine of the test's: quick, and all is real."""

from __future__ import annotations

import inspect
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import anthropic

from jiti import states
from jiti.models.anthropic import AnthropicModel
from jiti.stub import declaration_of
from jiti.testing import submit
from tests.unit.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from jiti.engine import Engine
    from jiti.stub import Declaration

# A child process that tries a candidate imports this too, and finds no engine there: it needs none.
SOURCE = '''
@jiti(engine=globals().get("engine"))
def double(n: int) -> int:
    """Twice n."""
'''
RIGHT = submit("return 2 * n")
WRONG = submit("return m * 2")
"""Turned down by ruff."""


class OneStub:
    """A project that has one stub, `double`.

    Attributes:
        root: the project root.
        double: the stub.
    """

    def __init__(self, root: Path, double: Callable[[int], int]) -> None:
        self.root = root
        self.double = double
        self._declaration: Declaration = declaration_of(inspect.unwrap(double))

    @property
    def key(self) -> str:
        """The stub's key."""
        return self._declaration.key

    @property
    def state(self) -> str:
        """How the stub stands; `missing`, or `fresh` with a file that says so itself."""
        return states.look(self._declaration).name

    def left_behind(self) -> list[str]:
        """Files of the mirror that are neither whole nor meant to be there, by path from the root."""
        expected = {"ruff.toml", ".gitignore", f"{self.key.replace('.py::', '/')}.py"}
        return [path for path in self._mirrored() if path.removeprefix(".jiti/") not in expected]

    def _mirrored(self) -> Iterator[str]:
        for path in sorted((self.root / ".jiti").rglob("*")):
            name = path.relative_to(self.root).as_posix()
            if path.is_file() and not name.startswith(".jiti/.local/") and path.suffix != ".pyc":
                yield name


@contextmanager
def one_stub(root: Path, engine: Engine | None, settings: str = "") -> Generator[OneStub]:
    """Lay the project out and import it.

    Args:
        root: its folder.
        engine: generates for the stub; None: the default.
        settings: the text of its pyproject.toml.
    """
    program = Program(root)
    sys.path.insert(0, str(root))
    try:
        module = program.run(SOURCE, {}, engine=engine)
        (root / "pyproject.toml").write_text(settings, encoding="utf-8")
        yield OneStub(root, module.double)
    finally:
        program.unload()
        sys.path.remove(str(root))


class Asked:
    """A model of the real client on a server's script, which waits half a second for a sign of life.

    Attributes:
        waits: the seconds that it was to wait before retries, instead of waiting.
        model: for an `Engine`.
    """

    def __init__(self, url: str, *, name: str = "claude-test", read: float = 0.5) -> None:
        self.waits: list[float] = []
        client = anthropic.Anthropic(base_url=url, api_key="key", timeout=anthropic.Timeout(10.0, read=read))
        self.model = AnthropicModel(name, client, sleep=self.waits.append)

    def waits_up(self) -> list[float]:
        """The waits, rounded up to half a second, since chance takes up to a quarter off."""
        return [-(-wait * 2 // 1) / 2 for wait in self.waits]
