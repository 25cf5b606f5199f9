"""The mirror: the `.jiti/` folder, one implementation a file.

Reading is on the way of every first call, so it opens one file and parses nothing. `filing` writes.
"""

from __future__ import annotations

import os
from _frozen_importlib_external import cache_from_source

from jiti import header
from jiti.errors import BrokenImplementationError
from jiti.home import MIRROR, source_path
from jiti.source import decode
from jiti.spec import text_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jiti.home import Home
    from jiti.stub import Declaration

SCRATCH = ".scratch"
LOCAL = ".local"
MEND = "mend it, take it from version control"
UPGRADE = "a newer jiti has written it: pip install --upgrade jiti"
_RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}


class Implementation:
    """One file of the mirror.

    Attributes:
        path: its absolute path.
        header: the header's fields.
        code: all that stands below the header.
        text: the whole file, line ends normalised.
        data: the bytes that were read; None where nothing was.
    """

    __slots__ = ("code", "data", "header", "path", "text")

    def __init__(self, path: str, fields: dict[str, str], code: str, text: str, data: bytes | None = None) -> None:
        self.path = path
        self.header = fields
        self.code = code
        self.text = text
        self.data = data

    @property
    def body(self) -> str:
        """The canonical hash of the code as it stands.

        Raises:
            SyntaxError: it does not parse.
        """
        if text_hash(self.code) == self.header["code"]:
            return self.header["body"]
        from jiti.definition import body_hash

        return body_hash(self.code)

    @property
    def is_approved(self) -> bool:
        """Whether a person has approved the code as it stands, but for formatting."""
        try:
            return self.header.get("approved") == self.body
        except SyntaxError:
            return False


# ---------------------------------------------------------------- names


def folder_of(root: str) -> str:
    """Absolute path of a project's mirror."""
    return os.path.join(root, MIRROR)


def local_folder(root: str, *parts: str) -> str:
    """A folder below the mirror that is never committed: sessions, locks, caches."""
    return os.path.join(root, MIRROR, LOCAL, *parts)


def relative_path(root: str, path: str) -> str:
    """A path below the root as people are told it: relative, with `/`."""
    return os.path.relpath(path, root).replace(os.sep, "/")


def filed_key(declaration: Declaration) -> str:
    """The key by which the mirror has a stub: in the mirror that a package carries, as from where that is imported."""
    return f"{_filed_path(declaration)}::{declaration.qualname}"


def _filed_path(declaration: Declaration) -> str:
    return filed_source(declaration.home, declaration.path)


def filed_source(home: Home, path: str) -> str:
    """The path by which the mirror has a source file that keys name by `path`."""
    return path if home.base == home.root else relative_path(home.base, source_path(home.root, path))


def compiled_path(home: Home, path: str) -> str:
    """Where what is compiled of all stubs of a source file is kept (absolute), as if the mirror held that file.

    Args:
        home: the source file's.
        path: by which keys name it.

    Raises:
        NotImplementedError: this Python keeps no bytecode.
    """
    return cache_from_source(os.sep.join((home.mirror, *filed_source(home, path).split("/"))))


def filed_parts(declaration: Declaration, path: str) -> list[str]:
    """The folders and the name, without ending, that what is filed for a stub of a source path has."""
    *folders, module = path.split("/")
    return [*folders, module.removesuffix(".py"), *_names(declaration.qualname)]


def _names(qualname: str) -> list[str]:
    if "." not in qualname:
        return [qualname]
    accessor = ""
    for ending in (".setter", ".deleter"):
        if qualname.endswith(ending):
            qualname, accessor = qualname.removesuffix(ending), ending
    names = ["_locals_" if name == "<locals>" else name for name in qualname.split(".")]
    names[-1] += accessor
    return names


def plain_path(declaration: Declaration) -> str:
    """Where a stub's implementation most likely lies (absolute); another stub may have taken that name."""
    module = _filed_path(declaration).removesuffix(".py").replace("/", os.sep)
    return os.sep.join((declaration.home.mirror, module, *_names(declaration.qualname))) + ".py"


