"""A waiting call, made again from what a transcript tells of its arguments."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest

from jiti.definition import define
from jiti.live import LiveCall
from jiti.masking import MASK
from jiti.replaying.revival import PROBLEM, revived
from jiti.stub import declaration_for

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.definition import Definition
    from jiti.live import Row


def defined(root: Path, parameters: str) -> Definition:
    (root / "pyproject.toml").touch()
    source = f'from jiti import jiti\n\n\n@jiti\ndef f({parameters}) -> None:\n    """Do it."""\n'
    (root / "text.py").write_text(source, encoding="utf-8")
    return define(declaration_for(str(root), "text.py::f"))


def made(call: LiveCall | None) -> Any:  # noqa: ANN401 - whatever the arguments are
    assert call is not None
    assert call.pickled is not None
    return pickle.loads(call.pickled)  # noqa: S301 - the test's own


CALLS = [
    ("text, *, limit=3", ("a",), {}, (("a",), {"limit": 3})),
    ("a, /, b, *c, d, **e", (1, None, True, 2.5), {"d": b"x", "f": "y"}, ((1, None, True, 2.5), {"d": b"x", "f": "y"})),
    ("a, b", ([1, (2,), {"x": {3}}], {"k": [None]}), {}, (([1, (2,), {"x": {3}}], {"k": [None]}), {})),
    ("", (), {}, ((), {})),
]


@pytest.mark.parametrize(("parameters", "args", "kwargs", "expected"), CALLS)
def test_a_call_whose_arguments_are_literals_is_made_again(
    tmp_path: Path, parameters: str, args: tuple[object, ...], kwargs: dict[str, object], expected: object
) -> None:
    names: dict[str, Any] = {}
    exec(f"def f({parameters}): ...", names)  # noqa: S102 - the test's own
    rows = LiveCall.of(names["f"], args, kwargs).rows("repr")
    call = revived(defined(tmp_path, parameters), rows)
    assert made(call) == expected
    assert call is not None
    assert (call.problem, call.rows("repr")) == (None, rows)


@pytest.mark.parametrize(
    "row",
    [
        ("text", "str", ""),
        ("text", "str", f"'token {MASK}'"),
        ("text", "str", "'aaa…"),
        ("text", "app.Price", "Price(cents=1)"),
        ("text", "app.Text", "'a'"),
        ("text", "float", "inf"),
        ("text", "dict", "{'a':  1}"),
        ("old_name", "str", "'a'"),
    ],
)
def test_others_cannot_be_and_say_so(tmp_path: Path, row: Row) -> None:
    call = revived(defined(tmp_path, "text"), [row])
    assert call is not None
    assert (call.pickled, call.problem) == (None, PROBLEM)


def test_arguments_that_the_stub_has_no_parameter_for_any_more_cannot_either(tmp_path: Path) -> None:
    call = revived(defined(tmp_path, "text"), [("text", "str", "'a'"), ("limit", "int", "1")])
    assert call is not None
    assert call.pickled is None


def test_where_nobody_waited_there_is_no_call(tmp_path: Path) -> None:
    assert revived(defined(tmp_path, "text"), None) is None
