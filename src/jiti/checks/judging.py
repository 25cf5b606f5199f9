"""By whom the candidates of a bench were judged: by a witness, which never ran them, or in their own process."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiti.checks.runs import Run

WITNESS = "witness"
IN_PROCESS = "in-process"


class Judging:
    """Decides which jobs have a witness, and tells which had one.

    Args:
        wanted: whether any may.
    """

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted
        self._lasting: dict[str, str] = {}
        self._once: dict[str, str] = {}
        self._judged: dict[str, str] = {}

    def begin(self) -> None:
        """Another candidate is judged from now on."""
        self._judged.clear()
        self._once.clear()

    def wants_witness(self, job: Mapping[str, object], *, forks: bool) -> bool:
        """Whether a job is to have one: every one that runs a candidate, if nothing is known against it."""
        kind = str(job["kind"])
        return self._wanted and forks and job.get("candidate") is not None and not self._reason(kind)

    def is_settled(self, job: Mapping[str, object], run: Run, *, witness: bool) -> bool:
        """Note what came of a job; whether that counts, and it need not be done again without a witness."""
        kind = str(job["kind"])
        found = run.first("unwitnessed") if witness else None
        if found is not None:
            # Each candidate brings scratch tests of its own; what they cannot judge, others may.
            is_lasting = found["lasting"] and kind != "tests"
            (self._lasting if is_lasting else self._once)[kind] = found["why"]
            return False
        if job.get("candidate") is not None:
            self._judged[kind] = WITNESS if witness else self._reason(kind) or "no process can be forked for it"
        return True

    def told(self) -> str:
        """How the last candidate was judged: `witness`, or `in-process` and why, for each kind of job that was so."""
        others = {kind: why for kind, why in self._judged.items() if why != WITNESS}
        if not self._judged or not others:
            return WITNESS if self._judged else ""
        return f"{IN_PROCESS}: " + "; ".join(f"{kind}: {why}" for kind, why in others.items())

    def _reason(self, kind: str) -> str:
        return self._lasting.get(kind) or self._once.get(kind) or ""
