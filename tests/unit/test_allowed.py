"""`@jiti(allow=[…])`: read from the source and when the decorator runs, and part of what a stub says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from jiti import StubError, jiti
from tests.unit.stubs import define_stub

if TYPE_CHECKING:
    from pathlib import Path

STUB = '@jiti{}\ndef f(text: str) -> str:\n    """Do it."""\n'


def source(written: str, before: str = "") -> str:
    return f"from jiti import jiti\n{before}\n{STUB.format(written)}"


@pytest.mark.parametrize(
    ("written", "allowed"),
    [
        ("", set()),
        ("()", set()),
        ("(allow=[])", set()),
        ('(allow=["files"])', {"files"}),
        ('(allow=["time", "files", "time"])', {"files", "time"}),
        (
            '(allow=["files", "network", "process", "env", "time", "random", "output", "state"])',
            {"files", "network", "process", "env", "time", "random", "output", "state"},
        ),
    ],
)
def test_a_stub_says_what_it_allows(tmp_path: Path, written: str, allowed: set[str]) -> None:
    assert define_stub(tmp_path, source(written)).allows == allowed


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ('(allow=["file"])', "names no effect: 'file'\n  did you mean \"files\"?"),
        ('(allow=["Time"])', 'did you mean "time"?'),
        ('(allow=["everything"])', "the effects are env, files, network, output, process, random, state, time"),
        ("(allow=EFFECTS)", "allow= is not a literal list: EFFECTS\n  write a literal list"),
        ('(allow=[*EFFECTS, "env"])', "allow= is not a literal list: [*EFFECTS, 'env']"),
        ('(allow="files")', "allow= takes a list of names of effects, not 'files'"),
        ("(allow=[1])", "takes a list of names of effects, not [1]"),
        ('(allow={"files": 1})', "takes a list of names"),
    ],
)
def test_what_it_says_has_to_be_plain_in_its_source(tmp_path: Path, written: str, says: str) -> None:
    with pytest.raises(StubError) as raised:
        define_stub(tmp_path, source(written, 'EFFECTS = ["files"]'))
    assert str(raised.value).startswith("app/text.py:3: allow=")
    assert says in str(raised.value)
    assert raised.value.key == "app/text.py::f"


@pytest.mark.parametrize("written", ["", "()", '(allow=["env"])'])
def test_it_does_not_stand_in_another_decorator(tmp_path: Path, written: str) -> None:
    text = source("", 'mine = jiti(allow=["files"])').replace("@jiti", f"@mine{written}")
    with pytest.raises(StubError, match=r"allow= stands in `mine = …`, and not above f\n  .*@mine\(allow="):
        define_stub(tmp_path, text)


def test_it_is_part_of_the_signature_in_whatever_order_it_stands(tmp_path: Path) -> None:
    def signature(written: str) -> str:
        return define_stub(tmp_path, source(written)).spec.signature

    assert signature('(allow=["files"])') != signature("")
    assert signature("(allow=[])") == signature("")
    assert signature('(allow=["files", "env"])') == signature('(allow=("env", "files"))')


@pytest.mark.parametrize(
    ("allow", "says"),
    [
        (["file"], 'did you mean "files"?'),
        ("files", "takes a list of names of effects, not 'files'"),
        ([open], "takes a list"),
        (["Output"], 'did you mean "output"?'),
    ],
)
def test_a_mistake_is_told_when_the_decorator_runs(allow: object, says: str) -> None:
    with pytest.raises(StubError) as raised:
        jiti(allow=cast("Any", allow))
    assert says in str(raised.value)


def test_what_can_be_allowed_is_taken_when_the_decorator_runs() -> None:
    @jiti(allow=["files", "env"])
    def stub() -> None:
        """Do nothing."""

    assert stub.__name__ == "stub"
