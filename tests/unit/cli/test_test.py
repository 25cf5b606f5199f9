"""`jiti test` and `jiti merge` with scratch tests that somebody has damaged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from jiti.cli import main

if TYPE_CHECKING:
    from tests.unit.cli.shop import Shop

KEY = "app/text.py::slugify"
PATH = ".jiti/.scratch/app/text/test_slugify.py"
DAMAGES = {
    "does not parse": b"def (",
    "does not parse, and has tests": b"def test_a(): ...\ndef (",
    "holds a null byte": b"x = 1\0",
    "is not in its encoding": b"# \xff\n",
    "has an unknown encoding": b"# coding: nothing\n",
    "holds no test": b"x = 1\n",
}


@pytest.fixture(params=DAMAGES.values(), ids=list(DAMAGES))
def damaged(shop: Shop, request: pytest.FixtureRequest) -> Shop:
    """A project in which the scratch tests of a fresh stub are damaged."""
    (shop.root / PATH).write_bytes(request.param)
    return shop


def run(shop: Shop, *arguments: str) -> int:
    return main(["--root", str(shop.root), *arguments])


def test_they_can_be_deleted(damaged: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(damaged, "test", "prune", KEY) == 0
    assert capsys.readouterr().out.endswith("\n1 deleted\n")
    assert not (damaged.root / PATH).exists()
    assert run(damaged, "test", "prune", KEY) == 0
    assert capsys.readouterr().out == "there are no scratch tests\n"


def test_a_merge_names_the_way_out(damaged: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Unless there is no test to be moved, and nothing that cannot be read."""
    code = run(damaged, "merge", KEY, "--dry-run", "--json")
    told = json.loads(capsys.readouterr().out)
    if (damaged.root / PATH).read_bytes() == DAMAGES["holds no test"]:
        assert (code, told["refused"], PATH in told["deleted"]) == (0, [], True)
    else:
        assert (code, told["merged"]) == (1, [])
        assert told["refused"][0]["hint"].endswith(f"delete it: jiti test prune {KEY}") or told["refused"][0][
            "hint"
        ].endswith(f"delete them: jiti test prune {KEY}")


def test_a_merge_may_let_them_go(damaged: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(damaged, "merge", KEY, "--dry-run", "--prune", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert PATH in told["deleted"]
    assert len(told["tests"]) == 1


def test_none_of_them_can_be_kept(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    (shop.root / PATH).write_bytes(DAMAGES["does not parse, and has tests"])
    assert run(shop, "test", "keep", "test_a") == 1
    assert "its scratch tests do not parse" in capsys.readouterr().err


def test_they_fail(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    (shop.root / PATH).write_bytes(DAMAGES["does not parse"])
    assert run(shop, "test", "run", KEY, "--json") == 1
    assert json.loads(capsys.readouterr().out)["passed"] is False
