"""An environment as `pip install` leaves it, made without fetching anything: for tests that walk as a new user does."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


def build_wheel(folder: Path) -> Path:
    """Build this project's wheel in a folder."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    [wheel] = folder.glob("jiti-*.whl")
    return wheel


def make_environment(folder: Path, wheel: Path) -> Path:
    """Make an environment that holds the wheel and nothing else, as `pip install --no-deps` leaves it; its Python."""
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip(python, "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    return python


def pip(python: Path, *arguments: str) -> None:
    """Have this interpreter's pip work on another environment."""
    subprocess.run([sys.executable, "-m", "pip", "--python", python, *arguments], check=True)


def add_dependencies(python: Path) -> None:
    """Add what jiti needs, by links to what is installed here; and the commands that a new user calls by name."""
    scripts = python.parent
    [packages] = scripts.parent.glob("lib/python*/site-packages")
    [jiti] = packages.glob("jiti-*.dist-info")
    for name in _needed_by(Distribution.at(jiti)):
        for file in distribution(name).files or ():
            place = Path(str(distribution(name).locate_file(file))).resolve()
            if file.parts[0] != "..":
                link, target = packages / file.parts[0], place.parents[len(file.parts) - 2] if file.parts[1:] else place
            elif file.name in {"ruff", "ty"}:
                link, target = scripts / file.name, place
            else:
                continue
            if not link.exists():
                link.symlink_to(target)
    pytest = "import sys, pytest; sys.exit(pytest.main())"
    _command(scripts / "pytest", f"exec {python} -c '{pytest}' \"$@\"")
    _command(scripts / "pip", f'exec {sys.executable} -m pip --python {python} "$@"')


def _command(file: Path, line: str) -> None:
    file.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    file.chmod(0o755)


def _needed_by(installed: Distribution, known: frozenset[str] = frozenset()) -> frozenset[str]:
    """The names of what a distribution needs, and of what that needs."""
    for line in installed.requires or ():
        wanted = Requirement(line)
        if wanted.name not in known and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
            known = _needed_by(distribution(wanted.name), known | {wanted.name})
    return known
