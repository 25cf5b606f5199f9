"""Progress, a line at a time, where the user sees it: through pytest's own reporter, never between its words."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


class TerminalLines:
    """A stream whose lines stand below what pytest has written so far, whatever captures the tests' output.

    Args:
        config: pytest's; its terminal reporter has to be there.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        self._config = config

    def isatty(self) -> bool:
        """Rows that redraw themselves would run into what the reporter draws."""
        return False

    def write(self, text: str) -> int:
        """Write one line."""
        plugins = self._config.pluginmanager
        reporter = plugins.get_plugin("terminalreporter")
        capture = plugins.get_plugin("capturemanager")
        if reporter is not None:
            with capture.global_and_fixture_disabled() if capture is not None else nullcontext():
                reporter.ensure_newline()
                if self._config.get_terminal_writer().width_of_current_line:  # dots of `-q` stand for no file
                    reporter.line("")
                reporter.line(text.removesuffix("\n"))
                reporter.flush()
        return len(text)

    def flush(self) -> None:
        """Each line is seen at once."""


class FileLines:
    """A stream that ends in a file, which another process of the run reads.

    Args:
        path: the file.
    """

    encoding = "utf-8"

    def __init__(self, path: str) -> None:
        self._path = path

    def isatty(self) -> bool:
        """It is a file."""
        return False

    def write(self, text: str) -> int:
        """Write one line, whole: several processes do."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, text.encode("utf-8", "replace"))
        finally:
            os.close(descriptor)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


class Follower:
    """Shows what others write to a file, until it is told that the tests have begun.

    Args:
        path: the file, which need not be there yet.
        lines: where its lines go.
    """

    def __init__(self, path: str, lines: TerminalLines) -> None:
        self._path = path
        self._lines = lines
        self._read = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="jiti progress", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Show what is there, and no more from now on."""
        if not self._ended.is_set():
            self._ended.set()
            self._thread.join()
            self._show()

    def _follow(self) -> None:
        while not self._ended.wait(_PAUSE):
            self._show()

    def _show(self) -> None:
        try:
            with open(self._path, "rb") as file:
                file.seek(self._read)
                data = file.read()
        except OSError:
            return
        whole = data[: data.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.decode("utf-8", "replace").splitlines():
            self._lines.write(line)


_PAUSE = 0.25
"""Seconds between two looks at the file."""
