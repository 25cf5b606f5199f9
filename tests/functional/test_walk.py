"""From an empty folder to merged code, by the words of the README alone; and its other blocks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from jiti.agent import prompts, tools
from jiti.settings import load
from tests.functional import pictures, terminal
from tests.functional.fresh import ROOT, add_dependencies, build_wheel, make_environment
from tests.functional.walk import Block, blocks_of, fits
from tests.once import once

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "README.md").read_text("utf-8")
BLOCKS = blocks_of(PAGE)
CONSOLES = [block for block in BLOCKS if block.language == "console"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A fresh environment's variables: those of a new user, who has activated it."""
    folder = tmp_path / "environment"
    python = make_environment(folder, build_wheel(tmp_path))
    add_dependencies(python)
    own = ("ANTHROPIC_", "COV_", "JITI_", "PYTEST_", "PYTHON", "TESTED_ON", "VIRTUAL_ENV")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(own) and name not in {"CI", "PATH"}
    }
    return {**kept, "PATH": f"{python.parent}:/usr/bin:/bin", "VIRTUAL_ENV": str(folder)}


@once
@pytest.mark.skipif(sys.platform == "win32", reason="its commands are a Unix shell's")
def test_the_readme_leads_from_an_empty_folder_to_merged_code(tmp_path: Path, environment: dict[str, str]) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    merges = 0
    for block in BLOCKS:
        if block.language == "python":
            (folder / block.file).write_text(block.text, encoding="utf-8")
        for command, shown in block.commands if block.language == "console" else ():
            if command.startswith("jiti merge"):
                merges += 1
                look_at_the_picture(folder, environment)
                look_at_the_requests(folder)
            ran = subprocess.run(
                ["/bin/sh", "-c", command],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                check=False,
            )
            assert ran.returncode == 0, f"$ {command}\n{ran.stdout}"
            assert fits(shown, ran.stdout), f"$ {command}\n{ran.stdout}"
    assert merges == 1
    text = (folder / "text.py").read_text("utf-8")
    assert "jiti" not in text
    assert '.strip("-")' in text
    assert not (folder / ".jiti").exists()
    assert not (tmp_path / "environment" / "bin" / "jiti").exists()


def look_at_the_requests(folder: Path) -> None:
    """What the README says of their sizes, in characters, to within 10 %."""
    [transcript] = (folder / ".jiti" / ".local" / "sessions").glob("*-slugify-*.jsonl")
    events = [json.loads(line) for line in transcript.read_text("utf-8").splitlines()]
    task, answer = (each["messages"] for each in events if each["event"] == "request")
    candidate = next(each["blocks"] for each in events if each["event"] == "reply")
    specs = [asdict(each.spec) for each in tools.FOR_CODE]
    prefix = sum(len(prompts.load(name)) for name in ("system", "style", "tests")), len(shown_in_json(specs))
    said = re.search(r"the same ([\d,]+) characters.*?then come (\d+) of the task.*?request, (\d+)", PAGE, re.DOTALL)
    assert said is not None
    measured = sum(prefix), len(shown_in_json(task)), len(shown_in_json([candidate, answer]))
    assert [int(figure.replace(",", "")) for figure in said.groups()] == pytest.approx(measured, rel=0.1)


def shown_in_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def look_at_the_picture(folder: Path, environment: dict[str, str]) -> None:
    """What `jiti merge --dry-run` shows of text.py; it changes nothing."""
    command = "jiti merge --all --dry-run"
    shown = terminal.show(["/bin/sh", "-c", command], cwd=folder, env=environment)
    assert shown.code == 0
    begin = next(at for at, line in enumerate(shown.lines) if "--- a/text.py" in line)
    end = next(at for at, line in enumerate(shown.lines) if line.startswith("delete "))
    pictures.agree("merge", command, [f"$ {command}", "…", *shown.lines[begin:end]])


def test_the_blocks_of_the_readme_are_of_kinds_that_are_tested() -> None:
    kinds = [block.language for block in BLOCKS]
    assert {*kinds} == {"sh", "python", "console", "toml", ""}
    assert all(block.file for block in BLOCKS if block.language == "python")
    assert all(not fits("", shown) or not shown for block in CONSOLES for _, shown in block.commands)


def test_the_first_block_of_the_readme_holds_the_two_commands() -> None:
    """The tour, whose own tests are in test_demo.py; and the tests, which these are."""
    commands = [line.partition("#")[0].strip() for line in BLOCKS[0].text.splitlines()]
    assert commands == [
        "python3 -m venv .venv-demo && .venv-demo/bin/pip install -q . && .venv-demo/bin/jiti demo",
        "sh scripts/test",
    ]
    assert (ROOT / "scripts" / "test").is_file()
    assert len([line for line in PAGE.splitlines() if line]) < 260


def test_the_settings_that_the_readme_shows_are_accepted(tmp_path: Path) -> None:
    [block] = [block for block in BLOCKS if block.language == "toml"]
    (tmp_path / "pyproject.toml").write_text(block.text, encoding="utf-8")
    settings = load(str(tmp_path), {})
    assert settings.model == tomllib.loads(block.text)["tool"]["jiti"]["model"]
    assert (settings.budget.usd, settings.budget.tokens, settings.budget.seconds) == (1.0, 400_000, 900.0)


def test_what_the_readme_says_of_the_picture_is_there() -> None:
    found = re.findall(r"!\[[^]]+\]\((docs/pictures/[\w.]+)\)", PAGE)
    assert sorted(found) == sorted(f"docs/pictures/{each.name}" for each in (ROOT / "docs/pictures").iterdir())


@pytest.mark.parametrize(
    ("shown", "printed", "does"),
    [
        ("a\n", "a\n", True),
        ("a\n", "a\nb\n", False),
        ("took … s\n", "took 3.1 s\n", True),
        ("took … s\n", "took 3.1\n s\n", False),
        ("…\nb\n", "a\na\nb\n", True),
        ("…\nb\n", "b\n", False),
        ("a. b\n", "a, b\n", False),
    ],
)
def test_dots_stand_for_what_is_left_out(shown: str, printed: str, *, does: bool) -> None:
    assert fits(shown, printed) is does


def test_a_block_has_its_file_and_its_commands() -> None:
    page = "```python\n# a/b.py\nx = 1\n```\n\n```console\n$ one\n1\n2\n$ two\n```\n"
    assert blocks_of(page) == [Block("python", "# a/b.py\nx = 1\n"), Block("console", "$ one\n1\n2\n$ two\n")]
    assert (blocks_of(page)[0].file, blocks_of(page)[1].file) == ("a/b.py", "")
    assert [*blocks_of(page)[1].commands] == [("one", "1\n2\n"), ("two", "")]
