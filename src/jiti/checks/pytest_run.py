"""One run of pytest that stops before its first test, and goes on from there in the process of each job.

Settings, plugins, conftest files and the collection of gates are done once. A job that runs gates only
lets pytest go on; one that runs scratch tests collects them before.
"""

from __future__ import annotations

import doctest
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

import jiti.trial
from jiti.checks.failures import Failures
from jiti.checks.gate_items import GateItems
from jiti.checks.leading_folder import LeadingFolder
from jiti.checks.reports import message_of
from jiti.checks.runs import PART_OF_CALL
from jiti.checks.witness import deadlines

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from pathlib import Path
    from typing import NoReturn

    from jiti.checks.reports import Report


@dataclass(frozen=True, slots=True)
class TestJob:
    """Tests that this process is to run: gates, or scratch tests.

    Attributes:
        report: is told what happens.
        end: ends the process.
        gates: node ids.
        text: the scratch tests' source.
        path: the file that they go to; its name is taken by no other module.
    """

    __test__ = False  # for pytest, which takes it for a class of tests

    report: Report
    end: Callable[[], NoReturn]
    gates: Sequence[str] = ()
    text: str = ""
    path: str = ""


_NEUTRAL: Mapping[str, Any] = {
    # distribution, repetition and order
    "numprocesses": None,
    "dist": "no",
    "tx": [],
    "reruns": 0,
    "randomly_reorganize": False,
    "random_order_enabled": False,
    # selection
    "keyword": "",
    "markexpr": "",
    "deselect": None,
    "ignore": None,
    "ignore_glob": None,
    "pyargs": False,
    "lf": False,
    "failedfirst": False,
    "newfirst": False,
    "stepwise": False,
    "maxfail": 0,
    # not running, or not by itself
    "collectonly": False,
    "setuponly": False,
    "setupplan": False,
    "usepdb": False,
    "trace": False,
    # files written beside the result
    "no_cov": True,
    "xmlpath": None,
    "htmlpath": None,
}
"""What the user's `addopts` may ask for and would distort a verdict, by option, with the value that undoes it.

On the command line they could be undone only where the plugin is installed.
"""

_RERUNS = "rerunfailures"
_MARKERS_OF_SKIPPING = ("skip", "skipif", "xfail")


def arguments(root: str, folder: str) -> list[str]:
    """The command line of pytest for a project; what pytest takes for its root directory is up to the project.

    Args:
        root: the project root.
        folder: where temporary files and caches go.
    """
    return [
        *("-q", "--capture=no", "--tb=short", f"--basetemp={os.path.join(folder, 'pytest')}"),
        *("-o", f"cache_dir={os.path.join(folder, 'cache')}"),
        *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # what we import first was imported before its plugin
        root,
    ]


