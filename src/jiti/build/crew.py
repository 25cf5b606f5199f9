"""Carrying a plan out: sessions side by side, each by its own engine, and what comes of each."""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

from jiti import approval, host
from jiti.build import importing, plan
from jiti.build.result import Result, Results
from jiti.build.schedule import Schedule
from jiti.checks import forking
from jiti.engine import Engine
from jiti.errors import BudgetExceededError, ConfigError, GenerationError, JitiError, ModelError, StubError
from jiti.events import SessionEnded, ToolStarted, TurnStarted, VerificationEnded, VerificationStarted

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from jiti.build.display import BuildDisplay
    from jiti.build.plan import Plan, Step
    from jiti.events import Event
    from jiti.orders import Outcome
    from jiti.settings import Settings

_GRACE = 3.0
"""Seconds that sessions have to end, once a person has had enough; one that waits for its model may take longer."""
_HOPELESS = frozenset({401, 402, 403})
"""HTTP statuses that every other session would meet as well."""


def carry_out(order: Plan, settings: Settings, display: BuildDisplay, *, jobs: int, verify: bool) -> Results:
    """Do what a plan says: its sessions run side by side, so many at once.

    Imports the modules of stubs whose decorators name an engine. What is interrupted has filed all that was done.

    Args:
        order: the plan.
        settings: the project's.
        display: shows progress.
        jobs: how many sessions may run at once.
        verify: whether no model may be asked.

    Raises:
        ConfigError: a setting that does not work.
    """
    importing.open_to(order.root, importing.folders(order.root, settings))
    crew = _Crew(order, settings, display, verify=verify)
    start = time.monotonic()
    outer, host.current = host.current, crew
    try:
        # Each session has a child process: where there are many, they share what it takes to get one ready.
        with display.shown(len(order.steps)), forking.kept() if len(order.steps) > 1 else nullcontext():
            crew.get_ready()
            crew.run(jobs)
    finally:
        host.current = outer
    crew.results.seconds = time.monotonic() - start
    return crew.results


