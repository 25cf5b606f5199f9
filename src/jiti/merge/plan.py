"""What a merge comes to, before anything is written: data that can be shown, tried and carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jiti.merge.changes import Change
    from jiti.merge.refusals import Refusal
    from jiti.merge.verification import Merged


@dataclass(frozen=True, slots=True)
class MovedTest:
    """A scratch test of a merged stub.

    Attributes:
        test: its name, below its stub's key.
        to: where it stands now, as pytest names it; None where it goes.
    """

    test: str
    to: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a merge comes to.

    Attributes:
        root: absolute path of the project root.
        changes: what is to be written, in this order.
        merged: the keys of what becomes plain code, tests that an agent wrote among them.
        refused: what is not merged, and why.
        notes: what a person should know.
        tests: what becomes of scratch tests.
        gates: the tests that have to pass, as pytest names them.
        functions: the merged functions, as they are to stand.
    """

    root: str
    changes: tuple[Change, ...] = ()
    merged: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    tests: tuple[MovedTest, ...] = ()
    gates: tuple[str, ...] = ()
    functions: tuple[Merged, ...] = ()
