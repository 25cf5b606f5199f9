"""Measures how `jiti build` scales: many stubs, a model that takes its time, and what of that is jiti's own."""

from __future__ import annotations

import json
import os
import platform
import re
import resource
import sys
import time
from typing import TYPE_CHECKING

from jiti.testing import MessagesServer, Project, call, reply, submit
from jiti.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.models import Reply, Request

STUBS, JOBS, LATENCY = 64, 16, 2.0
STUB = '\n\n@jiti\ndef {name}(a: int, b: int = 2) -> int:\n    """Add {name} up."""\n'
NO_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "jiti.pytest_plugin"}
"""The project's environment has no plugins of pytest's but ours: what others take to load is theirs."""


def answer(request: Request, turns: int) -> Reply:
    """What the model says after a while: it looks around first, as models do, and then submits."""
    time.sleep(LATENCY)
    turn = sum(message.role == "assistant" for message in request.messages) + 1
    path = re.search(r"# The stub: (\S+?),", getattr(request.messages[0].blocks[0], "text", ""))
    looking = call("read_file", path=path[1] if path else "app/__init__.py")
    return reply(submit("return a + b") if turn == turns else looking, usage=Usage(3_000, 300))


def build(turns: int) -> tuple[float, float, float]:
    """Seconds of the build, of the whole command, and processor seconds of its checks."""
    modules = {
        f"app/m{module}.py": "from jiti import jiti\n"
        + "".join(STUB.format(name=f"f{module}_{number}") for number in range(4))
        for module in range(STUBS // 4)
    }
    project = Project({"app/__init__.py": "", **modules})
    script = [lambda request: answer(request, turns)] * (STUBS * turns)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with MessagesServer(*script) as server:
        start = time.monotonic()
        ran = project.run("jiti", "build", "-j", str(JOBS), "--json", env={**server.env, **NO_PLUGINS})
        whole = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ran.exit_code == 0, ran.stdout + ran.stderr
    told = json.loads(ran.stdout)
    assert [each["outcome"] for each in told["stubs"]] == ["generated"] * STUBS
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return told["spent"]["seconds"], whole, processor


def rows(turns: list[int]) -> Iterator[str]:
    """The table's rows, as they come."""
    for each in turns:
        ideal = STUBS / JOBS * LATENCY * each
        seconds, whole, processor = build(each)
        # No build can be faster than its model, nor than its checks on all processors.
        bound = max(ideal, processor / (os.cpu_count() or 1))
        what = f"{STUBS} stubs, -j {JOBS}, {LATENCY:g} s a reply, {each} {'reply' if each == 1 else 'replies'} each"
        yield (
            f"| {what} | {seconds:.1f} s ({whole:.1f} s with the start) | {ideal:.1f} s | {ideal / seconds:.0%} "
            f"| {processor / STUBS:.2f} s | {bound / seconds:.0%} |"
        )


def main() -> None:
    """Print the table; arguments: how many replies each session takes."""
    print(
        f"CPython {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors\n"
    )
    print("| what | the build took | the model alone | of ideal | processor time a stub | of what can be had here |")
    print("| --- | --- | --- | --- | --- | --- |")
    for row in rows([int(each) for each in sys.argv[1:]] or [1, 4, 8]):
        print(row, flush=True)


if __name__ == "__main__":
    main()
