"""`jiti doctor`: what jiti works with here: Python, tools, key, model, project, settings, mirror, sandbox."""

from __future__ import annotations

import os
import platform
import sys
from collections import Counter
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from jiti import mirror
from jiti.agent.ledger import PROCESS_USD
from jiti.agent.task import SESSION_SECONDS
from jiti.cli import FINDINGS, FINE
from jiti.cli.output import Page, for_people_and_machines, tell_machines
from jiti.cli.project import Project
from jiti.errors import ConfigError
from jiti.figures import count
from jiti.sandbox import level, level_of
from jiti.settings import in_force
from jiti.status import survey

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOOLS = ("ruff", "ty", "pytest", "anthropic")
_KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
_ENDPOINT = "https://api.anthropic.com"
_UNSET = {"sandbox": "auto", "budget.seconds": SESSION_SECONDS, "budget.process_usd": PROCESS_USD}
"""What holds where a setting is not set, and that is not nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at.

    Attributes:
        part: what it belongs to.
        name: what it is.
        told: how it is.
        is_wrong: whether something does not work because of it.
    """

    part: str
    name: str
    told: str
    is_wrong: bool = False


@click.command(
    "doctor",
    short_help="Versions, key, model, settings, sandbox, and what is wrong.",
    epilog="Example: jiti doctor --json",
)
@for_people_and_machines
@click.pass_obj
def command(root: str | None, *, as_json: bool, no_input: bool) -> int:  # noqa: ARG001 - it never asks
    """What jiti works with here, and what is wrong with it; asks no model, and never shows the key."""
    lines = [*_environment(), *_about_project(root), *_sandbox(root)]
    wrong = [each for each in lines if each.is_wrong]
    if as_json:
        parts: dict[str, dict[str, str]] = {}
        for each in lines:
            parts.setdefault(each.part, {})[each.name] = each.told
        tell_machines({"ok": not wrong, "wrong": [f"{each.part}: {each.name}" for each in wrong], **parts})
    else:
        _show(lines)
    return FINDINGS if wrong else FINE


def _environment() -> Iterator[Line]:
    """What is there on this machine."""
    implementation, version = platform.python_implementation(), platform.python_version()
    yield Line("python", "version", f"{implementation} {version} on {platform.system()} {platform.machine()}")
    yield Line("python", "executable", sys.executable)
    yield Line("packages", "jiti", metadata.version("jiti"))
    for name in _TOOLS:
        try:
            yield Line("packages", name, metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Line("packages", name, f"not installed: pip install {name}", is_wrong=True)
    keys = [name for name in _KEYS if os.environ.get(name)]
    without = "not set: nothing can be generated with Anthropic's own API"
    yield Line("model", "key", " and ".join(f"{name} is set" for name in keys) or f"{_KEYS[0]} is {without}")
    yield Line("model", "endpoint", _endpoint())


def _endpoint() -> str:
    """Where requests go, without the password that may stand in it."""
    given = os.environ.get("ANTHROPIC_BASE_URL")
    if not given:
        return _ENDPOINT
    try:
        url = urlsplit(given)
    except ValueError:
        return "ANTHROPIC_BASE_URL is no address"
    return f"{url._replace(netloc=url.netloc.rpartition('@')[2], query='').geturl()}  (ANTHROPIC_BASE_URL)"


def _about_project(given: str | None) -> Iterator[Line]:
    """What is known of the project; what is wrong with it is told and no error."""
    try:
        project = Project.of(given)
    except ConfigError as error:
        yield Line("project", "root", str(error), is_wrong=True)
        return
    yield Line("project", "root", f"{project.root}  ({project.reason})")
    try:
        settings = in_force(project.root, os.environ)
    except ConfigError as error:
        yield Line("settings", "error", str(error), is_wrong=True)
        return
    for each in settings:
        value = _UNSET.get(each.name) if each.value is None else each.value
        yield Line("settings", each.name, f"{_value(value)}  ({each.place})")
    yield from _mirror(project)


def _sandbox(given: str | None) -> Iterator[Line]:
    """What confines what is checked: on this machine, under the project's settings."""
    try:
        settings = Project.of(given).settings()
    except ConfigError:  # which was told already
        yield Line("sandbox", "level", str(level()))
        return
    found = level_of(settings)
    yield Line("sandbox", "level", str(found), is_wrong=settings.sandbox == "require" and found.layer == 1)


def _value(value: object) -> str:
    if value is None or value == ():
        return "-"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _mirror(project: Project) -> Iterator[Line]:
    folder = mirror.folder_of(project.root)
    yield Line("mirror", "folder", f"{folder}{'' if os.path.isdir(folder) else '  (not there yet)'}")
    if os.path.isdir(folder) and not os.access(folder, os.W_OK | os.X_OK):
        yield Line("mirror", "writable", "no: nothing can be filed", is_wrong=True)
    found = survey(project.root, project.settings())
    states = Counter(each.state.name for each in found.stubs)
    told = ", ".join(f"{number} {state}" for state, number in states.most_common())
    yield Line("mirror", "stubs", f"{len(found.stubs)}: {told}" if told else "none", is_wrong=states["broken"] > 0)
    if found.orphans:
        yield Line("mirror", "orphans", f"{count(len(found.orphans), 'file')}: jiti clear --orphans")
    if found.problems:
        yield Line("mirror", "problems", f"{len(found.problems)}: jiti check tells of them", is_wrong=True)


def _show(lines: list[Line]) -> None:
    page = Page()
    part = ""
    for each in lines:
        if each.part != part:
            part = each.part
            page.heading(part)
        page.entry(each.name, each.told, "red" if each.is_wrong else "")
