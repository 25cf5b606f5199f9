"""One candidate's checks (ruff, ty, three gates, two scratch tests), beside those of PyPI's jiti 1.5.1.

Both check the same candidate in the same folder, in turn. The other's own `validate` runs in its user's process, and
its ruff and ty without the user's settings; ours runs in a child process, confined, under them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

from benchmarks.environments import JAUNT, PEER
from benchmarks.figures import HERE, Figure, Goal, Row
from benchmarks.layouts import INSIDE
from jiti import gates, settings, stub
from jiti.checks.bench import Bench
from jiti.definition import define
from jiti.sandbox import Policy
from jiti.submission import Submission
from jiti.testing import Project

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.environments import Environment, Environments

COLUMNS = (HERE, PEER, JAUNT)
WHY_NOT = {JAUNT: "jaunt generates and checks within runs of the Codex CLI, which is no part of it: nothing to script."}
MODULE = '''"""Text."""

from jiti import jiti


@jiti
def slugify(text: str) -> str:
    """Convert text to a slug: lower case, and a hyphen for each run of anything but ASCII letters and digits."""
    raise NotImplementedError
'''
GATES = '''"""Gates."""

from jiti import jiti
from text import slugify


@jiti.required_for(slugify)
def test_plain() -> None:
    """A word stays."""
    assert slugify("word") == "word"


@jiti.required_for(slugify)
def test_gaps() -> None:
    """Runs become one hyphen."""
    assert slugify("a -- b") == "a-b"


@jiti.required_for(slugify)
def test_edges() -> None:
    """No hyphen at either end."""
    assert slugify("!Hello, World!") == "hello-world"
'''
HELPERS = 'import re\n\n_GAPS = re.compile(r"[^a-z0-9]+")\n'
BODY = 'return _GAPS.sub("-", text.lower()).strip("-")\n'
TESTS = '''
def test_empty() -> None:
    """Nothing stays nothing."""
    assert slugify("") == ""


def test_digits() -> None:
    """Digits stay."""
    assert slugify("3 of 4") == "3-of-4"
'''
PEER_CODE = f'''{HELPERS}

def slugify(text: str) -> str:
    """Convert text to a slug."""
    {BODY}'''


class Peer:
    """PyPI's jiti, in a process that stays."""

    def __init__(self, environment: Environment, root: Path, folder: Path) -> None:
        candidate = folder / "candidate.json"
        candidate.write_text(json.dumps({"code": PEER_CODE, "tests": TESTS}), "utf-8")
        assert environment.python is not None
        self._process = subprocess.Popen(
            [environment.python, INSIDE / "checks_of_jiti_1_5.py", candidate],
            cwd=root,
            env=environment.environ(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def check(self) -> float:
        """Milliseconds of one `validate`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


def rows(environments: Environments, rounds: int, folder: Path) -> list[Row]:
    """The first candidate of a session, with nothing started and with the child ready, and a later one."""
    project = Project({"text.py": MODULE, "test_text.py": GATES})
    root = project.root
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.path.insert(0, str(root))  # as in a program that calls the stub
    why_not = WHY_NOT | ({} if environments.peer.python else {PEER: environments.peer.why_not})
    cold, ready, first = [], [], []
    for _ in range(rounds):
        for wait, times in ((0.0, cold), (2.0, ready)):
            bench, milliseconds = opened(root, wait=wait)
            bench.close()
            times.append(milliseconds)
        if environments.peer.python:
            with closing(Peer(environments.peer, root, folder)) as peer:
                first.append(peer.check())
    later, others = in_turn(environments, 3 * rounds, root, folder)
    sys.path.remove(str(root))
    told = {
        "the first, nothing started before": (cold, []),
        "the first, the child ready (it starts while the model thinks)": (ready, first),
        "a later one": (later, others),
    }
    return [
        Row(
            f"one candidate's checks: {name}",
            "ms",
            {column: Figure(tuple(times)) for column, times in ((HERE, here), (PEER, there)) if times},
            base=HERE,
            goals=(Goal(1.0, HERE, PEER),) if there else (),
            why_not=why_not if there else {PEER: "It has no child to start.", **why_not},
            in_picture=bool(there),
        )
        for name, (here, there) in told.items()
    ]


def in_turn(environments: Environments, rounds: int, root: Path, folder: Path) -> tuple[list[float], list[float]]:
    """Milliseconds of later candidates' checks, ours and the other's."""
    later, others = [], []
    bench, _ = opened(root, wait=2.0)
    with closing(bench):
        peer = Peer(environments.peer, root, folder) if environments.peer.python else None
        if peer:
            peer.check()
        for _ in range(rounds):
            later.append(checked(bench))
            if peer:
                others.append(peer.check())
        if peer:
            peer.close()
    return later, others


def opened(root: Path, *, wait: float) -> tuple[Bench, float]:
    """A bench whose first candidate came after some seconds, and the milliseconds that this one's checks took."""
    declaration = stub.declaration_for(str(root), "text.py::slugify")
    in_force = settings.load(str(root), {})
    found = gates.find(str(root), in_force).of(declaration.key)
    bench = Bench(define(declaration), "text", None, generate=print, gates=found, sandbox=Policy.of(in_force))
    bench.start()
    time.sleep(wait)
    return bench, checked(bench)


def checked(bench: Bench) -> float:
    """Milliseconds of one candidate's checks."""
    start = time.perf_counter()
    verdict = bench.check(Submission(BODY, HELPERS, TESTS))
    took = time.perf_counter() - start
    assert verdict.candidate is not None, verdict
    assert (len(verdict.candidate.gates), verdict.candidate.test_count) == (3, 2)
    return took * 1e3
