"""`jiti test`: what becomes of the tests that an agent wrote for its own code."""

from __future__ import annotations

import json

import pytest

from tests.functional.merged_projects import SCRATCH, SLUGIFY_KEY, TESTS, Project, project

KEPT = """import jiti
import pytest

from app.text import shout, slugify


@jiti.required_for(slugify)
@pytest.mark.parametrize("raw", ["A b", " a  b "])
def test_slug(raw: str) -> None:
    assert slugify(raw) == "a-b"


@jiti.required_for(shout, slugify)
def test_both() -> None:
    assert shout(slugify("a b")) == "A-B!"


@jiti.required_for(slugify)
def test_empty() -> None:
    assert slugify("") == ""
"""
SCRATCH_FILE = ".jiti/.scratch/app/text/test_slugify.py"


@pytest.fixture
def text() -> Project:
    return project()


def test_a_test_that_is_kept_decides_from_then_on(text: Project) -> None:
    kept = text.run("jiti", "test", "keep", "test_empty")
    assert (kept.exit_code, kept.stderr) == (0, "")
    assert kept.stdout == "kept    app/text.py::slugify::test_empty as tests/test_text.py::test_empty\n"
    assert kept.changed["tests/test_text.py"] == KEPT
    assert "def test_empty" not in (kept.changed[SCRATCH_FILE] or "")
    assert "def test_slug" in (kept.changed[SCRATCH_FILE] or "")
    [stub] = json.loads(text.run("jiti", "status", "slugify", "--json").stdout)["stubs"]
    assert stub["state"] == "fresh"
    assert stub["gates"][-1] == "tests/test_text.py::test_empty"
    assert stub["scratch_tests"] == 1


def test_one_of_a_taken_name_gets_another(text: Project) -> None:
    kept = text.run("jiti", "test", "keep", f"{SLUGIFY_KEY}::test_slug", "--json")
    assert json.loads(kept.stdout)["to"] == "tests/test_text.py::test_slugify_slug"
    ran = text.run("python", "-m", "pytest", "-q", "--jiti=frozen")
    assert "5 passed" in ran.stdout


def test_a_test_that_fails_is_not_kept(text: Project) -> None:
    path = text.root / SCRATCH_FILE
    path.write_text(path.read_text().replace('slugify("") == ""', 'slugify("") == "x"'))
    kept = text.run("jiti", "test", "keep", "test_empty")
    assert (kept.exit_code, kept.changed) == (1, {})
    assert "tests/test_text.py::test_empty" in kept.stderr


def test_an_unknown_test_is_wrong_usage(text: Project) -> None:
    kept = text.run("jiti", "test", "keep", "test_emty")
    assert (kept.exit_code, kept.changed) == (2, {})
    assert "did you mean app/text.py::slugify::test_empty?" in kept.stderr


def test_scratch_tests_are_deleted_where_that_is_asked(text: Project) -> None:
    assert text.run("jiti", "test", "prune", "shout").stdout == "there are no scratch tests\n"
    pruned = text.run("jiti", "test", "prune")
    assert pruned.stdout.splitlines()[-1] == "2 deleted"
    assert pruned.changed == {SCRATCH_FILE: None}


def test_scratch_tests_run_without_a_model(text: Project) -> None:
    ran = text.run("jiti", "test", "run", "app/text.py")
    assert (ran.exit_code, ran.changed) == (0, {})
    assert "3 passed" in ran.stdout
    path = text.root / SCRATCH_FILE
    path.write_text(path.read_text().replace('slugify("") == ""', 'slugify("") == "x"'))
    failed = text.run("jiti", "test", "run", "--json")
    assert failed.exit_code == 1
    assert json.loads(failed.stdout) == {"root": str(text.root), "files": [SCRATCH_FILE], "passed": False}


def test_the_texts_that_these_tests_begin_with() -> None:
    assert KEPT.startswith(TESTS)
    assert SCRATCH.count("def test_") == 2
