"""What first calls found, for the next process: one file for all stubs of a source file, beside what Python compiles.

Nothing rests on times or sizes. What is remembered holds for one text of the source file and for the very bytes of the
stub's file in the mirror, and both are read again. What they say of each other, and the code that they give, need not
be worked out a second time (ADR 0010).
"""

from __future__ import annotations

import _imp
import marshal
import os
import sys
from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader

from jiti import approval, home, loader, mirror, source, stub, trial
from jiti.dispatch.needs import needs_of
from jiti.errors import ConfigError, StubError
from jiti.loader import Source
from jiti.spec import text_hash
from jiti.stub import Declaration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FunctionType
    from typing import TypeAlias

    from jiti.dispatch.needs import Needs
    from jiti.home import Home
    from jiti.source import SourceFile

    # Of a stub's function: name, dotted name, first line, and which of its instructions stand on which line.
    Identity: TypeAlias = tuple[str, str, int, bytes]
    # Of its file in the mirror: path and bytes; the stub's dotted name and text; the file's code, and what that needs.
    Found: TypeAlias = tuple[str, bytes, str, str, CodeType, Needs | None]

MADE_BY = "jiti 0.1.0, 3"
"""By whose rules a state was told, and what is kept of it: jiti's version, and within that a number."""

_HASH_KEY = int.from_bytes(MAGIC_NUMBER, "little")
_HEADER_SIZE = len(MAGIC_NUMBER) + 8  # bytes: the magic number, and a hash of what follows
_ONLY_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0)


class Stubs:
    """What is remembered of the stubs of one source file.

    Args:
        belongs_to: the file's home.
        relative: its path in keys.
        file: the file, as it was read.
        cache: where it is kept.
    """

    __slots__ = ("_cache", "_folder", "_found", "_made_for", "_new", "_path", "file", "home", "relative")

    def __init__(self, belongs_to: Home, relative: str, file: SourceFile, cache: str) -> None:
        self.home = belongs_to
        self.relative = relative
        self.file = file
        self._path = file.path
        self._folder = os.path.dirname(file.path)
        self._cache = cache
        self._made_for = (MADE_BY, belongs_to.root, belongs_to.mirror, text_hash(file.text))
        self._found = self._read()
        self._new: dict[Identity, Found] = {}

    @property
    def hold(self) -> bool:
        """Whether the file is still what it was, and at home where it was."""
        belongs_to = self.home
        try:
            return home.home_in_folder(self._folder) is belongs_to and source.read(self._path, belongs_to) is self.file
        except (OSError, ValueError, SyntaxError):
            return False

    def _read(self) -> dict[Identity, Found]:
        try:
            with open(self._cache, "rb", buffering=0) as file:
                data = file.read()
        except OSError:
            return {}
        if data[: len(MAGIC_NUMBER)] != MAGIC_NUMBER:
            return {}
        content = memoryview(data)[_HEADER_SIZE:]
        if data[len(MAGIC_NUMBER) : _HEADER_SIZE] != _imp.source_hash(_HASH_KEY, content):
            return {}
        made_for, found = marshal.loads(content)  # noqa: S302 - as Python does with its own cache
        return found if made_for == self._made_for else {}

    def take(self, identity: Identity, *, hold: bool = False) -> Found | None:
        """What is remembered of a stub; it is not held any longer, unless it will be asked for again."""
        return self._found.get(identity) if hold else self._found.pop(identity, None)

    def remember(self, identity: Identity, found: Found) -> None:
        """Have it kept for the next process when this one ends."""
        if not self._new:
            _write_at_exit(self)
        self._new[identity] = found

    def write(self) -> None:
        """Keep what is new, with what other processes have kept; says nothing where that cannot be done."""
        new = {identity: found for identity, found in self._new.items() if os.path.exists(found[0])}
        if not new:
            return  # the mirror was cleared, or the whole project
        content = marshal.dumps((self._made_for, {**self._read(), **new}))
        data = MAGIC_NUMBER + _imp.source_hash(_HASH_KEY, content) + content
        SourceFileLoader("", self._cache).set_data(self._cache, data)


