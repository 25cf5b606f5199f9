"""Specs: what of a stub is its contract, and the hashes by which a change of it is seen.

Everything is hashed twice. By text, which needs no parsing and says at once that nothing changed;
and canonically, looked at only where the text differs, so that formatting, moving, decorators and
comments elsewhere never make an implementation stale.
"""

from __future__ import annotations

from jiti.source import normalise_line_ends

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jiti.stub import Declaration

NONE = "-"
FIELDS = ("signature", "docstring", "hints")


def text_hash(text: str) -> str:
    """blake2b-128 of a text, in hexadecimal; line ends do not count."""
    try:
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b
    data = normalise_line_ends(text).encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=16).hexdigest()


class Spec:
    """The canonical hashes of a stub: of its signature, its docstring and its hint comments (`-`: none)."""

    __slots__ = FIELDS

    def __init__(self, signature: str, docstring: str, hints: str = NONE) -> None:
        self.signature = signature
        self.docstring = docstring
        self.hints = hints

    def __str__(self) -> str:
        """As a header holds it: `signature=… docstring=… hints=-`."""
        return " ".join(f"{field}={getattr(self, field)}" for field in FIELDS)

    def __eq__(self, other: object) -> bool:
        """Whether both say the same contract."""
        return isinstance(other, Spec) and str(self) == str(other)

    def __hash__(self) -> int:
        """By content."""
        return hash(str(self))

    @property
    def interface(self) -> str:
        """Hash of what others rely on: signature and docstring, and no hints."""
        return text_hash(f"{self.signature} {self.docstring}")

    @classmethod
    def parse(cls, text: str) -> Spec:
        """From what a header holds.

        Raises:
            ValueError: it is not a spec line.
        """
        fields = dict(part.split("=", 1) for part in text.split())
        if set(fields) != set(FIELDS):
            message = f"not a spec: {text!r}"
            raise ValueError(message)
        return cls(**fields)

    def changed_since(self, old: Spec) -> tuple[str, ...]:
        """The names of the fields that differ from an older spec."""
        return tuple(field for field in FIELDS if getattr(self, field) != getattr(old, field))


def spec_of(declaration: Declaration) -> Spec:
    """The spec of a stub, read from its source.

    Raises:
        StubError, RealBodyError: the stub is not one that jiti can work from.
    """
    from jiti.definition import define

    return define(declaration).spec
