"""The live rows on a terminal: one for each generation that is under way."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import IO

    from rich.console import RenderableType


class Panel:
    """Rows at the foot of a terminal that redraw themselves; lines printed meanwhile go above them.

    Args:
        stream: the terminal. Its methods must not raise.
        rows: asked for the rows at each redrawing, from a thread of the panel's own. It must not wait for a lock
            that is held around a call of the panel.
        is_owner: whether the process is ours: then what else it prints goes above the rows as well.
    """

    def __init__(self, stream: object, rows: Callable[[], Iterable[str]], *, is_owner: bool = False) -> None:
        from rich.console import Console
        from rich.live import Live

        self._rows = rows
        self._console = Console(file=cast("IO[str]", stream), force_terminal=True)
        self._live = Live(
            get_renderable=self._render,
            console=self._console,
            transient=True,
            refresh_per_second=4,
            # The user's program prints as it always does.
            redirect_stdout=is_owner,
            redirect_stderr=is_owner,
        )

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines of the terminal, as they are now."""
        return self._console.size.width, self._console.size.height

    def open(self) -> None:
        """Show the rows, and go on redrawing them."""
        # A program that ends while a thread generates must get its cursor back.
        atexit.register(self._live.stop)
        self._live.start(refresh=True)

    def refresh(self) -> None:
        """Redraw the rows now."""
        self._live.refresh()

    def close(self) -> None:
        """Erase the rows; lines may be printed still."""
        self._live.stop()
        atexit.unregister(self._live.stop)

    def print(self, line: str, style: str = "") -> None:
        """Print a line above the rows; it stays."""
        from rich.text import Text

        self._console.print(Text(line, style), soft_wrap=True)

    def _render(self) -> RenderableType:
        from rich.console import Group
        from rich.text import Text

        return Group(*(Text(row, style="dim", no_wrap=True, overflow="ellipsis") for row in self._rows()))
