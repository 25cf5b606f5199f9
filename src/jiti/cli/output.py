"""What commands print: with colours and fitted to its width on a terminal, plainly to everything else."""

from __future__ import annotations

import json
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import click

from jiti.figures import legible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jiti.errors import JitiError

STATES = {
    "fresh": "green",
    "edited": "cyan",
    "unapproved": "yellow",
    "missing": "yellow",
    "outdated": "yellow",
    "stale": "yellow",
    "orphan": "yellow",
    "conflict": "red",
    "broken": "red",
}
"""The states' colours."""

OUTCOMES = {"merged": "green", "moved": "cyan", "pruned": "yellow", "note": "yellow", "refused": "red"}
"""The colours of what becomes of a stub or a test in a merge."""

_NAMES = 18  # characters: the longest setting's name
_NARROWEST = 20  # columns: less is no room for words
_WIDE = 120  # columns from which on there is room for what else can be said


def for_people_and_machines(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options that all of them have: `--json`, as `as_json`, and `--no-input`, as `no_input`."""
    quiet = click.option("--no-input", is_flag=True, help="Never ask anything.")
    return click.option("--json", "as_json", is_flag=True, help="One JSON object for machines.")(quiet(command))


def may_ask(*, no_input: bool) -> bool:
    """Whether there is a person to ask."""
    return not no_input and sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def tell_machines(answer: dict[str, Any]) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(answer, indent=2))


def tell_problems(problems: Iterable[JitiError]) -> None:
    """Say on stderr what could not be read."""
    for problem in problems:
        click.echo(f"jiti: error: {problem}", err=True)


class Page:
    """What one command prints for people.

    Args:
        to_stderr: whether that is where it goes, and not to standard output.
    """

    def __init__(self, *, to_stderr: bool = False) -> None:
        self._is_empty = True
        self._to_stderr = to_stderr
        self._console = None
        if (sys.stderr if to_stderr else sys.stdout).isatty():
            from rich.console import Console

            self._console = Console(highlight=False, stderr=to_stderr)

    @property
    def is_narrow(self) -> bool:
        """Whether it is a terminal without room for what can be done without."""
        return self._console is not None and self._console.width < _WIDE

    def line(self, text: str = "", style: str = "", *, indent: int = 0) -> None:
        """A line of prose; a terminal's is broken between words, each part as far from the edge."""
        if self._console is None:
            click.echo(f"{' ' * indent}{text}" if text else "")
            return
        if not text:
            self._console.print()
            return
        from rich.padding import Padding
        from rich.text import Text

        # rich breaks a line with tabs where there is room for it.
        shown = Text(legible(text).expandtabs(), style)
        self._console.print(Padding(shown, (0, 0, 0, indent), expand=False))

    def title(self, key: str, state: str, place: str = "") -> None:
        """A stub's key and its state, and where it stands."""
        self._is_empty = False
        if self._console is None:
            click.echo(f"{key}  {state}  {place}".rstrip())
            return
        from rich.text import Text

        shown = ((legible(key), "bold"), "  ", (state, STATES.get(state, "red")), "  ", (place, "dim"))
        self._console.print(Text.assemble(*shown))

    def heading(self, title: str, remark: str = "") -> None:
        """A title with a remark, with an empty line between it and what comes before."""
        if not self._is_empty:
            self.line()
        self._is_empty = False
        if self._console is None:
            click.echo(f"{title}  {remark}".rstrip())
            return
        from rich.text import Text

        self._console.print(Text.assemble((legible(title), "bold"), "  ", (legible(remark), "dim")))

    def entry(self, name: str, value: str, style: str = "") -> None:
        """A name with its value."""
        self._beside(f"    {name:<{_NAMES}}  ", "dim", value, style)

    def outcome(self, word: str, about: str, *, is_minor: bool = False) -> None:
        """What has become of something, in one word, and of what; minor is what is said of the outcome before."""
        self._beside(f"{word:8}", OUTCOMES.get(word, ""), about, "dim" if is_minor else "")

    def _beside(self, label: str, label_style: str, text: str, style: str) -> None:
        """A label, and a text that a terminal breaks between words alone: one may be a path that somebody copies."""
        if self._console is None:
            click.echo(f"{label}{text}", err=self._to_stderr)
            return
        from rich.text import Text

        room = max(self._console.width - len(label), _NARROWEST)
        lines = [
            line
            for each in legible(text).split("\n")
            for line in textwrap.wrap(each, room, break_long_words=False, break_on_hyphens=False)
        ]
        for number, line in enumerate(lines or [""]):
            shown = label if not number else " " * len(label)
            self._console.print(Text.assemble((shown, label_style), (line, style)), soft_wrap=True)

    def code(self, text: str) -> None:
        """Python, as it stands."""
        if self._console is None:
            click.echo("".join(f"    {line}".rstrip() + "\n" for line in text.splitlines()), nl=False)
            return
        from rich.padding import Padding
        from rich.syntax import Syntax

        shown = Syntax(legible(text.rstrip()), "python", theme="ansi_dark", background_color="default", word_wrap=True)
        self._console.print(Padding(shown, (0, 0, 0, 4), expand=False))

    def difference(self, lines: Iterable[str], *, indent: int = 0) -> None:
        """A unified diff, line by line, as it stands."""
        for line in lines:
            if self._console is None:
                click.echo(f"{' ' * indent}{line}".rstrip())
                continue
            style = next((style for start, style in _DIFFERENCE.items() if line.startswith(start)), "")
            self.line(line, style, indent=indent)

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], styles: Callable[[str], str] = str) -> None:
        """Rows of cells; a terminal has heads above them, and breaks the cells that are too long.

        Args:
            heads: of the columns.
            rows: the cells.
            styles: the style of a row's first cell.
        """
        if self._console is None:
            widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
            for row in rows:
                click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(*heads, box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
        for first, *cells in rows:
            table.add_row(Text(first, styles(first)), *(Text(legible(cell), overflow="fold") for cell in cells))
        self._console.print(table)


_DIFFERENCE = {"+++": "bold", "---": "bold", "@@": "cyan", "+": "green", "-": "red"}
