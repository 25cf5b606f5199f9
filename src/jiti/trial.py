"""The trial in force in a child process that checks candidates; in every other process there is none.

The dispatcher asks here first: in a child, a stub on trial is its candidate, and a stub without an
implementation is reported to the parent instead of being generated.
"""

from __future__ import annotations


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
    """

    def __init__(self) -> None:
        self.candidates: dict[str, str] = {}
        self.withheld: set[str] = set()
        self.needs: list[dict[str, object]] = []

    def asked(self, key: str) -> None:
        """Note that a stub was called whose candidate is on trial; once a process, when that is loaded."""

    def need(self, key: str, module: str, qualname: str, arguments: bytes | None) -> Needed:
        """Note that a stub is missing, and give the exception to raise."""
        self.needs.append({"key": key, "module": module, "qualname": qualname, "arguments": arguments})
        return Needed(key)


current: Trial | None = None
