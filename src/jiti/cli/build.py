"""`jiti build`: everything that is missing or stale, ahead of time."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from jiti.cli import CONFLICT, FINDINGS, FINE, GENERATION_FAILED, INTERRUPTED
from jiti.cli.output import Page, for_people_and_machines, tell_machines, tell_problems
from jiti.cli.project import Project, targets_argument
from jiti.errors import FrozenError
from jiti.figures import count, dollars, row, seconds, tokens
from jiti.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from jiti.build.plan import Plan
    from jiti.build.result import Result, Results
    from jiti.settings import Settings

JOBS = 8
"""How many sessions run at once where nobody says: a model may be asked so often, and so much fits two processors."""
_OBJECTS = 100_000
"""That there are more of than before when a build looks for garbage; Python itself looks at every few hundred."""
_MOST_LINES = 15
"""That are shown of one error; its transcript has all."""
_MOST_NAMED = 3
"""Of the stubs that a person has to see to."""
_COLOURS = {
    "generate": "yellow",
    "verify": "cyan",
    "generated": "green",
    "moved": "green",
    "verified": "green",
    "kept": "dim",
    "skipped": "yellow",
    "not done": "yellow",
    "failing": "red",
    "failed": "red",
    "refused": "red",
}


@click.command(
    "build",
    short_help="Generate all that is missing or stale, dependencies first.",
    epilog="Example: jiti build app/ -j 16",
)
@targets_argument
@click.option("-j", "--jobs", type=click.IntRange(min=1), default=JOBS, show_default=True, help="Sessions at once.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, in which order and why; do nothing.")
@click.option("--verify", is_flag=True, help="Ask no model: only check again what is outdated.")
@for_people_and_machines
@click.pass_obj
def command(
    root: str | None,
    targets: tuple[str, ...],
    *,
    jobs: int,
    dry_run: bool,
    verify: bool,
    as_json: bool,
    no_input: bool,
) -> int:
    """Generate all that is missing or stale, dependencies first and the rest side by side; check what is outdated.

    TARGET is a key (app/text.py::slugify), a path, a module, a dotted name or a qualname; left out, all. What the
    targets need is generated as well. Exits with 3 if anything failed; what was done is kept, and the next run goes on.
    """
    del no_input  # nothing is ever asked
    from jiti.build import plan

    project = Project.of(root)
    settings = project.settings()
    made = plan.make(project.root, settings, project.targets(targets), verify=verify)
    if dry_run:
        return _tell_plan(made, as_json=as_json)
    _require_allowed(made, settings)
    results = _carried_out(made, settings, jobs, verify=verify)
    if as_json:
        tell_machines(_as_json(made, results))
    else:
        _show(made, results)
    tell_problems(made.problems)
    return _exit_code(made, results)


def _require_allowed(made: Plan, settings: Settings) -> None:
    """Make sure that what the plan wants written may be.

    Raises:
        FrozenError: it may not.
    """
    writing = [step for step in made.steps if step.action == "generate"]
    if settings.frozen and writing:
        message = f"{count(len(writing), 'stub')} would have to be generated, and the project is frozen"
        hint = "unset JITI_FROZEN, or `frozen` under [tool.jiti]; jiti build --verify needs no model"
        raise FrozenError(message, hint=hint)


def _carried_out(made: Plan, settings: Settings, jobs: int, *, verify: bool) -> Results:
    from jiti.build import crew
    from jiti.build.display import BuildDisplay
    from jiti.build.result import Results

    if not made.steps:
        return Results([])
    display = BuildDisplay(settings.log, lambda: sys.stderr)
    with _collecting_seldom():
        return crew.carry_out(made, settings, display, jobs=jobs, verify=verify)


@contextmanager
def _collecting_seldom() -> Generator[None]:
    """Look for garbage less often: what sessions import is half a million objects, and none of them is garbage."""
    usual = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _exit_code(made: Plan, results: Results) -> int:
    from jiti.build.plan import is_conflict

    if results.interrupted:
        return INTERRUPTED
    if results.failed:
        return GENERATION_FAILED
    if made.refused:
        return CONFLICT if is_conflict(made) else FINDINGS
    return FINDINGS if made.problems else FINE


# ---------------------------------------------------------------- the plan


def _tell_plan(made: Plan, *, as_json: bool) -> int:
    if as_json:
        tell_machines(
            {
                "root": made.root,
                "steps": [step.as_json() for step in made.steps],
                "kept": made.kept,
                "left": list(made.left),
                "refused": _refused_as_json(made),
                "tokens": made.tokens,
            }
        )
    else:
        _show_plan(made)
    tell_problems(made.problems)
    return FINDINGS if made.problems or made.refused else FINE


def _show_plan(made: Plan) -> None:
    page = Page()
    if made.steps:
        numbers = {step.key: str(number) for number, step in enumerate(made.steps, 1)}
        rows = [
            (
                step.action,
                numbers[step.key],
                step.key,
                step.why,
                ", ".join(sorted((numbers[need] for need in step.needs if need in numbers), key=int)) or "-",
                "-" if step.tokens is None else f"{step.tokens:,}",
            )
            for step in made.steps
        ]
        page.table(("do", "no.", "stub", "why", "after", "tokens"), rows, _COLOURS.__getitem__)
    _show_refused(page, made)
    page.line(_sum_of_plan(made))


def _sum_of_plan(made: Plan) -> str:
    writing = sum(1 for step in made.steps if step.action == "generate")
    told = [f"{writing} to generate", f"{len(made.steps) - writing} to verify", f"{made.kept} as they should be"]
    if made.left:
        told.append(f"{len(made.left)} left, which only a model can write")
    if not writing:
        return ", ".join(told)
    likely = "no session yet to estimate tokens from" if made.tokens is None else f"about {made.tokens:,} tokens"
    return f"{', '.join(told)}; {likely}"


# ---------------------------------------------------------------- what came of it


def _as_json(made: Plan, results: Results) -> dict[str, Any]:
    return {
        "root": made.root,
        "ok": not results.failed and not made.refused,
        "stubs": [each.as_json() for each in results.all],
        "kept": made.kept,
        "left": list(made.left),
        "refused": _refused_as_json(made),
        "spent": {"tokens": results.usage.tokens, "usd": results.usd, "seconds": round(results.seconds, 3)},
        "ended_by": results.ended_by or None,
    }


def _refused_as_json(made: Plan) -> list[dict[str, Any]]:
    return [{"key": key, "message": error.args[0], "hint": error.hint} for key, error in made.refused.items()]


def _show(made: Plan, results: Results) -> None:
    page = Page()
    rows = [_row(each) for each in results.all if each.outcome in _SHOWN]
    if rows:
        heads = ("outcome", "stub", "time", "tokens", "turns", "cost")
        shown = len(heads) - 2 if page.is_narrow else len(heads)
        page.table(heads[:shown], [each[:shown] for each in rows], _COLOURS.__getitem__)
    for each in results.all:
        if each.outcome in {"failed", "failing"}:
            _show_trouble(page, each.key, each.outcome, each.message, each.hint)
    _show_refused(page, made)
    skipped = [each for each in results.all if each.outcome == "skipped"]
    for each in skipped:
        page.outcome("skipped", f"{each.key} {each.message}")
    waiting = [each.key for each in results.all if each.unapproved]
    if waiting:
        named = " ".join(waiting[:_MOST_NAMED]) + " …" * (len(waiting) > _MOST_NAMED)
        page.line(f"{count(len(waiting), 'stub')} to be approved before the code runs: jiti approve {named}", "yellow")
    if results.ended_by:
        page.line(f"ended early: {results.ended_by}", "red")
    page.line(_sum(made, results), "red" if results.failed or made.refused else "green")


_SHOWN = {"generated", "moved", "verified", "failed", "failing"}


def _row(each: Result) -> tuple[str, ...]:
    cost = dollars(each.usd if each.turns else None)
    told = (seconds(each.seconds), tokens(each.usage).removesuffix(" tokens"), str(each.turns or ""), cost)
    return each.outcome, each.key, *(cell or "-" for cell in told)


def _show_trouble(page: Page, key: str, outcome: str, message: str, hint: str) -> None:
    page.title(key, outcome)
    lines = [line.strip() for line in message.removeprefix(f"{key}: ").split("\n")]
    for line in lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 3], "…", *lines[-2:]]:
        page.line(line, indent=4)
    if hint:
        page.line(f"to do: {hint}", indent=4)


def _show_refused(page: Page, made: Plan) -> None:
    for key, error in made.refused.items():
        _show_trouble(page, key, "refused", str(error.args[0]), error.hint or "")


def _sum(made: Plan, results: Results) -> str:
    counts: Sequence[tuple[int, str]] = [
        *((results.count(outcome), outcome) for outcome in ("generated", "moved", "verified")),
        (results.count("kept") + made.kept, "as they should be"),
        (len(made.left), "left, which only a model can write"),
        (len(made.refused), "refused"),
        *((results.count(outcome), outcome) for outcome in ("failing", "failed", "skipped", "not done")),
    ]
    told = ", ".join(f"{number} {what}" for number, what in counts if number) or "no stubs"
    if not results.all:
        return told
    spent = tokens(results.usage) or tokens(Usage()) or "no tokens"
    return row(told, spent, dollars(results.usd), seconds(results.seconds))
