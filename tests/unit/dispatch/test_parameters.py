"""Parameters, read from code objects alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jiti.dispatch.parameters import Parameters, are_same, split

if TYPE_CHECKING:
    from types import FunctionType


def function(parameters: str, body: str = "return locals()") -> FunctionType:
    names: dict[str, Any] = {}
    exec(f"def f({parameters}): {body}", names)  # noqa: S102 - the test's own text
    return names["f"]


@pytest.mark.parametrize(
    "declared",
    ["", "a, b", "a, /, b", "a, *, b, c", "a, *rest, b", "a, /, b, *rest, c, **more", "*rest", "**more", "größe"],
)
def test_parameters_read_as_they_were_declared(declared: str) -> None:
    assert Parameters(function(declared).__code__).declaration() == declared


def test_local_variables_are_no_parameters() -> None:
    assert Parameters(function("a", "b = a; return b").__code__).declaration() == "a"


@pytest.mark.parametrize(
    ("declared", "args", "kwargs"),
    [
        ("", (), {}),
        ("a, b", (1, 2), {}),
        ("a, /, b", (1, 2), {}),
        ("a, *, b", (1,), {"b": 2}),
        ("a, /, b, *rest, c, **more", (1, 2, 3, 4), {"c": 5, "d": 6}),
    ],
)
def test_a_frames_values_are_split_into_the_arguments_of_the_same_call(
    declared: str, args: tuple[object, ...], kwargs: dict[str, object]
) -> None:
    called = function(declared)
    assert split(called.__code__, called(*args, **kwargs)) == (args, kwargs)


def test_arguments_are_handed_on_to_a_function_of_the_same_parameters() -> None:
    parameters = "a, /, b, *rest, c, **more"
    code = function(parameters).__code__
    handing_on = function(parameters, f"return target({Parameters(code).passed_on()})")
    handing_on.__globals__["target"] = function(parameters)
    assert handing_on(1, 2, 3, c=4, d=5) == {"a": 1, "b": 2, "rest": (3,), "c": 4, "more": {"d": 5}}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a, b=1", "a, b", True),
        ("a, b", "b, a", False),
        ("a, b", "a, /, b", False),
        ("a, b", "a, *, b", False),
        ("a", "a, *b", False),
        ("*a", "**a", False),
    ],
)
def test_parameters_are_the_same_if_every_call_means_the_same(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    assert are_same(function(one).__code__, function(other).__code__) is same
