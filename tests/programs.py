"""Programs of test projects, forked from a process that has imported what they need: that saves most of their time.

A test sees of such a program what it would see of a new interpreter (`tests/unit/test_programs.py`); a program that
could see a difference itself gets a new one.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jiti
from jiti.models.anthropic import FORBID_REQUESTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SUPPORTED = sys.platform == "linux"
_SERVER = Path(__file__).with_name("program_server.py")
_PACKAGE = str(Path(jiti.__file__).parents[1])
_MOST_INPUT = 1 << 16
"""Bytes that a pipe takes while nobody reads."""
_MOST_SAID = 1 << 17
_AT_THE_START = ("PYTHON", "LANG", "LC_", "LD_")
"""How the variables begin that an interpreter reads when it starts."""
_FITTING = {"PYTHONPATH", "PYTHONIOENCODING"}
_WHAT_A_PROGRAM_SEES = ("sys.modules", "sys.flags")


class _Server:
    """A process that forks programs, which share the variables that an interpreter reads when it starts."""

    def __init__(self, environment: Mapping[str, str], *, with_client: bool) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        setup = {"package": _PACKAGE, "with_client": with_client, "control": theirs.fileno()}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(_SERVER), json.dumps(setup)],
                stdin=subprocess.PIPE,  # what a stream is made for it goes on to be, when it is another one's
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(environment),
                cwd="/",
                pass_fds=[theirs.fileno()],
            )
        said = self._control.recv(_MOST_SAID)
        if not said:
            raise RuntimeError(self._process.communicate()[1].decode())
        self.modules = frozenset(json.loads(said))
        """What it has imported: names up to the first point."""

    def run(self, order: Mapping[str, object], given: bytes, timeout: float) -> tuple[int, bytes, bytes]:
        """Have a program run to its end; gives its exit code, its output, and that on the other stream."""
        with ExitStack() as ours:
            with ExitStack() as theirs:
                (source, sink), *pipes = [os.pipe() for _ in range(4)]
                for reading, writing in pipes:
                    ours.callback(os.close, reading)
                    theirs.callback(os.close, writing)
                theirs.callback(os.close, source)
                with open(sink, "wb") as file:
                    file.write(given)
                ends = [source, *(writing for _, writing in pipes)]
                socket.send_fds(self._control, [json.dumps(order).encode()], ends)
            output, errors, told = _read_all([reading for reading, _ in pipes], timeout)
        return int(told.split()[1]), output, errors

    def close(self) -> None:
        self._control.close()
        self._process.communicate()


def _read_all(descriptors: Sequence[int], timeout: float) -> list[bytes]:
    """What comes until nobody can write any more; the last of them tells the process id, and then the exit code."""
    found = dict.fromkeys(descriptors, b"")
    deadline = time.monotonic() + timeout
    with selectors.DefaultSelector() as selector:
        for descriptor in descriptors:
            selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                pid = found[descriptors[-1]] or os.read(descriptors[-1], 20)  # it may yet be told
                os.kill(int(pid.split()[0]), signal.SIGKILL)
                command = "a forked program"
                raise subprocess.TimeoutExpired(command, timeout)
            for key, _ in ready:
                piece = os.read(key.fd, 1 << 16)
                found[key.fd] += piece
                if not piece:
                    selector.unregister(key.fd)
    return list(found.values())


class Programs:
    """Runs programs as `subprocess.run` does; has servers that fork those that may be forked, until it is closed."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._servers: dict[object, _Server] = {}

    def run(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        input: bytes,  # noqa: A002 - as `subprocess.run` has it
        timeout: float,
        **rest: Any,  # noqa: ANN401 - as `subprocess.run` has it
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program of a project whose root is `cwd`."""
        program = _program(command)
        is_ours = len(input) <= _MOST_INPUT and self._owner == os.getpid()
        if program is not None and is_ours and _is_usual(program, env, cwd):
            server = self._server_for(env)
            if not server.modules & set(_names(cwd, env, program)):
                umask = os.umask(0)
                os.umask(umask)
                order = {**program, "command": command, "folder": str(cwd), "environment": dict(env), "umask": umask}
                status, output, errors = server.run(order, input, timeout)
                return subprocess.CompletedProcess(command, status, output, errors)
        return subprocess.run(command, cwd=cwd, env=env, input=input, timeout=timeout, **rest)  # noqa: PLW1510 - `check` is in the rest

    def _server_for(self, env: Mapping[str, str]) -> _Server:
        variables = {name: env[name] for name in sorted(env) if name.startswith(_AT_THE_START) and name != "PYTHONPATH"}
        with_client = "ANTHROPIC_BASE_URL" in env or not env.get(FORBID_REQUESTS)  # else nobody has a use for it
        key = (*variables.items(), with_client)
        if key not in self._servers:
            self._servers[key] = _Server({**variables, "HOME": "/nonexistent"}, with_client=with_client)
        return self._servers[key]

    def close(self) -> None:
        """End the servers."""
        for server in self._servers.values():
            server.close()


def _program(command: Sequence[str]) -> dict[str, object] | None:
    """What is run, and whether its folder is kept from the import path; None for what only a new interpreter can be."""
    safe, arguments = (True, command[2:]) if command[1:2] == ["-P"] else (False, command[1:])
    match arguments:
        case ["-c", code, *rest]:
            return {"kind": "code", "what": code, "arguments": rest, "safe": safe}
        case ["-m", name, *rest]:
            return {"kind": "module", "what": name, "arguments": rest, "safe": safe}
        case [path, *rest] if not path.startswith("-"):
            return {"kind": "file", "what": path, "arguments": rest, "safe": safe}
    return None


def _is_usual(program: Mapping[str, object], env: Mapping[str, str], cwd: Path) -> bool:
    variables = {name for name in env if name.startswith("PYTHON")}
    if not SUPPORTED or variables != _FITTING or not {_PACKAGE} >= set(_folders(env, cwd)[1]):
        return False
    if program["what"] == "pytest":  # where it loads plugins by itself, it minds that some are imported already
        return "PYTEST_DISABLE_PLUGIN_AUTOLOAD" in env
    if program["kind"] == "file" and not (cwd / str(program["what"])).is_file():
        return False
    return not any(name in str(program["what"]) for name in _WHAT_A_PROGRAM_SEES)


def _folders(env: Mapping[str, str], cwd: Path) -> tuple[list[str], list[str]]:
    """The folders that `PYTHONPATH` names: the project's, and others."""
    named = [folder for folder in env.get("PYTHONPATH", "").split(os.pathsep) if folder]
    own = [folder for folder in named if Path(folder).is_relative_to(cwd)]
    return own, [folder for folder in named if folder not in own]


def _names(cwd: Path, env: Mapping[str, str], program: Mapping[str, object]) -> Iterator[str]:
    """What the project has under the names of modules: some may stand for what a server has imported."""
    script = [str((cwd / str(program["what"])).parent)] if program["kind"] == "file" else []
    for folder in {str(cwd), *_folders(env, cwd)[0], *script}:
        if os.path.isdir(folder):
            yield from (name.partition(".")[0] for name in os.listdir(folder))
