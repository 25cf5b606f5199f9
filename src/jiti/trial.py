"""The trial in force in a child process that checks candidates; in every other process there is none.

The dispatcher asks here first: in a child, a stub on trial is its candidate, and a stub without an
implementation is reported to the parent instead of being generated.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FunctionType
    from typing import Any, Protocol

    class Dispatcher(Protocol):
        """What lets the functions of a stub run something else; `jiti.dispatch` has it."""

        written: FunctionType

        def rearm(self) -> None:
            """Let them look for it when they are next called."""
            ...

        def again(self) -> FunctionType | None:
            """One of them, which will."""
            ...

    class Witness(Protocol):
        """Who judges without running; `jiti.checks.witness` has it."""

        def loaded(self, key: str, dispatcher: Dispatcher) -> None:
            """As `Trial.loaded`."""
            ...

        def called(self, key: str) -> Callable[..., Any]:
            """What stands in for a candidate."""
            ...


class Needed(BaseException):
    """A stub without an implementation was called in a child: the parent has to generate it first.

    Not an `Exception`, so that code under test does not swallow it by accident; and the need is
    noted in the trial before this is raised, so that swallowing it on purpose does not help.
    """


class Trial:
    """Which implementations are on trial in this process, and which are missing.

    Attributes:
        candidates: key to the candidate's text (all that stands below a header); several stubs may be on trial.
        withheld: keys of stubs that run as candidates or not at all, whatever stands in the mirror.
        needs: for each missing stub that was called, its `key`, `module`, `qualname` and the live
            `arguments` (pickled, or None where that failed).
        witness: whoever has candidates called in other processes, where this one is not to run them.
    """

    witness: Witness | None = None

    def __init__(self) -> None:
        self.candidates: dict[str, str] = {}
        self.withheld: set[str] = set()
        self.needs: list[dict[str, object]] = []

    def asked(self, key: str) -> None:
        """Note that a stub was called whose candidate is on trial; once a process, when that is loaded."""

    def loaded(self, key: str, dispatcher: Dispatcher) -> None:
        """Note that a stub runs what is on trial."""
        if self.witness is not None:
            self.witness.loaded(key, dispatcher)

    def need(self, key: str, module: str, qualname: str, arguments: bytes | None) -> Needed:
        """Note that a stub is missing, and give the exception to raise."""
        self.needs.append({"key": key, "module": module, "qualname": qualname, "arguments": arguments})
        return Needed(key)


current: Trial | None = None
