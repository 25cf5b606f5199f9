"""The state of a stub: what its source and its file in the mirror say of each other.

Where both texts are what they were when the file was written, nothing is parsed.
"""

from __future__ import annotations

from jiti import mirror
from jiti.errors import BrokenImplementationError
from jiti.spec import Spec, spec_of, text_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jiti.mirror import Implementation
    from jiti.stub import Declaration


class State:
    """How a stub stands.

    Attributes:
        name: the state's name, as commands show it.
        runs: whether a call runs what is there.
        implementation: the file in the mirror, where there is one that can be read.
        changed: the parts of the spec that differ from what the file was written for.
        error: what is wrong with a broken file.
    """

    __slots__ = ("changed", "error", "implementation")
    name = ""
    runs = False

    def __init__(
        self,
        implementation: Implementation | None = None,
        changed: tuple[str, ...] = (),
        error: BrokenImplementationError | None = None,
    ) -> None:
        self.implementation = implementation
        self.changed = changed
        self.error = error

    def __repr__(self) -> str:
        """For people who debug."""
        return f"{type(self).__name__}({', '.join(self.changed)})"


class Fresh(State):
    """Spec and body are what was generated."""

    __slots__ = ()
    name = "fresh"
    runs = True


class Edited(State):
    """The spec is what it was, and a person changed the body: the code is theirs."""

    __slots__ = ()
    name = "edited"
    runs = True


class Outdated(State):
    """Spec and body are what was generated; the tests that decide on it, or what it was written from, changed.

    A call runs it, and does not even look: this is for those who read the whole project.
    """

    __slots__ = ()
    name = "outdated"
    runs = True


class Unapproved(State):
    """It is fresh, or edited, and no person has approved it, as this project or its engine wants."""

    __slots__ = ()
    name = "unapproved"


class Missing(State):
    """There is no file."""

    __slots__ = ()
    name = "missing"


class Stale(State):
    """The spec changed since the file was generated; nobody touched the body."""

    __slots__ = ()
    name = "stale"


class Conflict(State):
    """The spec changed, and a person changed the body too."""

    __slots__ = ()
    name = "conflict"


class Broken(State):
    """The file cannot be read, does not parse, or does not define what it is for."""

    __slots__ = ()
    name = "broken"


def look(declaration: Declaration, *, asks: bool = False) -> State:
    """The state of a stub, from its source text and its file in the mirror; tests are never looked at.

    Args:
        declaration: the stub.
        asks: whether what runs has to be approved; else nobody looks at whether it is.

    Raises:
        StubError, RealBodyError: the stub's text changed, and is no stub that jiti can work from.
    """
    try:
        implementation = mirror.read(declaration)
    except BrokenImplementationError as error:
        return Broken(error=error)
    if implementation is None:
        return Missing()
    header = implementation.header
    same_stub = text_hash(declaration.text) == header["stub"]
    same_code = text_hash(implementation.code) == header["code"]
    if same_stub and same_code:
        return _approved_or_not(Fresh(implementation)) if asks else Fresh(implementation)
    try:
        changed = () if same_stub else _changes(declaration, implementation)
        edited = not same_code and _is_edited(declaration, implementation)
    except BrokenImplementationError as error:
        return Broken(implementation, error=error)
    if changed:
        return Conflict(implementation, changed) if edited else Stale(implementation, changed)
    state = Edited(implementation) if edited else Fresh(implementation)
    return _approved_or_not(state) if asks else state


def _approved_or_not(state: State) -> State:
    found = state.implementation
    return state if found is None or found.is_approved else Unapproved(found)


def _changes(declaration: Declaration, implementation: Implementation) -> tuple[str, ...]:
    try:
        filed = Spec.parse(implementation.header["spec"])
    except ValueError as error:
        raise mirror.broken(declaration, implementation.path, "its header's `# spec:` line is mangled") from error
    return spec_of(declaration).changed_since(filed)


def _is_edited(declaration: Declaration, implementation: Implementation) -> bool:
    from jiti.defining import may_define
    from jiti.definition import body_hash

    try:
        is_edited = body_hash(implementation.code) != implementation.header["body"]
        if is_edited and not may_define(implementation.code, declaration.qualname):
            raise mirror.broken(declaration, implementation.path, f"it does not define {declaration.qualname}")
    except SyntaxError as error:
        lines = implementation.text.count("\n") - implementation.code.count("\n")
        line = f"line {error.lineno + lines}: " if error.lineno else ""
        reason = f"it does not parse: {line}{error.msg}"
        raise mirror.broken(
            declaration, implementation.path, mirror.conflict_in(implementation.text) or reason
        ) from error
    return is_edited
