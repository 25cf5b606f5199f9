"""How the stubs of a project stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiti import filing, gates, mirror, requirements, stub
from jiti.definition import define
from jiti.errors import RealBodyError, StubError
from jiti.settings import Settings
from jiti.status import survey

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
TESTS = "def test_one() -> None: ...\n\n\nasync def test_two() -> None: ...\n\n\ndef helper() -> None: ...\n"


@pytest.fixture
def root(tmp_path: Path) -> str:
    """A project with two stubs, one of them generated."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "n.py").write_text(MODULE)
    (tmp_path / "app" / "plain.py").write_text("x = 1\n")
    (tmp_path / "pyproject.toml").touch()
    declaration = stub.declaration_for(str(tmp_path), "app/n.py::double")
    filing.file(define(declaration), CODE, made="-", tests=TESTS)
    return str(tmp_path)


def test_every_stub_is_told_with_its_place_and_file(root: str) -> None:
    assert [each.as_json() for each in survey(root, Settings()).stubs] == [
        {
            "key": "app/n.py::double",
            "state": "fresh",
            "source": "app/n.py:4",
            "implementation": ".jiti/app/n/double.py",
            "changed": [],
            "gates": [],
            "scratch_tests": 2,
        },
        {
            "key": "app/n.py::half",
            "state": "missing",
            "source": "app/n.py:9",
            "implementation": None,
            "changed": [],
            "gates": [],
            "scratch_tests": 0,
        },
    ]


def test_what_changed_is_told_of_a_stale_stub(root: str, tmp_path: Path) -> None:
    (tmp_path / "app" / "n.py").write_text(MODULE.replace("Double it.", "Double it well."))
    (double,) = survey(root, Settings(), ["double"]).stubs
    assert (double.state.name, double.as_json()["changed"]) == ("stale", ["docstring"])


def test_a_broken_file_is_told_by_its_path(root: str, tmp_path: Path) -> None:
    (tmp_path / ".jiti" / "app" / "n" / "double.py").write_bytes(b"")
    (double,) = survey(root, Settings(), ["double"]).stubs
    assert (double.state.name, double.implementation) == ("broken", ".jiti/app/n/double.py")


def test_targets_choose_and_an_unknown_one_is_an_error(root: str) -> None:
    found = survey(root, Settings(), ["app.n.half", "half"])
    assert [each.declaration.key for each in found.stubs] == ["app/n.py::half"]
    with pytest.raises(StubError, match="there is no stub quarter"):
        survey(root, Settings(), ["quarter"])


def test_a_file_that_does_not_parse_is_a_problem_and_the_others_are_told(root: str, tmp_path: Path) -> None:
    (tmp_path / "app" / "bad.py").write_text("from jiti import jiti\ndef f(:\n")
    found = survey(root, Settings())
    assert len(found.stubs) == 2
    (problem,) = found.problems
    assert "app/bad.py:2" in str(problem)


def test_a_stub_that_became_real_is_a_problem_and_the_others_are_told(root: str, tmp_path: Path) -> None:
    (tmp_path / "app" / "n.py").write_text(MODULE.replace('"""Double it."""', '"""Double it."""\n    return a + a'))
    found = survey(root, Settings())
    assert [each.declaration.key for each in found.stubs] == ["app/n.py::half"]
    (problem,) = found.problems
    assert "has a body already" in str(problem)


def test_files_that_the_settings_leave_out_are_not_looked_at(root: str) -> None:
    assert survey(root, Settings(exclude=("app/",))).stubs == ()
    assert survey(root, Settings(sources=("src",))).stubs == ()


def test_a_stub_that_a_call_would_turn_down_is_a_problem_and_not_missing(root: str, tmp_path: Path) -> None:
    """With the error of the call itself; the others of its file are told as they are."""
    source = MODULE.replace('"""Halve it."""', "...")
    source += '\n\n@jiti\ndef third(a: int) -> None:\n    """D."""\n    return None\n'
    source += '\n\n@jiti\ndef fourth(a: int) -> None:\n    """D."""\n'
    (tmp_path / "app" / "n.py").write_text(source)
    found = survey(root, Settings())
    assert [(each.declaration.qualname, each.state.name) for each in found.stubs] == [
        ("double", "fresh"),
        ("fourth", "missing"),
    ]
    assert [(type(each), each.args[0]) for each in found.problems] == [
        (StubError, "app/n.py:9: half has no docstring"),
        (RealBodyError, "app/n.py:17: third has a body already"),
    ]


GATES = '''from jiti import jiti
from app.n import double, half


@jiti.required_for(double)
def test_double() -> None:
    assert double(2) == 4


@jiti.required_for(double)
def test_written() -> None:
    """It is even."""


@jiti.required_for(halve)
def test_lost() -> None:
    assert half(2) == 1
'''


def test_an_implementation_that_has_not_passed_its_gates_is_outdated(root: str) -> None:
    Path(root, "test_n.py").write_text(GATES)
    found = survey(root, Settings())
    double, _, written = found.stubs
    assert (double.state.name, double.state.changed, double.state.runs) == ("outdated", ("gates",), True)
    assert double.gates == ("test_n.py::test_double", "test_n.py::test_written")
    assert (written.declaration.key, written.state.name, written.gates) == ("test_n.py::test_written", "missing", ())
    [problem] = found.problems
    assert str(problem).startswith("test_n.py:15: `halve` cannot be found: ")


def test_it_is_fresh_once_it_has_been_stamped(root: str) -> None:
    Path(root, "test_n.py").write_text(GATES)
    declaration = stub.declaration_for(root, "app/n.py::double")
    implementation = mirror.read(declaration)
    assert implementation is not None
    line = gates.header_line(gates.find(root, Settings()).of(declaration.key))
    filing.stamp(define(declaration), implementation, gates=line)
    assert survey(root, Settings(), ["double"]).stubs[0].state.name == "fresh"
    Path(root, "test_n.py").write_text(GATES.replace("== 4", "== 5"))
    assert survey(root, Settings(), ["double"]).stubs[0].state.name == "outdated"


def test_a_written_test_is_outdated_when_what_it_was_written_from_changes(root: str) -> None:
    Path(root, "test_n.py").write_text(GATES)
    target = define(stub.declaration_for(root, "app/n.py::double"))
    test = define(stub.declaration_for(root, "test_n.py::test_written"))
    uses = requirements.uses_line([(target, "app.n")])
    filing.file(test, "def test_written() -> None:\n    assert double(1) == 2\n", made="-", uses=uses)
    assert survey(root, Settings(), ["test_written"]).stubs[0].state.name == "fresh"
    path = Path(root, "app", "n.py")
    path.write_text(path.read_text().replace("Double it.", "Twice it."))
    outdated = survey(root, Settings(), ["test_written"]).stubs[0].state
    assert (outdated.name, outdated.changed) == ("outdated", ("interface",))
