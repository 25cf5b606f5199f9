"""A session: one run of the agent for one stub, from the task to a candidate that passed every check."""

from __future__ import annotations

import time
from dataclasses import replace
from string import Template
from typing import TYPE_CHECKING

from jiti import mirror
from jiti.agent import conflicts, prompts, tools
from jiti.agent.chronicle import Chronicle, one_line
from jiti.agent.conversation import Conversation, presentable
from jiti.agent.files import ProjectFiles
from jiti.agent.hearing import answer_of
from jiti.agent.ledger import OF_THE_PROCESS, Ledger
from jiti.agent.task import Accepted, Limits, Task
from jiti.agent.tool import GaveUp, Surroundings
from jiti.agent.toolbox import Toolbox
from jiti.errors import BudgetExceededError, GenerationError, ModelError
from jiti.masking import mask
from jiti.models import Request, Text, ToolCall
from jiti.submission import OutOfTimeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jiti.agent.ledger import Purse
    from jiti.agent.tool import Passed
    from jiti.agent.toolbox import Round
    from jiti.agent.transcript import Transcript
    from jiti.diagnostics import Diagnostic
    from jiti.events import Observer
    from jiti.mirror import Implementation
    from jiti.models import Model, Reply
    from jiti.submission import Workbench

__all__ = ["Accepted", "Limits", "Task", "run"]

MOST_SILENT_REPLIES = 3
"""Replies in a row without a tool call; then the session is over."""


def run(  # noqa: PLR0913 - all that a session has to do with
    task: Task,
    *,
    model: Model,
    workbench: Workbench,
    root: str,
    limits: Limits,
    transcript: Transcript,
    observe: Observer,
    commit: Callable[[Accepted], Implementation],
    clock: Callable[[], float] = time.monotonic,
    purse: Purse = OF_THE_PROCESS,
) -> Implementation:
    """Have the model work on the task until a candidate passes; gives what `commit` made of that.

    Args:
        task: what is to be done.
        model: who does it.
        workbench: where its candidates are judged.
        root: absolute path of the project root; what lies outside cannot be read.
        limits: how far it may go.
        transcript: gets every step, in every outcome.
        observe: is told of every step.
        commit: files the accepted candidate.
        clock: gives the seconds that count against the budget.
        purse: what the process has spent, and this session will.

    Raises:
        SpecConflictError: the agent gave up.
        BudgetExceededError: the budget, or the process's, was spent before a candidate passed.
        ModelError: the provider failed.
        GenerationError: turns were spent, or the model declined or would not work.
        Exception: what the workbench or `commit` raise.
    """
    chronicle = Chronicle(task.key, transcript, observe)
    ledger = Ledger(limits, clock, purse)
    surroundings = Surroundings(ProjectFiles(root, with_mirror=not task.is_test), workbench)
    session = _Session(task, model, surroundings, limits, chronicle, ledger, clock)
    chronicle.begins(task, model.name)
    try:
        filed = commit(session.work())
    except BaseException as error:
        if isinstance(error, GenerationError) and error.key in {None, task.key}:
            session.complete(error, transcript.path)
        chronicle.ends(type(error).__name__, str(error).partition("\n")[0], session.ledger, error)
        raise
    chronicle.ends("accepted", mirror.relative_path(root, filed.path), session.ledger, session.cut_short_by)
    return filed