class _Crew:
    """Carries one plan out; the host of all that is generated meanwhile.

    Attributes:
        results: what came of it so far.
    """

    def __init__(self, order: Plan, settings: Settings, display: BuildDisplay, *, verify: bool) -> None:
        self.results = Results([Result(step.key, "not done", step.why) for step in order.steps])
        self._plan = order
        self._settings = settings
        self._display = display
        self._verify = verify
        self._by_key = {each.key: each for each in self.results.all}
        self._steps: dict[str, Step] = {step.key: step for step in order.steps}
        self._engine = Engine()
        self._engines: dict[str, Engine | JitiError] = {}
        self._failures: dict[str, GenerationError] = {}
        self._first_failures: dict[str, str] = {}
        self._is_interrupted = False
        self._is_second_pass = False

    # ------------------------------------------------------------ as a host

    def tell(self, event: Event) -> None:
        """Count what was spent; end the session of whoever tells it, once a person has had enough."""
        if isinstance(event, SessionEnded):
            self._count(event)
        elif isinstance(event, VerificationEnded):
            self._result(event.key).seconds += event.seconds
        elif self._is_interrupted and isinstance(event, TurnStarted | ToolStarted | VerificationStarted):
            raise KeyboardInterrupt

    def stream(self) -> None:
        """On stderr, as without a host."""

    def display(self) -> BuildDisplay:
        """The build's own."""
        return self._display

    def refusal(self, root: str, key: str) -> GenerationError | None:
        """Why a stub is not tried again for the next one that needs it."""
        return self._failures.get(key) if root == self._plan.root else None

    def refuse(self, root: str, key: str, error: GenerationError) -> None:
        """Let nothing else of this build pay for the same failure."""
        if root == self._plan.root:
            self._failures[key] = error

    def _count(self, event: SessionEnded) -> None:
        result = self._result(event.key)
        result.turns += event.turns
        result.seconds += event.seconds
        result.usage += event.usage
        result.usd = None if result.usd is None or event.usd is None else result.usd + event.usd
        if event.outcome == "accepted":
            result.outcome = "generated"

    def _result(self, key: str) -> Result:
        """What is known of a stub; one that no step is for came to be needed on the way."""
        if key not in self._by_key:
            self._by_key[key] = Result(key, "failed", "needed")
            self.results.all.append(self._by_key[key])
        return self._by_key[key]

    # ------------------------------------------------------------ the run

    def get_ready(self) -> None:
        """Find each step's engine; those that are to write get ready to ask."""
        for step in self._plan.steps:
            try:
                self._engines[step.key] = self._engine_of(step)
            except JitiError as error:
                self._engines[step.key] = error
        if len(self._plan.steps) > 1:
            forking.get_ready(self._plan.root, self._settings.env)
        writing = [step.key for step in self._plan.steps if step.action == "generate"]
        for engine in dict.fromkeys(self._engines[key] for key in writing):
            if isinstance(engine, Engine):
                engine.share_model(self._plan.root)

    def _engine_of(self, step: Step) -> Engine:
        engine = importing.own_engine(step.declaration, step.module) or self._engine
        if not isinstance(engine, Engine):
            message = f"{step.declaration.place}: the engine of {step.declaration.qualname} can only be asked by a call"
            raise StubError(message, key=step.key, hint="call it once, or give it a jiti.Engine")
        return engine

    def run(self, jobs: int) -> None:
        """Do all steps, and once more what the steps after it have left to be checked."""
        self._do(Schedule(self._plan.needs, self._work, self._skip, jobs, self._plan.refused))
        generated = [each.key for each in self.results.all if each.outcome == "generated"]
        if not generated or self.results.ended_by:
            return
        # Where gates need two stubs, the one that came first has not passed all of its own yet.
        self._is_second_pass = True
        again = plan.make(self._plan.root, self._settings, generated, verify=True)
        self._steps |= {step.key: step for step in again.steps}
        self._engines |= {step.key: self._engines.get(step.key, self._engine) for step in again.steps}
        self._do(Schedule(again.needs, self._work, self._skip, jobs))

    def _do(self, schedule: Schedule) -> None:
        self._schedule = schedule
        try:
            schedule.run()
        except KeyboardInterrupt:
            self._is_interrupted = self.results.interrupted = True
            self.results.ended_by = "interrupted; what is done is kept, and the next run goes on"
            schedule.stop()
            self._display.stopping(len(schedule.running))
            with suppress(KeyboardInterrupt):  # said twice: at once
                schedule.join(_GRACE)
        except BaseException:
            self._is_interrupted = True
            raise
        for key in schedule.left:
            self._by_key[key].message = self.results.ended_by.partition("\n")[0].partition(";")[0]
        for key in schedule.running:
            self._by_key[key].message = "interrupted"

    def _skip(self, key: str, failed: str) -> None:
        result = self._result(key)
        result.outcome = "skipped"
        first = self._first_failures[key] = self._first_failures.get(failed, failed)
        word = "cannot be worked on" if first in self._plan.refused else _WORDS[self._result(first).outcome]
        result.message = f"needs {first}, which {word}"
        self._display.ended(result)

    def _work(self, key: str) -> bool:
        """Do one step, in a thread of its own; whether what needs it can be done."""
        result = self._result(key)
        with self._reported(result):
            outcome = self._ensured(self._steps[key])
            if outcome.kind == "failing":
                result.outcome = "failing"
                result.message = "\n".join(str(each) for each in outcome.diagnostics) or "it was written for other code"
                result.hint = "jiti build, where a model may be asked, writes it anew"
            elif result.outcome != "generated":  # as it may have been on the way to another
                result.outcome = outcome.kind
            needed = approval.is_needed(self._steps[key].declaration, self._engines[key])
            result.unapproved = needed and not outcome.implementation.is_approved
        return result.outcome in {"generated", "verified", "kept", "moved"}

    def _ensured(self, step: Step) -> Outcome:
        engine = self._engines[step.key]
        if isinstance(engine, JitiError):
            raise engine
        if step.action == "generate":
            engine.await_model()  # to get ready beside it would only be in its way
        left_behind = self._plan.moved
        return engine.ensure(step.declaration, step.module, verify=self._verify, moved=lambda: left_behind)

    @contextmanager
    def _reported(self, result: Result) -> Generator[None]:
        """Note what is raised as what came of a step, unless it is a mistake of ours."""
        try:
            yield
        except KeyboardInterrupt:
            result.outcome, result.message = "not done", "interrupted"
        except (JitiError, OSError) as error:
            self._fail(result, error)
        if not (self._is_second_pass and result.outcome == "generated"):
            self._display.ended(result)

    def _fail(self, result: Result, error: JitiError | OSError) -> None:
        hint = getattr(error, "hint", None) or ""
        key = getattr(error, "key", None)
        result.outcome, result.hint = "failed", hint
        result.message = str(error).removesuffix(f"\n  {hint}")
        if key not in {None, result.key} and key in self._failures:
            result.outcome, result.message, result.hint = "skipped", f"needs {key}, which failed", ""
        elif _concerns_all(error) and not self.results.ended_by:
            self.results.ended_by = result.message.partition("\n")[0]  # the rest is told where it failed
            self._schedule.stop()


_WORDS: Mapping[str, str] = {
    "failed": "failed",
    "failing": "does not pass",
    "not done": "was not done",
    "skipped": "was skipped",
}


def _concerns_all(error: JitiError | OSError) -> bool:
    """Whether every other session would end in the same error."""
    if isinstance(error, BudgetExceededError):
        return error.of_the_process
    if isinstance(error, ModelError):
        return getattr(error.__cause__, "status_code", None) in _HOPELESS
    return isinstance(error, ConfigError)
