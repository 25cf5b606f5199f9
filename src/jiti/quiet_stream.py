"""A stream that nothing depends on: what is told there is of no use to who does not listen."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


class QuietStream:
    """A text stream whose methods do not raise, whatever became of the stream below it.

    Args:
        stream: that one; None where there is none.

    Attributes:
        encoding: that of what it writes.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.encoding = getattr(stream, "encoding", None) or "utf-8"

    def is_terminal(self) -> bool:
        """Whether a person sees it, and the cursor can be moved."""
        return self.isatty() and os.environ.get("TERM") != "dumb"

    def isatty(self) -> bool:
        """Whether a person sees it."""
        try:
            return self._stream is not None and self._stream.isatty()
        except (AttributeError, OSError, ValueError):
            return False

    def write(self, text: str) -> int:
        """Write what the stream's encoding can say; after a failure nothing is written any more."""
        if self._stream is not None:
            try:
                self._stream.write(text.encode(self.encoding, "replace").decode(self.encoding))
            except (OSError, ValueError):
                self._stream = None
        return len(text)

    def flush(self) -> None:
        """Have what was written seen."""
        if self._stream is not None:
            try:
                self._stream.flush()
            except (OSError, ValueError):
                self._stream = None
