"""A candidate that never ends: when its author is told, and what is left of it."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.checks import MODULE, WHY_NOT
from benchmarks.environments import PEER
from benchmarks.figures import HERE, Figure, Goal, Row
from benchmarks.layouts import INSIDE
from jiti import settings, stub
from jiti.checks.bench import Bench
from jiti.checks.limits import Limits
from jiti.definition import define
from jiti.sandbox import Policy
from jiti.submission import Submission
from jiti.testing import Project

if TYPE_CHECKING:
    from benchmarks.environments import Environments

LIMIT = 5.0
"""Seconds that a test may take, here and there; the defaults are 30 here and 120 there."""
BODY = "while True:\n    pass\n"
TEST = '''
def test_empty() -> None:
    """Nothing stays nothing."""
    assert slugify("") == ""
'''
PEER_CODE = '''def slugify(text: str) -> str:
    """Convert text to a slug."""
    while True:
        pass
'''


def rows(environments: Environments, rounds: int, folder: Path) -> list[Row]:
    """The time until the verdict, and processes, threads and processor time that are left after it."""
    rounds = (rounds + 1) // 2
    project = Project({"text.py": MODULE})
    root = project.root
    sys.path.insert(0, str(root))
    here = [ours(root) for _ in range(rounds)]
    sys.path.remove(str(root))
    there = [peers(environments, root, folder) for _ in range(rounds)] if environments.peer.python else []
    why_not = WHY_NOT | ({} if there else {PEER: environments.peer.why_not})
    told = (
        ("seconds", f"the verdict on a candidate that never ends, at a limit of {LIMIT:g} s", "s", LIMIT * 1.2),
        ("processes", "processes that it leaves", "", 0),
        ("threads", "threads that it leaves", "", 0),
        ("busy", "processor time used in the second after, of one processor", "%", 5),
    )
    return [
        Row(
            name,
            unit,
            {column: _figure(each, key, unit) for column, each in ((HERE, here), (PEER, there)) if each},
            base="",
            goals=(Goal(limit),),
            why_not=why_not,
        )
        for key, name, unit, limit in told
        if key in here[0]
    ]


def ours(root: Path) -> dict[str, float]:
    """What this package makes of it."""
    threads, processes = threading.active_count(), descendants()
    declaration = stub.declaration_for(str(root), "text.py::slugify")
    policy = Policy.of(settings.load(str(root), {}))
    bench = Bench(define(declaration), "text", None, generate=print, limits=Limits(test=LIMIT), sandbox=policy)
    with closing(bench):
        assert bench.check(Submission('return ""', "", TEST)).candidate  # so that its child is there
        start = time.perf_counter()
        verdict = bench.check(Submission(BODY, "", TEST))
        took = time.perf_counter() - start
    assert verdict.candidate is None, verdict
    assert any(each.code == "timeout" for each in verdict.diagnostics), verdict
    busy, start = _processor_seconds(), time.perf_counter()
    time.sleep(1)
    busy = (_processor_seconds() - busy) / (time.perf_counter() - start)
    told = {"seconds": took, "threads": threading.active_count() - threads, "busy": busy}
    return told | ({"processes": len(descendants() - processes)} if sys.platform == "linux" else {})


def peers(environments: Environments, root: Path, folder: Path) -> dict[str, float]:
    """What jiti 1.5.1 makes of it, in its user's process."""
    candidate = folder / "endless.json"
    candidate.write_text(json.dumps({"code": PEER_CODE, "tests": TEST}), "utf-8")
    script = INSIDE / "endless_in_jiti_1_5.py"
    return json.loads(environments.peer.run(script, candidate, str(LIMIT), cwd=root))


def descendants() -> set[int]:
    """The processes that come from this one, where the system tells (Linux); a grandchild without a parent too."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = (int(fields[1]), int(fields[3]))
    own, session = os.getpid(), os.getsid(0)
    found = {process for process, (parent, its_session) in parents.items() if parent == own}
    while more := {process for process, (parent, _) in parents.items() if parent in found} - found:
        found |= more
    return found | {process for process, (parent, its) in parents.items() if parent == 1 and its == session}


def _processor_seconds() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _figure(each: list[dict[str, float]], key: str, unit: str) -> Figure:
    return Figure(tuple(told[key] * (100 if unit == "%" else 1) for told in each))
