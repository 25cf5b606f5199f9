"""Doing a session's tool calls again, and comparing what comes of them."""

from __future__ import annotations

import difflib
import os
import re
import tempfile
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from jiti import gates, generation, orders, preflight, requirements, stub
from jiti.agent import tools
from jiti.agent.chronicle import Chronicle
from jiti.agent.conversation import presentable
from jiti.agent.files import ProjectFiles
from jiti.agent.tool import Surroundings
from jiti.agent.toolbox import Toolbox
from jiti.agent.transcript import Transcript
from jiti.build import importing
from jiti.definition import define
from jiti.errors import JitiError, StubError
from jiti.generation import Means
from jiti.home import source_path
from jiti.interfaces import Interfaces
from jiti.orders import Order
from jiti.replaying.recorded import is_submission
from jiti.replaying.revival import PROBLEM, revived

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import NoReturn

    from jiti.definition import Definition
    from jiti.live import LiveCall
    from jiti.models import ToolCall
    from jiti.replaying.recorded import Recorded, RecordedCall
    from jiti.settings import Settings
    from jiti.stub import Declaration
    from jiti.submission import Workbench


class Result(StrEnum):
    """How what a tool says now compares with what it said then."""

    SAME = "same"
    VERDICT = "verdict"
    """A submission that passed does not, or the other way round; or a tool failed that did not, or the other way."""
    ANSWER = "answer"
    """The tool says something else."""
    UNCOMPARED = "uncompared"
    """Nothing was recorded, or it hangs on the waiting call, which cannot be made again."""


@dataclass(frozen=True, slots=True)
class Done:
    """A tool call, done again.

    Attributes:
        recorded: it, and what came of it then.
        summary: what it is about, on one line.
        ok: whether the tool did it now.
        output: what it said.
        result: how that compares.
    """

    recorded: RecordedCall
    summary: str
    ok: bool
    output: str
    result: Result

    @property
    def differs(self) -> bool:
        """Whether it came out otherwise."""
        return self.result in {Result.VERDICT, Result.ANSWER}


