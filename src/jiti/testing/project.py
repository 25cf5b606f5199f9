"""A small project in a folder of its own, in which real processes run on a scripted model."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import weakref
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jiti
from jiti.models.anthropic import FORBID_REQUESTS
from jiti.testing.server import MessagesServer, Received

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jiti.testing.scripted import ScriptedModel

_PYPROJECT = '[project]\nname = "app"\nversion = "0.0.0"\nrequires-python = ">=3.11"\n'
_JITI = "import sys; from jiti.cli import main; sys.argv[0] = 'jiti'; sys.exit(main())"
_CALL = Path(__file__).with_name("_call.py")
_SECONDS = 120.0

_KEPT = (
    *("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "TMP"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT"),
    *("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_PLUGINS"),
)
"""What a process gets of this one's environment: what Python itself needs, what pytest loads, and no credentials."""

run_process: Callable[..., subprocess.CompletedProcess[bytes]] = subprocess.run
"""How a project's processes are run; a test suite that has a quicker way may put it here."""

_PASSED_OVER = {".git", ".venv", "__pycache__", ".pytest_cache", ".ruff_cache"}


@dataclass(frozen=True)
class Result:
    """What a process came to.

    Attributes:
        exit_code: 0 where all is well.
        stdout: what it printed.
        stderr: what it printed there.
        changed: the project's files that it created, changed (their text) or deleted (None), by path from the root.
            Caches and `.jiti/.local` do not count.
        requests: what it asked the model: the `request` lines of the transcripts that it wrote.
    """

    exit_code: int
    stdout: str
    stderr: str
    changed: dict[str, str | None]
    requests: list[dict[str, Any]]


@dataclass(frozen=True)
class Call(Result):
    """What the call of one function came to.

    Attributes:
        error: what it raised. An exception of a class that only the project has is told as a `RuntimeError`.
    """

    error: Exception | None
    returned: Any

    @property
    def value(self) -> Any:  # noqa: ANN401 - whatever the function returns
        """What it returned; raises what it raised. A value that cannot be taken out of its process: its repr."""
        if self.error is not None:
            raise self.error
        return self.returned


