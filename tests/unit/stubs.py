"""Stubs for tests: a project with one source file, and what jiti makes of a stub in it."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from jiti import stub
from jiti.definition import Definition, define

if TYPE_CHECKING:
    from pathlib import Path

PYPROJECT = '[project]\nname = "app"\nversion = "0"\nrequires-python = ">=3.11"\n'


def write(root: Path, files: dict[str, str]) -> None:
    """Write files of a project; folders are made as needed."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")


def define_stub(root: Path, source: str, qualname: str | None = None, path: str = "app/text.py") -> Definition:
    """The definition of a stub, by default the last of its file; a project without `pyproject.toml` gets one."""
    if not (root / "pyproject.toml").exists():
        write(root, {"pyproject.toml": PYPROJECT})
    write(root, {path: source})
    declarations = stub.declarations_in(str(root), path)
    return define(next(each for each in reversed(declarations) if qualname in {None, each.qualname}))