_known: dict[str, Stubs] = {}
_to_write: list[Stubs] = []
_is_registered = False


def source_of(function: FunctionType, engine: object, *, hold: bool = False) -> Source | None:
    """What a stub runs, if that was found before and nothing has changed since; None where it has to be looked at.

    Args:
        function: the stub's, as it was written.
        engine: whoever generates for it; None for the default.
        hold: whether it may be asked for again.
    """
    stubs = _stubs_of(function)
    found = None if stubs is None else stubs.take(_identity_of(function), hold=hold)
    if stubs is None or found is None:
        return None
    path, data, qualname, text, code, needs = found
    if _start_of(path, len(data) + 1) != data:
        return None
    declaration = Declaration(
        stubs.home.root, stubs.relative, qualname, function.__code__.co_firstlineno, text, stubs.home
    )
    try:
        if approval.is_needed(declaration, engine):
            return None  # it is looked at in each process
    except ConfigError:
        return None  # whoever looks will say so
    return Source.remembered(declaration, path, data, code, needs)


class First:
    """A first call that has to look: to be made before it does, and told what it found.

    Args:
        function: the stub's, as it was written.
    """

    __slots__ = ("_function", "_stubs")

    def __init__(self, function: FunctionType) -> None:
        self._function = function
        self._stubs = _stubs_of(function)

    def found(self, source: Source) -> None:
        """Remember what runs, once it is loaded."""
        stubs, declaration = self._stubs, source.declaration
        if stubs is None or source.compiled is None or source.data is None or sys.dont_write_bytecode:
            return
        is_elsewhere = source.path != mirror.plain_path(declaration)  # what takes the plain path counts for more
        if is_elsewhere or not stubs.hold or stub.overloads_of(self._function):
            return
        needs = needs_of(source.compiled, self._function)
        found = source.path, source.data, declaration.qualname, declaration.text, source.compiled, needs
        stubs.remember(_identity_of(self._function), found)


def _identity_of(function: FunctionType) -> Identity:
    code = function.__code__
    return function.__name__, function.__qualname__, code.co_firstlineno, code.co_linetable


def _stubs_of(function: FunctionType) -> Stubs | None:
    """What is remembered of a function's file; None where nothing may be.

    Nothing is where candidates are tried, and where implementations are compiled in another way than Python's.
    """
    if trial.current is not None or loader.compiler is not None or sys.is_finalizing():
        return None
    if hasattr(function, "__wrapped__") or stub.overloads_of(function):
        return None
    path = function.__code__.co_filename
    try:
        known = _known.get(path)
        if known is not None and known.hold:
            return known
        # Neither of a notebook's cell nor of what lies in an archive.
        belongs_to, relative, file = stub.located(function) if os.path.isfile(path) else (None, "", None)
        if belongs_to is None or file is None or file.path != path or belongs_to.loader is not None:
            return None
        cache = mirror.compiled_path(belongs_to, relative)
    except (OSError, ValueError, SyntaxError, StubError, NotImplementedError):
        return None  # whoever looks will say so
    stubs = _known[path] = Stubs(belongs_to, relative, file, cache)
    return stubs


def _start_of(path: str, size: int) -> bytes | None:
    """The first bytes of a file, `size` at most; None where it cannot be read. `open` takes three times as long."""
    try:
        number = os.open(path, _ONLY_READING)
    except OSError:
        return None
    try:
        return os.read(number, size)
    except OSError:
        return None
    finally:
        os.close(number)


def forget(root: str) -> None:
    """Keep nothing of what was found in a project in this process, and read anew what others have kept."""
    for path, stubs in list(_known.items()):
        if stubs.home.root == root:
            del _known[path]
    _to_write[:] = [each for each in _to_write if each.home.root != root]


def write() -> None:
    """Keep all that is new for the next process; done when this one ends, unless it is killed."""
    while _to_write:
        _to_write.pop().write()


def _write_at_exit(stubs: Stubs) -> None:
    global _is_registered  # noqa: PLW0603 - once a process, and only where there is something to write
    if not _is_registered:
        import atexit

        _is_registered = True
        atexit.register(write)
    _to_write.append(stubs)