class _Session:
    """The state of a session, and its steps.

    Attributes:
        ledger: what was spent so far.
        cut_short_by: the error that kept a candidate which had passed from being refactored.
    """

    def __init__(
        self,
        task: Task,
        model: Model,
        surroundings: Surroundings,
        limits: Limits,
        chronicle: Chronicle,
        ledger: Ledger,
        clock: Callable[[], float],
    ) -> None:
        self.ledger = ledger
        self.cut_short_by: GenerationError | None = None
        self._task = task
        self._model = model
        self._workbench = surroundings.workbench
        own_tools = tools.FOR_TESTS if task.is_test else tools.FOR_CODE
        self._toolbox = Toolbox(own_tools, surroundings, chronicle, clock)
        self._limits = limits
        self._chronicle = chronicle
        self._clock = clock
        self._conversation = Conversation()
        self._system = tuple(presentable(part) for part in task.system)
        self._best: Passed | None = None
        self._refactor_turns = 0
        self._silent_replies = 0
        self._diagnostics: tuple[Diagnostic, ...] = ()

    # ------------------------------------------------------------ the loop

    def work(self) -> Accepted:
        """Take turns until a candidate passed and needs no more work, or none may be taken any more.

        A candidate that passed is kept, whatever comes of refactoring it.
        """
        self._workbench.within(lambda: self.ledger.seconds_left)
        self._conversation.tell(Text(self._task.message))
        while self._best is None or not self._is_settled(self._best):
            try:
                self._take_turn()
            except GenerationError as error:
                if self._best is None:
                    raise
                self.cut_short_by = error
                break
        best, ledger = self._best, self.ledger
        return Accepted(best.candidate, best.quality, ledger.turns, ledger.usage, self._model.name, ledger.usd)

    def _take_turn(self) -> None:
        if (problem := self._workbench.problem()) is not None:
            raise problem  # before another request is paid for
        turn = self.ledger.open_turn(self._task.key)
        if self._best is not None:
            self._refactor_turns += 1
        reply = self._ask(turn)
        self._refuse_dead_end(reply)
        self._conversation.hear(reply)
        calls = [block for block in reply.blocks if isinstance(block, ToolCall)]
        if calls:
            self._silent_replies = 0
            is_cut_off = reply.stop_reason == "max_tokens" and reply.blocks[-1] is calls[-1]
            try:
                done = self._toolbox.run(turn, calls, self._prompt("cut-off") if is_cut_off else None)
            except OutOfTimeError as error:
                raise self.ledger.out_of_time(self._task.key) from error
            self._take_in(done)
            self._conversation.tell(*done.results, *self._advice())
        elif reply.stop_reason != "pause_turn":
            self._conversation.tell(Text(self._nudge(reply)))

    def _take_in(self, done: Round) -> None:
        """Keep what the tools found out of the candidates."""
        self._diagnostics = done.diagnostics or self._diagnostics
        if isinstance(done.ending, GaveUp):
            raise conflicts.error_of(self._task, done.ending)
        if done.ending is not None and (self._best is None or done.ending.quality >= self._best.quality):
            self._best = done.ending

    def _is_settled(self, best: Passed) -> bool:
        is_good = best.quality >= self._limits.quality_threshold
        return is_good or self._refactor_turns >= self._limits.max_refactor

    def complete(self, error: GenerationError, transcript: str | None) -> None:
        """Give the error that ends the session what the session knows."""
        error.key = self._task.key
        error.usage = error.usage or self.ledger.usage
        error.session = error.session or transcript
        told = error.diagnostics or self._diagnostics
        # An error ends in logs, and in the lock file for those who wait.
        error.diagnostics = tuple(replace(each, message=mask(each.message)) for each in told)
        error.args = tuple(mask(each) if isinstance(each, str) else each for each in error.args)

    # ------------------------------------------------------------ the model

    def _ask(self, turn: int) -> Reply:
        request = Request(
            key=self._task.key,
            spec=self._task.spec,
            system=self._system,
            tools=self._toolbox.specs,
            messages=self._conversation.messages,
            max_tokens=self._limits.max_tokens,
            seconds=self.ledger.seconds_left,
        )
        self._chronicle.asks(turn, request, self._conversation.news())
        start = self._clock()
        try:
            reply = answer_of(self._model, request)
        except ModelError as error:
            self._count_failure(error)
            raise
        seconds = self._clock() - start
        usd = self.ledger.add(self._model, reply.model, reply.usage)
        self._chronicle.hears(turn, reply, seconds, usd)
        name = reply.model or self._model.name
        if usd is None and self.ledger.misses_a_price(name):
            self._chronicle.misses_a_price(name)
        return reply

    def _count_failure(self, error: ModelError) -> None:
        """Count what replies that broke off had cost, and see whether that, or the wait, was too much."""
        if error.usage is not None:
            self.ledger.add(self._model, "", error.usage)
            error.usage = None  # the session knows it all
        try:
            self.ledger.require_budget(self._task.key)
        except BudgetExceededError as exceeded:
            raise exceeded from error

    def _refuse_dead_end(self, reply: Reply) -> None:
        """Stop where the model cannot or will not go on."""
        key = self._task.key
        if reply.stop_reason == "refusal":
            message = f"{key}: the model declined: {_words(reply) or '(it gave no reason)'}"
            raise GenerationError(message, key=key, hint="reword the stub, or choose another model (JITI_MODEL)")
        if reply.stop_reason == "model_context_window_exceeded":
            message = f"{key}: the conversation outgrew the model's context window in turn {self.ledger.turns}"
            raise GenerationError(message, key=key, hint="choose a model with a larger one (JITI_MODEL)")

    def _nudge(self, reply: Reply) -> str:
        """What to tell a model that called no tool."""
        self._silent_replies += 1
        if self._silent_replies == MOST_SILENT_REPLIES:
            last = _words(reply) or "(nothing)"
            message = f"{self._task.key}: {MOST_SILENT_REPLIES} replies in a row called no tool; the last said: {last}"
            raise GenerationError(message, key=self._task.key, hint="a model that uses tools is needed (JITI_MODEL)")
        return self._prompt("cut-off" if reply.stop_reason == "max_tokens" else "no-tool")

    def _advice(self) -> Sequence[Text]:
        """What to say beside the tools' results: to refactor, after a pass that is not good enough."""
        return () if self._best is None or self._is_settled(self._best) else (Text(self._prompt("refactor")),)

    def _prompt(self, name: str) -> str:
        return Template(prompts.load(name, self._task.prompts)).safe_substitute(
            max_tokens=f"{self._limits.max_tokens:,}",
            quality=f"{self._best.quality:g}" if self._best else "",
            threshold=f"{self._limits.quality_threshold:g}",
            submit="submit_test" if self._task.is_test else "submit",
        )


def _words(reply: Reply) -> str:
    return one_line(" ".join(block.text for block in reply.blocks if isinstance(block, Text)))
