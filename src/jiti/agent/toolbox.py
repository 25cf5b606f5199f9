"""Running the tool calls of one reply."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jiti.agent.tool import Answer, Passed, ToolError
from jiti.models import ToolResult

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jiti.agent.chronicle import Chronicle
    from jiti.agent.tool import GaveUp, Surroundings, Tool
    from jiti.diagnostics import Diagnostic
    from jiti.models import ToolCall, ToolSpec


@dataclass(slots=True)
class Round:
    """What came of the calls of one reply.

    Attributes:
        results: one for each call, in order.
        ending: what may end the session, if one of them did.
        diagnostics: what a submission was turned down for, if one was.
    """

    results: list[ToolResult] = field(default_factory=list)
    ending: Passed | GaveUp | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


class Toolbox:
    """The tools, and what they work on.

    Args:
        tools: all that there are.
        surroundings: what they work on.
        chronicle: is told of every call.
        clock: gives seconds.

    Attributes:
        specs: the tools as every request carries them.
    """

    def __init__(
        self, tools: Sequence[Tool], surroundings: Surroundings, chronicle: Chronicle, clock: Callable[[], float]
    ) -> None:
        self.specs: tuple[ToolSpec, ...] = tuple(tool.spec for tool in tools)
        self._tools = {tool.spec.name: tool for tool in tools}
        self._surroundings = surroundings
        self._chronicle = chronicle
        self._clock = clock

    def run(self, turn: int, calls: Sequence[ToolCall], cut_off: str | None) -> Round:
        """Run the calls in order, up to one that may end the session.

        Args:
            turn: whose reply they are of.
            calls: all of that reply.
            cut_off: what to say of the last call instead of running it, where the reply was cut off in it.
        """
        done = Round()
        for number, call in enumerate(calls, 1):
            if done.ending is not None:
                answer = "Not run: the submission before it passed."
                done.results.append(ToolResult(call.id, answer, is_error=True))
            else:
                self._run(turn, call, cut_off if number == len(calls) else None, done)
        return done

    def _run(self, turn: int, call: ToolCall, cut_off: str | None, done: Round) -> None:
        tool = self._tools.get(call.name)
        self._chronicle.tool_begins(call.name, tool.summary(call.input) if tool else "")
        start = self._clock()
        try:
            answer, ok = self._perform(call, cut_off), True
        except ToolError as error:
            answer, ok = Answer(str(error), judged=error.judged), False
            done.diagnostics = error.diagnostics or done.diagnostics
        seconds = self._clock() - start
        self._chronicle.tool_ends(turn, call.name, answer.text, ok=ok, seconds=seconds, judged=answer.judged)
        done.results.append(ToolResult(call.id, answer.text, is_error=not ok))
        done.ending = answer.ending

    def _perform(self, call: ToolCall, cut_off: str | None) -> Answer:
        if cut_off is not None:
            raise ToolError(cut_off)
        if call.name not in self._tools:
            raise ToolError(f"There is no tool {call.name!r}. The tools are: {', '.join(self._tools)}.")
        return self._tools[call.name].call(call, self._surroundings)
