"""`jiti resolve`: the ways out of a conflict."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from jiti import filing, states, stub
from jiti.cli import main
from jiti.definition import define

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.states import State

MODULE = '''from jiti import jiti


@jiti
def double(a: int) -> int:
    """Double it."""
'''
CODE = '''def double(a: int) -> int:
    """Double it."""
    return a * 2
'''
KEY = "n.py::double"


class Project:
    """One stub with its implementation."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.source = root / "n.py"
        self.file = root / ".jiti" / "n" / "double.py"
        (root / "pyproject.toml").touch()
        self.source.write_text(MODULE)
        filing.file(define(stub.declaration_for(str(root), KEY)), CODE, made="-")

    def change_docstring(self) -> None:
        self.source.write_text(MODULE.replace("Double it.", "Double it well."))

    def edit(self) -> None:
        self.file.write_text(self.file.read_text().replace("a * 2", "a + a"))

    @property
    def state(self) -> State:
        return states.look(stub.declaration_for(str(self.root), KEY))

    def resolve(self, *arguments: str) -> int:
        return main(["--root", str(self.root), "resolve", *arguments])


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def conflict(project: Project) -> Project:
    project.edit()
    project.change_docstring()
    assert project.state.name == "conflict"
    return project


def test_keep_makes_edited_code_run_for_the_changed_stub(conflict: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert conflict.resolve(KEY, "--keep") == 0
    assert capsys.readouterr().out == "n.py::double: kept .jiti/n/double.py as it is\n"
    assert conflict.state.runs
    assert "a + a" in conflict.file.read_text()


def test_keep_makes_untouched_code_fresh_for_the_changed_stub(project: Project) -> None:
    project.change_docstring()
    assert project.resolve("double", "--keep") == 0
    assert project.state.name == "fresh"


def test_regenerate_puts_the_code_aside_and_loses_nothing(
    conflict: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    text = conflict.file.read_text()
    assert conflict.resolve(KEY, "--regenerate") == 0
    said = capsys.readouterr().out.strip()
    kept = conflict.root / said.rpartition("kept as ")[2]
    assert said.startswith("n.py::double: the next call writes it anew; the old code is kept as .jiti/.local/replaced/")
    assert kept.read_text() == text
    assert conflict.state.name == "missing"


def test_code_that_was_put_aside_before_stays_too(conflict: Project) -> None:
    text = conflict.file.read_text()
    for _ in range(2):
        conflict.file.write_text(text)
        assert conflict.resolve(KEY, "--regenerate") == 0
    kept = [path for path in (conflict.root / ".jiti" / ".local" / "replaced").rglob("*") if path.is_file()]
    assert [path.read_text() for path in kept] == [text, text]


def test_where_nothing_is_to_be_resolved_nothing_is_done(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    text = project.file.read_text()
    assert project.resolve(KEY, "--keep") == 0
    assert capsys.readouterr().out == "n.py::double: nothing to resolve, it is fresh\n"
    assert project.file.read_text() == text


def test_a_stub_without_an_implementation_has_nothing_to_keep(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.file.unlink()
    assert project.resolve(KEY, "--keep") == 1
    assert capsys.readouterr().err == "n.py::double: there is no implementation to keep\n"
    assert project.resolve(KEY, "--regenerate") == 0
    assert capsys.readouterr().out == "n.py::double: nothing to put aside, the next call writes it\n"


def test_a_broken_file_is_not_kept_and_may_be_put_aside(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.file.write_text(project.file.read_text().replace("return a * 2", "return ("))
    assert project.resolve(KEY, "--keep") == 1
    assert ".jiti/n/double.py" in capsys.readouterr().err
    assert project.resolve(KEY, "--regenerate") == 0
    assert project.state.name == "missing"


def test_a_mirror_that_cannot_be_written_is_told_and_left_as_it_is(
    conflict: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    text = conflict.file.read_text()
    shutil.rmtree(conflict.root / ".jiti" / ".local")
    (conflict.root / ".jiti" / ".local").write_text("a file where a folder should be")
    assert conflict.resolve(KEY, "--regenerate") == 2
    assert f"{conflict.root / '.jiti'} cannot be written" in capsys.readouterr().err
    assert conflict.file.read_text() == text


def test_one_of_the_two_ways_must_be_said(conflict: Project, capsys: pytest.CaptureFixture[str]) -> None:
    for options in ((), ("--keep", "--regenerate")):
        assert conflict.resolve(KEY, *options) == 2
        assert "--keep or --regenerate" in capsys.readouterr().err
    assert conflict.state.name == "conflict"


def test_a_stub_that_is_not_there_is_wrong_usage(conflict: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert conflict.resolve("n.py::triple", "--keep") == 2
    assert "there is no stub n.py::triple" in capsys.readouterr().err
