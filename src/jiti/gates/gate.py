"""What a gate is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a gate, as far as it is written down in literals.

    Attributes:
        given: the arguments, each as `repr` of a literal.
        expected: what has to come out, likewise.
    """

    given: tuple[str, ...]
    expected: str


@dataclass(frozen=True, slots=True)
class Gate:
    """A test that carries `@jiti.required_for`.

    Attributes:
        path: of its file, from the project root, with `/`.
        qualname: its dotted name in there: `test_slug`, `TestText.test_slug`.
        line: 1-based, where it begins, decorators included.
        text: its source lines, decorators included, as they stand in the file.
        targets: the keys of the stubs that it decides on.
        digest: hash of what the test means: its syntax tree, and that of what it uses of its own file.
        is_jiti_test: whether its body is empty, and the agent's to write.
        cases: its cases that are written down in literals.
    """

    path: str
    qualname: str
    line: int
    text: str
    targets: tuple[str, ...]
    digest: str
    is_jiti_test: bool = False
    cases: tuple[Case, ...] = ()

    @property
    def key(self) -> str:
        """Its name as a stub's: `tests/test_text.py::TestText.test_slug`."""
        return f"{self.path}::{self.qualname}"

    @property
    def node_id(self) -> str:
        """Its name as pytest's, from the project root: `tests/test_text.py::TestText::test_slug`."""
        return f"{self.path}::{self.qualname.replace('.', '::')}"

    @property
    def place(self) -> str:
        """Where a person finds it: `tests/test_text.py:12`."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A gate that cannot be told what it decides on, or a file that may hold one and cannot be read.

    Attributes:
        place: where a person finds it: `tests/test_text.py:12`.
        message: what is wrong.
        hint: what mends it.
        hides_gates: whether it is a file that cannot be read, so that nobody knows what its gates are for.
        targets: the keys of the stubs that the gate is meant for; None where nobody can tell.
    """

    place: str
    message: str
    hint: str
    hides_gates: bool = False
    targets: tuple[str, ...] | None = None
