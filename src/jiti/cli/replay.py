"""`jiti replay`: a recorded session again, on today's code, without a model."""

from __future__ import annotations

import difflib
import os
from typing import TYPE_CHECKING, Any

import click

from jiti.cli import FINDINGS, FINE
from jiti.cli.output import Page, for_people_and_machines, tell_machines
from jiti.cli.project import Project
from jiti.errors import JitiError
from jiti.figures import count
from jiti.replaying.recorded import find, read, sessions_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiti.replaying.again import Done, Replayed
    from jiti.replaying.recorded import Recorded

_SUMMARY = 60
"""Characters of what a call is about."""
_LINES = 20
"""Of one difference; `--json` tells all."""


def _complete(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """What the shell proposes: the project's transcripts."""
    try:
        project = Project.of(context.parent.params.get("root") if context.parent else None)
    except JitiError:
        return []
    return [each.stem for each in sessions_of(project.root) if incomplete in each.stem]


@click.command(
    "replay",
    short_help="A recorded session's tool calls and checks again, on today's code.",
    epilog="Example: jiti replay slugify",
)
@click.argument("session", shell_complete=_complete)
@for_people_and_machines
@click.pass_obj
def command(root: str | None, session: str, *, as_json: bool, no_input: bool) -> int:
    """Do the tool calls of a recorded session again, and say what comes out otherwise.

    SESSION is a transcript, or a part of the name of one in .jiti/.local/sessions. The tools and the checks work on
    the code as it is today; no model is asked, and nothing is filed.
    """
    del no_input  # nothing is ever asked
    from jiti.replaying.again import replay

    project = Project.of(root)
    settings = project.settings()
    recorded = read(find(project.root, project.folder, session))
    page = Page()
    if not as_json:
        _begin(page, recorded, project.root)
    done = replay(recorded, project.root, settings, lambda each: None if as_json else _tell(page, each))
    if as_json:
        tell_machines(_as_json(done))
    else:
        _conclude(page, done)
    return FINE if done.is_same else FINDINGS


def _begin(page: Page, recorded: Recorded, root: str) -> None:
    path = os.path.realpath(recorded.path)
    inside = path.startswith(os.path.join(os.path.realpath(root), ""))
    place = os.path.relpath(path, os.path.realpath(root)).replace(os.sep, "/") if inside else path
    page.title(recorded.key, "replayed", place)
    ended = f", ended: {recorded.outcome}" if recorded.outcome else ""
    page.line(f"recorded {recorded.time or 'at some time'} with {recorded.model}{ended}", indent=2)


def _tell(page: Page, done: Done) -> None:
    call = done.recorded.call
    summary = done.summary if len(done.summary) <= _SUMMARY else f"{done.summary[: _SUMMARY - 1]}…"
    page.line(f"turn {done.recorded.turn}  {f'{call.name} {summary}'.strip()}: {_verdict(done)}", indent=2)
    if done.differs:
        _show(page, _difference(done), indent=6)
    elif done.recorded.ok is None and not done.ok:
        for line in done.output.split("\n")[:_LINES]:
            page.line(line, indent=6)


def _verdict(done: Done) -> str:
    """How a call came out, beside how it did then."""
    words = ("passed", "turned down") if done.recorded.call.name.startswith("submit") else ("answered", "failed")
    now = words[0] if done.ok else words[1]
    match done.result:
        case "same":
            return f"{now}, as then"
        case "verdict":
            return f"{now}; then {words[0] if done.recorded.ok else words[1]}"
        case "answer":
            return f"{now}, otherwise than then"
    return f"{now}; not compared" if done.recorded.ok is not None else f"{now}; nothing was recorded of it"


def _difference(done: Done) -> list[str]:
    then, now = done.recorded.output.split("\n"), done.output.split("\n")
    return list(difflib.unified_diff(then, now, "then", "now", n=0, lineterm=""))


def _show(page: Page, lines: Sequence[str], *, indent: int) -> None:
    page.difference(lines[:_LINES], indent=indent)
    if len(lines) > _LINES:
        page.line(f"… {count(len(lines) - _LINES, 'more line')} (--json tells all)", "dim", indent=indent)


def _conclude(page: Page, done: Replayed) -> None:
    if done.changed:
        page.line(f"changed since: {' and '.join(done.changed)}", indent=2)
    if done.task:
        page.line("the model would be told otherwise:", indent=2)
        _show(page, done.task, indent=6)
    for remark in done.remarks:
        page.line(f"note: {remark}", indent=2)
    differing = sum(each.differs for each in done.calls)
    calls = count(len(done.calls), "tool call")
    told = f"{calls}, {f'{differing} came out otherwise' if differing else 'none came out otherwise'}"
    ends = {True: "a candidate passed", False: "none passed", None: "the end is not recorded"}
    page.line(f"{told}; then: {ends[done.recorded.passed]}; now: {ends[done.passed]}")


def _as_json(done: Replayed) -> dict[str, Any]:
    recorded = done.recorded
    return {
        "session": str(recorded.path),
        "key": recorded.key,
        "model": recorded.model,
        "same": done.is_same,
        "passed": {"then": recorded.passed, "now": done.passed},
        "changed": list(done.changed),
        "task": list(done.task),
        "remarks": list(done.remarks),
        "calls": [
            {
                "turn": each.recorded.turn,
                "tool": each.recorded.call.name,
                "summary": each.summary,
                "result": str(each.result),
                "then": None if each.recorded.ok is None else {"ok": each.recorded.ok, "output": each.recorded.output},
                "now": {"ok": each.ok, "output": each.output},
            }
            for each in done.calls
        ],
    }
