"""`search`: lines of the project's files that a regular expression matches."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from jiti.agent.bounds import numbered, shortened
from jiti.agent.tool import Answer, Surroundings, Tool, ToolError, input_schema
from jiti.agent.tools import matcher
from jiti.masking import MASK
from jiti.models import ToolSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiti.agent.files import ProjectFiles

MOST_HITS = 200
SHOWN_CHARACTERS = 300
"""Of a line that matches."""
SECONDS = 10

SPEC = ToolSpec(
    "search",
    "Search the files that list_files lists, or those of a glob, for a Python regular expression, line by line. Gives "
    "`path:` and under it the numbered lines that match, at most 200.",
    input_schema(
        {
            "pattern": {"type": "string"},
            "glob": {"type": "string"},
        },
        optional=("glob",),
    ),
)


def run(surroundings: Surroundings, given: Mapping[str, Any]) -> Answer:
    """Find the lines in a process that can be ended, then show them as they may be shown."""
    files = surroundings.files
    searched = [[place.path, place.real] for place in files.places(given.get("glob"))]
    found = find_lines(given["pattern"], searched)
    if "error" in found:
        raise ToolError(f"The pattern is not valid: {found['error']}. Escape what is meant literally: `\\(`, `\\[`.")
    hits = _shown_too(given["pattern"], _readable(files, found["hits"]))
    if not hits:
        return Answer(f"No line of {len(searched):,} files matches.")
    text = _listed(hits)
    if found["more"]:
        text += f"\n… more than {MOST_HITS} lines match. Narrow the pattern or the glob."
    return Answer(shortened(text, "Narrow the pattern or the glob."))


def find_lines(pattern: str, files: list[list[str]], seconds: float = SECONDS) -> dict[str, Any]:
    """What `matcher.hits` finds, in a process that is ended after so many seconds.

    Raises:
        ToolError: it took longer, or broke down.
    """
    return _asked({"pattern": pattern, "files": files, "limit": MOST_HITS}, seconds)


def _asked(order: Mapping[str, Any], seconds: float = SECONDS) -> dict[str, Any]:
    """What the matcher answers."""
    try:
        done = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-I", "-S", matcher.__file__],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=seconds,
            check=True,
            cwd=os.path.dirname(matcher.__file__),
            env={name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ},
        )
    except subprocess.TimeoutExpired as error:
        message = (
            f"The search took more than {seconds:g} seconds. Simplify the pattern (no nested `+` or `*`), or narrow it."
        )
        raise ToolError(message) from error
    except subprocess.CalledProcessError as error:
        raise ToolError(f"The search broke down ({error.returncode}). Simplify the pattern.") from error
    return json.loads(done.stdout)


class _Hit(NamedTuple):
    """A line that matches, as it may be shown."""

    path: str
    number: int
    line: str


def _readable(files: ProjectFiles, hits: list[tuple[str, int]]) -> list[_Hit]:
    """The lines out of the masked texts; those of files that may no longer be read are left out."""
    texts: dict[str, list[str]] = {}
    for path in dict.fromkeys(path for path, _ in hits):
        with suppress(ToolError):
            texts[path] = files.read(path).split("\n")
    return [_Hit(path, number, texts[path][number - 1]) for path, number in hits if number <= len(texts.get(path, ()))]


def _shown_too(pattern: str, hits: list[_Hit]) -> list[_Hit]:
    """Those that match also as they are shown: whether a credential matches would give it away, bit by bit."""
    if not any(MASK in hit.line for hit in hits):
        return hits
    found = _asked({"pattern": pattern, "lines": [hit.line for hit in hits]})
    return [hits[at] for at in found["matching"]]


def _listed(hits: list[_Hit]) -> str:
    """The lines, grouped by file."""
    shown: list[str] = []
    for path, of_file in groupby(hits, key=lambda hit: hit.path):
        shown.append(f"{path}:")
        for hit in of_file:
            shown += numbered([hit.line], hit.number, SHOWN_CHARACTERS)
    return "\n".join(shown)


def summary(given: Mapping[str, Any]) -> str:
    """`/pattern/ in *.py`."""
    glob = f" in {given['glob']}" if "glob" in given else ""
    return f"/{given.get('pattern', '')}/{glob}"


TOOL = Tool(SPEC, run, summary)
