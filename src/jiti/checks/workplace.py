"""What every bench has: a child process, and the agent's experiments in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiti import libraries
from jiti.checks.runs import Ending
from jiti.checks.verdicts import Judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiti.checks.children import Children
    from jiti.checks.limits import Limits
    from jiti.definition import Definition
    from jiti.errors import JitiError
    from jiti.live import LiveCall


class Workplace:
    """Runs experiments; all user and candidate code in child processes.

    It belongs to the thread that made it: its child is ended by the system when that thread ends.

    Args:
        definition: the stub.
        live: the call that asks for it, if one does.
        children: where experiments run.
        limits: what one job may use.
    """

    def __init__(self, definition: Definition, live: LiveCall | None, children: Children, limits: Limits) -> None:
        self._definition = definition
        self._live = live
        self._children = children
        self._limits = limits
        self._judge = Judge(definition.declaration.path, limits)

    def start(self) -> None:
        """Have a child process started, and do not wait for it: it gets ready while the model thinks.

        Raises:
            GenerationError: it cannot be started.
        """
        self._children.start_soon()

    def require_gates(self) -> None:
        """Wait until a child has collected the gates: one that no candidate can pass is to cost nothing.

        Raises:
            GenerationError: there is such a gate, or no child gets ready.
        """
        self._children.expected()

    def within(self, seconds_left: Callable[[], float | None]) -> None:
        """Let a session's time bound all that runs from now on: what is under way at its end raises `OutOfTimeError`.

        Args:
            seconds_left: gives the seconds that the session has left; None where nothing limits them.
        """
        self._children.time.follow(seconds_left)

    def problem(self) -> JitiError | None:
        """Why no submission can be checked, whatever it is; None while that is not known. It does not wait."""
        return self._children.problem()

    def close(self) -> None:
        """End every process of this bench, and remove its temporary files."""
        self._children.close()

    def inspect(self, expr: str) -> str:
        """Type and repr of an expression over the live call's arguments and the stub's module.

        Raises:
            GenerationError: there is no child process to evaluate it in.
        """
        return self._experiment("inspect", expr)

    def run_python(self, code: str) -> str:
        """What a piece of code prints, and its last expression's repr; run on copies of the live arguments.

        Raises:
            GenerationError: there is no child process to run it in.
        """
        return self._experiment("python", code)

    def docs(self, name: str) -> str:
        """Signature and docstring of an installed object; of a package, its README's parts that match the stub's spec.

        Raises:
            GenerationError: there is no child process to import it in.
        """
        return self._experiment("docs", name, words=sorted(libraries.words_of(self._definition)))

    def _experiment(self, kind: str, text: str, **more: object) -> str:
        seconds = self._limits.experiment
        run = self._children.run({"kind": kind, "text": text, **more}, seconds)
        key = self._definition.declaration.key
        if any(need["key"] == key for need in run.needs):
            return f"{key} has no implementation yet: submit one first"
        parts = [each["text"] for each in run.all("answer")]
        if run.ending is not Ending.DONE:
            parts.append(self._judge.reason(run, "it", seconds)[1])
        if run.printed:
            parts.append(f"printed:\n{run.printed}" if parts else run.printed)
        if self._live is not None and self._live.problem and any("NameError" in part for part in parts):
            parts.append(f"(the live arguments are not there: {self._live.problem})")
        if denial := self._children.denial("\n".join(parts)):
            parts.append(denial)
        return "\n".join(parts) or "(nothing was printed)"
