"""Files of another text than the disk has for them, for one process: to whoever imports them, and whoever reads them.

Nothing is written and nothing is copied. Imports go through a finder of our own; whoever opens a file gets the text
from here, as pytest does to rewrite its asserts, and jiti to read its stubs. Bytecode that was cached from what the
disk has is not used, and none is cached.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
import tokenize
from importlib.machinery import SourceFileLoader
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_CACHE = "__pycache__"


class Overlay:
    """The files that are not what the disk says.

    Args:
        files: what they hold, by absolute path.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = {os.path.realpath(path): data for path, data in files.items()}
        # To look at a name costs nothing; to follow a path's links costs a system call for each of its parts.
        self._names = {os.path.basename(path) for path in [*files, *self._files]}
        self._open: Any = io.open

    def install(self) -> None:
        """From now on, be what this process reads and imports."""
        sys.dont_write_bytecode = True
        sys.meta_path.insert(0, self)
        # `linecache` and others read with a copy that `tokenize` has taken of `open`.
        for module, name in ((builtins, "open"), (io, "open"), (tokenize, "_builtin_open")):
            setattr(module, name, self.open)

    def content(self, path: object) -> bytes | None:
        """What a file is to hold; None where that is what the disk has."""
        try:
            text = os.fsdecode(path)  # ty: ignore[invalid-argument-type] - it says what is no path
        except TypeError:  # a descriptor
            return None
        return self._files.get(os.path.realpath(text)) if os.path.basename(text) in self._names else None

    # ------------------------------------------------------------ reading

    def open(self, file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as `open` is called
        """Open a file, as `open` does; what is of another text here can only be read."""
        __tracebackhide__ = True  # pytest then shows an error at whoever opens
        if self._is_cached(file):
            raise FileNotFoundError(2, "Not to be used: it was compiled from another text", os.fspath(file))
        data = self.content(file) if set(mode) <= set("rbt") else None
        if data is None:
            return self._open(file, mode, *args, **kwargs)
        raw = _Reader(data, os.fspath(file))
        if "b" in mode:
            return raw
        _, encoding, errors, newline = (*args, *(None,) * (4 - len(args)))[:4]
        return io.TextIOWrapper(
            raw, kwargs.get("encoding", encoding), kwargs.get("errors", errors), kwargs.get("newline", newline)
        )

    def _is_cached(self, file: object) -> bool:
        """Whether it is bytecode that was compiled from a file which holds another text here."""
        try:
            folder, name = os.path.split(os.fsdecode(file))  # ty: ignore[invalid-argument-type] - it says what is no path
        except TypeError:
            return False
        above, cache = os.path.split(folder)
        if cache != _CACHE or not name.endswith(".pyc"):
            return False
        return self.content(os.path.join(above, f"{name.partition('.')[0]}.py")) is not None

    # ------------------------------------------------------------ as a finder

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As the import system asks for it: a module whose file holds another text here."""
        if f"{name.rpartition('.')[2]}.py" not in self._names and "__init__.py" not in self._names:
            return None
        spec = self._found_by_others(name, path, target)
        if spec is None or spec.origin is None or self.content(spec.origin) is None:
            return None
        spec.loader = _Loader(name, spec.origin, self)
        spec.cached = None
        return spec

    def _found_by_others(self, name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
        """What the finders say that come after this one: of an editable installation, it need not be Python's own."""
        for finder in sys.meta_path[sys.meta_path.index(self) + 1 :]:
            find = getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find is not None else None
            if spec is not None:
                return spec
        return None


class _Reader(io.BytesIO):
    """Bytes that know the name of their file."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name


class _Loader(SourceFileLoader):
    """Loads a module from the overlay's text."""

    def __init__(self, name: str, path: str, overlay: Overlay) -> None:
        super().__init__(name, path)
        self._overlay = overlay

    def path_stats(self, path: str) -> dict[str, Any]:
        """Nothing that bytecode could be told to belong to."""
        raise OSError(path)

    def get_data(self, path: str) -> bytes:
        """What a file holds."""
        data = self._overlay.content(path)
        return super().get_data(path) if data is None else data
