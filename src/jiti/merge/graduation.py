"""Merging: the plan is made, tried, and written, while nobody else generates what is merged."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from jiti import gates, interpreter, locks, progress
from jiti.errors import MergeError
from jiti.merge import changes, planning, stamps, transaction, verification

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Sequence

    from jiti.merge.plan import Plan
    from jiti.settings import Settings

_MOST_SHOWN = 5


def merge(root: str, settings: Settings, targets: Sequence[str] = (), *, prune: bool = False) -> Plan:
    """Merge what can be merged, and give account of it.

    Args:
        root: absolute path of the project root.
        settings: the project's settings.
        targets: names of stubs, files or modules; none for all.
        prune: let scratch tests go, instead of moving them to the user's tests.

    Raises:
        StubError: a target means nothing, or several things.
        MergeError: what is merged does not pass its tests as it is to stand, or a file cannot be written; nothing was
            changed.
        ConfigError: the mirror cannot be written.
    """
    before = planning.make(root, settings, targets, prune=prune)
    if not before.merged:
        return before
    others = _judged_by(root, settings, before.merged)
    with held(root, settings, [*before.merged, *others]), stamps.kept(root, settings, others):
        plan = before
        if not all(changes.is_current(root, each) for each in before.changes):
            plan = planning.make(root, settings, targets, prune=prune)
        if not set(plan.merged) <= set(before.merged):
            raise MergeError("stubs were generated meanwhile", hint="nothing was changed; try again")
        require_sound(plan, settings)
        transaction.apply(root, plan.changes)
    return plan


def _judged_by(root: str, settings: Settings, merged: Collection[str]) -> list[str]:
    """The stubs that stay, and on which tests decide that are merged."""
    known = gates.find(root, settings).by_key
    targets = dict.fromkeys(target for key in merged if key in known for target in known[key].targets)
    return [key for key in targets if key not in merged]


def require_sound(plan: Plan, settings: Settings) -> None:
    """Make sure that all tests pass on what is to be written.

    Raises:
        MergeError: they do not.
    """
    found = verification.problems(plan.root, settings, plan.changes, plan.gates, plan.functions)
    if found:
        told = [str(each).replace("\n", "\n    ") for each in found[:_MOST_SHOWN]]
        told += [f"… and {len(found) - _MOST_SHOWN} more"] if len(found) > _MOST_SHOWN else []
        message = "the merged code does not pass its tests:\n  " + "\n  ".join(told)
        hint = interpreter.hint_for(message, plan.root)
        raise MergeError(message, hint=f"nothing was changed; {hint or '`--dry-run` shows what was tried'}")


@contextmanager
def held(root: str, settings: Settings, keys: Iterable[str]) -> Generator[None]:
    """Hold the keys of stubs, so that nobody generates them meanwhile; wait for whoever does so now.

    Raises:
        ConfigError: the mirror cannot be written.
        GenerationError: what was waited for has failed.
    """
    observe = progress.observer(settings.log)
    with ExitStack() as stack:
        for key in sorted(keys):  # everybody who holds several takes them in one order
            stack.enter_context(stack.enter_context(locks.claim(root, key)).held(observe))
        yield
