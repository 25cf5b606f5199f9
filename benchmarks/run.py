"""Measures what jiti costs, each figure beside its floor, and prints a Markdown table."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import jiti
from jiti.testing import Project, ScriptedModel, submit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.models import Reply, Request

STUB = (
    'from jiti import jiti\n\n\n@jiti\ndef {name}(a: int, b: int = 2) -> int:\n    """Add."""\n'
    "    raise NotImplementedError\n"
)
PLAIN = "def {name}(a: int, b: int = 2) -> int:\n    return a + b\n"
SOURCE = str(Path(jiti.__file__).parents[1])

CALLS = """
import timeit
from m import f
from plain import f as plain
f(1)
rounds = [[min(timeit.repeat(c, globals={'f': g}, number=200_000, repeat=3)) for g in (f, plain)]
          for _ in range(7) for c in ('f(1)',)]
print(*(min(times) / 200_000 * 1e9 for times in zip(*rounds)))
"""


def python(*arguments: str, cwd: Path | None = None) -> str:
    """What a fresh interpreter prints."""
    environment = {**os.environ, "PYTHONPATH": SOURCE, "JITI_FROZEN": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # bytecode is cached as on any machine
    ran = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=True
    )
    return ran.stdout


def seconds(*arguments: str, cwd: Path | None = None) -> float:
    """Wall-clock seconds of a fresh interpreter."""
    start = time.perf_counter()
    python(*arguments, cwd=cwd)
    return time.perf_counter() - start


def in_turn(one: list[str], other: list[str], rounds: int, cwd: Path | None = None) -> tuple[float, float]:
    """Median milliseconds of two commands, run in turn after one warm-up each."""
    pairs = [(seconds(*one, cwd=cwd), seconds(*other, cwd=cwd)) for _ in range(rounds + 1)][1:]
    first, second = zip(*pairs, strict=True)
    return statistics.median(first) * 1e3, statistics.median(second) * 1e3


def cached_call() -> str:
    """A call of a stub that was called before, beside the same function without jiti."""
    project = Project(
        {"m.py": STUB.format(name="f"), "plain.py": PLAIN.format(name="f")}, ScriptedModel(submit("return a + b"))
    )
    assert project.call("m:f", 1).value == 3
    cached, plain = map(float, python("-c", CALLS, cwd=project.root).split())
    return f"| cached call, function | {cached:.1f} ns | plain call: {plain:.1f} ns | {cached / plain:.2f} |"


def import_time() -> str:
    """`from jiti import jiti` beside a bare interpreter: `import jiti` alone loads less."""
    loaded, bare = in_turn(["-c", "from jiti import jiti"], ["-c", "pass"], rounds=21)
    what = "| `from jiti import jiti` "
    return f"{what}| {loaded - bare:.1f} ms more | bare interpreter: {bare:.1f} ms | {loaded / bare:.2f} |"


def warm_start(modules: int = 100, stubs: int = 10) -> list[str]:
    """Processes that import modules of stubs, and call all of them once, none or one; beside the same without jiti."""
    project = Project({"pyproject.toml": ""})
    from jiti import filing, stub
    from jiti.definition import define

    for number in range(modules):
        names = [f"f{number}_{each}" for each in range(stubs)]
        head, *_ = STUB.partition("@jiti")
        text = head + "\n\n".join(STUB.format(name=name).removeprefix(head) for name in names)
        project.write({f"s{number}.py": text, f"p{number}.py": "\n\n".join(PLAIN.format(name=name) for name in names)})
        for name in names:
            definition = define(stub.declaration_for(str(project.root), f"s{number}.py::{name}"))
            code = STUB.format(name=name).partition("@jiti\n")[2].replace("raise NotImplementedError", "return a + b")
            filing.file(definition, code, made="benchmark")
    for prefix in "sp":
        calls = [
            f"import {prefix}{n}\n" + "".join(f"{prefix}{n}.f{n}_{s}(1)\n" for s in range(stubs))
            for n in range(modules)
        ]
        imports = "".join(f"import {prefix}{n}\n" for n in range(modules))
        first = f"import {prefix}0\n{prefix}0.f0_0(1)\n"
        scripts = {"all": "".join(calls), "declare": imports, "first": first}
        project.write({f"{name}_{prefix}.py": text for name, text in scripts.items()})
    kinds = {
        "all": f"warm start, {modules * stubs:,} stubs in {modules} modules",
        "declare": f"declaring {modules * stubs:,} stubs in {modules} modules, calling none",
        "first": "the very first warm call in a process, the whole process",
    }
    rows = []
    for name, what in kinds.items():
        warm, plain = in_turn([f"{name}_s.py"], [f"{name}_p.py"], rounds=9, cwd=project.root)
        rows.append(f"| {what} | {warm:.0f} ms | plain modules: {plain:.0f} ms | {warm / plain:.2f} |")
    return rows


def submit_to_result() -> list[str]:
    """From a passing `submit` to its result: with the child ready, at once, and for a later candidate."""
    tests = "def test_it_adds() -> None:\n    assert f(1) == 3\n"
    good, bad = submit("return a + b", tests=tests), submit("return a - b", tests=tests)

    def after_thinking(_: Request) -> Reply:
        time.sleep(2)
        return good

    rows = []
    for label, script in {
        "first candidate, child ready": [after_thinking],
        "first candidate, model answers at once": [good],
        "a later candidate": [bad, good],
    }.items():
        took = []
        for _ in range(5):
            project = Project({"m.py": STUB.format(name="f")}, ScriptedModel(*script), server=True)
            assert project.call("m:f", 1).value == 3
            [events] = project.sessions()
            took.append([event["seconds"] for event in events if event["event"] == "tool"][-1] * 1e3)
        rows.append(f"| `submit` to `PASSED`: {label} | {statistics.median(took):.0f} ms | | |")
    return rows


def rows() -> Iterator[str]:
    """The table's rows, as they come."""
    yield cached_call()
    yield import_time()
    yield from warm_start()
    yield from submit_to_result()


def main() -> None:
    """Print the table."""
    print(
        f"CPython {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors\n"
    )
    print("| what | figure | floor | ratio |\n| --- | --- | --- | --- |")
    for row in rows():
        print(row, flush=True)


if __name__ == "__main__":
    main()
