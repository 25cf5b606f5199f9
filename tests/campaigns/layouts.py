"""The projects whose generations and merges the campaign of kills ends, and the versions that their files may have."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jiti import filing, gates, header, scratch, stub
from jiti.definition import define
from jiti.merge import planning
from jiti.settings import Settings
from jiti.spec import text_hash
from jiti.testing import ScriptedModel, submit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PYPROJECT = '[project]\nname = "app"\nversion = "0.0.0"\nrequires-python = ">=3.11"\n'
_HEAD = "from __future__ import annotations\n\nfrom jiti import jiti\n"
_EDIT = "# by hand: keep this"
_GATES = """import jiti

from app.text import shout


@jiti.required_for(shout)
def test_shout() -> None:
    assert shout("a") == "A!"
"""


@dataclass(frozen=True, slots=True)
class Function:
    """A stub, and what is written for it.

    Attributes:
        path: of its source.
        name: its name.
        signature: as it stands behind that.
        body: what the model submits, and what the merge writes.
        call: arguments and the value that they give.
        tests: scratch tests; they may be empty.
    """

    path: str
    name: str
    signature: str
    body: str
    call: tuple[object, object]
    tests: str = ""

    @property
    def key(self) -> str:
        """The stub's."""
        return f"{self.path}::{self.name}"

    @property
    def module(self) -> str:
        """The name that imports its source."""
        return self.path.removesuffix(".py").replace("/", ".")

    def source(self, docstring: str) -> str:
        """The stub."""
        return f'\n\n@jiti\ndef {self.name}{self.signature}:\n    """{docstring}."""\n'

    def code(self, docstring: str, body: str = "") -> str:
        """The implementation, without its header."""
        head = f'from __future__ import annotations\n\n\ndef {self.name}{self.signature}:\n    """{docstring}."""\n'
        return f"{head}    {body or self.body}\n"


def _tests(module: str, name: str, given: object, value: object) -> str:
    imported = f"from {module} import {name}\n\n\n"
    return f"{imported}def test_{name}() -> None:\n    assert {name}({given!r}) == {value!r}\n".replace("'", '"')


TEXTS, NUMBERS, FLAGS = "app/text.py", "app/numbers.py", "app/flags.py"
SLUG = Function(
    TEXTS,
    "slug",
    "(text: str) -> str",
    'return "-".join(text.lower().split())',
    ("A b", "a-b"),
    _tests("app.text", "slug", " X", "x"),
)
SHOUT = Function(TEXTS, "shout", "(text: str) -> str", 'return f"{text.upper()}!"', ("a", "A!"))
TWICE = Function(NUMBERS, "twice", "(n: int) -> int", "return 2 * n", (21, 42), _tests("app.numbers", "twice", 4, 8))
NOT = Function(FLAGS, "opposite", "(flag: bool) -> bool", "return not flag", (1, False))
FUNCTIONS = (SLUG, SHOUT, TWICE, NOT)
EDITED = NOT
"""The one whose implementation was edited by hand."""
OUTDATED = (SLUG, TWICE)
"""Those that have an implementation of an older stub."""
_OLD, _NEW = "What it was", "What it is"