class Project:
    """Lays out a project; it is deleted when nothing refers to it any more.

    Args:
        files: texts by path from the root, with `/`. A pyproject.toml is added if there is none.
        model: whose script the processes play. Each goes on where the last has stopped.
        root: the folder to use, which may exist; left out, a temporary one.
        server: let the processes use the real client, against a `MessagesServer`. This plays functions and faults
            too, and fills `received`; but each process has to import the client.

    Attributes:
        root: the project's folder.
        received: what the server received so far.
    """

    def __init__(
        self,
        files: Mapping[str, str],
        model: ScriptedModel | None = None,
        root: Path | None = None,
        *,
        server: bool = False,
    ) -> None:
        # Beside the project, not in it, so that nothing of it counts as the project's.
        self._aside = Path(tempfile.mkdtemp(prefix="jiti-project-"))
        weakref.finalize(self, shutil.rmtree, self._aside, ignore_errors=True)
        self.root = root or self._aside / "project"
        self.received: list[Received] = []
        self._model = model
        self._server = server
        self._runs = 0
        # A cached module is recognised by size and time in whole seconds: two edits in one second would pass for one.
        self._clock = int(time.time()) - 1_000_000
        (self._aside / "home").mkdir()
        self.root.mkdir(parents=True, exist_ok=True)
        self.write({"pyproject.toml": _PYPROJECT, **files})

    def write(self, files: Mapping[str, str]) -> None:
        """Write more files, or other texts for those that are there; line ends stay as they are."""
        self._clock += 2
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            os.utime(path, (self._clock, self._clock))

    def run(
        self,
        *argv: str,
        env: Mapping[str, str] | None = None,
        input: str | None = None,  # noqa: A002 - as `subprocess.run` has it
    ) -> Result:
        """Run `jiti …` or `python …` in the root, in a process of its own with a clean environment.

        Args:
            *argv: the program, which is `jiti` or `python`, and its arguments.
            env: more environment variables.
            input: its standard input; left out, it has none.

        Raises:
            subprocess.TimeoutExpired: it did not end within two minutes.
        """
        before, told = self._files(), set(self._transcripts())
        with ExitStack() as stack:
            variables = {**self._environment(), **self._model_environment(stack), **(env or {})}
            done = run_process(
                _command(argv),
                cwd=self.root,
                env=variables,
                input=(input or "").encode(),
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        sessions = [_events(path) for path in self._transcripts() if path not in told]
        self._go_on_after(sessions)
        return Result(
            done.returncode,
            _text(done.stdout).replace("\r\n", "\n"),
            _text(done.stderr).replace("\r\n", "\n"),
            _changes(before, self._files()),
            [event for session in sessions for event in session if event["event"] == "request"],
        )

    def call(self, target: str, /, *args: object, env: Mapping[str, str] | None = None) -> Call:
        """Import a function in a process of its own, and call it.

        Args:
            target: the function, as `app.text:slugify`.
            *args: its arguments; they have to be picklable.
            env: more environment variables.
        """
        order, outcome = self._aside / "call.order", self._aside / "call.outcome"
        order.write_bytes(pickle.dumps((target, args)))
        outcome.unlink(missing_ok=True)
        # As text, and not as a file to run: its folder would come first on the path that modules are looked for in.
        ran = self.run("python", "-c", _CALL.read_text("utf-8"), str(order), str(outcome), env=env)
        error, value = _outcome(outcome, ran)
        return Call(**vars(ran), error=error, returned=value)

    def sessions(self) -> list[list[dict[str, Any]]]:
        """The transcripts so far, in the order of their names, each a list of its lines."""
        return [_events(path) for path in self._transcripts()]

    def mirror(self) -> dict[str, str]:
        """The texts of the mirror's files, by path from `.jiti`, without what is never committed."""
        prefix = ".jiti/"
        return {path.removeprefix(prefix): text for path, text in self._files().items() if path.startswith(prefix)}

    def _environment(self) -> dict[str, str]:
        home = str(self._aside / "home")
        path = [str(self.root / "src")] if (self.root / "src").is_dir() else []
        package = str(Path(jiti.__file__).parents[1])
        if package not in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
            path.append(package)
        return {
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
            "HOME": home,
            "USERPROFILE": home,
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONIOENCODING": "utf-8",
            FORBID_REQUESTS: "1",
        }

    def _model_environment(self, stack: ExitStack) -> dict[str, str]:
        if self._model is None:
            return {}
        if self._server:
            server = stack.enter_context(MessagesServer(self._model))
            stack.callback(self.received.extend, server.requests)
            return server.env
        self._runs += 1
        folder = self._aside / f"recording-{self._runs}"
        self._model.save(folder)
        return {"JITI_REPLAY": str(folder)}

    def _go_on_after(self, sessions: list[list[dict[str, Any]]]) -> None:
        if self._model is None or self._server:
            return
        for session in sessions:
            replies = sum(event["event"] == "reply" for event in session)
            self._model.skip(session[0]["key"] if session else "", replies)

    def _transcripts(self) -> list[Path]:
        return sorted((self.root / ".jiti" / ".local" / "sessions").glob("*.jsonl"))

    def _files(self) -> dict[str, str]:
        return {path.relative_to(self.root).as_posix(): _text(path.read_bytes()) for path in self._paths()}

    def _paths(self) -> Iterator[Path]:
        local = self.root / ".jiti" / ".local"
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in _PASSED_OVER and Path(folder, name) != local)
            yield from (Path(folder, name) for name in sorted(names))


def _command(argv: tuple[str, ...]) -> list[str]:
    match argv:
        case ("python", *arguments):
            return [sys.executable, *arguments]
        case ("jiti", *arguments):
            # Without the working folder on the path, as the installed command has it.
            return [sys.executable, "-P", "-c", _JITI, *arguments]
    message = f"the program has to be `jiti` or `python`: {argv}"
    raise ValueError(message)


def _outcome(path: Path, ran: Result) -> tuple[Exception | None, Any]:
    """The error and the value that the called process has written down."""
    if not path.exists():
        return RuntimeError(f"the call did not come about:\n{ran.stderr}"), None
    kind, pickled, told = pickle.loads(path.read_bytes())  # noqa: S301 - the test's own process wrote it
    try:
        found = None if pickled is None else pickle.loads(pickled)  # noqa: S301 - as above
    except Exception:  # noqa: BLE001 - a class that only the project has; unpickling runs its code
        pickled = None
    if kind == "error":
        return RuntimeError(told) if pickled is None else found, None
    return None, told if pickled is None else found


def _changes(before: dict[str, str], after: dict[str, str]) -> dict[str, str | None]:
    return {path: after.get(path) for path in sorted({*before, *after}) if before.get(path) != after.get(path)}


def _events(path: Path) -> list[dict[str, Any]]:
    # A process that was killed may have left half a line.
    return [json.loads(line) for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def _text(output: bytes) -> str:
    return output.decode("utf-8", "backslashreplace")
