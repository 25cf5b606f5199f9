"""A stage for sessions: a scripted model, a workbench that says what it was told to, and all that came of it."""

from __future__ import annotations

import ast
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jiti import syntax
from jiti.agent import session
from jiti.agent.ledger import Purse
from jiti.agent.session import Limits
from jiti.agent.transcript import Transcript
from jiti.diagnostics import Diagnostic
from jiti.gates import Gate
from jiti.mirror import Implementation
from jiti.submission import Candidate, Submission, Verdict
from jiti.testing import ScriptedModel
from jiti.usage import Budget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from jiti.agent.session import Accepted
    from jiti.errors import JitiError
    from jiti.events import Event
    from jiti.testing.scripted import Line

KEY = "app/text.py::slugify"
LIMITS = Limits(max_turns=10, max_tokens=1_000, budget=Budget(), quality_threshold=7.0, max_refactor=1)
WRONG = Verdict((Diagnostic("ruff", "candidate", 4, "F821", "undefined name 'x'"),))


def right(code: str = "def slugify(): ...\n") -> Verdict:
    """A verdict that lets a candidate through."""
    return Verdict(candidate=Candidate(code, tools="ruff 0, ty 0"))


def gate_in(root: Path, path: str, qualname: str, *, is_jiti_test: bool = False) -> Gate:
    """The gate of that name in a file of the project, as it stands there."""
    text = (root / path).read_text(encoding="utf-8")
    (node,) = (node for node, name, _ in syntax.definitions(ast.parse(text)) if name == qualname)
    first, last = syntax.span(node)
    lines = text.split("\n")[first - 1 : last]
    return Gate(path, qualname, first, "\n".join(lines) + "\n", (KEY,), "0" * 32, is_jiti_test)


@dataclass
class FakeWorkbench:
    """Answers submissions with its verdicts in turn, the last one again and again."""

    verdicts: list[Verdict | Exception] = field(default_factory=lambda: [right()])
    broken: JitiError | None = None
    submissions: list[Submission] = field(default_factory=list)
    seconds_left: Callable[[], float | None] = lambda: None

    def within(self, seconds_left: Callable[[], float | None]) -> None:
        self.seconds_left = seconds_left

    def inspect(self, expr: str) -> str:
        return f"value of {expr}"

    def run_python(self, code: str) -> str:
        return f"output of {code}"

    def docs(self, name: str) -> str:
        return f"docs of {name}"

    def problem(self) -> JitiError | None:
        return self.broken

    def check(self, submission: Submission) -> Verdict:
        self.submissions.append(submission)
        verdict = self.verdicts[min(len(self.submissions), len(self.verdicts)) - 1]
        if isinstance(verdict, Exception):
            raise verdict
        return verdict


@dataclass
class Played:
    """What came of a session."""

    model: ScriptedModel
    workbench: FakeWorkbench
    events: list[Event]
    path: Path
    accepted: Accepted | None = None
    error: BaseException | None = None

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The transcript."""
        return [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]

    @property
    def told(self) -> list[str]:
        """What the model was told, a text for each block of the user's messages, the task left out."""
        last = self.model.requests[-1].messages
        blocks = [block for message in last[1:] if message.role == "user" for block in message.blocks]
        return [getattr(block, "text", getattr(block, "content", "")) for block in blocks]


class Stage:
    """Plays sessions in a project folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def play(
        self,
        *script: Line,
        verdicts: Iterable[Verdict | Exception] = (right(),),
        task: session.Task | None = None,
        model: ScriptedModel | None = None,
        clock: Callable[[], float] = time.monotonic,
        limits: Limits = LIMITS,
        purse: Purse | None = None,
        broken: JitiError | None = None,
    ) -> Played:
        """Run a session to its end, good or bad; by itself it is the first of its process."""
        path = self.root / ".jiti" / ".local" / "sessions" / "played.jsonl"
        path.unlink(missing_ok=True)
        played = Played(model or ScriptedModel(*script), FakeWorkbench(list(verdicts), broken), [], path)
        transcript = Transcript(str(path))

        def commit(accepted: Accepted) -> Implementation:
            played.accepted = accepted
            code = accepted.candidate.code
            return Implementation(str(self.root / ".jiti" / "app" / "text" / "slugify.py"), {}, code, code)

        try:
            session.run(
                task
                or session.Task(
                    KEY, "signature=1 docstring=2 hints=-", ("system", "style"), "the task", sandbox="layer 2"
                ),
                model=played.model,
                workbench=played.workbench,
                root=str(self.root),
                limits=limits,
                transcript=transcript,
                observe=played.events.append,
                commit=commit,
                clock=clock,
                purse=purse or Purse(),
            )
        except Exception as error:  # noqa: BLE001 - the test looks at it
            played.error = error
        finally:
            transcript.close()
        return played
