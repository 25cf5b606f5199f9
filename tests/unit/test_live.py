"""The live call: its arguments are copied and described, whatever they do."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from jiti.live import LiveCall, short_repr


def target(a: object, b: int = 2, *rest: object, d: str = "d", **more: object) -> None:
    """Every kind of parameter."""
    del a, b, rest, d, more


class Silent:
    def __repr__(self) -> str:
        raise ValueError("no")


class Hostile:
    def __reduce__(self) -> str:
        raise RuntimeError("not me")


@dataclass
class Point:
    x: int
    y: list[int]
    hidden: int = field(default=0, repr=False)


def test_rows_are_named_by_parameters_and_hold_defaults() -> None:
    call = LiveCall.of(target, (Decimal(1), 3, 4), {"e": 5})
    assert call.rows("repr") == [
        ("a", "decimal.Decimal", "Decimal('1')"),
        ("b", "int", "3"),
        ("rest", "tuple", "(4,)"),
        ("d", "str", "'d'"),
        ("more", "dict", "{'e': 5}"),
    ]


def test_values_may_be_kept_back() -> None:
    call = LiveCall.of(target, (1,), {})
    assert call.rows("types")[:2] == [("a", "int", ""), ("b", "int", "")]
    assert call.rows("none") == []


def test_a_call_that_does_not_fit_is_described_all_the_same() -> None:
    assert LiveCall.of(target, (), {"b": 1}).rows("repr") == [("args", "tuple", "()"), ("kwargs", "dict", "{'b': 1}")]


def test_the_copy_is_that_of_the_moment() -> None:
    argument = [1]
    call = LiveCall.of(target, (argument,), {"d": "x"})
    argument.append(2)
    assert call.problem is None
    assert pickle.loads(call.pickled or b"") == (([1],), {"d": "x"})  # noqa: S301 - pickled two lines above


@pytest.mark.parametrize(("argument", "problem"), [(lambda: 1, "Can't"), (Hostile(), "RuntimeError: not me")])
def test_what_cannot_be_copied_is_said(argument: object, problem: str) -> None:
    call = LiveCall.of(target, (argument,), {})
    assert call.pickled is None
    assert problem in str(call.problem)


def test_a_copy_that_would_be_too_large_is_not_made() -> None:
    call = LiveCall.of(target, (bytes(65 << 20),), {})
    assert (call.pickled, call.problem) == (None, "a copy of them would take more than 64 MiB")


@pytest.mark.parametrize(
    "value",
    [
        *("text", b"bytes", 1.5, None, [], {}, set(), (), frozenset(), (1,), [1, [2]], {1: {2: [3]}}, {1, 2}),
        *(frozenset({1}), Point(1, [2]), OrderedDict(a=1), [Point(1, [])], bytearray(b"x"), range(3)),
    ],
)
def test_a_short_repr_is_the_repr(value: object) -> None:
    assert short_repr(value) == repr(value)


def test_a_long_repr_is_cut_before_it_is_built() -> None:
    endless = {"a": Point(1, [*range(100_000)]), "b": Silent()}
    found = short_repr(endless)
    assert len(found) == 2_000
    assert found.startswith("{'a': Point(x=1, y=[0, 1, 2, ")
    assert found.endswith("…")
    assert len(short_repr("x" * 10_000_000)) == 2_000


def test_a_repr_that_raises_is_said_and_what_came_before_is_kept() -> None:
    assert short_repr([1, Silent()]) == "[1, <repr raised ValueError: no>"
    assert short_repr(10**5000).startswith("<repr raised ValueError: ")


@pytest.mark.parametrize("error", [SystemExit, GeneratorExit])
def test_arguments_that_would_end_the_program_do_not(error: type[BaseException]) -> None:
    class Fatal:
        def __repr__(self) -> str:
            raise error(3)

        def __reduce__(self) -> str:
            raise error(3)

    call = LiveCall.of(target, (Fatal(),), {})
    assert call.problem == f"{error.__name__}: 3"
    assert call.rows("repr")[0][2] == f"<repr raised {error.__name__}: 3>"


def test_an_interrupt_stays_one() -> None:
    class Slow:
        def __repr__(self) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        short_repr(Slow())


def test_a_container_that_holds_itself_ends() -> None:
    ring: list[object] = [1]
    ring.append(ring)
    assert short_repr(ring) == "[1, ...]"


def test_a_need_is_described_as_the_child_did_and_never_unpickled() -> None:
    boom = b"cos\n_exit\n(i3\ntR."  # ends the process that unpickles it
    rows = [["a", "int", "1" * 5_000]]
    call = LiveCall.from_need({"arguments": boom, "rows": rows, "qualname": "double"})
    assert (call.pickled, call.problem) == (boom, None)
    assert call.rows("repr") == [("a", "int", "1" * 2_000)]
    assert call.rows("types") == [("a", "int", "")]
    assert (
        LiveCall.from_need({"arguments": None, "rows": [], "qualname": "f"}).problem
        == "they could not be copied in a child process"
    )
