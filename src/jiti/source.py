"""Source files as Python reads them: decoded, with one kind of line end, remembered until they change."""

from __future__ import annotations

import os

from jiti.home import read_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

    from jiti.home import Home
    from jiti.outline import Outline

BOM = b"\xef\xbb\xbf"
ACCESSORS = ("setter", "deleter")
"""What a property's name is followed by where a decorator defines its other halves: `@name.setter`."""
_TOO_DEEP = "its code is nested too deep to be parsed"


class SourceFile:
    """One source file at one moment.

    Attributes:
        path: absolute path.
        text: its text, line ends normalised to a newline.
        outline: what it defines, where `jiti.outline` was asked.
    """

    __slots__ = ("_lines", "_tree", "outline", "path", "text")

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.text = decode(data)
        self.outline: Outline | None = None
        self._lines: list[str] | None = None
        self._tree: ast.Module | None = None

    @property
    def lines(self) -> list[str]:
        """The text's lines, without line ends."""
        if self._lines is None:
            # Not `splitlines`, which also breaks at form feeds and other characters that Python counts as blanks.
            self._lines = self.text.split("\n")
        return self._lines

    @property
    def tree(self) -> ast.Module:
        """The syntax tree, parsed when first asked for.

        Raises:
            SyntaxError: the file does not parse, or is nested deeper than Python's parser can follow.
        """
        if self._tree is None:
            import ast
            import warnings

            with warnings.catch_warnings():
                # The user's compiler has warned already, or will: an odd escape is not ours to report again.
                warnings.simplefilter("ignore")
                try:
                    self._tree = ast.parse(self.text, self.path)
                except (RecursionError, MemoryError) as error:
                    raise SyntaxError(_TOO_DEEP) from error
                except ValueError as error:  # a NUL character, on Python 3.11
                    raise SyntaxError(str(error)) from error
        return self._tree

    def end_of_block(self, first: int, last: int) -> int:
        """The last line of the block at `first` that reaches `last` at least: what follows and is indented deeper.

        Lines count from 1. Comments below a function's last statement belong to it.
        """
        if first > len(self.lines):
            return last
        indent = _indent(self.lines[first - 1])
        end = last
        for number in range(last, len(self.lines)):
            line = self.lines[number]
            if line.strip():
                at = _indent(line)
                if at < indent or (at == indent and line[at] not in _CLOSING):
                    break
                end = number + 1
        return end

    def line_of_def(self, first: int) -> int:
        """The line of the `def` whose decorators begin at line `first`; `first` itself where there is none."""
        if first > len(self.lines):
            return first
        indent = _indent(self.lines[first - 1])
        for number in range(first, len(self.lines) + 1):
            line = self.lines[number - 1]
            if not line.strip() or _indent(line) > indent or line[indent] in _BETWEEN_DECORATORS:
                continue
            return number if line.lstrip().startswith(_DEFINITIONS) else first
        return first

    def block(self, first: int, last: int) -> str:
        """The text of the block at `first` that reaches `last` at least."""
        return "\n".join(self.lines[first - 1 : self.end_of_block(first, last)]) + "\n"


# A signature over several lines ends in a line that is not indented: `) -> int:`.
_CLOSING = ")]}"
_BETWEEN_DECORATORS = "@#" + _CLOSING
_DEFINITIONS = ("def ", "async def ", "class ")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def decode(data: bytes) -> str:
    """Text of a Python source file: byte order mark, coding line and line ends are taken care of.

    Raises:
        UnicodeDecodeError: the bytes are not in the encoding that the file declares.
        SyntaxError: the file declares an encoding that is not known, or not of text.
    """
    data = data.removeprefix(BOM)
    head = data[:400]
    if b"coding" in head and any(
        b"coding" in line and line.lstrip().startswith(b"#") for line in head.split(b"\n", 2)[:2]
    ):
        import io
        import tokenize

        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            raise
        except (LookupError, ValueError) as error:  # Python has encodings that are not of text, as `rot13`
            raise SyntaxError(f"encoding problem: {encoding}: {error}") from error
    else:
        text = data.decode("utf-8")
    return normalise_line_ends(text)


def normalise_line_ends(text: str) -> str:
    """The same text with a newline for each line end of other systems."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def may_hold(path: str, word: str) -> bool:
    """Whether a word, which is ASCII, stands anywhere in a source file; one that was read before is not read again.

    Args:
        path: absolute path.
        word: what to look for.

    Raises:
        OSError: it cannot be read.
    """
    known = _seen.get(path)
    if known is not None and known[0] == _stamp(path):
        return word in known[1].text
    return word.encode() in read_bytes(path)


_seen: dict[str, tuple[tuple[int, int] | None, SourceFile]] = {}


def read(path: str, home: Home | None = None) -> SourceFile:
    """The source file at `path`, read again only if its time or size changed.

    Args:
        path: absolute path.
        home: what it belongs to, if that may not be on disk.

    Raises:
        OSError: it cannot be read.
        UnicodeDecodeError, SyntaxError: it cannot be decoded.
    """
    stamp = _stamp(path) if home is None or home.loader is None else None
    known = _seen.get(path)
    if known is not None and known[0] == stamp:
        return known[1]
    data = read_bytes(path) if home is None else home.read(path)
    found = SourceFile(path, data)
    _seen[path] = stamp, found
    return found


def _stamp(path: str) -> tuple[int, int]:
    """What tells that a file has not changed: its time and size."""
    status = os.stat(path)
    return status.st_mtime_ns, status.st_size
