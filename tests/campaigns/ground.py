"""The project that a campaign of fuzzing plays in, and what is to hold whatever it is fed."""

from __future__ import annotations

import io
import os
import sys
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

import jiti
from jiti import cli, filing, gates, header, stub
from jiti.definition import define
from jiti.errors import JitiError
from jiti.models import Message, Request, Text
from jiti.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from hypothesis import strategies as st

    from jiti.definition import Definition

SOURCE = "app/text.py"
TEXT = '''"""Texts: caf\u00e9."""

from __future__ import annotations

import re
from typing import overload

from jiti import jiti

GAPS = re.compile(r"\\s+")


@jiti
def slug(text: str, *, gap: str = "-") -> str:
    """A slug.

    >>> slug("A  b")
    'a-b'
    """


class Shop:
    """Sells."""

    @property
    @jiti(allow=["files"])
    def price(self) -> int:
        """Of all."""
        raise NotImplementedError

    @jiti(hints="quick")
    async def sell(self, *names: str, **counts: int) -> list[str]:
        """Sell some."""
        ...


@jiti(uses=[slug])
def shout(text: str) -> str:
    """Louder."""
'''
GATES = '''import jiti
import pytest

from app.text import shout, slug


@jiti.required_for(slug)
@pytest.mark.parametrize("raw", ["A b", " a  b "])
def test_slug(raw: str) -> None:
    assert slug(raw) == "a-b"


@jiti.required_for(shout, slug)
def test_both() -> None:
    """They go together."""
'''
PYPROJECT = '[project]\nname = "app"\nversion = "0"\n\n[tool.jiti]\nmodel = "claude-test"\nbudget = { usd = 1.0 }\n'
CODE = '''from __future__ import annotations


def slug(text: str, *, gap: str = "-") -> str:
    """A slug."""
    return gap.join(text.lower().split())
'''
SCRATCH = 'from app.text import slug\n\n\ndef test_empty() -> None:\n    assert slug("") == ""\n'
KEY = f"{SOURCE}::slug"
COMMANDS = ("status", "check", "show", "why", "diff")
REQUEST = Request(KEY, "-", ("system",), (), (Message("user", (Text("Write it."),)),), 1000)
_PACKAGE = os.path.dirname(jiti.__file__) + os.sep
_LIBRARY = os.path.dirname(os.__file__) + os.sep


class ViolationError(Exception):
    """Something that must not be."""


class Ground:
    """A project with a few stubs, one of which has an implementation.

    Args:
        root: its folder.

    Attributes:
        root: its folder.
        files: what its files hold, by path from the root.
        definition: of the stub `slug`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        texts = {"pyproject.toml": PYPROJECT, "app/__init__.py": "", SOURCE: TEXT, "tests/test_app.py": GATES}
        for name, text in {**texts, ".env": "KEY=hunter2hunter2\n"}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.definition: Definition = define(stub.declaration_for(str(root), KEY))
        line = gates.header_line(gates.find(str(root), Settings()).of(KEY))
        filing.file(self.definition, CODE, made="by a test", gates=line, tests=SCRATCH)
        self.files = {path: (root / path).read_bytes() for path in self._paths()}
        self._clock = 1_000_000_000

    @contextmanager
    def holding(self, path: str, data: bytes) -> Generator[None]:
        """Have a file hold this for a while. Whatever happens meanwhile, no file may be changed.

        Raises:
            ViolationError: one was.
        """
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        self._clock += 2  # what was read before is recognised by size and time
        os.utime(file, (self._clock, self._clock))
        try:
            yield
            self.require_untouched({path: data})
        finally:
            if path in self.files:
                file.write_bytes(self.files[path])
                self._clock += 2
                os.utime(file, (self._clock, self._clock))
            else:
                file.unlink(missing_ok=True)

    def require_untouched(self, changed: dict[str, bytes] | None = None) -> None:
        """Make sure that all files hold what they should.

        Raises:
            ViolationError: one does not.
        """
        expected = {**self.files, **(changed or {})}
        for path, data in expected.items():
            found = self.root / path
            if not found.exists() or found.read_bytes() != data:
                raise ViolationError(f"{path} was changed")

    def command(self, *arguments: str) -> None:
        """Run a command of `jiti`'s in this process. It may fail, as long as it says so.

        Raises:
            Exception: what is no `JitiError`.
        """
        own = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        try:
            code = cli.main(["--root", str(self.root), *arguments])
            printed.flush()
        finally:
            sys.stdout, sys.stderr = own
        if code not in range(5):
            raise ViolationError(f"it exits with {code}")

    def look(self) -> None:
        """Run all commands that only read."""
        for name in COMMANDS:
            self.command(name, *([KEY] if name in {"show", "why", "diff"} else []))

    def call_frozen(self) -> None:
        """Import the module and call its stub, where no model may be asked.

        Raises:
            ViolationError: that ended in an error of jiti's that is no `JitiError`.
        """
        path = self.root / SOURCE
        spec = spec_from_file_location("app_text_fuzzed", path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        os.environ["JITI_FROZEN"] = "1"
        sys.modules[spec.name] = module
        try:
            spec.loader.exec_module(module)
            module.slug("A b")
        except JitiError:
            pass
        except Exception as error:
            if _is_ours(error):
                raise ViolationError(f"{type(error).__name__}: {error}") from error
        finally:
            del os.environ["JITI_FROZEN"]
            for name in [*sys.modules]:
                if name == spec.name or name.startswith("_jiti."):
                    del sys.modules[name]

    def _paths(self) -> list[str]:
        return [path.relative_to(self.root).as_posix() for path in sorted(self.root.rglob("*")) if path.is_file()]


@dataclass(frozen=True, slots=True)
class Target:
    """Something to feed.

    Attributes:
        name: what it is fed.
        given: of the ground, what values it is fed.
        play: feeds one; raises whatever should not come out.
    """

    name: str
    given: Callable[[Ground], st.SearchStrategy[Any]]
    play: Callable[[Ground, Any], None]


def compiles(data: bytes) -> bool:
    """Whether Python can run a text."""
    try:
        compile(data, "<fuzzed>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError):
        return False
    return True


def has_same_code(data: bytes) -> bool:
    """Whether a file of the mirror would run what jiti wrote, if it can be run."""
    try:
        return header.split(data.decode())[1] == CODE
    except ValueError:
        return not compiles(data)


def _is_ours(error: BaseException) -> bool:
    """Whether an error comes out of jiti's own code, and not out of what that has called of the user's."""
    for frame, _ in reversed([*traceback.walk_tb(error.__traceback__)]):
        path = frame.f_code.co_filename
        if path.startswith(_PACKAGE):
            return True
        if not path.startswith((_LIBRARY, "<")):
            return False
    return False
