"""Stubs: what `@jiti` stands on, where it lies in the project, and the text it is made of.

A stub is met in two ways. At run time there is a function object: its source lines are cut out by
indentation, and nothing is parsed. A command that only reads has a file: there the syntax tree says
where stubs are. Both give the same `Declaration`.
"""

from __future__ import annotations

import os
import sys

from jiti import source
from jiti.errors import RealBodyError, StubError
from jiti.home import NOTEBOOK, Home, home_in, home_of, known_home, path_in_keys, source_path
from jiti.placeholder import is_placeholder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, FunctionType

    from jiti.syntax import Found

SCRIPT_NAMES = ("__main__", "__mp_main__")
"""What the module of a script is called where it runs, and in processes that multiprocessing spawns from there."""


class Declaration:
    """A stub as it stands in a source file.

    Attributes:
        root: absolute path of the project root.
        path: path of the source file from the root, with `/`.
        qualname: dotted name inside the file: `slugify`, `Parser.parse`, `outer.<locals>.inner`, `C.x.setter`.
        line: 1-based line where it begins, decorators included.
        text: its source lines, decorators and `@overload`s included.
        home: what it belongs to; left out, a project with its mirror in the root.
    """

    __slots__ = ("home", "line", "path", "qualname", "root", "text")

    def __init__(self, root: str, path: str, qualname: str, line: int, text: str, home: Home | None = None) -> None:
        self.root = root
        self.home = home or Home(root)
        self.path = path
        self.qualname = qualname
        self.line = line
        self.text = text

    @property
    def key(self) -> str:
        """The stub's name in the project: `app/text.py::Parser.parse`."""
        return f"{self.path}::{self.qualname}"

    @property
    def source(self) -> str:
        """Absolute path of the source file."""
        return source_path(self.root, self.path)

    @property
    def place(self) -> str:
        """Where a person finds it: `app/text.py:12`."""
        return f"{self.path}:{self.line}"


# ---------------------------------------------------------------- judging a function at decoration


def judge(function: FunctionType) -> None:
    """Turn down what can be no stub, from its code object alone; nothing is parsed.

    Raises:
        StubError: it is a lambda.
        RealBodyError: it has a body that does something.
    """
    code = function.__code__
    if code.co_name == "<lambda>":
        message = f"{_place_of(code)}: a lambda cannot be a stub: it has no name and no docstring"
        raise StubError(message, hint="write `def name(...)` with a docstring and `...` for its body")
    if not is_placeholder(code):
        raise RealBodyError(
            f"{_place_of(code)}: {function.__qualname__} has a body already",
            hint="leave the docstring and `...` (or `raise NotImplementedError`), or take `@jiti` away",
        )


def _place_of(code: CodeType) -> str:
    return f"{code.co_filename}:{code.co_firstlineno}"


# ---------------------------------------------------------------- from a function


def declaration_of(function: FunctionType) -> Declaration:
    """Where a stub's source is, and its text, cut out by line numbers and indentation.

    Raises:
        StubError: there is no source file, it cannot be read, or it no longer holds the stub.
    """
    innermost = unwrap(function)
    code = innermost.__code__
    home, relative, file = located(innermost)
    if relative == NOTEBOOK:
        return declaration_for(home.root, f"{NOTEBOOK}::{innermost.__qualname__}")
    text = _text_of(code, file)
    name = innermost.__name__
    if f"def {code.co_name}" not in text:
        return declaration_for(home.root, f"{relative}::{innermost.__qualname__}")
    qualname = innermost.__qualname__ + _accessor_suffix(name, text)
    text = _overloads_of(innermost, file) + text
    return Declaration(home.root, relative, qualname, code.co_firstlineno, text, home)


