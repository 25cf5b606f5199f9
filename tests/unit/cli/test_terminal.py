"""Commands on a real terminal: a pseudo-terminal of this system."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.unit.cli.snapshots import COLOURS, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.cli.shop import Shop

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")


class Terminal:
    """A pseudo-terminal of 80 columns, for one command at a time."""

    def __init__(self) -> None:
        self._ours, self._theirs = os.openpty()
        os.set_blocking(self._ours, True)

    def close(self) -> None:
        os.close(self._ours)
        os.close(self._theirs)

    def run(self, shop: Shop, *arguments: str, typed: str = "", **variables: str) -> tuple[int, str]:
        """A command's exit code, and what is to be read on the terminal."""
        os.write(self._ours, typed.encode())
        environment = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS"}}
        with subprocess.Popen(
            [sys.executable, "-m", "jiti", "--root", str(shop.root), *arguments],
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            env={**environment, "TERM": "xterm-256color", "COLUMNS": "80", **variables},
        ) as process:
            code = process.wait(60)
        return code, os.read(self._ours, 65_536).decode().replace("\r\n", "\n")


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    opened = Terminal()
    yield opened
    opened.close()


def test_status_is_a_table_in_colour(aged: Shop, terminal: Terminal) -> None:
    code, text = terminal.run(aged, "status", "title", "shorten")
    assert code == 0
    assert COLOURS.search(text)
    assert plain(text).splitlines() == [
        "state   stub                  changed               tests",
        "stale   app/text.py::shorten  signature, docstring  -",
        "edited  app/text.py::title    -                     -",
        "2 stubs: 1 stale, 1 edited",
    ]


def test_with_no_color_there_is_none(aged: Shop, terminal: Terminal) -> None:
    assert not COLOURS.search(terminal.run(aged, "status", NO_COLOR="1")[1])


def test_merge_tells_in_colour_what_is_merged_and_what_refused(aged: Shop, terminal: Terminal) -> None:
    code, text = terminal.run(aged, "merge", "title", "rebate", "--dry-run")
    assert code == 1
    assert text.endswith(
        "\x1b[32mmerged  \x1b[0mapp/text.py::title\n"
        "\x1b[31mrefused \x1b[0mapp/money.py::rebate has no implementation\n"
        "        \x1b[2mcall it, or run its tests with pytest: that has it written\x1b[0m\n"
        "\x1b[33m1 would be merged, 1 file would be written; 1 refused\x1b[0m\n"
    )


def test_what_merge_tells_is_broken_between_words(aged: Shop, terminal: Terminal) -> None:
    _, text = terminal.run(aged, "merge", "shorten", COLUMNS="50")
    assert plain(text).splitlines() == [
        "refused app/text.py::shorten is stale: its",
        "        signature and docstring changed since the",
        "        code was written",
        "        call it to have it written anew, or keep",
        "        the code: jiti resolve",
        "        app/text.py::shorten --keep",
        "nothing was merged",
    ]


def test_resolve_asks_a_person_what_to_do(aged: Shop, terminal: Terminal) -> None:
    code, text = terminal.run(aged, "resolve", "Parser.parse", typed="keep\n")
    assert code == 0
    assert "keep the code as it is, or regenerate it? (keep, regenerate): " in text
    assert "app/text.py::Parser.parse: kept .jiti/app/text/Parser/parse.py as it is\n" in text


def test_resolve_asks_nobody_where_it_may_not(aged: Shop, terminal: Terminal) -> None:
    code, text = terminal.run(aged, "resolve", "Parser.parse", "--no-input")
    assert (code, "say which: --keep or --regenerate" in text) == (2, True)


@pytest.mark.parametrize(("answer", "code", "stays"), [("n", 4, True), ("y", 0, False)])
def test_clear_asks_for_files_that_were_edited_by_hand(
    answer: str, code: int, aged: Shop, terminal: Terminal, *, stays: bool
) -> None:
    ended, text = terminal.run(aged, "clear", typed=f"{answer}\n")
    assert (ended, (aged.root / ".jiti/app/text/title.py").exists()) == (code, stays)
    assert "these files were edited by hand, or cannot be read:\n  .jiti/app/money/tax.py\n" in text
