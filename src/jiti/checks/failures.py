"""Failed tests in few words: the user's and the candidate's own lines, and what the assertion says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from jiti.checks.reports import MESSAGE_CHARACTERS, OURS, candidate_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


class Failures:
    """Tells the failures of one stub's tests.

    Attributes:
        tests: path of the file with the scratch tests, once it is written.

    Args:
        key: the stub on trial.
        source: its source file.
    """

    def __init__(self, key: str, source: str) -> None:
        self.tests = ""
        self._candidate = candidate_file(key)
        self._source = source
        self._name = key.rpartition("::")[2].rpartition(".")[2]

    def text(self, longrepr: Any) -> str:  # noqa: ANN401 - pytest gives a tuple, a string or a tree
        """What pytest has to say of a failure, without frames of jiti's and pytest's own."""
        if isinstance(longrepr, tuple):  # of a skipped test: path, line and reason
            return longrepr[2]
        told = [line for entry in _entries(longrepr) if not self._is_hidden(entry) for line in _lines(entry)]
        text = "\n".join(told) or str(longrepr)
        for name, shown in (
            (self.tests, "tests"),
            (os.path.basename(self.tests), "tests"),
            (self._candidate, "candidate"),
        ):
            text = text.replace(name, shown) if name else text
        if "\nTraceback:\n" in text and "\ntests:" in text:  # of a file that cannot be imported
            text = text[text.index("\ntests:") + 1 :]
        return text[-MESSAGE_CHARACTERS:].strip()

    def line(self, longrepr: Any, path: str) -> int | None:  # noqa: ANN401 - as above
        """The last line of a file that the failure passed through."""
        lines = [entry.reprfileloc.lineno for entry in _entries(longrepr) if _path(entry) == os.path.realpath(path)]
        return lines[-1] if lines else None

    def is_candidates(self, error: pytest.ExceptionInfo[BaseException]) -> bool:
        """Whether an exception was raised by the candidate, or by what it called."""
        return any(entry.frame.code.raw.co_filename == self._candidate for entry in error.traceback)

    def _is_hidden(self, entry: Any) -> bool:  # noqa: ANN401 - of a class that pytest does not publish
        path = _path(entry)
        of_the_stub = path == os.path.realpath(self._source) and entry.reprfileloc.message == f"in {self._name}"
        return of_the_stub or path.startswith(OURS)


def _entries(longrepr: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    for entry in getattr(getattr(longrepr, "reprtraceback", None), "reprentries", ()):
        if getattr(entry, "reprfileloc", None) is not None:
            yield entry


def _lines(entry: Any) -> Iterator[str]:  # noqa: ANN401 - as above
    yield f"{entry.reprfileloc.path}:{entry.reprfileloc.lineno}: {entry.reprfileloc.message}"
    yield from entry.lines


def _path(entry: Any) -> str:  # noqa: ANN401 - as above
    return os.path.realpath(entry.reprfileloc.path)
