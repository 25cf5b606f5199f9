"""Running a candidate: the docstring's examples, its gates, the live call, the scratch tests."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jiti.checks.gate_runs import GateRuns
from jiti.checks.runs import Ending
from jiti.checks.verdicts import UNFINISHED, Judge
from jiti.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jiti.checks.children import Children
    from jiti.checks.limits import Limits
    from jiti.definition import Definition
    from jiti.gates import Gate
    from jiti.live import LiveCall

_DEFECTS = frozenset(
    {
        *("NameError", "UnboundLocalError", "NotImplementedError", "RecursionError", "SystemExit", "KeyboardInterrupt"),
        *("SyntaxError", "IndentationError", "TabError", "ImportError", "ModuleNotFoundError"),
    }
)
"""Exceptions that no spec means: whoever raises them is wrong, however often."""
_OF_A_MODULE = re.compile(r"(partially initialized )?module '")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
"""As objects without a `__repr__` of their own show it: another one in each process."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of running a candidate.

    Attributes:
        diagnostics: why it is turned down.
        notes: what the agent should know all the same.
        test_count: the scratch tests that ran.
        gates: the gates that it passed.
    """

    diagnostics: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()
    test_count: int = 0
    gates: tuple[Gate, ...] = ()

    def __add__(self, other: Result) -> Result:
        """Both together."""
        return Result(
            self.diagnostics + other.diagnostics,
            self.notes + other.notes,
            self.test_count + other.test_count,
            self.gates + other.gates,
        )

    @property
    def is_unfinished(self) -> bool:
        """Whether something ran into a limit or took its process down, as what comes next most likely would too."""
        return any(each.code in UNFINISHED for each in self.diagnostics)


class Execution:
    """Runs the candidates of one stub.

    Args:
        definition: the stub.
        live: the call that asks for it.
        children: where candidates run.
        limits: what they may use.
        standing: see `jiti.checks.bench.Bench`.
    """

    def __init__(
        self,
        definition: Definition,
        live: LiveCall | None,
        children: Children,
        limits: Limits,
        standing: Mapping[str, str] | None = None,
    ) -> None:
        self._definition = definition
        self._live = live
        self._children = children
        self._limits = limits
        self._judge = Judge(definition.declaration.path, limits)
        self._gates = GateRuns(definition.declaration.key, children, self._judge, limits, standing or {})
        self._raised: tuple[str, ...] | None = None

    def run(self, code: str, tests: str) -> Result:
        """Run a candidate, until a step of it does not end well.

        Args:
            code: the candidate, all that stands below a header.
            tests: the scratch test file; empty if there is none.

        Raises:
            GenerationError: there is nothing to run it in, or no candidate can pass a gate.
        """
        self._children.judging.begin()
        result = Result()
        steps: tuple[Callable[[], Result], ...] = (
            lambda: self._examples(code),
            lambda: self._required(code),
            lambda: self._call(code),
            lambda: self._tests(code, tests),
        )
        for step in steps:
            if result.is_unfinished:
                return result + Result(notes=("What comes after that was not run.",))
            ran = step()
            result += replace(ran, diagnostics=tuple(map(self._children.explained, ran.diagnostics)))
        return result

    def _examples(self, code: str) -> Result:
        result = Result()
        for each in (self._definition, *self._definition.methods):
            docstring, line = _docstring(each)
            count = docstring.count(">>>")
            if count and not result.is_unfinished:
                job = {"kind": "examples", "candidate": code, "docstring": docstring, "line": line}
                ran = self._children.run(job, self._limits.example, times=count)
                result += Result(*self._judge.examples(ran))
        return result

    def _required(self, code: str) -> Result:
        diagnostics, passed = self._gates.run(code)
        return Result(diagnostics, gates=passed)

    def _call(self, code: str) -> Result:
        live = self._live
        if live is None:
            return Result()
        if live.pickled is None:
            return Result(notes=(f"The live call was not tried: its arguments cannot be copied ({live.problem}).",))
        called = (each for each in self._definition.methods if each.declaration.qualname == live.called)
        is_async = isinstance(next(called, self._definition).node, ast.AsyncFunctionDef)
        run = self._children.run({"kind": "call", "candidate": code, "is_async": is_async}, self._limits.call)
        result = Result(*self._judge.call(run))
        raised = run.first("raised")
        if raised and run.ending is Ending.DONE and not (result.is_unfinished or run.first("refused")):
            return self._after_raising(code, raised["type"], raised["message"], result)
        return result

    def _after_raising(self, code: str, kind: str, message: str, result: Result) -> Result:
        """An exception turns a candidate down; raised by the same one again, the agent says the call is wrong."""
        if kind in _DEFECTS or (kind == "AttributeError" and _OF_A_MODULE.match(message)):
            return result
        raised = code, kind, _ADDRESS.sub("", message)
        if raised == self._raised:
            return Result(notes=(f"The live call raises {kind} again: taken as what the spec says of such a call.",))
        self._raised = raised
        question = "\nBy the spec, is this call wrong or the candidate? If it is the call, submit the same again."
        return Result(tuple(replace(each, message=each.message + question) for each in result.diagnostics))

    def _tests(self, code: str, tests: str) -> Result:
        if not tests:
            return Result()
        try:
            names = _test_names(tests)
        except SyntaxError:
            return Result()  # which ruff tells
        if not names:
            message = "the tests hold no test_* function at their top level"
            return Result((Diagnostic("scratch", "tests", None, "no-tests", message),))
        job = {"kind": "tests", "candidate": code, "text": tests}
        run = self._children.run(job, self._limits.test, times=len(names))
        collected = run.first("collected")
        return Result(self._judge.tests(run, names), (), len(collected["tests"]) if collected else 0)


def _docstring(definition: Definition) -> tuple[str, int]:
    """The docstring as it stands in the source, and the line it begins in."""
    match definition.node.body[0]:
        case ast.Expr(value=ast.Constant(value=str(text)), lineno=line):
            return text, line
    return "", definition.node.lineno


def _test_names(tests: str) -> list[str]:
    """The test functions of a scratch test file, in order."""
    return [
        node.name
        for node in ast.parse(tests).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]
