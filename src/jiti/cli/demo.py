"""`jiti demo`: the tour, offline: a stub, its first call, and every call after that."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jiti.cli import FINE, GENERATION_FAILED
from jiti.cli.output import Page, for_people_and_machines, tell_machines
from jiti.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA = Path(__file__).parent.parent / "demo"
IMPLEMENTATION = ".jiti/text/slugify.py"
NEXT = {
    "jiti status": "how its stub stands",
    "jiti show slugify": "the stub, its code, its tests, and where the code is from",
    "jiti merge --all": "leave jiti: the code goes into text.py, and @jiti goes",
}
"""What to try in the project, and what it shows."""


@click.command("demo", epilog="Example: jiti demo /tmp/tour")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@for_people_and_machines
def command(folder: Path | None, *, as_json: bool, no_input: bool) -> int:  # noqa: ARG001 - it never asks
    """Show on a small project what jiti does: offline, without a key.

    The project is laid out in FOLDER, which must be empty or new; without one, in a temporary folder.
    The model's part is a recorded session; the agent's loop, its tools and the checks are the real ones.
    """
    project = _lay_out(folder)
    if as_json:
        return _tell_machines(project)
    page = Page()
    page.line("The model's part is a recording, written by hand: no key, no network.")
    page.line("All else is real: the agent's loop, its tools, ruff, ty and pytest.")
    page.line()

    page.heading("1. A stub: signature, docstring, no body", "(text.py)")
    page.code((project / "text.py").read_text(encoding="utf-8"))

    page.heading("2. The first call writes it", "(python main.py)")
    if not _run(project, "main.py", {"JITI_REPLAY": "demo"}):
        return GENERATION_FAILED
    _tell_story(project, page)

    page.heading("3. The next call runs it: no model, no key", "(JITI_FROZEN=1 python main.py)")
    if not _run(project, "main.py", {"JITI_FROZEN": "1"}):
        return GENERATION_FAILED

    page.heading("4. What a call costs", "(python compare.py)")
    cached, plain = _costs(project)
    ratio = f"ratio {cached / plain:.2f}"
    page.line(f"slugify(title): {cached:,.0f} ns; the same code without jiti: {plain:,.0f} ns; {ratio}")

    page.heading("5. The file, yours to read, edit and commit", f"({IMPLEMENTATION})")
    page.code((project / IMPLEMENTATION).read_text(encoding="utf-8"))

    page.heading("6. The project is yours to play with", f"(cd {project})")
    for name, what in NEXT.items():
        page.entry(name, what)
    return FINE


def _tell_machines(project: Path) -> int:
    """The tour without words: what came of it."""
    for extra in ({"JITI_REPLAY": "demo"}, {"JITI_FROZEN": "1"}):
        if not _run(project, "main.py", extra, quietly=True):
            return GENERATION_FAILED
    cached, plain = _costs(project)
    tell_machines({"project": str(project), "implementation": IMPLEMENTATION, "cached_ns": cached, "plain_ns": plain})
    return FINE


def _lay_out(folder: Path | None) -> Path:
    """Copy the demo's project to where it is to run."""
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="jiti-demo-"))
    elif folder.is_dir() and any(folder.iterdir()):
        raise ConfigError(f"{folder} is not empty", hint="name a new folder, or none for a temporary one")
    try:
        shutil.copytree(DATA / "project", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written: {error}", hint="name another folder") from error
    return folder.resolve()


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment without jiti's own settings, which would change the tour."""
    return {name: value for name, value in os.environ.items() if not name.startswith("JITI_")} | dict(extra)


def _run(project: Path, script: str, extra: Mapping[str, str], *, quietly: bool = False) -> bool:
    sys.stdout.flush()  # what the process writes comes after it
    ran = subprocess.run(  # noqa: S603 - the demo's own
        [sys.executable, script],
        cwd=project,
        env=_environment(extra),
        stdout=subprocess.DEVNULL if quietly else None,
        check=False,
    )
    return ran.returncode == 0


def _tell_story(project: Path, page: Page) -> None:
    """What happened to each candidate, from the session's transcript."""
    [transcript] = (project / ".jiti" / ".local" / "sessions").glob("*.jsonl")
    events = [json.loads(line) for line in transcript.read_text(encoding="utf-8").splitlines()]
    submitted = [event for event in events if event["event"] == "tool" and event["name"] == "submit"]
    for number, event in enumerate(submitted, 1):
        if event["ok"]:
            page.line(f"candidate {number} passed every check, and was filed as {IMPLEMENTATION}")
        else:
            page.line(f"candidate {number} was turned down:")
            _, *diagnostics = str(event["output"]).strip().splitlines()
            for line in diagnostics:
                page.line(line, indent=4)


def _costs(project: Path) -> tuple[float, float]:
    """Nanoseconds of a cached call, and of the same code without jiti."""
    ran = subprocess.run(
        [sys.executable, "compare.py"],
        cwd=project,
        env=_environment({"JITI_FROZEN": "1"}),
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise ConfigError(f"{project / 'compare.py'} failed:\n{ran.stderr}", hint="please report this")
    cached, plain = (float(each) for each in ran.stdout.split())
    return cached, plain
