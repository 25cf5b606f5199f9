"""Projects to measure: the same functions as plain code, as stubs of this package's, and as those of the others.

What each package keeps of generated code is made as it makes it: by this package's `build` and `filing`, by functions
of jiti 1.5.1 (`inside/mirror_of_jiti_1_5.py`), and for jaunt as a module below `__generated__`, which is its format.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

from benchmarks.environments import JAUNT, PEER
from benchmarks.figures import FLOOR, HERE
from jiti import filing, stub
from jiti.definition import define
from jiti.testing import Project, ScriptedModel, submit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.environments import Environments

INSIDE = Path(__file__).with_name("inside")
MODULES, STUBS = 100, 10
REPORT_MEMORY = "\nimport sys\nif sys.platform == 'linux':\n    print(open('/proc/self/status').read())\n"
"""What a measured process does at its end: how much memory it needed at most is the system's to say."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its lines as plain code."""

    qualname: str
    signature: str
    body: str
    above: str = ""

    def text(self, decorator: str, *, plain: bool) -> str:
        """It as plain code, or as a stub under a decorator."""
        lines = [self.above, "" if plain else decorator, self.signature, f'    """Of {self.qualname}."""']
        lines.append(f"    {self.body if plain else 'raise NotImplementedError'}")
        return "\n".join(line for line in lines if line)

    @property
    def code(self) -> str:
        """The definition alone, without what stands above it."""
        return f'{self.signature}\n    """Of {self.qualname}."""\n    {self.body}\n'


@dataclass(frozen=True, slots=True)
class Package:
    """How a package's stubs are written."""

    head: str
    decorator: str


PACKAGES = {
    FLOOR: Package("", ""),
    HERE: Package("from jiti import jiti\n\n\n", "@jiti"),
    PEER: Package("from jiti import jiti\n\n\n", "@jiti"),
    JAUNT: Package("import jaunt\n\n\n", "@jaunt.magic"),
}
CALLED = (
    Function("f", "def f(a: int, b: int = 2) -> int:", "return a + b"),
    Function("co", "async def co(a: int) -> int:", "return a + 1"),
    Function("C.m", "def m(self, a: int) -> int:", "return a + 1"),
    Function("C.p", "def p(self) -> int:", "return 1", "@property"),
)
"""A function of each kind; those of the class come last."""


def adders(module: int, count: int = STUBS) -> tuple[Function, ...]:
    """Functions of a module; no two modules' share a name."""
    names = [f"f{module}_{each}" for each in range(count)]
    return tuple(Function(name, f"def {name}(a: int, b: int = 2) -> int:", "return a + b") for name in names)


def source(functions: tuple[Function, ...], column: str) -> str:
    """A module of functions, as it is written for a package, or plain."""
    package = PACKAGES[column]
    texts = {each: each.text(package.decorator, plain=column == FLOOR) for each in functions}
    outside = [text for each, text in texts.items() if "." not in each.qualname]
    inside = [indent(text, "    ") for each, text in texts.items() if "." in each.qualname]
    if inside:
        outside.append('class C:\n    """Some."""\n\n' + "\n\n".join(inside))
    return package.head + "\n\n\n".join(outside) + "\n"


def calls(root: Path, environments: Environments) -> dict[str, Path]:
    """Folders with `m.py`, whose stubs have their code, and three modules with the same as plain code; by package."""
    plain = source(CALLED, FLOOR)
    folders = _folders(root, {"m.py": CALLED}, {f"{name}.py": plain for name in ("plain", "again", "exchanged")})
    script = {f"m.py::{each.qualname}": [submit(each.body)] for each in CALLED}
    built = Project({}, ScriptedModel(script), root=folders[HERE]).run("jiti", "build")
    assert built.exit_code == 0, built.stdout + built.stderr
    _implement(folders, environments, {"m": CALLED})
    return folders


def many(root: Path, environments: Environments) -> dict[str, Path]:
    """Folders with a hundred modules of ten stubs that have their code, `declare.py` and `warm.py`; by package.

    The first imports all modules, the second calls each function once, too.
    """
    modules = {f"m{number}": adders(number) for number in range(MODULES)}
    imports = "".join(f"import {name}\n" for name in modules)
    called = "".join(f"{name}.{each.qualname}(1)\n" for name, functions in modules.items() for each in functions)
    files = {"declare.py": imports + REPORT_MEMORY, "warm.py": imports + called + REPORT_MEMORY}
    folders = _folders(root, {f"{name}.py": functions for name, functions in modules.items()}, files)
    (folders[HERE] / "pyproject.toml").write_text("", "utf-8")
    for name, functions in modules.items():
        for each in functions:
            declaration = stub.declaration_for(str(folders[HERE]), f"{name}.py::{each.qualname}")
            filing.file(define(declaration), each.code, made="benchmark")
    _implement(folders, environments, modules)
    return folders


def _folders(root: Path, modules: Mapping[str, tuple[Function, ...]], files: Mapping[str, str]) -> dict[str, Path]:
    folders = {}
    for number, column in enumerate(PACKAGES):
        folders[column] = root / f"project{number}"
        folders[column].mkdir(parents=True)
        texts = {name: source(functions, column) for name, functions in modules.items()}
        for name, text in {**texts, **files}.items():
            (folders[column] / name).write_text(text, "utf-8")
    return folders


def _implement(
    folders: Mapping[str, Path], environments: Environments, modules: Mapping[str, tuple[Function, ...]]
) -> None:
    """File the others' implementations."""
    bodies = {each.qualname: each.code for functions in modules.values() for each in functions}
    if environments.peer.python:
        (folders[PEER] / "bodies.json").write_text(json.dumps(bodies), "utf-8")
        environments.peer.run(INSIDE / "mirror_of_jiti_1_5.py", *modules, cwd=folders[PEER])
    generated = folders[JAUNT] / "__generated__"
    generated.mkdir()
    for name, functions in modules.items():
        # Its wrapper of a property's function calls what it finds: a method, there.
        plain = source(functions, FLOOR).replace("    @property\n", "")
        (generated / f"{name}.py").write_text(plain, "utf-8")
