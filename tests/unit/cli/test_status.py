"""`jiti status`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from jiti import filing, stub
from jiti.cli import main
from jiti.definition import define

if TYPE_CHECKING:
    from pathlib import Path

MODULE = '''from jiti import jiti


@jiti
def double(a: int) -> int:
    """Double it."""


@jiti
def half(a: int) -> int:
    """Halve it."""
'''
CODE = '''def double(a: int) -> int:
    """Double it."""
    return a * 2
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in a folder with a space and an umlaut: two stubs, one generated and since changed."""
    root = tmp_path / "my prójekt"
    root.mkdir()
    (root / "pyproject.toml").touch()
    source = root / "n.py"
    source.write_text(MODULE)
    filing.file(define(stub.declaration_for(str(root), "n.py::double")), CODE, made="-")
    source.write_text(MODULE.replace("Double it.", "Double it well."))
    return root


def test_a_pipe_gets_plain_columns_and_a_sum(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(project), "status"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "stale    n.py::double  n.py:4  docstring  -  .jiti/n/double.py",
        "missing  n.py::half    n.py:9  -          -  -",
        "2 stubs: 1 stale, 1 missing",
    ]


def test_json_is_one_object(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(project), "status", "double", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "root": str(project),
        "stubs": [
            {
                "key": "n.py::double",
                "state": "stale",
                "source": "n.py:4",
                "implementation": ".jiti/n/double.py",
                "changed": ["docstring"],
                "gates": [],
                "scratch_tests": 0,
            }
        ],
    }


def test_nothing_is_changed_by_looking(project: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    assert main(["--root", str(project), "status"]) == 0
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before


def test_a_project_without_stubs_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tmp_path), "status"]) == 0
    assert capsys.readouterr().out == "no stubs\n"


def test_a_file_that_cannot_be_read_is_a_finding(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "bad.py").write_text("from jiti import jiti\ndef f(:\n")
    assert main(["--root", str(project), "status"]) == 1
    shown = capsys.readouterr()
    assert "2 stubs" in shown.out
    assert shown.err.startswith("jiti: error: bad.py:2")


def test_an_unknown_target_is_wrong_usage(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(project), "status", "dubble"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "jiti: error: there is no stub dubble",
        "  did you mean n.py::double?",
    ]
