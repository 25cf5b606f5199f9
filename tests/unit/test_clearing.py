"""Clearing: what goes, what stays, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti import filing
from jiti.clearing import clear, clear_project
from jiti.definition import define
from jiti.errors import ConflictError, StubError
from jiti.home import with_package_mirror
from jiti.stub import declaration_for
from jiti.testing import Project, ScriptedModel, submit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STUB = 'from jiti import jiti\n\n\n@jiti\ndef one() -> int:\n    """One."""\n'
CODE = "def one() -> int:\n    return 1\n"
TESTS = "def test_one():\n    assert 1\n"
KEPT = {".gitignore", "ruff.toml"}


def laid_out(root: Path, *paths: str) -> None:
    """A stub in each of these files, and `__init__.py` in the folders that hold them."""
    (root / "pyproject.toml").touch()
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(STUB)
        if file.parent.name != "scripts":
            (file.parent / "__init__.py").touch()


def filed(root: Path, path: str, *, carried: bool) -> Path:
    """File the implementation of a stub in the root's mirror, or in the one that its package is to carry."""
    if carried:
        with_package_mirror(str(root / path))
    made = filing.file(define(declaration_for(str(root), f"{path}::one")), CODE, made="by a test", tests=TESTS)
    return root / made.path


def left(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Implementations in the root's mirror, and in those of two packages."""
    laid_out(tmp_path, "scripts/main.py", "src/app/text.py", "other/text.py")
    return (
        filed(tmp_path, "scripts/main.py", carried=False),
        filed(tmp_path, "src/app/text.py", carried=True),
        filed(tmp_path, "other/text.py", carried=True),
    )


def test_the_mirrors_that_packages_carry_go_with_the_roots(tmp_path: Path, files: tuple[Path, ...]) -> None:
    assert [path.relative_to(tmp_path).as_posix() for path in files] == [
        ".jiti/scripts/main/one.py",
        "src/app/.jiti/app/text/one.py",
        "other/.jiti/other/text/one.py",
    ]
    clear_project(str(tmp_path))
    for folder in (".jiti", "src/app/.jiti", "other/.jiti"):
        assert left(tmp_path / folder) == KEPT
    assert (tmp_path / "src/app/text.py").read_text() == STUB


@pytest.mark.parametrize("edited", [0, 1, 2], ids=["the root's", "a package's", "another package's"])
def test_one_edited_file_of_any_mirror_keeps_all(tmp_path: Path, files: tuple[Path, ...], edited: int) -> None:
    files[edited].write_text(files[edited].read_text().replace("return 1", "return 0 + 1"))
    with pytest.raises(ConflictError) as caught:
        clear_project(str(tmp_path))
    assert f"would lose that:\n  {files[edited].relative_to(tmp_path).as_posix()}\n" in str(caught.value)
    assert all(path.exists() for path in files)
    clear_project(str(tmp_path), force=True)
    assert not any(path.exists() for path in files)


def add_a_test(file: Path) -> None:
    file.write_text(f"{file.read_text()}\n\ndef test_by_hand():\n    pass\n")


def lose_the_heading(file: Path) -> None:
    file.write_text(file.read_text().partition("\n\n")[2])


def put_a_file_beside_it(file: Path) -> None:
    (file.parent / "cases.json").write_text("[]")


@pytest.mark.parametrize("edit", [add_a_test, lose_the_heading, put_a_file_beside_it])
def test_scratch_tests_that_were_edited_by_hand_keep_all(
    tmp_path: Path, files: tuple[Path, ...], edit: Callable[[Path], None]
) -> None:
    scratch = tmp_path / ".jiti/.scratch/scripts/main/test_one.py"
    edit(scratch)
    with pytest.raises(ConflictError) as caught:
        clear_project(str(tmp_path))
    assert "would lose that:\n  .jiti/.scratch/scripts/main/" in str(caught.value)
    assert all(path.exists() for path in (*files, scratch))
    clear_project(str(tmp_path), force=True)
    assert not scratch.parent.exists()


def test_scratch_tests_that_were_only_reformatted_are_not_edited(tmp_path: Path, files: tuple[Path, ...]) -> None:
    scratch = tmp_path / ".jiti/.scratch/scripts/main/test_one.py"
    scratch.write_text(scratch.read_text().replace("assert 1", "assert (1)"))
    clear_project(str(tmp_path))
    assert not scratch.exists()
    assert not files[0].exists()


def test_scratch_tests_that_were_edited_are_put_aside_when_others_come(tmp_path: Path, files: tuple[Path, ...]) -> None:
    scratch = tmp_path / ".jiti/.scratch/scripts/main/test_one.py"
    add_a_test(scratch)
    edited = scratch.read_text()
    for _ in range(2):
        filed(tmp_path, "scripts/main.py", carried=False)
    kept = list((tmp_path / ".jiti/.local/replaced").rglob("*test_one*"))
    assert [each.read_text() for each in kept] == [edited]
    assert "by_hand" not in scratch.read_text()
    assert files[0].exists()


def test_a_file_that_was_only_reformatted_is_not_edited(tmp_path: Path, files: tuple[Path, ...]) -> None:
    files[1].write_text(files[1].read_text().replace("return 1", "return (1)"))
    clear_project(str(tmp_path))
    assert not files[1].exists()


def environment(root: Path) -> None:
    (root / "env" / "pyvenv.cfg").parent.mkdir()
    (root / "env" / "pyvenv.cfg").touch()


def nested_project(root: Path) -> None:
    (root / "env").mkdir()
    (root / "env" / "pyproject.toml").touch()


@pytest.mark.parametrize("make", [environment, nested_project])
def test_what_is_not_the_projects_stays(tmp_path: Path, make: Callable[[Path], None]) -> None:
    laid_out(tmp_path, "main.py")
    make(tmp_path)
    carried = tmp_path / "env" / "lib" / "app" / ".jiti" / "app" / "one.py"
    carried.parent.mkdir(parents=True)
    carried.write_text("")
    (tmp_path / "env" / "lib" / "app" / "__init__.py").touch()
    clear_project(str(tmp_path), force=True)
    assert carried.exists()


def test_what_is_kept_beside_the_mirror_stays(tmp_path: Path, files: tuple[Path, ...]) -> None:
    session = tmp_path / ".jiti" / ".local" / "sessions" / "one.jsonl"
    session.parent.mkdir(parents=True)
    session.touch()
    clear_project(str(tmp_path))
    assert session.exists()
    assert not files[0].exists()


def test_code_without_a_file_belongs_to_no_project() -> None:
    with pytest.raises(StubError, match="which belongs to no project"):
        eval("clear()", {"clear": clear})  # noqa: S307 - to be called from no file


MAIN = """
import jiti
from app import one

print(one())
jiti.clear()
print(one())
"""


def test_a_stub_whose_package_carries_the_mirror_is_written_again_after_clearing() -> None:
    files = {"app/__init__.py": STUB, "main.py": MAIN, "pyproject.toml": '[tool.jiti]\nmirror = "package"\n'}
    project = Project(files, ScriptedModel(submit("return 1"), submit("return 2")))
    done = project.run("python", "main.py")
    assert done.stdout == "1\n2\n", done.stderr
    assert len(project.sessions()) == 2