def _marked_path(declaration: Declaration) -> str:
    """The other name, for when the plain one is taken: `name~<6 hex of the key's hash>.py`."""
    return f"{plain_path(declaration).removesuffix('.py')}~{text_hash(filed_key(declaration))[:6]}.py"


def scratch_path(declaration: Declaration) -> str:
    """Where a stub's scratch tests lie (absolute)."""
    *folders, name = filed_parts(declaration, declaration.path)
    module = "test_" + name.replace(".", "_")  # a name that can be imported
    return os.path.join(folder_of(declaration.root), SCRATCH, *folders, f"{module}.py")


def implementation_path(declaration: Declaration) -> str:
    """Where a writer puts a stub's implementation (absolute): the plain name, unless that is taken or unusable."""
    plain = plain_path(declaration)
    folder, name = os.path.split(plain)
    if name.split(".")[0].lower() in _RESERVED:
        return _marked_path(declaration)
    if os.path.isdir(folder):
        for entry in os.listdir(folder):
            if entry != name and entry.lower() == name.lower():
                return _marked_path(declaration)
    if os.path.exists(plain) and _holds_another(plain, filed_key(declaration)):
        return _marked_path(declaration)
    return plain


def _holds_another(path: str, key: str) -> bool:
    try:
        with open(path, "rb") as file:
            found = header.key_of(decode(file.read()))
    except (OSError, ValueError, SyntaxError):
        return False
    return found is not None and found != key


# ---------------------------------------------------------------- reading


def read(declaration: Declaration) -> Implementation | None:
    """The stub's implementation, or None where there is no file that names its key.

    Raises:
        BrokenImplementationError: there is a file, and it cannot be read as an implementation.
    """
    for path_of in (plain_path, _marked_path):
        path = path_of(declaration)
        try:
            data = declaration.home.read(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise broken(declaration, path, str(error)) from error
        found = _parse(declaration, path, data)
        if found is not None:
            return found
    return None


def _parse(declaration: Declaration, path: str, data: bytes) -> Implementation | None:
    try:
        text = decode(data)
        key = header.key_of(text)
        if key is not None and key != filed_key(declaration):
            return None
        fields, code = header.split(text)
    except (UnicodeDecodeError, SyntaxError) as error:
        raise broken(declaration, path, f"it cannot be decoded: {error}") from error
    except header.HeaderError as error:
        ways = UPGRADE if error.is_newer else MEND
        raise broken(declaration, path, conflict_in(text) or str(error), ways) from error
    return Implementation(path, fields, code, text, data)


def broken(declaration: Declaration, path: str, reason: str, ways: str = MEND) -> BrokenImplementationError:
    """The error for a file of the mirror that cannot be used; `ways` are those out of it."""
    shown = relative_path(declaration.root, path)
    hint = f"{ways}, or put it aside: jiti resolve {declaration.key} --regenerate"
    error = BrokenImplementationError(f"{shown}: {reason}", key=declaration.key, hint=hint)
    error.path = path
    return error


def conflict_in(text: str) -> str:
    """Where version control left its conflict markers in a file, if it did; else nothing."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(("<<<<<<< ", ">>>>>>> ")):
            return f"it holds conflict markers of a merge (line {number})"
    return ""


def scratch_tests(declaration: Declaration) -> str:
    """The scratch tests that are filed for a stub, without the comments above them; empty where there are none.

    Raises:
        BrokenImplementationError: they cannot be decoded.
    """
    from jiti import scratch

    path = scratch_path(declaration)
    try:
        with open(path, "rb") as opened:
            return scratch.split(decode(opened.read()))[1]
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (UnicodeDecodeError, SyntaxError) as error:
        message = f"{relative_path(declaration.root, path)} cannot be decoded: {error}"
        hint = f"mend it, or delete it: jiti test prune {declaration.key}"
        raise BrokenImplementationError(message, key=declaration.key, hint=hint) from error
