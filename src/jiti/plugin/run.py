"""One run of pytest, as far as stubs are involved: in a process of its own, in each of xdist's, in their controller."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO, cast

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import CodeType, TracebackType

    from jiti.errors import GenerationError
    from jiti.events import Event
    from jiti.loader import Source
    from jiti.plugin.lines import Follower
    from jiti.plugin.preparation import Preparation
    from jiti.plugin.record import Record
    from jiti.plugin.shared import Board

_OURS = "jiti"
"""Under which name xdist's processes tell each other of us."""
_REFUSED = "refused"


class Run:
    """A plugin of one run, and the host of all generations meanwhile.

    Args:
        config: the run's.
        rebuild: whether what collected gates decide on is to be written anew.
        why_frozen: what has decided that no model may be used; empty where nothing has.
    """

    def __init__(self, config: pytest.Config, *, rebuild: bool, why_frozen: str) -> None:
        self._config = config
        self._rebuild = rebuild
        self._why_frozen = why_frozen
        self._preparation: Preparation | None = None
        self._recorded: Record | None = None
        self._folder: str | None = None
        self._follower: Follower | None = None

    # ------------------------------------------------------------ what it is made of, once something is to be told

    @property
    def _record(self) -> Record:
        if self._recorded is None:
            from jiti.plugin.record import Record

            self._recorded = Record()
        return self._recorded

    @cached_property
    def _board(self) -> Board:
        from jiti.plugin.shared import Board

        return Board(self._worker_input.get(_OURS))

    @property
    def _worker_input(self) -> dict[str, Any]:
        """What xdist's controller says to the worker that this is; nothing where it is none."""
        return getattr(self._config, "workerinput", {})

    # ------------------------------------------------------------ as a host

    def tell(self, event: Event) -> None:
        """Record what was spent."""
        self._record.tell(event)

    def stream(self) -> TextIO | None:
        """The terminal's reporter; a worker's controller has that."""
        from jiti.plugin.lines import FileLines, TerminalLines

        if self._worker_input:
            folder = self._board.folder
            return cast("TextIO", FileLines(_progress_in(folder))) if folder else None
        if self._config.pluginmanager.has_plugin("terminalreporter"):
            return cast("TextIO", TerminalLines(self._config))
        return None

    def display(self) -> None:
        """The process's own, whose lines go to `stream`."""

    def refusal(self, root: str, key: str) -> GenerationError | None:
        """Why a stub is not tried again in this run."""
        return cast("GenerationError | None", self._board.get(_REFUSED, root, key))

    def refuse(self, root: str, key: str, error: GenerationError) -> None:
        """Let no test of this run pay for the same failure again."""
        self._board.put(error.with_traceback(None), _REFUSED, root, key)

    # ------------------------------------------------------------ before the first test

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Have generated and verified what the tests that will run decide on."""
        if self._tests_will_run(session):
            from jiti.plugin import collected

            tests = collected.that_may_be_gates(session.items)
            if tests:
                self._prepare(tests)
        return (yield)

    def _tests_will_run(self, session: pytest.Session) -> bool:
        config = self._config
        if config.pluginmanager.has_plugin("dsession"):
            return False  # xdist's controller runs none
        option = config.option
        if option.collectonly or getattr(option, "setuponly", False) or getattr(option, "setupplan", False):
            return False
        # Where collection failed, pytest ends here; xdist's workers go on.
        return bool(self._worker_input or not session.testsfailed or option.continue_on_collection_errors)

    def _prepare(self, tests: Any) -> None:  # noqa: ANN401 - what `collected` gives
        from jiti import loader, preflight
        from jiti.errors import ConfigError

        try:
            preflight.require_installed()
        except ConfigError as error:  # as where it was installed without what only generating needs
            if not self._why_frozen:  # there, nothing would come of it but what the tests themselves say
                self._record.add("warning", f"gates were not looked at: {error}")
            return
        from jiti.plugin.preparation import Preparation

        self._preparation = Preparation(self._record, self._board, rebuild=self._rebuild, why_frozen=self._why_frozen)
        self._preparation.run(tests)
        if self._preparation.jiti_tests:
            outer, loader.compiler = loader.compiler, self._compiled

            def undo() -> None:
                loader.compiler = outer

            self._config.add_cleanup(undo)

    def _compiled(self, source: Source) -> CodeType | None:
        """What the loader runs for a jiti-test."""
        from jiti.plugin import rewriting

        declaration = source.declaration
        if self._preparation is None or (declaration.root, declaration.key) not in self._preparation.jiti_tests:
            return None
        return rewriting.compiled(source.text, source.path, self._config)

    # ------------------------------------------------------------ while tests run

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """Fail a gate that has nothing to test, for that reason."""
        refusal = self._refusal_of(item)
        if refusal:
            pytest.fail(refusal, pytrace=False)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let no such gate be skipped, or be expected to fail; and show where a stub was called, not what that did."""
        if call.excinfo is not None and "jiti.errors" in sys.modules:
            _end_at_call(call.excinfo)
        report = yield
        if report.skipped:
            refusal = self._refusal_of(item)
            if refusal:
                report.outcome, report.longrepr = "failed", refusal
                report.__dict__.pop("wasxfail", None)
        return report

    def _refusal_of(self, item: pytest.Item) -> str:
        return self._preparation.refusal_of(item) if self._preparation is not None else ""

    # ------------------------------------------------------------ xdist

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401 - xdist need not be installed
        """In the controller: give all workers one folder, and show what they write there of their progress."""
        if self._folder is None:
            import tempfile

            from jiti.plugin.lines import Follower, TerminalLines

            self._folder = tempfile.mkdtemp(prefix="jiti-run-")
            self._follower = Follower(_progress_in(self._folder), TerminalLines(self._config))
        node.workerinput[_OURS] = self._folder

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401 - as above
        """In the controller: take what a worker has recorded; one that crashed tells nothing."""
        rows = getattr(node, "workeroutput", {}).get(_OURS, ())
        if rows:
            self._record.rows += rows

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self) -> None:
        """From the first test on, the terminal is for tests."""
        if self._follower is not None:
            self._follower.end()

    # ------------------------------------------------------------ the end

    def pytest_sessionfinish(self) -> None:
        """In a worker: hand over what was recorded."""
        if self._follower is not None:
            self._follower.end()
        if self._worker_input and self._recorded is not None:
            cast("Any", self._config).workeroutput[_OURS] = self._recorded.rows

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was generated and verified, and what it has cost."""
        if self._recorded is not None:
            self._recorded.show(terminalreporter)

    def pytest_unconfigure(self) -> None:
        """In the controller: leave nothing behind."""
        if self._folder is not None:
            import shutil

            shutil.rmtree(self._folder, ignore_errors=True)


def _end_at_call(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Have the traceback of one of our errors end where a stub was called."""
    from jiti.errors import JitiError

    if not isinstance(excinfo.value, JitiError) or os.environ.get("JITI_LOG") == "debug":
        return
    last = None
    entry: TracebackType | None = excinfo.tb
    while entry is not None:
        if not entry.tb_frame.f_code.co_filename.startswith(_HERE):
            last = entry
        entry = entry.tb_next
    if last is not None:
        last.tb_next = None


_HERE = os.path.dirname(os.path.dirname(__file__)) + os.sep


def _progress_in(folder: str) -> str:
    return os.path.join(folder, "progress")
