"""Collecting gates in a child, before any candidate exists: what there is then is what has to pass."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from _pytest import skipping

from jiti.checks.reports import message_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence


class GateItems:
    """Collects gates as a plugin of the one run of pytest, and knows their tests from then on.

    Args:
        root: the project root.
        gates: node ids, told from there.
        shown: what pytest has to say of a failure, in few words.
    """

    def __init__(self, root: str, gates: Sequence[str], shown: Callable[[Any], str]) -> None:
        self.is_collecting = False
        self._root = root
        self._gates = tuple(dict.fromkeys(gates))
        self._shown = shown
        self._items: dict[str, list[pytest.Item]] = {gate: [] for gate in self._gates}
        self._names: dict[pytest.Item, str] = {}
        self._failed: list[str] = []
        self._uncollected: dict[str, str] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        """The node ids of all gates."""
        return self._gates

    @property
    def files(self) -> list[str]:
        """Absolute paths of the files that hold gates."""
        return list(dict.fromkeys(argument.partition("::")[0] for argument in self.arguments))

    @property
    def arguments(self) -> list[str]:
        """What pytest is to collect: of gates in classes the whole file, where other classes may inherit them."""
        return list(dict.fromkeys(self._argument(gate) for gate in self._gates))

    def _argument(self, gate: str) -> str:
        path, *names = gate.split("::")
        return os.path.join(self._root, gate if len(names) == 1 else path)

    def named(self, item: pytest.Item) -> str:
        """A gate's test by its name from the project root."""
        return self._names.get(item, item.nodeid)

    def of(self, gates: Iterable[str]) -> list[pytest.Item]:
        """The tests of some gates."""
        return [item for gate in gates for item in self._items[gate]]

    def told(self) -> list[dict[str, object]]:
        """For the parent: each gate with its tests' names, and why no candidate can pass it, if none can."""
        return [self._told(gate, items) for gate, items in self._items.items()]

    # ------------------------------------------------------------ hooks

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> Generator[None, object, object]:
        """Collect, and let the run go on to where jobs are served, whatever cannot be collected."""
        self.is_collecting = True
        result = None
        try:
            result = yield
            self._take(session.items)
        except pytest.UsageError:
            pass  # a gate is not there
        if not all(self._items.values()):
            self._collect_one_by_one(session)
        self.is_collecting = False
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, object, object]:
        """Put back what hooks of the project leave out; their order stays, and so do their markers."""
        if not self.is_collecting:
            return (yield)
        collected = dict.fromkeys(items)  # by identity: two tests of one class may have one node id
        result = yield
        items[:] = dict.fromkeys([*(item for item in items if item in collected), *collected])
        return result

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what could not be collected."""
        if self.is_collecting and not report.passed:
            self._failed.append(self._shown(report.longrepr))

    # ------------------------------------------------------------ what was collected

    def _collect_one_by_one(self, session: pytest.Session) -> None:
        """Find out which of the gates it is that is not there."""
        self._names.clear()
        for gate in self._gates:
            self._failed.clear()
            self._items[gate].clear()
            # By its own name at last: what pytest says then is the reason.
            for argument in (self._argument(gate), os.path.join(self._root, gate)):
                try:
                    self._take(session.perform_collect([argument]), only=gate)
                except pytest.UsageError as error:
                    self._failed = self._failed or [message_of(error)]
                if self._items[gate]:
                    break
            self._uncollected[gate] = "\n".join(self._failed) or "pytest collects no test of that name"

    def _take(self, items: Iterable[pytest.Item], *, only: str = "") -> None:
        for item in items:
            path = os.path.relpath(item.path, self._root).replace(os.sep, "/")
            name = f"{path}::{item.nodeid.partition('::')[2]}"
            gate = next((each for each in self._gates if name == each or name.startswith(f"{each}[")), None)
            if gate is None:
                gate = self._inherited(item, path)
            if gate is not None and only in {"", gate}:
                self._items[gate].append(item)
                self._name(item, name)

    def _name(self, item: pytest.Item, name: str) -> None:
        """Give a test a name of its own: pytest makes one node id of the cases `a-b`, `c` and `a`, `b-c`."""
        names, number, free = set(self._names.values()), 1, name
        while free in names:
            number += 1
            free = f"{name} ({number})"
        self._names[item] = free

    def _inherited(self, item: pytest.Item, path: str) -> str | None:
        """The gate that a test is by way of a class which inherits it, in the same file."""
        qualname = getattr(getattr(item, "function", None), "__qualname__", "").replace(".", "::")
        gate = f"{path}::{qualname}"
        return gate if qualname and gate in self._items else None

    def _told(self, gate: str, items: list[pytest.Item]) -> dict[str, object]:
        why = next(filter(None, map(_unmendable, items)), None)
        if not items:
            why = "uncollected", self._uncollected[gate]
        return {"gate": gate, "tests": [self.named(item) for item in items], "why": why}


def _unmendable(item: pytest.Item) -> tuple[str, str] | None:
    """Why a test does not pass whatever it tests, as far as that can be told before it runs."""
    try:
        skipped, xfailed = skipping.evaluate_skip_marks(item), skipping.evaluate_xfail_marks(item)
    except pytest.fail.Exception:
        return None  # a marker that makes no sense: the run says so
    unittest_says = _of_unittest(item)
    if skipped or unittest_says[0] == "skipped":
        return "skipped", skipped.reason if skipped else unittest_says[1]
    if xfailed or unittest_says[0] == "xfailed":
        return "xfailed", xfailed.reason if xfailed else ""
    missing = _missing_fixture(item)
    return ("no-fixture", f"fixture {missing!r} not found") if missing else None


def _of_unittest(item: pytest.Item) -> tuple[str, str]:
    for owner in (getattr(item, "obj", None), getattr(item, "cls", None)):
        if getattr(owner, "__unittest_skip__", False):
            return "skipped", str(getattr(owner, "__unittest_skip_why__", ""))
        if getattr(owner, "__unittest_expecting_failure__", False):
            return "xfailed", ""
    return "", ""


def _missing_fixture(item: pytest.Item) -> str | None:
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", None)
    if known is None:
        return None
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    names: Sequence[str] = getattr(item, "fixturenames", ())
    return next((name for name in names if name not in known and name not in parameters and name != "request"), None)