@dataclass(frozen=True, slots=True)
class Replayed:
    """A session, done again.

    Attributes:
        recorded: it, as it was.
        changed: what of the stub's spec has changed since.
        task: what it would be told otherwise now, as lines of a unified diff.
        calls: its tool calls.
        remarks: what else there is to know.
    """

    recorded: Recorded
    changed: tuple[str, ...]
    task: tuple[str, ...]
    calls: tuple[Done, ...]
    remarks: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether a candidate passes now."""
        return any(each.ok for each in self.calls if is_submission(each.recorded.call))

    @property
    def is_same(self) -> bool:
        """Whether every call and the whole came out as then, as far as that is recorded."""
        return not any(each.differs for each in self.calls) and self.recorded.passed in {None, self.passed}


def replay(recorded: Recorded, root: str, settings: Settings, tell: Callable[[Done], None]) -> Replayed:
    """Do a session's tool calls again, on today's code, all of them, and ask no model; nothing is filed.

    Args:
        recorded: the session.
        root: absolute path of the project root.
        settings: the project's.
        tell: is told of each call when it is done.

    Raises:
        StubError, RealBodyError: there is no such stub any more that jiti can work from.
        ConfigError: a setting or an installation that does not work.
        GenerationError: no candidate can be checked, whatever it is.
    """
    definition = define(_declaration(recorded, root))
    preflight.require_installed()
    live = revived(definition, recorded.live)
    places = importing.folders(root, settings)
    importing.open_to(root, places)
    order = _order(definition, live, settings, places)
    remarks = (f"the call that waited for it cannot be made again: {PROBLEM}",) if live and live.problem else ()
    means = Means(settings, _nobody, lambda _: None, _refuse)
    with generation.bench(order, means, _refuse) as bench:
        again = _Again(bench, definition, live, root)
        calls = []
        for each in recorded.calls:
            calls.append(again.do(each))
            tell(calls[-1])
    changed = definition.spec.changed_since(recorded.spec) if recorded.spec else ()
    return Replayed(recorded, changed, _task_since(recorded, order, settings), tuple(calls), remarks)


def _declaration(recorded: Recorded, root: str) -> Declaration:
    path = recorded.key.partition("::")[0]
    found = stub.declaration_for(root, recorded.key) if os.path.exists(source_path(root, path)) else None
    if found is None:
        hint = "check out the commit that the session was recorded on, or name another session"
        raise StubError(f"there is no {path} any more, where {recorded.key} was", key=recorded.key, hint=hint)
    return found


def _order(definition: Definition, live: LiveCall | None, settings: Settings, places: Sequence[str]) -> Order:
    """What a session of the stub is given today; nothing is generated on the way."""
    declaration = definition.declaration
    known = Interfaces(declaration.root, settings)
    if not definition.is_test:
        module = importing.module_of(declaration, places)
        required = requirements.gates_of(declaration, settings)
        return Order(definition, module, interfaces=known, live=live, reason="missing", gates=required)
    targets = requirements.targets_of(declaration, settings)
    gate = gates.find(declaration.root, settings).by_key[declaration.key]
    module = requirements.test_module(declaration.root, gate)
    return Order(definition, module, interfaces=known, live=None, reason="missing", targets=targets)


def _nobody() -> NoReturn:
    message = "a replay asks no model"
    raise AssertionError(message)


def _refuse(need: Mapping[str, object]) -> NoReturn:
    raise orders.unwritten(str(need["key"]))


class _Again:
    """The tools of a session, as they work today."""

    def __init__(self, bench: Workbench, definition: Definition, live: LiveCall | None, root: str) -> None:
        is_test = definition.is_test
        bench.within(lambda: None)
        files = ProjectFiles(root, with_mirror=not is_test)
        chronicle = Chronicle(definition.declaration.key, Transcript(None), lambda _: None)
        own_tools = tools.FOR_TESTS if is_test else tools.FOR_CODE
        self._toolbox = Toolbox(own_tools, Surroundings(files, bench), chronicle, time.monotonic)
        self._summaries = {tool.spec.name: tool.summary for tool in own_tools}
        self._missed = [name for name, _, _ in live.rows("types")] if live and live.problem else []

    def do(self, recorded: RecordedCall) -> Done:
        """Do a call again."""
        call = recorded.call
        try:
            [told] = self._toolbox.run(recorded.turn, [call], None).results
            ok, output = not told.is_error, presentable(told.content)
        except JitiError as error:
            ok, output = False, presentable(str(error))
        summary = self._summaries[call.name](call.input) if call.name in self._summaries else ""
        return Done(recorded, presentable(" ".join(summary.split())), ok, output, self._result(recorded, ok, output))

    def _result(self, recorded: RecordedCall, ok: bool, output: str) -> Result:  # noqa: FBT001 - as the tool says it
        if recorded.ok is None:
            return Result.UNCOMPARED
        if recorded.ok is ok and _lasting(recorded.output) == _lasting(output):
            return Result.SAME
        if self._missed and _hangs_on_the_call(recorded.call, recorded.output, self._missed):
            return Result.UNCOMPARED
        return Result.VERDICT if recorded.ok is not ok else Result.ANSWER


def _hangs_on_the_call(call: ToolCall, output: str, arguments: list[str]) -> bool:
    """Whether what came of a call hangs on the arguments of the one that waited."""
    if is_submission(call):
        return bool(re.search(r"(?m)^call ", output))
    words = set(re.findall(r"\w+", " ".join(map(str, call.input.values()))))
    return call.name in {"inspect", "run_python"} and not words.isdisjoint(arguments)


_VOLATILE = (
    (re.compile(r"0x[0-9a-fA-F]{6,}"), "0x…"),
    (re.compile(r"\b\d+(\.\d+)?(e-\d+)? ?(s|ms|seconds)\b"), "… s"),
    (re.compile(re.escape(tempfile.gettempdir()) + r"[\w./\\+-]*"), "<temporary>"),
    (re.compile(r"(?m)^note: The live call was not tried.*\n?"), ""),
)
"""What is another one in each run: addresses, times, temporary paths; and that the call could not be made."""


def _lasting(output: str) -> str:
    """An output without what is another one in each run."""
    for pattern, mark in _VOLATILE:
        output = pattern.sub(mark, output)
    return output.rstrip()


_WAITING_CALL = "\n# The waiting call\n"
_OUT_OF_DATE = re.compile(r"(?m)^It has an implementation, which is out of date: .*\n\n")


def _task_since(recorded: Recorded, order: Order, settings: Settings) -> tuple[str, ...]:
    """How the task has changed; what it said of the waiting call and of an older body is left out."""
    if not recorded.task:
        return ()
    texts = recorded.task, presentable(orders.task_of(order, settings).message)
    old, new = (_OUT_OF_DATE.sub("", text.partition(_WAITING_CALL)[0]).rstrip().split("\n") for text in texts)
    lines = difflib.unified_diff(old, new, "the task then", "the task now", n=1, lineterm="")
    return tuple(lines)