class Layout:
    """A project that is laid out once and copied for every round.

    Args:
        root: its folder.

    Attributes:
        root: its folder.
        old: what its files hold, by path from the root.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self._write({"pyproject.toml": _PYPROJECT, "app/__init__.py": "", "tests/test_app.py": _GATES})
        self._lay_out()
        self.old = dict(contents(root))

    def copy(self, target: Path) -> None:
        """Have a project like it."""
        shutil.copytree(self.root, target)

    def _lay_out(self) -> None:
        raise NotImplementedError

    def _write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def _write_stubs(self, docstring: str) -> None:
        for path in (TEXTS, NUMBERS, FLAGS):
            stubs = [each.source(docstring) for each in FUNCTIONS if each.path == path]
            self._write({path: _HEAD + "".join(stubs)})

    def _file(self, function: Function, code: str, tests: str) -> Path:
        root = str(self.root)
        definition = define(stub.declaration_for(root, function.key))
        line = gates.header_line(gates.find(root, Settings()).of(function.key))
        filed = filing.file(definition, code, made="by a test", gates=line, tests=tests)
        return self.root / filed.path


class Generations(Layout):
    """Stubs without an implementation, with one of an older stub, and with one that was edited by hand."""

    def _lay_out(self) -> None:
        self._write_stubs(_OLD)
        for each in OUTDATED:
            self._file(each, each.code(_OLD), each.tests)
        scratch_file = self.root / self.scratch(TWICE)
        scratch_file.write_text(scratch_file.read_text() + f"\n\n{_EDIT}\n", encoding="utf-8")
        self._write_stubs(_NEW)
        path = self._file(EDITED, EDITED.code(_NEW), "")
        path.write_text(path.read_text() + f"\n{_EDIT}\n", encoding="utf-8")
        (self.root / ".jiti/.gitignore").unlink()

    def record(self, folder: Path) -> None:
        """Write down what the model says: enough for as many sessions of each as one process can have."""
        script = {each.key: [submit(each.body, tests=each.tests)] * 2 for each in FUNCTIONS}
        ScriptedModel(script).save(folder)

    def filed(self, function: Function) -> str:
        """The path from the root of its implementation."""
        return f".jiti/{function.path.removesuffix('.py')}/{function.name}.py"

    def scratch(self, function: Function) -> str:
        """The path from the root of its scratch tests."""
        return f".jiti/.scratch/{function.path.removesuffix('.py')}/test_{function.name}.py"

    def is_new(self, root: Path, function: Function) -> bool:
        """Whether a copy has the new implementation of a stub, whole."""
        path = root / self.filed(function)
        if not path.exists():
            return False
        text = path.read_text("utf-8")
        fields, code = header.split(text)
        definition = define(stub.declaration_for(str(root), function.key))
        expected = {"stub": text_hash(definition.text), "spec": str(definition.spec), "code": text_hash(code)}
        is_whole = expected.items() <= fields.items() and {*fields} == {"jiti", *header.FIELDS}
        return code == function.code(_NEW) and is_whole and header.key_of(text) == function.key

    def torn(self, root: Path) -> Iterator[str]:
        """What is in a copy that should not be, or is not as it should."""
        now = dict(contents(root))
        new = {self.filed(each): each for each in FUNCTIONS if each is not EDITED}
        tests = {self.scratch(each): each for each in FUNCTIONS if each.tests}
        kept = [data for path, data in now.items() if path.startswith(".jiti/.local/replaced/")]
        for path in sorted({*self.old, *now}):
            held = now.get(path)
            if held == self.old.get(path) or path.startswith(".jiti/.local/") or is_leftover(path):
                continue
            if path in new and self.is_new(root, new[path]):
                continue
            is_tests = path in tests and (held is None or _has_tests(root / path, tests[path].tests))
            if is_tests and (path != self.scratch(TWICE) or self.old[path] in kept):
                continue
            if path == ".jiti/.gitignore" and held == filing.IGNORED.encode():
                continue
            yield f"{path} holds {held!r}"


class Merges(Layout):
    """Stubs that all have an implementation, one of them edited by hand, and scratch tests."""

    def _lay_out(self) -> None:
        self._write_stubs(_NEW)
        for each in FUNCTIONS:
            path = self._file(each, each.code(_NEW), each.tests)
            if each is EDITED:
                path.write_text(each.code(_NEW, f"{_EDIT}\n    {each.body}").join([_header(path), ""]), "utf-8")

    @cached_property
    def new(self) -> dict[str, bytes]:
        """What the files hold after the merge."""
        after = dict(self.old)
        plan = planning.make(str(self.root), Settings())
        assert len(plan.merged) == len(FUNCTIONS), plan.refused
        for change in plan.changes:
            after.pop(change.path, None)
            if change.new_bytes is not None:
                after[change.path] = change.new_bytes
        assert _EDIT.encode() in after[EDITED.path]
        return {path: data for path, data in after.items() if _counts(path)}

    @cached_property
    def before(self) -> dict[str, bytes]:
        """What they hold before."""
        return {path: data for path, data in self.old.items() if _counts(path)}

    def torn(self, root: Path) -> Iterator[str]:
        """The files of a copy that are neither as before nor as after."""
        now = {path: data for path, data in contents(root) if _counts(path) and not is_leftover(path)}
        for path in sorted({*now, *self.before, *self.new}):
            if now.get(path) not in (self.before.get(path), self.new.get(path)):
                yield f"{path} holds {now.get(path)!r}"


def contents(root: Path) -> Iterator[tuple[str, bytes]]:
    """What the files of a project hold, by path from its root; what Python has cached left out."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(root).as_posix(), path.read_bytes()


def is_leftover(path: str) -> bool:
    """Whether a killed write has left this beside the file that it was to replace."""
    name = path.rpartition("/")[2]
    return name.startswith(".") and name.endswith(".tmp")


def _counts(path: str) -> bool:
    return not path.startswith(".jiti/.local/")


def _header(path: Path) -> str:
    return path.read_text("utf-8").partition("from __future__")[0]


def _has_tests(path: Path, tests: str) -> bool:
    return scratch.is_untouched(str(path)) and scratch.split(path.read_text("utf-8"))[1] == tests