class Plugin:
    """Stops pytest before its first test, hands out jobs there, and reports how their tests end.

    Attributes:
        gates: collects the gates; pytest is to have it as a plugin too.

    Args:
        setup: what the child was told.
        serve: called once all is collected. In the process of a job that has tests, `run` is called from there;
            it returns in the first process alone, when there are no more jobs.
    """

    def __init__(self, setup: Mapping[str, Any], serve: Callable[[pytest.Session], None]) -> None:
        self._root: str = setup["root"]
        self._serve = serve
        self._failures = Failures(setup["key"], setup["file"])
        self.gates = GateItems(setup["root"], setup["gates"], self._failures.text)
        self._session: pytest.Session | None = None
        self._job: TestJob | None = None
        self._blamed = ""
        self._running: pytest.Item | None = None
        # pytest's own words go where they can be told from those of the tests.
        self._terminal = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
        self._stdout = sys.stdout

    # ------------------------------------------------------------ before the stop

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> Generator[None, object, object]:
        """Keep pytest-cov from starting, which it does this early; load the conftest files that options may be from."""
        known = early_config.known_args_namespace
        known.no_cov = True
        known.file_or_dir = [*known.file_or_dir, *early_config.getini("testpaths"), *self.gates.files]
        if early_config.pluginmanager.unregister(name=_RERUNS) is not None:
            # It repeats nothing here, and starts a thread, beside which no process can be forked.
            early_config.addinivalue_line("markers", "flaky: as pytest-rerunfailures has it")
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> Generator[None, object, object]:
        """Undo what would distort a verdict, before other plugins act on it; collect the gates alone."""
        for name, value in _NEUTRAL.items():
            if hasattr(config.option, name):
                setattr(config.option, name, value)
        config.addinivalue_line("python_functions", "test_*")
        config.addinivalue_line("python_classes", "Test")
        config.args[:] = self.gates.arguments
        sys.stdout = self._terminal
        return (yield)

    # ------------------------------------------------------------ the stop

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Hand out jobs; in the process of a job with tests, let pytest run them."""
        sys.stdout = self._stdout
        job = self._job
        if job is None:
            self._session = session
            self._serve(session)
            session.items = []
            return (yield)
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._terminal.fileno())
        try:
            if job.gates:
                session.items = self.gates.of(job.gates)
            else:
                self._collect(session, job)
            return (yield)
        except BaseException as error:  # noqa: BLE001 - also what pytest raises to end a run
            job.report("stopped", why=f"{type(error).__name__}: {message_of(error)}")
        finally:
            job.end()  # the session is the first process's, and ends there

    def run(self, job: TestJob) -> None:
        """Run a job's tests, from wherever jobs are served, and end the process."""
        self._job = job
        if self._session is not None:
            self._session.config.hook.pytest_runtestloop(session=self._session)

    def finish(self) -> None:
        """Let conftest files and plugins end their session, where pytest itself cannot go on."""
        if self._session is not None:
            config = self._session.config
            config.hook.pytest_sessionfinish(session=self._session, exitstatus=pytest.ExitCode.OK)
            config.hook.pytest_unconfigure(config=config)

    def _collect(self, session: pytest.Session, job: TestJob) -> None:
        with open(job.path, "w", encoding="utf-8") as file:
            file.write(job.text)
        self._failures.tests = job.path
        session.perform_collect([job.path])
        job.report("collected", tests=[self._name(item.nodeid) for item in session.items])

    @pytest.hookimpl(tryfirst=True)
    def pytest_collect_directory(self, path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Pass by what lies beside the scratch tests."""
        job = self._job
        return None if job is None or job.gates else LeadingFolder.of(path, parent, job.path)

    def _name(self, node_id: str) -> str:
        """What the parent knows a test by; several may have one node id, so that it is the running one which counts."""
        if self._job is None or not self._job.gates:
            return node_id.partition("::")[2]
        item = self._running
        return self.gates.named(item) if item is not None and item.nodeid == node_id else node_id

    def running(self) -> list[pytest.Item]:
        """The tests of this job, the one that runs first."""
        if self._job is None or self._session is None:
            return []
        others = [item for item in self._session.items if item is not self._running]
        return [self._running, *others] if self._running is not None else others

    def collected(self) -> list[pytest.Item]:
        """All tests that this process has in memory."""
        return list(dict.fromkeys([*self.running(), *self.gates.of(self.gates.ids)]))

    # ------------------------------------------------------------ in a job

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, object, object]:
        """Keep the scratch tests, whatever hooks of the project leave out or skip: they are not the project's."""
        if self._job is None or self._job.gates:
            return (yield)
        collected = [(item, list(item.own_markers)) for item in items]
        result = yield
        items[:] = [item for item, _ in collected]
        for item, markers in collected:
            item.own_markers[:] = [
                mark for mark in item.own_markers if mark in markers or mark.name not in _MARKERS_OF_SKIPPING
            ]
        return result

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Report what could not be collected."""
        if self._job is not None and report.failed:
            self._job.report("uncollected", why=self._failures.text(report.longrepr))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note which test runs: what is told of it holds no more than its node id."""
        self._running = item
        if jiti.trial.current is not None and jiti.trial.current.witness is not None:
            deadlines.lift(item)
        return (yield)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Report which test runs."""
        if self._job is not None:
            self._job.report("test", test=self._name(nodeid))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note whether it is the candidate that ends a test; the report does not tell."""
        if call.excinfo is not None:
            self._blamed = item.nodeid if self._failures.is_candidates(call.excinfo) else ""
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Report how a phase of a test ended."""
        job = self._job
        if job is None:
            return
        shown: dict[str, Any] = {"message": "", "line": None, "own": False}
        outcome = "xfailed" if hasattr(report, "wasxfail") else report.outcome
        if outcome != "passed":
            path = os.path.join(self._root, self._name(report.nodeid).partition("::")[0]) if job.gates else job.path
            shown["message"] = self._failures.text(report.longrepr) or getattr(report, "wasxfail", "")
            shown["line"] = self._failures.line(report.longrepr, path)
            shown["own"] = report.nodeid == self._blamed
        when = PART_OF_CALL if hasattr(report, "context") else report.when
        job.report("phase", test=self._name(report.nodeid), when=when, outcome=outcome, **shown)


def has_endings(config: pytest.Config) -> bool:
    """Whether a conftest file or a plugin, other than pytest's own, does something when the session ends."""
    implementations = (
        *config.hook.pytest_sessionfinish.get_hookimpls(),
        *config.hook.pytest_unconfigure.get_hookimpls(),
    )
    return any(not each.function.__module__.startswith("_pytest.") for each in implementations)


def doctest_flags(config: pytest.Config) -> int:
    """Doctest's option flags that the user's settings ask for."""
    names = config.getini("doctest_optionflags") or []
    return sum(doctest.OPTIONFLAGS_BY_NAME.get(name, 0) for name in names)
