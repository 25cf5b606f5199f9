"""Measures one candidate's checks (ruff, ty, three gates, two scratch tests), beside those of PyPI's jiti 1.5.1.

`python benchmarks/checks.py --peer PYTHON`, where PYTHON is an interpreter that has `jiti==1.5.1` and `mcp` installed.
Both check the same candidate in the same folder, in turn. The peer's own `validate` runs in its user's process, and
its ruff and ty without the user's settings; ours runs in a child process, under them.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

from jiti import gates, settings, stub
from jiti.checks.bench import Bench
from jiti.definition import define
from jiti.sandbox import Policy
from jiti.submission import Submission
from jiti.testing import Project

if TYPE_CHECKING:
    from pathlib import Path

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
PEER = '''
import sys, time
sys.path.insert(0, ".")
import test_text, text
from jiti.core.validate import validate
declared = text.slugify.declaration()
code = """{helpers}

def slugify(text: str) -> str:
    \\"\\"\\"Convert text to a slug.\\"\\"\\"
    {body}"""
for line in sys.stdin:
    start = time.perf_counter()
    result = validate(code, """{tests}""", import_path=["."], name="slugify", gates=declared.gates,
                      routing_target=text.slugify)
    took = time.perf_counter() - start
    assert result.ok, result.report
    assert len(declared.gates) == 3
    print(took * 1e3, flush=True)
'''


class Peer:
    """PyPI's jiti, in a process that stays."""

    def __init__(self, python: str, root: Path) -> None:
        code = PEER.format(helpers=HELPERS.replace("\\", "\\\\"), body=BODY, tests=TESTS.replace('"""', '\\"\\"\\"'))
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("JITI_", "PYTHON"))}
        self._process = subprocess.Popen(
            [python, "-c", code],
            cwd=root,
            env=environment | {"LITELLM_LOCAL_MODEL_COST_MAP": "True"},
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


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="an interpreter with jiti==1.5.1 and mcp")
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    project = Project({"text.py": MODULE, "test_text.py": GATES})
    root = project.root
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.path.insert(0, str(root))  # as in a program that calls the stub
    cold, ready = [], []
    for wait, times in ((0.0, cold), (2.0, ready)):
        for _ in range(5):
            bench, first = opened(root, wait=wait)
            bench.close()
            times.append(first)
    later, others = [], []
    peer = Peer(given.peer, root) if given.peer else None
    first_of_peer = peer.check() if peer else None
    bench, _ = opened(root, wait=2.0)
    with closing(bench):
        for _ in range(given.rounds):
            later.append(checked(bench))
            if peer:
                others.append(peer.check())
    if peer:
        peer.close()
    print(f"CPython {platform.python_version()}, {os.cpu_count()} processors; medians, milliseconds\n")
    print("| one candidate: ruff, ty, 3 gates, 2 scratch tests | here, isolated | jiti 1.5.1, in the user's process |")
    print("| --- | --- | --- |")
    print(f"| first, the child not started before | {statistics.median(cold):.0f} | |")
    print(f"| first, the child ready | {statistics.median(ready):.0f} | {f'{first_of_peer:.0f}' if peer else ''} |")
    print(f"| later | {statistics.median(later):.0f} | {f'{statistics.median(others):.0f}' if others else ''} |")


if __name__ == "__main__":
    main()
