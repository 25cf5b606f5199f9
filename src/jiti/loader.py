"""Implementations as modules: filled by the import system, from the very text that was verified.

The import system brings a lock for each module, an error instead of a hang where imports go round in
a circle, tracebacks without frames of its own, and `pickle`'s way to a class that a file defines.
"""

from __future__ import annotations

import _frozen_importlib
import _imp
import builtins
import marshal
import sys

# By the names of the frozen modules that every process has loaded: `importlib` itself would have to be imported.
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader, cache_from_source
from _thread import _count as _thread_count  # of those beside the first
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from jiti.dispatch.needs import Needs
    from jiti.errors import BrokenImplementationError
    from jiti.mirror import Implementation
    from jiti.stub import Declaration

PACKAGE = "_jiti"

# The import system's own lock of a module: imports that wait for one another in a circle know of no other.
_module_lock = getattr(_frozen_importlib, "_ModuleLockManager", None)
_INITIALIZING = "_initializing"
"""By what the import system knows that a module is not there yet."""

# A checked hash (PEP 552), since a file that was written twice within a second has one modification time.
_CHECKED_HASH = (0b11).to_bytes(4, "little")
_HASH_KEY = int.from_bytes(MAGIC_NUMBER, "little")
_HEADER_SIZE = 16  # bytes: magic number, flags, hash


class Source:
    """What fills a namespace: text that was verified, or is on trial.

    Attributes:
        declaration: the stub that it is for.
        path: where it stands; of a candidate, a name for tracebacks.
        filed: whether it stands in a file.
        data: of a file whose state says that it runs, the bytes that were read; else None.
        code: what it is known to be compiled to, before it is loaded.
        compiled: what it was compiled to when it was loaded.
        needs: of what was loaded before, what has to be there for it, as `jiti.dispatch.needs.needs_of` has it.
    """

    __slots__ = ("_text", "code", "compiled", "data", "declaration", "filed", "needs", "path")

    def __init__(self, declaration: Declaration, path: str, text: str | None, *, filed: bool) -> None:
        self.declaration = declaration
        self.path = path
        self._text = text
        self.filed = filed
        self.data: bytes | None = None
        self.code: CodeType | None = None
        self.compiled: CodeType | None = None
        self.needs: Needs | None = None

    @property
    def text(self) -> str:
        """The whole of it, so that line numbers are the file's."""
        if self._text is None:
            from jiti.source import decode

            self._text = decode(self.data or b"")
        return self._text

    @classmethod
    def of_file(cls, declaration: Declaration, implementation: Implementation) -> Source:
        """An implementation in the mirror, as it was read when its state was told."""
        return cls(declaration, implementation.path, implementation.text, filed=True)

    @classmethod
    def remembered(
        cls, declaration: Declaration, path: str, data: bytes, code: CodeType, needs: Needs | None
    ) -> Source:
        """A file that was loaded before, with the code that its bytes were compiled to."""
        source = cls(declaration, path, None, filed=True)
        source.data = data
        source.code = code
        source.needs = needs
        return source

    @classmethod
    def of_candidate(cls, declaration: Declaration, text: str) -> Source:
        """A candidate, which stands in no file; tracebacks show its lines all the same."""
        import linecache

        path = f"<candidate {declaration.key}>"
        linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
        return cls(declaration, path, text, filed=False)

    def broken(self, reason: str) -> BrokenImplementationError:
        """The error for text that cannot be used."""
        from jiti import mirror

        return mirror.broken(self.declaration, self.path, reason)


class Namespace:
    """The module of one stub's implementation; there, empty, from the stub's birth.

    Its dictionary is the globals of the stub's function before anything is loaded: a function's
    globals cannot be changed afterwards, and its code can.

    Args:
        name: the module's name, from `name_for`.
        find: gives an implementation that runs, if there is one; asked when somebody other than the
            stub imports the module, as `pickle` does for an instance of a class that it defines.
        settle: called once the module's code has run, within its import.

    Attributes:
        names: the module's globals.
    """

    __slots__ = ("find", "module", "name", "names", "settle", "source")

    def __init__(self, name: str, find: Callable[[], Source | None], settle: Callable[[Source], None]) -> None:
        self.name = name
        self.find = find
        self.settle = settle
        self.source: Source | None = None
        self.module = ModuleType(name)
        self.names: dict[str, object] = self.module.__dict__
        self.names["__builtins__"] = builtins.__dict__
        _namespaces[name] = self

    def load(self, source: Source, *, alone: bool = False) -> None:
        """Import the module from `source`; if it has been imported already, do nothing.

        Where imports go round in a circle, this returns although `settle` was not called yet.

        Args:
            source: what fills it.
            alone: whether the stub is being declared, so that nobody but other threads can ask for it: where there are
                none, no lock is taken, since the import system's takes longer than all that is done under it.

        Raises:
            BrokenImplementationError: the text does not parse, or `settle` says so.
            Exception: whatever the text's own code raises; nothing is loaded then.
        """
        self.source = source
        _namespaces[self.name] = self
        if sys.modules.get(self.name, self.module) is not self.module:
            sys.modules.pop(self.name, None)  # that of another definition of the same stub
        try:
            if source.code is None or _module_lock is None or self.name in sys.modules:
                __import__(self.name)
            elif alone and not _thread_count():
                self._run(source, source.code)
            else:
                with _module_lock(self.name):
                    if self.name not in sys.modules:  # else another thread was first
                        self._run(source, source.code)
        finally:
            self.source = None

    def _run(self, source: Source, code: CodeType) -> None:
        """Do what `import` does for a module that was found, in half the time: there is nothing to be found."""
        loader = _Loader(self, source)
        spec = ModuleSpec(self.name, loader, origin=source.path)
        spec.__dict__[_INITIALIZING] = True  # whoever imports it meanwhile, waits
        self.names.update(__file__=source.path, __loader__=loader, __package__=PACKAGE, __spec__=spec)
        sys.modules[self.name] = self.module
        try:
            exec(code, self.names)  # noqa: S102 - what the import system does
            self.settle(source)
        except BaseException:
            sys.modules.pop(self.name, None)
            raise
        finally:
            spec.__dict__[_INITIALIZING] = False

    def code_of(self, source: Source) -> CodeType:
        """What a source is compiled to, without running it.

        Raises:
            BrokenImplementationError: it does not parse.
        """
        return _Loader(self, source).get_code(self.name)

    def unload(self) -> None:
        """Let the next `load` run the module's code again. Like a reload, that keeps what is defined till then."""
        sys.modules.pop(self.name, None)


