"""`.jiti/ruff.toml`: the user's settings, as they come out for the source that a generated file mirrors."""

from __future__ import annotations

import json
import subprocess
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import ruff

from jiti import filing, ruff_config
from tests.unit.stubs import write

if TYPE_CHECKING:
    from pathlib import Path


def config(root: Path) -> dict[str, Any]:
    return tomllib.loads(ruff_config.text(str(root)))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project at the top of a repository."""
    (tmp_path / ".git").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("files", "extended"),
    [
        ({}, None),
        ({"pyproject.toml": '[project]\nname = "app"\n'}, None),
        ({"pyproject.toml": "[tool.ruff]\n"}, "../pyproject.toml"),
        ({"pyproject.toml": "[tool.ruff.lint]\n"}, "../pyproject.toml"),
        ({"ruff.toml": ""}, "../ruff.toml"),
        ({".ruff.toml": "", "ruff.toml": "", "pyproject.toml": "[tool.ruff]\n"}, "../.ruff.toml"),
        ({"ruff.toml": "", "pyproject.toml": "[tool.ruff]\n"}, "../ruff.toml"),
        ({"pyproject.toml": "[tool.ruff\n"}, None),
    ],
)
def test_it_extends_what_ruff_takes_at_the_root(root: Path, files: dict[str, str], extended: str | None) -> None:
    write(root, files)
    assert config(root).get("extend") == extended


def test_settings_above_the_root_count_to_the_top_of_the_repository(root: Path) -> None:
    write(root, {"ruff.toml": "", "packages/one/pyproject.toml": ""})
    assert config(root / "packages" / "one")["extend"] == "../../../ruff.toml"


def test_settings_above_the_repository_are_this_machines_alone(tmp_path: Path) -> None:
    write(tmp_path, {"ruff.toml": "", "project/.git/HEAD": "", "elsewhere/pyproject.toml": ""})
    assert "extend" not in config(tmp_path / "project")
    assert "extend" not in config(tmp_path / "elsewhere")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, {"src": ["..", "../src"], "cache-dir": "../.ruff_cache"}),
        ({"ruff.toml": 'src = ["lib"]\ncache-dir = "x"'}, {}),
        ({"ruff.toml": 'extend = "base.toml"', "base.toml": 'src = ["lib"]'}, {"cache-dir": "../.ruff_cache"}),
        ({"ruff.toml": 'extend = "ruff.toml"'}, {"src": ["..", "../src"], "cache-dir": "../.ruff_cache"}),
        ({"ruff.toml": 'extend = "missing.toml"'}, {"src": ["..", "../src"], "cache-dir": "../.ruff_cache"}),
    ],
)
def test_what_would_be_found_beside_the_file_is_found_beside_the_users(
    root: Path, files: dict[str, str], expected: dict[str, object]
) -> None:
    write(root, files)
    found = config(root)
    assert {name: found[name] for name in ("src", "cache-dir") if name in found} == expected


@pytest.mark.parametrize(
    ("pattern", "mirrored"),
    [
        ("app/text.py", "app/text/**"),
        ("app/*.py", "app/*/**"),
        ("app/*", "app/*"),
        ("tests/**", "tests/**"),
        ("**/models.py", "**/models/**"),
        ("*.py", "**/*/**"),
        ("__init__.py", "**/__init__/**"),
        ("!src/**.py", "!src/**/**"),
    ],
)
def test_ignores_for_files_are_those_of_their_mirrors_too(root: Path, pattern: str, mirrored: str) -> None:
    write(root, {"ruff.toml": f'[lint.per-file-ignores]\n"{pattern}" = ["T201"]'})
    ignores = config(root)["lint"]["extend-per-file-ignores"]
    assert ignores == {".scratch/**": ["ALL"], mirrored: ["T201"]}


def test_ignores_of_both_spellings_and_of_extended_files_are_put_together(root: Path) -> None:
    settings = """
        [tool.ruff]
        extend = "conf/base.toml"
        per-file-ignores = { "app/a.py" = ["A001"] }
        [tool.ruff.lint.extend-per-file-ignores]
        "app/a.py" = ["A002"]
    """
    base = """
        [lint.per-file-ignores]
        "app/replaced.py" = ["A003"]
        [lint.extend-per-file-ignores]
        "../app/a.py" = ["A004"]
        "b/c.py" = ["A005"]
        "../../outside.py" = ["A006"]
    """
    write(root, {"pyproject.toml": settings, "conf/base.toml": base})
    ignores = config(root)["lint"]["extend-per-file-ignores"]
    assert ignores == {".scratch/**": ["ALL"], "app/a/**": ["A001", "A002", "A004"], "conf/b/c/**": ["A005"]}


SETTINGS = {
    "pyproject": '[project]\nname = "app"\nversion = "0"\nrequires-python = ">=3.12"\n[tool.ruff]\nline-length = 70\n',
    "own target": '[tool.ruff]\ntarget-version = "py313"\n[tool.ruff.lint]\nselect = ["E", "UP"]\n',
    "old spelling": '[tool.ruff]\nselect = ["ALL"]\nignore = ["T"]\n',
    "preview": '[tool.ruff]\npreview = true\n[tool.ruff.lint]\nselect = ["ALL"]\n',
}
_SAME = (
    "linter.unresolved_target_version",
    "linter.line_length",
    "formatter.line_width",
    "linter.preview",
    "cache_dir",
)


@pytest.mark.parametrize("name", SETTINGS)
def test_ruff_reads_the_same_settings_for_the_mirror_as_for_the_source(root: Path, name: str) -> None:
    write(root, {"pyproject.toml": SETTINGS[name], "app/__init__.py": "", "app/text.py": ""})
    filing.prepare(str(root))
    write(root, {".jiti/app/text/f.py": ""})

    def settings(path: str) -> list[str]:
        shown = subprocess.run(
            [ruff.find_ruff_bin(), "check", "--show-settings", path],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
        return [line for line in shown.stdout.split("\n") if line.startswith(_SAME)]

    assert settings(".jiti/app/text/f.py") == settings("app/text.py")


@pytest.mark.parametrize(("settings", "listed"), [("preview", True), ("pyproject", False)])
def test_rules_that_are_in_preview_are_named_only_there(root: Path, settings: str, *, listed: bool) -> None:
    write(root, {"pyproject.toml": SETTINGS[settings]})
    assert ("RUF201" in config(root)["lint"]["ignore"]) == listed


def test_ruffs_own_rules_have_nothing_against_it(root: Path) -> None:
    write(root, {"pyproject.toml": SETTINGS["preview"]})
    filing.prepare(str(root))
    command = [ruff.find_ruff_bin(), "check", "--output-format", "json", ".jiti"]
    assert json.loads(subprocess.run(command, cwd=root, capture_output=True, check=True).stdout) == []
