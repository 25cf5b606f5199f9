"""The user's own ruff and ty, over a project with its mirror: clean before a generation, clean after."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import ruff

from jiti.testing import Project, ScriptedModel, submit

if TYPE_CHECKING:
    from pathlib import Path

PYPROJECT = '[project]\nname = "app"\nversion = "0.0.0"\nrequires-python = ">=3.11"\n'
ALL = '[tool.ruff]\nline-length = 79\n[tool.ruff.lint]\nselect = ["ALL"]\nignore = ["COM812", "D203", "D213"]\n'
SETTINGS = {"default settings": "", "every rule at 79 columns": ALL}
NOTICE = "# Copyright 2026 the authors\n"
TEXT = f'''{NOTICE}"""Text."""

from __future__ import annotations

from dataclasses import dataclass

from jiti import jiti

LIMIT = 12


@dataclass(frozen=True)
class Slug:
    """A slug and the text that it is for."""

    text: str
    slug: str


@jiti
def slugify(text: str, *, limit: int | None = None) -> Slug:
    """Convert text to a slug of at most `limit` characters.

    Without a limit, `LIMIT` holds.

    >>> slugify("Hello, World!").slug
    'hello-world'
    """
    raise NotImplementedError


class Titles:
    """Titles that were seen."""

    def __init__(self) -> None:
        """Start with none."""
        self._seen: list[str] = []

    @jiti
    def add(self, title: str) -> int:
        """Remember a title; give how many there are."""
        raise NotImplementedError

    @staticmethod
    @jiti
    def tidy(title: str) -> str:
        """Give the title without blanks around it."""
        raise NotImplementedError
'''
SLUGIFY = submit(
    'words = re.findall(r"[a-z0-9]+", text.lower())\n'
    'return Slug(text=text, slug="-".join(words)[: limit or text_module.LIMIT])',
    helpers="import re\n\nfrom app import text as text_module\n",
    tests='def test_a_limit_cuts() -> None:\n    assert slugify("abc", limit=2).slug == "ab"\n',
)
ADD = submit("self._seen.append(title)\nreturn len(self._seen)")
TIDY = submit("return title.strip()")


def check(root: Path, *command: str) -> None:
    environment = {**os.environ, "RUFF_NO_CACHE": "true"}
    ran = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{' '.join(command[1:])}\n{ran.stdout}{ran.stderr}"


@pytest.mark.parametrize("folder", ["app", "src/app"], ids=["flat", "src"])
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_a_generation_leaves_the_users_own_checks_clean(settings: str, folder: str) -> None:
    """`ruff check .`, `ruff format --check .` and `ty check`, the mirror included."""
    source = f"{folder}/text.py"
    files = {"pyproject.toml": PYPROJECT + settings, f"{folder}/__init__.py": f'{NOTICE}"""App."""\n', source: TEXT}
    script = {"slugify": SLUGIFY, "Titles.add": ADD, "Titles.tidy": TIDY}
    project = Project(files, ScriptedModel({f"{source}::{name}": [reply] for name, reply in script.items()}))

    def check_all() -> None:
        ruff_binary = ruff.find_ruff_bin()
        check(project.root, ruff_binary, "check", ".")
        check(project.root, ruff_binary, "format", "--check", ".")
        check(project.root, sys.executable, "-m", "ty", "check", "--python", sys.prefix)

    check_all()
    use = (
        "from app.text import Titles, slugify\ntitles = Titles()\n"
        "print(slugify('A b').slug, titles.add(titles.tidy(' x ')))"
    )
    ran = project.run("python", "-c", use)
    assert (ran.stdout, ran.exit_code) == ("a-b 1\n", 0), ran.stderr
    assert len([name for name in project.mirror() if name.endswith(".py")]) == 4
    check_all()
