"""`@jiti.required_for`: what it leaves alone, what it makes a stub of, and what it refuses."""

from __future__ import annotations

import functools
import unittest
from typing import TYPE_CHECKING, Any

import pytest

import jiti as package
from jiti import StubError, dispatch, gates, jiti, required_for, stub
from jiti.definition import define
from jiti.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@jiti
def target(n: int) -> int:
    """Give it back."""
    raise NotImplementedError


def wraps(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: object) -> object:
        return function(*args)

    return wrapper


def test_it_has_three_names() -> None:
    assert package.required_for is required_for
    assert jiti.required_for(target)(wraps) is required_for(target)(wraps) is wraps


def test_a_test_with_a_body_stays_as_it_is() -> None:
    def test_it(capsys: object) -> None:
        assert capsys

    wrapped = wraps(test_it)
    assert required_for(target)(test_it) is test_it
    assert required_for(target)(wrapped) is wrapped


def test_a_test_without_one_becomes_a_stub() -> None:
    def test_it(capsys: object) -> None:
        """It prints."""

    declared = required_for(target)(test_it)
    assert dispatch.is_declared(declared)
    assert (declared.__name__, declared.__wrapped__) == ("test_it", test_it)  # ty: ignore[missing-attribute]


def test_a_test_that_is_required_for_two_stubs_is_declared_once() -> None:
    @jiti
    def other() -> None:
        """Do nothing."""

    def test_it() -> None:
        """Both agree."""

    once = required_for(target)(test_it)
    assert required_for(other)(once) is once


def test_marks_stay_on_a_test_that_is_to_be_written() -> None:
    @required_for(target)
    @pytest.mark.parametrize("n", [1, 2])
    def test_below(n: int) -> None:
        """It gives n back."""

    @pytest.mark.parametrize("n", [1, 2])
    @required_for(target)
    def test_above(n: int) -> None:
        """It gives n back."""

    for test in (test_below, test_above):
        assert [mark.name for mark in test.pytestmark] == ["parametrize"]  # ty: ignore[missing-attribute]
        assert dispatch.is_declared(test)


def test_under_a_decorator_that_tells_what_it_wraps_the_test_itself_is_taken_over() -> None:
    def test_it() -> None:
        """It is right."""

    wrapped, written = wraps(test_it), test_it.__code__
    assert required_for(target)(wrapped) is wrapped
    assert test_it.__code__ is not written


@pytest.mark.parametrize(
    "apply",
    [
        pytest.param(required_for, id="no target"),
        pytest.param(lambda: required_for(test_it_has_three_names), id="without parentheses"),
        pytest.param(lambda: required_for(target)(unittest.TestCase), id="on a class"),
    ],
)
def test_what_names_no_target_or_is_no_test_is_refused(apply: Callable[[], object]) -> None:
    with pytest.raises(StubError, match="`required_for`") as caught:
        apply()
    assert caught.value.hint


SOURCE = '''
import jiti
from jiti import jiti as stub, required_for as gate
from app import slugify


@{decorator}(slugify)
def test_empty(tmp_path):
    """It raises."""


@{decorator}(slugify)
def test_full():
    assert slugify("a")


class TestText:
    @{decorator}(slugify)
    def test_method(self):
        """It is short."""
        raise NotImplementedError
'''


@pytest.mark.parametrize("decorator", ["jiti.required_for", "gate", "stub.required_for"])
def test_tests_without_a_body_are_found_by_reading(tmp_path: Path, decorator: str) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "test_app.py").write_text(SOURCE.format(decorator=decorator))
    found = stub.declarations_in(str(tmp_path), "test_app.py")
    assert [each.qualname for each in found] == ["test_empty", "TestText.test_method"]
    assert [define(each).is_test for each in found] == [True, True]


@pytest.mark.parametrize(
    "head",
    [
        "import jiti\ngate = jiti.required_for",
        "import jiti\ngate: object = jiti.jiti.required_for",
        "import pytest\nj = pytest.importorskip('jiti')\ngate = j.required_for",
        "from jiti import *\ngate = jiti.required_for",
    ],
)
def test_tests_without_a_body_are_found_whatever_the_decorator_is_called(tmp_path: Path, head: str) -> None:
    """As a gate and as a stub: what one reading finds, the other does."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "app.py").write_text('from jiti import jiti\n\n\n@jiti\ndef f() -> int:\n    """One."""\n')
    test = f'{head}\nfrom app import f\n\n\n@gate(f)\ndef test_f():\n    """It is one."""\n'
    (tmp_path / "test_app.py").write_text(test)
    [declaration] = stub.declarations_in(str(tmp_path), "test_app.py")
    assert define(declaration).is_test
    [gate] = gates.find(str(tmp_path), Settings()).of("app.py::f")
    assert (gate.key, gate.is_jiti_test) == (declaration.key, True)


def test_what_it_is_required_for_belongs_to_the_spec_of_a_test(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    specs = []
    for name in ("slugify", "slugify ", "other"):
        text = SOURCE.format(decorator="gate").replace("(slugify)\ndef test_empty", f"({name})\ndef test_empty")
        (tmp_path / "test_app.py").write_text(text)
        specs.append(str(define(stub.declarations_in(str(tmp_path), "test_app.py")[0]).spec))
    assert specs[0] == specs[1] != specs[2]