def located(function: FunctionType) -> tuple[Home, str, source.SourceFile]:
    """What a function's source file belongs to, its path from the root, and the file.

    Raises:
        StubError: there is none, or it cannot be read.
    """
    try:
        path = _source_path(function)
        home = _home_of(path, function)
        return home, path_in_keys(home.root, path), source.read(path, home)
    except (OSError, UnicodeDecodeError, SyntaxError) as error:
        message = f"{_place_of(function.__code__)}: the source of {function.__qualname__} cannot be read: {error}"
        raise StubError(message, hint="a stub must lie in a source file that jiti can read") from error


def qualname_of(function: FunctionType) -> str:
    """A function's dotted name, by which half of a property it is: `C.x.setter`.

    Raises:
        StubError: as `located`.
    """
    innermost = unwrap(function)
    _, _, file = located(innermost)
    return innermost.__qualname__ + _accessor_suffix(innermost.__name__, _text_of(innermost.__code__, file))


def unwrap(function: FunctionType) -> FunctionType:
    """The function under its `functools.wraps` decorators."""
    seen = 0
    while hasattr(function, "__wrapped__") and seen < 100:  # noqa: PLR2004 - a bound for a loop of wrappers
        function = function.__wrapped__
        seen += 1
    return function


def importable_name(function: FunctionType) -> str:
    """The name by which an import statement gets the function's module; a script has its file's."""
    module = unwrap(function).__module__
    if module not in SCRIPT_NAMES:
        return module
    spec = getattr(sys.modules.get(module), "__spec__", None)
    if spec is not None and spec.name not in SCRIPT_NAMES:
        return spec.name.removesuffix(".__main__") if spec.name.endswith(".__main__") else spec.name
    path = function.__code__.co_filename
    stem, _ = os.path.splitext(os.path.basename(path))
    return stem if os.path.exists(path) or not _is_cell(path) else NOTEBOOK


def _source_path(function: FunctionType) -> str:
    """The absolute path of a function's source file, which need not be on disk.

    Raises:
        StubError: there is none.
        OSError: it lies in cells, whose definitions cannot be put into a file.
    """
    path = function.__code__.co_filename
    if function.__module__ in SCRIPT_NAMES and not os.path.exists(path) and _is_cell(path):
        from jiti import notebook

        return notebook.laid_out(path)
    if os.path.isabs(path):
        return path
    module = getattr(sys.modules.get(function.__module__), "__file__", None)
    if module and os.path.isabs(module) and os.path.basename(module) == os.path.basename(path):
        return module
    try:
        absolute = os.path.abspath(path)
    except OSError:
        absolute = ""  # the working directory was deleted
    if path.startswith("<"):
        message = f"{function.__qualname__} has no source file ({path})"
        raise StubError(message, hint="write the stub in a .py file: jiti works from its source text")
    return absolute


def _is_cell(path: str) -> bool:
    if "linecache" not in sys.modules:  # nobody has told it of any cell
        return False
    from jiti import notebook

    return notebook.is_cell(path)


def _home_of(path: str, function: FunctionType) -> Home:
    """Where a function's source file is at home: on disk, or wherever its module's loader has it from.

    Raises:
        OSError: it is in neither place.
    """
    home = known_home(path)
    if home is not None:
        return home
    if os.path.isfile(path):
        return home_of(path)
    spec = getattr(sys.modules.get(function.__module__), "__spec__", None)
    if spec is None or not hasattr(spec.loader, "get_data"):
        return home_of(path)
    return home_in(spec.loader, path, spec.name)


def _text_of(code: CodeType, file: source.SourceFile) -> str:
    first = code.co_firstlineno
    last = max((line for _, _, line in code.co_lines() if line), default=first)
    # The instructions of a body that is a docstring alone carry the first decorator's line.
    return file.block(first, max(last, file.line_of_def(first)))


def _accessor_suffix(name: str, text: str) -> str:
    for line in text.split("\n"):
        stripped = line.strip()
        if not stripped.startswith("@"):
            break
        for accessor in source.ACCESSORS:
            if stripped == f"@{name}.{accessor}":
                return f".{accessor}"
    return ""