compiler: Callable[[Source], CodeType | None] | None = None
"""Set by who wants some implementations compiled in a way of its own; it gives None for the others."""

compiled: dict[str, tuple[str, CodeType]] = {}
"""By path, text and code of candidates that many processes will load: each is forked from the one that has it."""

_namespaces: dict[str, Namespace] = {}  # by name; the last one that was declared or loaded counts


def name_for(module: str, qualname: str) -> str:
    """The name of an implementation's module: `_jiti.app/text:Parser/parse`.

    No dots, which would ask for parent packages.
    """
    if module == "__mp_main__":  # what multiprocessing calls the main module in the processes that it starts
        module = "__main__"
    return f"{PACKAGE}.{module}:{qualname}".replace(".", "/").replace("/", ".", 1)


def _module_in(name: str) -> str:
    return name.removeprefix(f"{PACKAGE}.").partition(":")[0].replace("/", ".")


class Finder:
    """Finds namespaces, for `Namespace.load` and for whoever has a name from another process."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """As the import system asks for it."""
        del path, target
        if name == PACKAGE:
            return ModuleSpec(PACKAGE, None, is_package=True)
        if not name.startswith(f"{PACKAGE}."):
            return None
        namespace = _namespaces.get(name) or _declared_by_import(name)
        source = (namespace.source or namespace.find()) if namespace else None
        if namespace is None or source is None:
            return None
        loader = _Loader(namespace, source)
        return ModuleSpec(name, loader, origin=source.path)


_sought: set[str] = set()


def is_sought(name: str) -> bool:
    """Whether a namespace is being imported already, and its stub's module for its sake: it is run once, after that."""
    return name in _sought


def _declared_by_import(name: str) -> Namespace | None:
    _sought.add(name)
    try:
        __import__(_module_in(name))
    except ImportError:
        return None
    finally:
        _sought.discard(name)
    return _namespaces.get(name)


class _Loader(SourceFileLoader):
    """Runs a source's code in its namespace's module."""

    def __init__(self, namespace: Namespace, source: Source) -> None:
        self.name = namespace.name
        self.path = source.path
        self.namespace = namespace
        self.source = source

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module that was there from the start."""
        del spec
        if self.source.filed:
            self.namespace.module.__file__ = self.source.path
        return self.namespace.module

    def exec_module(self, module: ModuleType) -> None:
        """Run the code, then let the stub take what it needs."""
        super().exec_module(module)
        self.namespace.settle(self.source)

    def get_source(self, fullname: str) -> str:
        """The text that was loaded, whatever the file holds by now."""
        del fullname
        return self.source.text

    def get_code(self, fullname: str) -> CodeType:
        """Compiled from the verified text, or taken from the cache if that was compiled from this very text.

        Raises:
            BrokenImplementationError: it does not parse on this version of Python.
        """
        del fullname
        if self.source.code is not None:
            return self.source.code
        if not self.source.filed and compiled.get(self.source.path, ("", None))[0] == self.source.text:
            return compiled[self.source.path][1]
        code = compiler(self.source) if compiler is not None and self.source.filed else None
        if code is not None:
            return code
        data = self.source.text.encode("utf-8", "surrogatepass")
        cache = _cache_path(self.source)
        header = MAGIC_NUMBER + _CHECKED_HASH + _imp.source_hash(_HASH_KEY, data)
        code = _cached_code(cache, header, self.source.path) if cache else None
        if code is None:
            code = self._compile()
            if cache and not sys.dont_write_bytecode:
                self.set_data(cache, header + marshal.dumps(code))  # says nothing where it cannot write
        self.source.compiled = code
        return code

    def _compile(self) -> CodeType:
        try:
            return compile(self.source.text, self.source.path, "exec", dont_inherit=True)
        except SyntaxError as error:
            raise self.source.broken(f"it does not parse: line {error.lineno}: {error.msg}") from error
        except ValueError as error:  # a null character, before Python 3.12
            raise self.source.broken(f"it does not parse: {error}") from error


def _cache_path(source: Source) -> str | None:
    if not source.filed:
        return None
    try:
        return cache_from_source(source.path)
    except NotImplementedError:  # this Python keeps no bytecode
        return None


def _cached_code(path: str, header: bytes, source_path: str) -> CodeType | None:
    try:
        with open(path, "rb", buffering=0) as file:
            data = file.read()
    except OSError:
        return None
    if not data.startswith(header):
        return None
    code = marshal.loads(memoryview(data)[_HEADER_SIZE:])  # noqa: S302 - as Python does with its own cache
    if code.co_filename != source_path:
        return None  # the project was moved: names of files stand in every function's code
    return code


sys.meta_path.insert(0, Finder)  # first: nobody else knows these names, and to ask them all costs time at each load
