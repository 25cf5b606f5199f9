"""The workbench of a jiti-test: its candidates are tests, and no implementation of what they test is to be seen."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

from jiti import mirror
from jiti.checks import policy, red_verdicts
from jiti.checks.children import Children
from jiti.checks.limits import Limits
from jiti.checks.lint import Ruff
from jiti.checks.tools import versions
from jiti.checks.turns import checks
from jiti.checks.typing_check import Ty
from jiti.checks.workplace import Workplace
from jiti.gates import Gate
from jiti.splice import ShapeError, compose
from jiti.submission import Candidate, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jiti.definition import Definition
    from jiti.diagnostics import Diagnostic
    from jiti.sandbox import Policy
    from jiti.submission import Submission


class TestBench(Workplace):
    """Checks candidates for a jiti-test, and runs experiments; its targets raise NotImplementedError all the while.

    It belongs to the thread that made it: its child is ended by the system when that thread ends.

    Args:
        definition: the jiti-test.
        module: the name by which an import statement gets its module.
        targets: the stubs that it decides on.
        env: names of environment variables that children get although they look like secrets.
        generate: sees to it that another stub, which a child needs, gets an implementation; the time
            it takes does not count against any limit.
        limits: what one job may use.
        fork: whether to fork for each job, where the system can.
        sandbox: what the kernel confines jobs to; None: nothing.
    """

    __test__ = False  # for pytest, which takes it for a class of tests

    def __init__(
        self,
        definition: Definition,
        module: str,
        targets: Sequence[Definition],
        *,
        env: tuple[str, ...] = (),
        generate: Callable[[Mapping[str, object]], object],
        limits: Limits | None = None,
        fork: bool = True,
        sandbox: Policy | None = None,
    ) -> None:
        limits = limits or Limits()
        self._targets = tuple(each.declaration.key for each in targets)
        children = Children(
            definition,
            module,
            None,
            env=env,
            generate=generate,
            limits=limits,
            fork=fork,
            gates=[_itself(definition, self._targets)],
            standing={each.declaration.key: red_verdicts.unimplemented(each) for each in targets},
            hidden=[path for each in targets for path in _traces(each)],
            witness=False,  # it is a test itself: to judge it is to run it
            sandbox=sandbox,
        )
        super().__init__(definition, None, children, limits)
        self._module = module

    def check(self, submission: Submission) -> Verdict:
        """All checks: shape, policy, ruff and ty, and that it fails, in every case, while its targets are not there.

        Raises:
            ConfigError: the user's own configuration of ruff or ty does not work.
            GenerationError: the test's file cannot be collected where candidates are checked, its fixtures
                fail, or it needs a stub that cannot be generated.
        """
        try:
            composed = compose(self._definition, self._module, submission)
        except ShapeError as error:
            return Verdict(error.diagnostics)
        if found := policy.check(composed, is_test=True):
            return Verdict(tuple(found))
        with checks.taken(), ThreadPoolExecutor(2, thread_name_prefix="jiti-checks") as pool:
            code = self._ruff.fix(composed)
            linted = pool.submit(self._ruff.check, code)
            typed = pool.submit(self._ty.check, code)
            ran = self._red(code)
        found = (*linted.result(), *typed.result(), *ran)
        return Verdict(found) if found else Verdict(candidate=Candidate(code, tools=versions()))

    def _red(self, code: str) -> tuple[Diagnostic, ...]:
        expected = self._children.expected()
        gates = list(dict.fromkeys(gate.node_id for gate in expected.values()))
        job = {"kind": "gates", "candidate": code, "gates": gates}
        run = self._children.run(job, self._limits.test, times=len(expected))
        found = red_verdicts.judged(run, expected, self._targets, self._judge, self._limits.test)
        return tuple(map(self._children.explained, found))

    @cached_property
    def _ruff(self) -> Ruff:
        return Ruff(self._definition, self._children.time)

    @cached_property
    def _ty(self) -> Ty:
        return Ty(self._definition, self._module, sys.prefix, self._children.time)


def _itself(definition: Definition, targets: tuple[str, ...]) -> Gate:
    declaration = definition.declaration
    return Gate(
        declaration.path, declaration.qualname, declaration.line, definition.text, targets, "", is_jiti_test=True
    )


def _traces(target: Definition) -> list[str]:
    """How the paths begin of all that tells of a target's implementation: its files, and what sessions leave."""
    declaration = target.declaration
    path = mirror.implementation_path(declaration)
    module = os.path.join(declaration.home.mirror, *mirror.filed_source(declaration.home, declaration.path).split("/"))
    compiled = [_compiled(path), _compiled(module)]
    return [path, *compiled, mirror.scratch_path(declaration), mirror.local_folder(declaration.root)]


def _compiled(path: str) -> str:
    folder, name = os.path.split(path)
    return os.path.join(folder, "__pycache__", name.removesuffix("py"))