def _overloads_of(function: FunctionType, file: source.SourceFile) -> str:
    return "".join(_text_of(overload.__code__, file) for overload in overloads_of(function))


def overloads_of(function: FunctionType) -> Sequence[FunctionType]:
    """The `@overload`s that a function has, in order."""
    # Without `typing`, or while another thread is importing it, no module can have declared any.
    get_overloads = getattr(sys.modules.get("typing"), "get_overloads", None)
    return get_overloads(function) if get_overloads is not None else ()


def root_of(path: str) -> str:
    """The project root of a source file."""
    return home_of(path).root


def mangled(name: str, owner: str) -> str:
    """The name by which code in a class of the name `owner` is given what it calls `name`."""
    is_private = name.startswith("__") and not name.endswith("__")
    return f"_{owner.lstrip('_')}{name}" if is_private and owner.strip("_") else name


# ---------------------------------------------------------------- from a file


def declarations_in(root: str, path: str) -> list[Declaration]:
    """Every `@jiti` stub of a source file, in order of appearance.

    Args:
        root: absolute path of the project root.
        path: path of the file from the root, with `/`.

    Raises:
        StubError: the file cannot be read or does not parse.
    """
    file = _read_static(root, path)
    if "jiti" not in file.text:
        return []
    from jiti import outline

    home = _home_in(root, file)
    return [_declaration(root, path, file, found, home) for found in outline.of(file).stubs]


def declaration_for(root: str, key: str) -> Declaration:
    """The stub that a key names, looked up in its source file.

    Raises:
        StubError: there is no such file, it does not parse, or it holds no such stub.
    """
    path, _, qualname = key.partition("::")
    if os.path.isabs(path) or ".." in path.split("/"):  # a recording, or a candidate, may have made it up
        raise StubError(f"{path} lies outside the project", key=key, hint="`jiti status` lists every stub")
    found = declarations_in(root, path)
    same = [each for each in found if each.qualname == qualname] or _below_an_alias(root, path, qualname)
    if same:
        return same[0]
    import difflib

    near = difflib.get_close_matches(qualname, [each.qualname for each in found], n=1)
    hint = f"did you mean {path}::{near[0]}?" if near else "`jiti status` lists every stub"
    raise StubError(f"{path} holds no stub named {qualname}", key=key, hint=hint)


def _below_an_alias(root: str, path: str, qualname: str) -> list[Declaration]:
    """What may be a stub, its decorator being `@jiti` by way of another file: a decorated one without a body."""
    from jiti import members, syntax

    file = _read_static(root, path, always=True)
    found = syntax.below_an_alias(file.tree, qualname)
    is_stub = found is not None and members.is_empty(found.node)
    return [_declaration(root, path, file, found, _home_in(root, file))] if found and is_stub else []


def _read_static(root: str, path: str, *, always: bool = False) -> source.SourceFile:
    try:
        file = source.read(source_path(root, path))
        if always or "jiti" in file.text:
            _ = file.tree
    except SyntaxError as error:
        place = f"{path}:{error.lineno}" if error.lineno else path
        raise StubError(f"{place}: {error.msg}", hint="the file must parse before jiti can read its stubs") from error
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise StubError(f"{path} cannot be read: {error}", hint="mend or exclude the file") from error
    return file


def _home_in(root: str, file: source.SourceFile) -> Home | None:
    """What a file of a project belongs to, if that is the project that it is asked for."""
    home = home_of(file.path)
    return home if home.root == root else None


def _declaration(root: str, path: str, file: source.SourceFile, found: Found, home: Home | None) -> Declaration:
    from jiti import syntax

    text = "".join([file.block(*syntax.span(node)) for node in (*found.overloads, found.node)])
    return Declaration(root, path, found.qualname, syntax.span(found.node)[0], text, home)
