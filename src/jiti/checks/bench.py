"""The workbench of one stub: where its candidates are checked, and the agent's experiments run."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

from jiti.checks import equality, hardcoded, policy
from jiti.checks.children import Children
from jiti.checks.execution import Execution
from jiti.checks.limits import Limits
from jiti.checks.lint import Ruff
from jiti.checks.purity import Purity
from jiti.checks.tools import versions
from jiti.checks.turns import checks
from jiti.checks.typing_check import Ty
from jiti.checks.workplace import Workplace
from jiti.diagnostics import Diagnostic
from jiti.splice import ShapeError, complete_tests, compose
from jiti.submission import Candidate, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor

    from jiti.definition import Definition
    from jiti.gates import Gate
    from jiti.interfaces import Interfaces
    from jiti.live import LiveCall
    from jiti.sandbox import Policy
    from jiti.submission import Submission


class Bench(Workplace):
    """Checks candidates for a stub, and runs experiments; all user and candidate code in child processes.

    It belongs to the thread that made it: its child is ended by the system when that thread ends.

    Args:
        definition: the stub.
        module: the name by which an import statement gets its module.
        live: the call that asks for it.
        env: names of environment variables that children get although they look like secrets.
        generate: sees to it that another stub, which a child needs, gets an implementation; the time
            it takes does not count against any limit.
        limits: what one job may use.
        fork: whether to fork for each job, where the system can.
        gates: what has to pass.
        standing: key to code of candidates that stand in for their stubs while gates are run: those whose generation
            waits for this one, because a gate of theirs needs it.
        sandbox: what the kernel confines jobs to; None: nothing.
        interfaces: those of the stub's project; None where nobody asks whether a candidate uses what it has to.
    """

    def __init__(  # noqa: PLR0913 - what a candidate is judged by
        self,
        definition: Definition,
        module: str,
        live: LiveCall | None,
        *,
        env: tuple[str, ...] = (),
        generate: Callable[[Mapping[str, object]], object],
        limits: Limits | None = None,
        fork: bool = True,
        gates: Sequence[Gate] = (),
        standing: Mapping[str, str] | None = None,
        sandbox: Policy | None = None,
        interfaces: Interfaces | None = None,
    ) -> None:
        limits = limits or Limits()
        children = Children(
            definition,
            module,
            live,
            env=env,
            generate=generate,
            limits=limits,
            fork=fork,
            gates=gates,
            sandbox=sandbox,
        )
        super().__init__(definition, live, children, limits)
        self._module = module
        self._interfaces = interfaces
        self._purity = Purity(definition)
        self._cases = tuple(case for gate in gates for case in gate.cases)
        self._execution = Execution(definition, live, children, limits, standing)

    def check(self, submission: Submission) -> Verdict:
        """All checks, in order of cost; ruff, ty and the child process side by side.

        What passes has passed each gate, but for those that cannot judge it yet: see `Candidate.gates`.

        Raises:
            ConfigError: the user's own configuration of ruff or ty does not work.
            GenerationError: the stub's module cannot be imported where candidates are checked, or the
                checks need a stub that cannot be generated; or there is a gate that no candidate can pass.
        """
        try:
            composed = compose(self._definition, self._module, submission)
        except ShapeError as error:
            return Verdict(error.diagnostics)
        own = (each.declaration.qualname for each in (self._definition, *self._definition.methods))
        if found := self._forbidden(composed) or equality.check(composed, *own):
            return Verdict(tuple(found))
        self._children.lend(None)
        self._children.seen.clear()
        with checks.taken(), _side_by_side() as pool:
            formatted = pool.submit(self._ruff.fix, composed)
            tests = self._tests(submission.tests)
            return self._verdict(self._ty.excused(formatted.result()), tests, pool)

    def verify(self, code: str, tests: str, *, fix: bool = False) -> Verdict:
        """The same checks on an implementation that is there; nothing is put together, and nothing reformatted.

        Args:
            code: all that stands below its header.
            tests: its scratch test file's text; empty if it has none.
            fix: whether it is formatted first after all, with ruff's safe fixes: names in it are others than they were.

        Raises:
            ConfigError, GenerationError: as `check`.
        """
        try:
            found = self._forbidden(code)
        except SyntaxError as error:
            return Verdict((Diagnostic("shape", "candidate", error.lineno, "syntax", error.msg),))
        if found:
            return Verdict(found)
        if fix:
            code, tests = self._ruff.fix(code), self._ruff.fix_tests(tests) if tests else ""
        self._children.lend(code)
        self._children.seen.clear()
        with checks.taken(), _side_by_side() as pool:
            return self._verdict(code, tests, pool)

    def _forbidden(self, code: str) -> tuple[Diagnostic, ...]:
        found = [*self._unused(code), *policy.check(code)]
        return (*found, *hardcoded.check(code, self._cases), *(() if found else self._purity.read(code)))

    def _unused(self, code: str) -> Iterator[Diagnostic]:
        """What the stub's `uses=` names and the code does not refer to."""
        missing = self._interfaces.missing(self._definition, code) if self._interfaces else ()
        for each in missing:
            message = f"the stub wants {each.shown} to be used: `uses=` above it says so"
            yield Diagnostic("shape", "candidate", None, "unused", message)

    def _verdict(self, code: str, tests: str, pool: Executor) -> Verdict:
        linted = pool.submit(self._lint, code, tests)
        typed = pool.submit(self._ty.check, code, tests)
        ran = self._execution.run(code, tests)
        judged = self._children.judging.told()
        seen = self._purity.seen(self._children.seen, code)
        found = (*linted.result(), *typed.result(), *ran.diagnostics, *seen)
        if found:
            return Verdict(found, ran.notes, judged=judged)
        effects = self._purity.effects
        candidate = Candidate(code, tests, ran.test_count, versions(), ran.gates, judged, effects)
        return Verdict((), ran.notes, candidate, judged)

    def _tests(self, submitted: str) -> str:
        """The scratch test file that was submitted; empty if there is none."""
        if not submitted.strip():
            return ""
        return self._ruff.fix_tests(complete_tests(self._definition, self._module, submitted))

    def _lint(self, code: str, tests: str) -> list[Diagnostic]:
        return [*self._ruff.check(code), *(self._ruff.check_tests(tests) if tests else ())]

    @cached_property
    def _ruff(self) -> Ruff:
        return Ruff(self._definition, self._children.time)

    @cached_property
    def _ty(self) -> Ty:
        return Ty(self._definition, self._module, sys.prefix, self._children.time)


def _side_by_side() -> Executor:
    """For the tools, which run while the child process does."""
    return ThreadPoolExecutor(2, thread_name_prefix="jiti-checks")
