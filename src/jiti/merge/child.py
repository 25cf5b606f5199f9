"""The process that tries merged sources: it imports them, runs their examples, and has pytest run their tests."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, cast

import pytest

from jiti import trial
from jiti.checks import examples, processes, pytest_run
from jiti.checks.confining import Confining
from jiti.checks.reports import short_traceback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType
    from typing import NoReturn


def main(setup: Mapping[str, Any]) -> None:
    """Do what `jiti.merge.verification.problems` has set up, and write down what came of it."""
    if hasattr(os, "fork"):
        _go_on_in_a_child(setup["parent"])
    sys.argv[:] = ["pytest"]
    trial.current = trial.Trial()  # no stub is generated here, and jiti's plugin has nothing to do
    with open(setup["told"], "a", encoding="utf-8") as told:
        _Child(setup, lambda event: print(json.dumps(event), file=told, flush=True)).run()


def _go_on_in_a_child(parent: int) -> None:
    """Return in a new process; this one waits for its end, and ends all that it has left."""
    processes.adopt_orphans()
    signal.signal(signal.SIGTERM, _leave)
    processes.end_with_parent(signal.SIGTERM, parent)
    own = os.getpid()
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        _leave()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    processes.end_with_parent(signal.SIGKILL, own)


def _leave(*_: object) -> NoReturn:
    processes.end_descendants()
    os._exit(0)


class _Child:
    def __init__(self, setup: Mapping[str, Any], say: Callable[[dict[str, Any]], None]) -> None:
        self._setup: dict[str, Any] = {**setup, "key": "", "file": ""}
        self._say = say
        self._path = "."
        """What the tests that run now are told to stand in, if that is not where they are."""
        self._plugin = pytest_run.Plugin(self._setup, self._serve)

    def run(self) -> None:
        """Let pytest collect, and run all from there."""
        arguments = pytest_run.arguments(self._setup["root"], self._setup["folder"])
        try:
            pytest.main(arguments, plugins=[self._plugin, self._plugin.gates])
        except BaseException as error:  # noqa: BLE001 - conftest files and plugins may raise anything
            self._failed("pytest", ".", error)

    def _serve(self, session: pytest.Session) -> None:
        """Try it all in a process of its own, which is confined; what the user does when the session ends is not."""
        self._say({"event": "gates", "told": self._plugin.gates.told()})
        forks = hasattr(os, "fork") and processes.thread_count() == 1
        confining = Confining(self._setup, forks=forks)
        server = os.getpid()
        _flush()
        child = os.fork() if forks else 0
        if child:
            os.waitpid(child, 0)
            return
        try:
            if forks:
                processes.end_with_parent(signal.SIGKILL, server)
            self._try_all(session, confining)
        except BaseException as error:
            if not forks:
                raise
            self._failed("pytest", ".", error)
        finally:
            if forks:  # nothing may get back to where the first process goes on
                _flush()
                os._exit(0)

    def _try_all(self, session: pytest.Session, confining: Confining) -> None:
        confining.enter({"kind": "gates", "folder": self._setup["folder"]})
        flags = pytest_run.doctest_flags(session.config)
        for merged in self._setup["merged"]:
            self._try(merged, flags)
        if self._setup["gates"]:
            self._plugin.run(self._job(gates=self._setup["gates"]))
        for path, text in self._setup["added"].items():
            self._path = path
            file = os.path.join(self._setup["folder"], os.path.basename(path))
            self._plugin.run(self._job(text=text, path=file))
        self._say({"event": "done"})

    def _job(self, **of: Any) -> pytest_run.TestJob:  # noqa: ANN401 - what the class takes
        """A job that ends without ending this process."""
        report = cast("Any", lambda event, **data: self._report(event, data))
        return pytest_run.TestJob(report=report, end=cast("Callable[[], NoReturn]", _go_on), **of)

    def _report(self, event: str, data: dict[str, Any]) -> None:
        if self._path != ".":  # pytest has the tests of a file that is not there yet from another place
            data = {name: self._named(name, value) for name, value in data.items()}
        self._say({"event": event, "path": self._path, **data})

    def _named(self, name: str, value: Any) -> Any:  # noqa: ANN401 - of any event
        if name == "test":
            return f"{self._path}::{value}"
        return [f"{self._path}::{each}" for each in value] if name == "tests" else value

    def _try(self, merged: Mapping[str, Any], flags: int) -> None:
        """Import a merged module, and run the examples of what was merged there."""
        self._say({"event": "trying", "path": merged["path"]})
        try:
            module = _module(merged["module"], os.path.join(self._setup["root"], *merged["path"].split("/")))
        except BaseException as error:  # noqa: BLE001 - the user's module may raise anything, SystemExit too
            self._failed("import", merged["path"], error)
            return
        found, _ = examples.parse(merged["docstring"], merged["line"])

        def report(event: str, **data: object) -> None:
            self._say({"event": event, "path": merged["path"], **data})

        examples.run(found, vars(module), merged["key"], cast("Any", report), flags)

    def _failed(self, code: str, path: str, error: BaseException) -> None:
        self._say({"event": "failed", "code": code, "path": path, "why": short_traceback(error)})


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()


def _go_on() -> None:
    """In place of ending the process of a job."""


def _module(name: str, path: str) -> ModuleType:
    """The module of a file: as it was imported already, by its name, or as a module of its own."""
    for module in list(sys.modules.values()):
        if _is_from(module, path):
            return module
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
    else:
        if _is_from(module, path):
            return module
    name = os.path.basename(path).removesuffix(".py")
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None or os.path.realpath(spec.origin) != os.path.realpath(path):
        raise ImportError(f"{path} is not importable as {name}")
    return importlib.import_module(name)


def _is_from(module: object, path: str) -> bool:
    found = getattr(module, "__file__", None)
    return isinstance(found, str) and os.path.realpath(found) == os.path.realpath(path)
