"""What passes between the agent, which writes candidates, and the checks, which judge them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiti.diagnostics import Diagnostic
    from jiti.errors import JitiError
    from jiti.gates import Gate


@dataclass(frozen=True, slots=True)
class Submission:
    """A candidate as the agent hands it in.

    Attributes:
        body: the function's body, at any indentation.
        helpers: imports, constants and private helpers that go above the function.
        tests: `test_*` functions that call the target as production code does.
        quality: the agent's own rating of it, 0 to 10.
    """

    body: str
    helpers: str = ""
    tests: str = ""
    quality: float = 10.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A submission made whole: formatted texts, ready for the mirror.

    Attributes:
        code: all that stands below the header of the implementation's file.
        tests: the scratch test file's text; empty if the agent wrote none.
        test_count: how many scratch tests passed.
        tools: versions of what checked it, as `ruff 0.17.5, ty 0.0.104`.
        gates: the gates that it passed. One that could not judge it yet, because it needs a stub which itself
            waits for this one, is not among them.
        judged: `witness` if all that judged it ran apart from it, else `in-process` and why; empty if it was not run.
        effects: what it does besides computing; None where nobody has looked.
    """

    code: str
    tests: str = ""
    test_count: int = 0
    tools: str = ""
    gates: tuple[Gate, ...] = ()
    judged: str = ""
    effects: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checks say of a submission.

    Attributes:
        diagnostics: why it was turned down; empty if it passed.
        notes: what the agent should know although it turns nothing down (a skipped check, a warning).
        candidate: the finished texts, if it passed.
        judged: as in `Candidate`; also of what was turned down.
    """

    diagnostics: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()
    candidate: Candidate | None = None
    judged: str = ""

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return self.candidate is not None


class OutOfTimeError(Exception):
    """The session's time was over in the middle of a check or an experiment, which was ended."""


class Workbench(Protocol):
    """Where candidates and experiments run: child processes, never this one.

    All that runs raises `OutOfTimeError` when the session's time is over.
    """

    def within(self, seconds_left: Callable[[], float | None]) -> None:
        """Let the session's time bound all that runs from now on.

        Args:
            seconds_left: gives the seconds that the session has left; None where nothing limits them.
        """
        ...

    def inspect(self, expr: str) -> str:
        """Type and repr of an expression over the live call's arguments and the stub's module."""
        ...

    def run_python(self, code: str) -> str:
        """What a piece of code prints, run on copies of the live arguments."""
        ...

    def docs(self, name: str) -> str:
        """Signature and docstring of an installed object; of a package, its README's matching parts."""
        ...

    def problem(self) -> JitiError | None:
        """Why no submission can be checked, whatever it is; None while that is not known. It does not wait."""
        ...

    def check(self, submission: Submission) -> Verdict:
        """All checks, in order of cost."""
        ...
