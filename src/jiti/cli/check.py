"""`jiti check`: what CI and pre-commit ask: does every stub have code that was written, and proved, for it?"""

from __future__ import annotations

import atexit
import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from jiti.cli import FINDINGS, FINE
from jiti.cli.output import Page, for_people_and_machines, tell_machines
from jiti.cli.project import Project, targets_argument
from jiti.effects import standing
from jiti.figures import count
from jiti.status import survey

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from jiti.filed import Orphan
    from jiti.status import StubStatus, Survey

_GENERATE = "jiti build {key}, where a model may be asked; or call it, or run the tests that decide on it"
_MENDS = {
    "unapproved": "read it, and let it run: jiti approve {key}",
    "missing": _GENERATE + "; commit .jiti/",
    "stale": _GENERATE + "; commit .jiti/; jiti why {key} tells more",
    "outdated": "jiti build --verify {key}, or pytest, check the code as it is, without a model; commit .jiti/",
    "conflict": "jiti resolve {key} --keep  or  --regenerate",
}
_ALLOW = (
    "add {names} to allow=[…] of the stub's @jiti, and then jiti resolve {key} --keep; or take it out of the code; "
    "or jiti resolve {key} --regenerate"
)
_MESSAGES = {
    "unapproved": "no person has approved the code in {file} as it is",
    "missing": "there is no implementation",
    "stale": "the {changed} changed since {file} was written",
    "outdated": "the {changed} changed since {file} was checked",
    "conflict": "the {changed} changed, and {file} was edited by hand",
}
_SAID = {"uses": "interface of what it uses"}
"""What changed, as people are told it."""


@click.command(
    "check",
    short_help="The offline gate for CI: was all code made for its stub as it is?",
    epilog="Example: jiti check",
)
@targets_argument
@for_people_and_machines
@click.pass_obj
def command(root: str | None, targets: tuple[str, ...], *, as_json: bool, no_input: bool) -> int:  # noqa: ARG001 - it never asks
    """Make sure that all code is there, and was made for what stands there now: for CI and pre-commit.

    Reads only: no model, no key, nothing of yours is imported, no process is started.
    Exits with 1 if any stub is neither fresh nor edited, if code does more than its stub allows, or if a test that
    decides cannot be told what for.

    TARGET is a key (app/text.py::slugify), a path, a module, a dotted name or a qualname; left out, all.
    """
    project = Project.of(root)
    with _without_collecting():
        found = survey(project.root, project.settings(), project.targets(targets))
    findings = list(_findings(found))
    if as_json:
        answer = {"root": project.root, "ok": not findings, "stubs": len(found.stubs), "findings": findings}
        tell_machines(answer)
    else:
        _show(found, findings)
    return FINDINGS if findings else FINE


def _findings(found: Survey) -> Iterator[dict[str, Any]]:
    """What is wrong, each with what mends it."""
    for each in found.stubs:
        if each.state.name not in {"fresh", "edited"}:
            yield _finding(each)
        if each.beyond:
            yield _effects(each)
    yield from (_orphan(each) for each in found.orphans)
    for problem in found.problems:
        yield {"state": "problem", "key": problem.key, "source": None, "message": problem.args[0], "hint": problem.hint}


def _finding(each: StubStatus) -> dict[str, Any]:
    key, state = each.declaration.key, each.state
    changed = " and ".join(_SAID.get(part, part) for part in state.changed)
    words = {"key": key, "changed": changed, "file": each.implementation}
    if state.error is not None:
        message, hint = str(state.error.args[0]), state.error.hint
    else:
        message, hint = _MESSAGES[state.name].format(**words), _MENDS[state.name].format(**words)
    return {"state": state.name, "key": key, "source": each.declaration.place, "message": message, "hint": hint}


def _effects(each: StubStatus) -> dict[str, Any]:
    """That code does more than its stub allows, with the ways out."""
    key, names = each.declaration.key, standing.names(each.beyond)
    message = f"{each.implementation} does what its stub does not allow: {'; '.join(standing.shown(each.beyond))}"
    hint = _ALLOW.format(key=key, names=", ".join(f'"{name}"' for name in names))
    return {
        "state": each.state.name,
        "key": key,
        "source": each.declaration.place,
        "message": message,
        "hint": hint,
        "effects": names,
    }


def _orphan(each: Orphan) -> dict[str, Any]:
    message = f"{each.shown} belongs to no stub"
    return {"state": "orphan", "key": each.key, "source": None, "message": message, "hint": "jiti clear --orphans"}


def _show(found: Survey, findings: list[dict[str, Any]]) -> None:
    page = Page()
    for each in findings:
        if each["key"]:
            page.title(each["key"], each["state"], each["source"] or "")
            page.line(each["message"], indent=4)
        else:
            page.line(f"{each['state']}: {each['message']}", "red")
        if each["hint"]:
            page.line(f"to do: {each['hint']}", indent=4)
    checked = count(len(found.stubs), "stub")
    if findings:
        page.line(f"{checked}, {count(len(findings), 'finding')}", "red")
    else:
        page.line(f"{checked}, no findings", "green")


@contextmanager
def _without_collecting() -> Generator[None]:
    """Leave the garbage: ten thousand stubs are millions of objects, and nearly all are needed to the end.

    Python's own last look at what is there, when it ends, would take a quarter of all the time: it is left out too.
    """
    atexit.register(gc.freeze)
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
