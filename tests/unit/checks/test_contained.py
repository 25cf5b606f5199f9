"""Candidates that try to do harm, once a layer of the sandbox: each case names the layer that has to stop it."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from jiti.checks.children import Children
from jiti.checks.execution import Execution
from jiti.sandbox import Policy
from tests.unit.checks.workshop import LIMITS, SLUGIFY
from tests.unit.sandbox.confined import needs_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.checks.workshop import Workshop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kernel confines nothing")

LAYER_1, LAYER_2 = pytest.param(1, id="layer-1"), pytest.param(2, id="layer-2", marks=needs_kernel)
HEAD = "import ctypes, os, shutil, signal, socket, subprocess, sys, time\nfrom pathlib import Path\n"
GOT = "got through"
STUB = SLUGIFY.replace("@jiti\n", '@jiti(allow=["state"])\n')
"""It is judged in its own process: who judges a pure function stops some of this as well."""

FIRST = {
    # What layer 1 stops: what a candidate does, and what is said of it.
    "an endless loop": ("while True: pass", "timeout"),
    "an endless recursion": ("return slugify(text)", "RecursionError"),
    "a sleep": ("time.sleep(99)", "timeout"),
    "a time-out that is caught": (
        "\n    while True:\n        try: time.sleep(99)\n        except BaseException: pass",
        "timeout",
    ),
    "a sleep after each of many things that are told": (
        "".join(f"\n    try: open('{number}')\n    except OSError: time.sleep(0.5)" for number in range(4)),
        "timeout",
    ),
    "memory to the limit": ("return 'x' * (10 << 30)", "memory"),
    "an output flood": (
        "\n    while True:\n        try: os.write(1, bytes(100_000))\n        except OSError: pass",
        "output",
    ),
    "ending its process": ("os._exit(0)", "crashed"),
    "sys.exit": ("sys.exit(0)", "SystemExit"),
    "ending its process by a signal": ("os.kill(os.getpid(), 9)", "crashed"),
    "a fork bomb": ("\n    while True: os.fork()", "processes"),
    "a forged report": (
        """
    for descriptor in range(3, 64):
        try: os.write(descriptor, b'["0", "done", {}]\\n')
        except OSError: pass""",
        "forged",
    ),
}
SECOND = {
    # What layer 2 stops: an expression that is worth something where it was not stopped, and what is said of it else.
    "deleting the project": ("shutil.rmtree('{root}/victim') or 1", "PermissionError"),
    "writing outside": ("Path('{outside}/new').write_text('x')", 'write = ["{outside}/new"]'),
    "writing to the project": ("Path('{root}/victim/file').write_text('x')", 'write = ["victim/file"]'),
    "changing the file of a gate": ("open('{root}/test_text.py', 'a').write('x')", 'write = ["test_text.py"]'),
    "emptying a file": ("os.truncate('{outside}/file', 0) or 1", "{outside}/file"),
    "reading ~/.ssh": ("Path('{outside}/.ssh/id_rsa').read_text()", 'read = ["{outside}/.ssh/id_rsa"]'),
    "reading a secret of the project": ("Path('{root}/.env').read_text()", "its name says that it holds secrets"),
    "reading what git ignores": ("Path('{root}/ignored.txt').read_text()", "git ignores it"),
    "reading another process's environment": ("Path('/proc/{pid}/environ').read_bytes()", "/proc/{pid}/environ"),
    "TCP": ("socket.create_connection(('127.0.0.1', {port}))", "network = true"),
    "UDP": (
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))",
        "network = true",
    ),
    "a Unix socket": ("socket.socket(socket.AF_UNIX).connect('{outside}/socket') or 1", "network = true"),
    "a program": ("subprocess.run(['true']).returncode + 1", "processes = true"),
    "a program by ctypes": ("ctypes.CDLL(None).system(b'touch {outside}/new') == 0", ""),
    "a daemon": ("os.fork() + 1", "processes = true"),
    "a signal to its parent": ("os.kill(os.getppid(), signal.SIGURG) or 1", ""),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """What a candidate can get hold of.

    Attributes:
        workshop: the project.
        outside: a folder that is none of the project's.
        port: of a server on this machine.
    """

    workshop: Workshop
    outside: Path
    port: int

    def execution(self, layer: int, *, processes: bool = False, fork: bool = True, seconds: float = 10.0) -> Execution:
        definition = self.workshop.stub(STUB)
        in_force = Policy(processes=processes) if layer > 1 else Policy(confined=False)
        limits = type(LIMITS)(example=seconds, memory=LIMITS.memory, output=LIMITS.output, processes=LIMITS.processes)
        children = Children(
            definition, "text", None, env=(), generate=print, limits=limits, fork=fork, sandbox=in_force
        )
        self.workshop._open.append(children)  # noqa: SLF001 - it ends what a test has begun
        return Execution(definition, None, children, limits)

    def filled(self, text: str) -> str:
        names = {"root": self.workshop.root, "outside": self.outside, "port": self.port, "pid": os.getpid()}
        for name, value in names.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text


@pytest.fixture(scope="module")
def scene(shared: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    outside = tmp_path_factory.mktemp("outside")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(outside / "socket"))
        local.listen()
        yield Scene(shared, outside, server.getsockname()[1])


@pytest.fixture(autouse=True)
def laid_out(scene: Scene) -> None:
    for path, text in {"victim/file": "", ".env": "KEY=1", "ignored.txt": "x", "test_text.py": ""}.items():
        scene.workshop.write(path, text)
    scene.workshop.write(".gitignore", "ignored.txt\n")
    (scene.outside / ".ssh").mkdir(exist_ok=True)
    (scene.outside / ".ssh" / "id_rsa").write_text("key", encoding="utf-8")
    (scene.outside / "file").write_text("theirs", encoding="utf-8")
    (scene.outside / "new").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def executions(scene: Scene) -> dict[int, Execution]:
    scene.workshop.write(".gitignore", "ignored.txt\n")
    scene.workshop.write(".env", "KEY=1")
    return {layer: scene.execution(layer) for layer in (1, 2)}


@pytest.fixture(scope="module")
def short(scene: Scene) -> dict[int, Execution]:
    return {layer: scene.execution(layer, processes=True, seconds=0.8) for layer in (1, 2)}


@pytest.mark.parametrize("layer", [LAYER_1, LAYER_2])
@pytest.mark.parametrize("name", FIRST)
def test_layer_1_stops(short: dict[int, Execution], name: str, layer: int) -> None:
    body, code = FIRST[name]
    [found] = short[layer].run(f"{HEAD}\ndef slugify(text):\n    {body}\n", "").diagnostics
    assert found.code == code


def test_reports_of_its_own_do_not_gain_a_candidate_time_for_ever(scene: Scene) -> None:
    body = "import jiti.trial\n    while True:\n        jiti.trial.current._report('test', test='x'); time.sleep(0.05)"
    [found] = scene.execution(1, seconds=0.2).run(f"{HEAD}\ndef slugify(text):\n    {body}\n", "").diagnostics
    assert found.code == "timeout"


def attempt(scene: Scene, execution: Execution, name: str) -> str:
    """What is said of a candidate that tries something, and tells if it was not stopped."""
    expression = scene.filled(SECOND[name][0])
    body = f"    if {expression}:\n        raise ValueError('{GOT}')\n    return 'hello-world'\n"
    return "\n".join(each.message for each in execution.run(f"{HEAD}\ndef slugify(text):\n{body}", "").diagnostics)


@needs_kernel
@pytest.mark.parametrize("name", SECOND)
def test_layer_2_stops(scene: Scene, executions: dict[int, Execution], name: str) -> None:
    said = attempt(scene, executions[2], name)
    assert GOT not in said
    assert scene.filled(SECOND[name][1]) in said
    assert (scene.outside / "file").read_text(encoding="utf-8") == "theirs"
    assert (scene.workshop.root / "victim" / "file").read_text(encoding="utf-8") == ""
    assert (scene.workshop.root / "test_text.py").read_text(encoding="utf-8") == ""
    assert not (scene.outside / "new").exists()


@pytest.mark.parametrize("name", SECOND)
def test_layer_1_alone_does_not_stop(scene: Scene, executions: dict[int, Execution], name: str) -> None:
    assert GOT in attempt(scene, executions[1], name)


@needs_kernel
@pytest.mark.parametrize("name", ["writing outside", "reading a secret of the project", "TCP", "a program"])
def test_layer_2_holds_where_processes_do_not_fork_too(scene: Scene, name: str) -> None:
    said = attempt(scene, scene.execution(2, fork=False), name)
    assert GOT not in said
    assert scene.filled(SECOND[name][1]) in said


@needs_kernel
def test_layer_2_leaves_an_honest_candidate_alone(scene: Scene, executions: dict[int, Execution]) -> None:
    good = "import re\n\n\ndef slugify(text):\n    return re.sub('[^a-z0-9]+', '-', text.lower()).strip('-')\n"
    tests = "from text import slugify\n\n\ndef test_it(tmp_path):\n    (tmp_path / 'x').write_text(slugify('a'))\n"
    assert executions[2].run(good, tests).diagnostics == ()
    shutil.rmtree(scene.workshop.root / "victim")
