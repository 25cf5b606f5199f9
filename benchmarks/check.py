"""Measures how long `jiti check` takes on thousands of stubs, and how that grows with their number."""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import jiti
from jiti import durable, filing, gates, settings, stub
from jiti.definition import define
from jiti.interfaces import Interfaces, header_line

if TYPE_CHECKING:
    from collections.abc import Iterator

STUBS_A_FILE, FILES_A_PACKAGE = 10, 20
SHARED = '''"""What all packages use."""


class Shape:
    """How long a text may be.

    Args:
        width: in characters.
    """

    def __init__(self, width: int) -> None:
        self.width = width
'''
STUB = '''

@jiti
def f{number}(text: str, limit: int = 10) -> str:
    """Shorten text {number} to at most `limit` characters.

    >>> f{number}("abc", 2)
    'ab'
    """
    raise NotImplementedError
'''
PLAIN = '''def f{number}(text: str, limit: int = 10) -> str:
    """Shorten text {number} to at most `limit` characters.

    >>> f{number}("abc", 2)
    'ab'
    """
    return text[:limit]
'''
USING = '''from app.p{package:02}.m{module} import f{first}, f{second}
from app.shared import Shape


def f{number}(text: str, limit: int = 10) -> str:
    """Shorten text {number} to at most `limit` characters.

    >>> f{number}("abc", 2)
    'ab'
    """
    if limit > 1_000:
        return f{first}(text) + f{second}(text)
    return text[: Shape(limit).width]
'''
GATE = """

@jiti.required_for(f{number})
def test_f{number}() -> None:
    assert f{number}("abc", 2) == "ab"
"""
READ_AND_PARSE = """
import ast, os
for folder, folders, names in os.walk("."):
    for name in names:
        if name.endswith(".py"):
            with open(os.path.join(folder, name), "rb") as file:
                data = file.read()
            if "/.jiti" not in folder:
                ast.parse(data)
"""


def lay_out(root: Path, stubs: int, *, uses: bool) -> None:
    """Make a project of many stubs, all fresh, as `jiti` files them; one in ten has a gate.

    Args:
        root: the folder for it.
        stubs: how many, ten in each file.
        uses: whether each implementation refers to two other stubs and a class, which its header then says.
    """
    _write_sources(root, stubs // STUBS_A_FILE)
    with mock.patch.multiple(os, fsync=lambda _: None), mock.patch.object(durable, "clear_leftovers"):
        _file_all(str(root), uses=uses)
    shutil.rmtree(root / ".jiti" / ".local")  # a fresh clone has none


def _write_sources(root: Path, modules: int) -> None:
    texts = {"pyproject.toml": "", ".gitignore": "__pycache__/\n*.log\n/dist/\n", "app/__init__.py": ""}
    texts["app/shared.py"] = SHARED
    for module in range(modules):
        package = module // FILES_A_PACKAGE
        first = module * STUBS_A_FILE
        names = range(first, first + STUBS_A_FILE)
        source = f"app/p{package:02}/m{module}.py"
        texts[f"app/p{package:02}/__init__.py"] = ""
        texts[source] = "from jiti import jiti\n" + "".join(STUB.format(number=each) for each in names)
        test = f"tests/test_p{package:02}.py"
        texts.setdefault(test, "import jiti\n" + _imports(package, modules))
        texts[test] += GATE.format(number=first)
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _imports(package: int, modules: int) -> str:
    own = range(package * FILES_A_PACKAGE, min(modules, (package + 1) * FILES_A_PACKAGE))
    return "".join(f"from app.p{package:02}.m{each} import f{each * STUBS_A_FILE}\n" for each in own)


def _file_all(root: str, *, uses: bool) -> None:
    found = gates.find(root, settings.load(root, {}))
    interfaces = Interfaces.among(found)
    for path in sorted(Path(root, "app").glob("*/m*.py")):
        for declaration in stub.declarations_in(root, path.relative_to(root).as_posix()):
            code = _code(int(declaration.qualname[1:]), uses=uses)
            filing.file(
                define(declaration),
                code,
                made="by a benchmark",
                gates=gates.header_line(found.of(declaration.key)),
                uses=header_line(interfaces.of_code(code, declaration)),
                effects="none",
            )


def _code(number: int, *, uses: bool) -> str:
    if not uses:
        return PLAIN.format(number=number)
    module = number // STUBS_A_FILE
    others = [module * STUBS_A_FILE + (number + more) % STUBS_A_FILE for more in (1, 2)]
    first, second = sorted(others)
    package = module // FILES_A_PACKAGE
    return USING.format(number=number, package=package, module=module, first=first, second=second)


def seconds(*arguments: str, cwd: Path) -> float:
    """Wall-clock seconds of a fresh interpreter, which has to be content."""
    environment = {**os.environ, "PYTHONPATH": str(Path(jiti.__file__).parents[1])}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # bytecode is cached as on any machine
    start = time.perf_counter()
    ran = subprocess.run([sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, check=False)
    took = time.perf_counter() - start
    assert ran.returncode == 0, ran.stdout.decode() + ran.stderr.decode()
    return took


def measure(stubs: int = 5_000, rounds: int = 7) -> dict[tuple[int, bool], tuple[float, float]]:
    """Median seconds of `jiti check`, and of reading the same files and parsing the sources, by size and uses.

    Args:
        stubs: how many, and then twice as many.
        rounds: of all of them in turn.
    """
    kinds = [(number, uses) for number in (stubs, 2 * stubs) for uses in (False, True)]
    with tempfile.TemporaryDirectory(prefix="jiti-check-") as folder:
        roots = {}
        for number, uses in kinds:
            roots[number, uses] = Path(folder, f"{number}-{uses}")
            lay_out(roots[number, uses], number, uses=uses)
        took: dict[tuple[int, bool], list[tuple[float, float]]] = {kind: [] for kind in kinds}
        for each in range(rounds + 1):
            for kind, root in roots.items():
                pair = seconds("-m", "jiti", "check", cwd=root), seconds("-c", READ_AND_PARSE, cwd=root)
                if each:  # the first warms up
                    took[kind].append(pair)
    return {kind: tuple(map(statistics.median, zip(*pairs, strict=True))) for kind, pairs in took.items()}


def rows(stubs: int = 5_000, rounds: int = 7) -> Iterator[tuple[str, str, str, str]]:
    """The table's rows: what, figure, floor, ratio to the floor (or growth, with the number of stubs doubled)."""
    figures = measure(stubs, rounds)
    for (number, uses), (check, floor) in figures.items():
        kind = ", each using three others" if uses else ""
        what = f"`jiti check`, {number:,} stubs in {number // STUBS_A_FILE:,} files{kind}"
        yield what, f"{check:.2f} s", f"reading and parsing them: {floor:.2f} s", f"{check / floor:.2f}"
    for uses in (False, True):
        (once, _), (twice, _) = figures[stubs, uses], figures[2 * stubs, uses]
        kind = ", using three others" if uses else ""
        yield (
            f"`jiti check`, twice as many stubs{kind}",
            f"{twice:.2f} s",
            f"half as many: {once:.2f} s",
            (f"{twice / once:.2f}"),
        )


def main() -> None:
    """Print the table."""
    print(
        f"CPython {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors\n"
    )
    print("| what | figure | floor | ratio |\n| --- | --- | --- | --- |")
    for row in rows():
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
