"""One generation, or one verification, of a stub whose key is held: the parts put together.

Third-party packages are imported by the functions that need them, so that a project which only runs needs none.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from jiti import filing, gates, host, locks, mirror, orders, preflight, requirements
from jiti.diagnostics import render
from jiti.errors import GenerationError, JitiError
from jiti.events import PutAside, VerificationEnded, VerificationStarted
from jiti.interfaces import header_line
from jiti.masking import mask
from jiti.orders import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from jiti.agent.session import Accepted
    from jiti.checks.bench import Bench
    from jiti.checks.red import TestBench
    from jiti.events import Observer
    from jiti.filed import Orphan
    from jiti.mirror import Implementation
    from jiti.models import Model
    from jiti.orders import Order
    from jiti.settings import Settings
    from jiti.submission import Candidate, Verdict, Workbench


@dataclass(frozen=True, slots=True)
class Means:
    """What it is done with.

    Attributes:
        settings: the project's, with the engine's own.
        model: gives whoever is asked.
        observe: is told of each step.
        generate: sees to it that a stub which is needed gets an implementation.
        may_write: whether an agent may write what is missing, or does not pass.
        moved: gives the files that stubs have left behind where they were, by their keys now.
    """

    settings: Settings
    model: Callable[[], Model]
    observe: Observer
    generate: Callable[[Mapping[str, object]], object]
    may_write: bool = True
    moved: Callable[[], Mapping[str, Orphan]] = dict


def write(order: Order, means: Means) -> Implementation:
    """Have an agent write what was ordered, and file what passed.

    Raises:
        jiti.errors.JitiError: as `jiti.engine.Engine.generate`.
    """
    declaration = order.definition.declaration
    host.require_untried(declaration.root, declaration.key)
    try:
        return _written(order, means)
    except GenerationError as error:
        host.note_failure(declaration.root, declaration.key, error)
        raise


def _written(order: Order, means: Means) -> Implementation:
    from jiti.agent import session
    from jiti.agent.transcript import Transcript
    from jiti.checks.turns import starts

    declaration = order.definition.declaration
    model = means.model()
    clock = _Stopwatch()

    def generate(need: Mapping[str, object]) -> None:
        with clock.paused():
            _without_turn(means, need)

    with ExitStack() as stack:
        with starts.taken():
            workbench = stack.enter_context(bench(order, means, generate))
            task = orders.task_of(order, means.settings)
        preflight.tell_what_leaves(declaration.root, model)
        # Last, so that there is a transcript of every session and of nothing else.
        transcript = stack.enter_context(closing(Transcript.create(declaration.root, declaration.key)))
        return session.run(
            task,
            model=model,
            workbench=workbench,
            root=declaration.root,
            limits=session.Limits.of(means.settings),
            transcript=transcript,
            observe=means.observe,
            commit=lambda accepted: _file(order, accepted, means.observe),
            clock=clock,
        )


def verify(order: Order, code: str, tests: str, means: Means, *, fix: bool = False) -> Verdict:
    """Check an implementation that is there, without any model; nothing is written.

    Args:
        order: its stub, and what decides on it.
        code: all that stands below its header.
        tests: its scratch tests; empty if it has none.
        means: what it is checked with.
        fix: whether ruff may mend it first.

    Raises:
        jiti.errors.GenerationError: it cannot be checked.
        jiti.errors.ConfigError: a setting or an installation that does not work.
    """
    declaration = order.definition.declaration
    means.observe(VerificationStarted(declaration.key, order.reason))
    start = time.monotonic()
    passed, why = False, ""
    try:
        with closing(_function_bench(order, means, partial(_without_turn, means))) as bench:
            verdict = bench.verify(code, tests, fix=fix)
        passed, why = verdict.passed, str(verdict.diagnostics[0]) if verdict.diagnostics else ""
    except JitiError as error:
        why = str(error)
        raise
    finally:
        detail = why.partition("\n")[0]
        means.observe(VerificationEnded(declaration.key, passed, time.monotonic() - start, detail))
    return verdict


def _without_turn(means: Means, need: Mapping[str, object]) -> None:
    """Have another stub generated, whose session waits for turns that this thread may have."""
    from jiti.checks.turns import checks, starts

    for turns in (checks, starts):
        turns.end()
    means.generate(need)


def anew(order: Order, means: Means) -> Outcome:
    """Write what was ordered, once it is known that it can be written.

    Raises:
        jiti.errors.JitiError: as `jiti.engine.Engine.generate`.
    """
    declaration = order.definition.declaration
    preflight.require_installed()
    preflight.require_writable(declaration)
    return Outcome(declaration.key, "generated", write(order, means))


def renewed(order: Order, found: Implementation, means: Means) -> Outcome:
    """What comes of an implementation that something around it has changed: checked first, then paid for.

    Args:
        order: the stub, and what changed.
        found: what is there.
        means: what it is done with.

    Raises:
        jiti.errors.JitiError: as `jiti.engine.Engine.generate`.
    """
    declaration = order.definition.declaration
    if order.definition.is_test:  # it was written from what has changed
        return anew(order, means) if means.may_write else Outcome(declaration.key, "failing", found)
    from jiti.effects import reading

    preflight.require_installed()
    verdict = verify(order, found.code, mirror.scratch_tests(declaration), means)
    if verdict.candidate is not None:
        if not means.settings.frozen:
            with locks.guard(declaration.root):
                effects = reading.header_line(verdict.candidate.effects or ())
                line = gates.header_line(verdict.candidate.gates)
                uses = header_line(order.interfaces.of_code(found.code, declaration))
                filing.stamp(order.definition, found, gates=line, uses=uses, effects=effects)
        return Outcome(declaration.key, "verified", found)
    if not means.may_write:
        return Outcome(declaration.key, "failing", found, verdict.diagnostics)
    reason = f"{order.reason}, and it does not pass:\n{render(verdict.diagnostics)}"
    return anew(replace(order, reason=reason), means)


@contextmanager
def bench(order: Order, means: Means, generate: Callable[[Mapping[str, object]], object]) -> Generator[Workbench]:
    """Where the order's candidates are judged; its child gets ready while the model thinks.

    Raises:
        jiti.errors.GenerationError: it cannot be started, or a gate is one that no candidate can pass.
    """
    with closing(
        _test_bench(order, means, generate) if order.definition.is_test else _function_bench(order, means, generate)
    ) as found:
        found.start()
        if order.gates or order.definition.is_test:
            found.require_gates()
        yield found


def _function_bench(order: Order, means: Means, generate: Callable[[Mapping[str, object]], object]) -> Bench:
    from jiti.checks.bench import Bench
    from jiti.sandbox import Policy

    return Bench(
        order.definition,
        order.module,
        order.live,
        env=means.settings.env,
        generate=generate,
        gates=order.gates,
        standing=order.standing,
        interfaces=order.interfaces,
        sandbox=Policy.of(means.settings),
    )


def _test_bench(order: Order, means: Means, generate: Callable[[Mapping[str, object]], object]) -> TestBench:
    from jiti.checks.red import TestBench
    from jiti.sandbox import Policy

    targets = [definition for definition, _ in order.targets]
    policy = Policy.of(means.settings)
    return TestBench(order.definition, order.module, targets, env=means.settings.env, generate=generate, sandbox=policy)


def _file(order: Order, accepted: Accepted, observe: Observer) -> Implementation:
    from jiti.effects import reading

    candidate = accepted.candidate
    made = f"{accepted.model} · {_count(accepted.turns, 'turn')} · {candidate.tools}"
    if candidate.test_count:
        made += f", {_count(candidate.test_count, 'test')}"
    declaration = order.definition.declaration
    with locks.guard(declaration.root):
        aside = filing.put_aside_if_changed(declaration, order.old)
        filed = filing.file(
            order.definition,
            candidate.code,
            made=mask(made),
            gates=gates.header_line(candidate.gates),
            uses=_uses(order, candidate),
            tests=candidate.tests,
            effects="" if candidate.effects is None else reading.header_line(candidate.effects),
        )
    if aside is not None:
        observe(PutAside(declaration.key, mirror.relative_path(declaration.root, aside)))
    return filed


def _uses(order: Order, candidate: Candidate) -> str:
    """The header's `uses:` line: what a test was written from, or what an implementation refers to."""
    if order.definition.is_test:
        return requirements.uses_line(order.targets)
    return header_line(order.interfaces.of_code(candidate.code, order.definition.declaration))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class _Stopwatch:
    """Seconds of a session; it stands still while a stub that its candidate needs is generated."""

    def __init__(self) -> None:
        self._left_out = 0.0

    def __call__(self) -> float:
        return time.monotonic() - self._left_out

    @contextmanager
    def paused(self) -> Generator[None]:
        start = time.monotonic()
        try:
            yield
        finally:
            self._left_out += time.monotonic() - start
