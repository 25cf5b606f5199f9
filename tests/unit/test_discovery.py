"""Which files belong to a project."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from jiti.discovery import is_ignored, project_files, python_files
from jiti.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def lay_out(root: Path, *paths: str, **ignore: str) -> str:
    """Make empty files, and a `.gitignore` in each folder of `ignore` (`top` is the root)."""
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    for folder, text in ignore.items():
        place = root if folder == "top" else root / folder
        place.mkdir(parents=True, exist_ok=True)
        (place / ".gitignore").write_text(text)
    return str(root)


def found(root: str) -> list[str]:
    return [path for path in project_files(root) if not path.endswith(".gitignore")]


def test_files_come_in_order_of_their_paths_with_slashes(tmp_path: Path) -> None:
    root = lay_out(tmp_path, "b/x.py", "a.py", "b.py", "b/a/y.py")
    assert found(root) == ["a.py", "b.py", "b/a/y.py", "b/x.py"]


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".jiti/app/f.py",
        "deep/.tox/x.py",
        "lib/site-packages/x.py",
        "app/__pycache__/x.pyc",
    ],
)
def test_folders_that_hold_no_project_files_are_left_out(tmp_path: Path, path: str) -> None:
    assert found(lay_out(tmp_path, path, "kept.py")) == ["kept.py"]


def test_a_virtual_environment_is_left_out_whatever_its_name(tmp_path: Path) -> None:
    root = lay_out(tmp_path, "envs/mine/pyvenv.cfg", "envs/mine/lib/x.py", "kept.py")
    assert found(root) == ["kept.py"]


def test_a_file_whose_name_starts_with_a_dot_belongs_to_the_project(tmp_path: Path) -> None:
    assert found(lay_out(tmp_path, ".pre-commit-config.yaml")) == [".pre-commit-config.yaml"]


@pytest.mark.parametrize(
    ("ignore", "hidden", "shown"),
    [
        ({"top": "*.log"}, "a/x.log", "a/x.py"),
        ({"top": "/out"}, "out/x.py", "a/out/x.py"),
        ({"top": "out/"}, "a/out/x.py", "a/out.py"),
        ({"top": "*.py\n!keep.py"}, "x.py", "keep.py"),
        ({"top": "/*\n!/src"}, "other/x.py", "src/x.py"),
        ({"top": "lib/\n!web/lib"}, "web/lib/lib/x.py", "web/lib/x.py"),
        ({"top": "*.py", "a": "!x.py"}, "a/y.py", "a/x.py"),
        ({"a": "/x.py"}, "a/x.py", "a/b/x.py"),
        ({"top": "*\n!*/\n!*.py"}, "a/x.txt", "a/x.py"),
        ({"top": "# x.py\n\n[\n!\ny.py"}, "y.py", "x.py"),
        ({"top": "﻿x.py\r\n"}, "x.py", "y.py"),
    ],
)
def test_gitignore_hides_what_git_would_hide(tmp_path: Path, ignore: dict[str, str], hidden: str, shown: str) -> None:
    root = lay_out(tmp_path, hidden, shown, **ignore)
    assert found(root) == [shown]
    assert is_ignored(root, hidden)
    assert not is_ignored(root, shown)


def test_nothing_comes_back_from_below_a_hidden_folder(tmp_path: Path) -> None:
    root = lay_out(tmp_path, "out/x.py", top="out/", out="!x.py")
    assert found(root) == []
    assert is_ignored(root, "out/x.py")


def test_the_rules_of_folders_above_the_root_count_up_to_the_repository(tmp_path: Path) -> None:
    lay_out(tmp_path, "repo/.git/HEAD", top="kept.py", repo="*.log\n/packages/one/out/")
    root = lay_out(tmp_path / "repo" / "packages" / "one", "x.log", "out/x.py", "kept.py")
    assert found(root) == ["kept.py"]


def test_a_project_in_a_folder_that_its_repository_ignores_is_read_all_the_same(tmp_path: Path) -> None:
    lay_out(tmp_path, ".git/HEAD", top="/scratch/\n*.log")
    root = lay_out(tmp_path / "scratch", "x.py", "x.log")
    assert found(root) == ["x.log", "x.py"]


def test_patterns_of_exclude_are_left_out(tmp_path: Path) -> None:
    root = lay_out(tmp_path, "vendor/x.py", "a/vendor/x.py", "a/gen_x.py")
    assert list(project_files(root, ["/vendor", "gen_*"])) == ["a/vendor/x.py"]


def test_a_path_that_does_not_exist_can_be_asked_about(tmp_path: Path) -> None:
    root = lay_out(tmp_path, top="out/\n*.log")
    assert is_ignored(root, "out/deep/x.py")
    assert is_ignored(root, "out/")
    assert not is_ignored(root, "app/x.py")


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    root = lay_out(tmp_path, "a/x.py")
    try:
        (tmp_path / "again").symlink_to(tmp_path / "a", target_is_directory=True)
    except OSError:
        pytest.skip("links need a privilege here")
    assert found(root) == ["a/x.py"]


def test_python_files_are_those_below_sources_and_tests_where_these_are_named(tmp_path: Path) -> None:
    root = lay_out(tmp_path, "src/x.py", "src/x.txt", "tests/t.py", "tools/y.py", "one.py")
    assert list(python_files(root, Settings())) == ["one.py", "src/x.py", "tests/t.py", "tools/y.py"]
    assert list(python_files(root, Settings(sources=("src/", "one.py")))) == ["one.py", "src/x.py"]
    assert list(python_files(root, Settings(sources=("src",), tests=("tests",)))) == ["src/x.py", "tests/t.py"]
    assert list(python_files(root, Settings(sources=(".",), exclude=("t*/",)))) == ["one.py", "src/x.py"]


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with git")
@pytest.mark.parametrize("seed", range(12))
def test_random_trees_are_read_as_git_reads_them(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a reproducible tree, not a secret
    patterns = ["*", "*.py", "a", "/b", "a/", "!a", "!*.py", "!*/", "a/b", "a/*", "!a/b", "**/a", "a/**", "/*", "!/a"]

    def fill(folder: Path, depth: int) -> None:
        for name in ("a", "b", "c", "x.py", "y.log"):
            if "." in name or depth == 3:
                (folder / name).touch()
            elif chance.random() < 0.7:
                (folder / name).mkdir()
                fill(folder / name, depth + 1)
        if chance.random() < 0.4:
            (folder / ".gitignore").write_text("\n".join(chance.choices(patterns, k=4)))

    fill(tmp_path, 0)
    git = shutil.which("git") or ""
    subprocess.run([git, "init", "-q", str(tmp_path)], check=True)
    command = [git, "-C", str(tmp_path), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    expected = sorted(filter(None, listed.split("\0")))
    assert sorted(project_files(str(tmp_path))) == expected
    files = [os.path.join(folder, name) for folder, _, names in os.walk(tmp_path) for name in names]
    paths = [os.path.relpath(file, tmp_path).replace(os.sep, "/") for file in files]
    shown = [path for path in paths if not path.startswith(".git/") and not is_ignored(str(tmp_path), path)]
    assert sorted(shown) == expected
