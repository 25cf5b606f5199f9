"""Completion in shells, as click has it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.cli.shop import Shop


def answer(shop: Shop, **variables: str) -> list[str]:
    """What the command tells a shell that asks."""
    ran = subprocess.run(
        [sys.executable, "-m", "jiti"],
        cwd=shop.root,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return ran.stdout.splitlines()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_there_is_a_script_for_shells(shell: str, shop: Shop) -> None:
    assert any("_JITI_COMPLETE" in line for line in answer(shop, _JITI_COMPLETE=f"{shell}_source"))


@pytest.mark.parametrize(
    ("words", "proposed"),
    [
        ("jiti ch", ["plain,check"]),
        ("jiti why app/text.py::s", ["plain,app/text.py::slugify", "plain,app/text.py::shorten"]),
        ("jiti check app.text.P", ["plain,app.text.Parser.parse"]),
    ],
    ids=["command", "key", "dotted name"],
)
def test_commands_and_targets_are_proposed(words: str, proposed: list[str], shop: Shop) -> None:
    cursor = str(len(words.split()) - 1)
    assert answer(shop, _JITI_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=cursor) == proposed
