"""Red first: a test that does not fail while its target is not implemented decides nothing."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from jiti import members
from jiti.checks import gate_problems
from jiti.checks.runs import Ending
from jiti.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from jiti.checks.runs import Run
    from jiti.checks.verdicts import Judge
    from jiti.definition import Definition
    from jiti.gates import Gate

_CANDIDATE = "candidate"
_ERROR = "NotImplementedError"


def unimplemented(target: Definition) -> str:
    """An implementation that raises NotImplementedError, of the target's kind."""
    if target.is_class:
        return _unimplemented_class(target)
    *owners, name = (
        target.declaration.qualname.rpartition("<locals>.")[2]
        .removesuffix(".setter")
        .removesuffix(".deleter")
        .split(".")
    )
    lines = [f"{'    ' * depth}class {owner}:" for depth, owner in enumerate(owners)]
    kind = "async def" if isinstance(target.node, ast.AsyncFunctionDef) else "def"
    inner = "    " * len(owners)
    lines += [
        f"{inner}{kind} {name}(*args, **kwargs):",
        f"{inner}    raise {_ERROR}({target.declaration.key!r} + ' has no implementation yet')",
    ]
    if target.is_generator:
        lines.append(f"{inner}    yield")
    return "\n".join([*lines, ""])


def _unimplemented_class(target: Definition) -> str:
    """A class whose methods raise NotImplementedError, and so does whoever asks for a value that is to be written."""
    path = target.declaration.qualname.rpartition("<locals>.")[2].split(".")
    inner = "    " * len(path)
    error = f"raise {_ERROR}({target.declaration.key!r} + ' has no implementation yet')"
    lines = ["class _Unwritten:", "    def __get__(self, *_):", f"        {error}"]
    lines += [f"{'    ' * depth}class {owner}:" for depth, owner in enumerate(path)]
    for each in target.methods:
        kind = "async def" if isinstance(each.node, ast.AsyncFunctionDef) else "def"
        lines += [f"{inner}{kind} {each.node.name}(*args, **kwargs):", f"{inner}    {error}"]
        lines += [f"{inner}    yield"] if each.is_generator else []
    values = members.values(target.node) if isinstance(target.node, ast.ClassDef) else []
    lines += [f"{inner}{ast.unparse(each.target)} = _Unwritten()" for each in values]
    return "\n".join([*lines, ""])


def judged(
    run: Run, expected: Mapping[str, Gate], targets: Collection[str], judge: Judge, seconds: float
) -> tuple[Diagnostic, ...]:
    """Why a test is turned down, after a run in which its targets had no implementation.

    Args:
        run: the job.
        expected: the test's cases, as they were collected.
        targets: keys of the stubs that it decides on; they raised NotImplementedError.
        judge: says why a run did not end well.
        seconds: that a test may take.

    Raises:
        GenerationError: its fixtures fail, whatever stands in its body.
    """
    if run.ending is not Ending.DONE:
        running = run.last("test")
        what = running["test"] if running else "the test"
        return (_found(*judge.reason(run, what, seconds)),)
    names = " and ".join(sorted(targets))
    phases = run.all("phase")
    found = [each for test, gate in expected.items() for each in _not_red(test, gate, phases, names)]
    is_called = any(each["key"] in targets for each in run.all("asked"))
    if not found and not is_called:
        message = f"it fails without having called {names}:\n{_first_failure(phases)}"
        found.append(_found("not-called", message))
    return tuple(found)


def _not_red(test: str, gate: Gate, phases: Sequence[dict[str, Any]], names: str) -> Iterator[Diagnostic]:
    own = {phase["when"]: phase for phase in phases if phase["test"] == test}
    setup, call = own.get("setup"), own.get("call")
    if setup is not None and setup["outcome"] == "failed" and not setup["own"]:
        if _ERROR not in setup["message"]:
            raise gate_problems.problem(gate.key, gate, "failed", setup["message"])
    elif call is None or call["outcome"] not in {"passed", "failed"}:
        last = call or setup or {"outcome": "not run", "message": ""}
        yield _found(
            last["outcome"].replace(" ", "-"), f"{test} is {last['outcome']}: it has to run\n{last['message']}"
        )
    elif call["outcome"] == "passed":
        yield _found(
            "not-red", f"{test} passes although {names} raises {_ERROR}: assert what it has to return or raise"
        )


def _first_failure(phases: Sequence[dict[str, Any]]) -> str:
    return next((phase["message"] for phase in phases if phase["outcome"] == "failed"), "")


def _found(code: str, message: str) -> Diagnostic:
    return Diagnostic("gate", _CANDIDATE, None, code, message.strip())
