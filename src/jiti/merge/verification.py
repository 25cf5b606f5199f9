"""Trying merged sources before they are written: a child process reads them as they are to be, and runs the tests."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from jiti.checks.environment import import_path
from jiti.checks.limits import Limits
from jiti.checks.runs import PART_OF_CALL
from jiti.diagnostics import Diagnostic
from jiti.merge import rehearsal
from jiti.sandbox import Policy, hint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jiti.merge.changes import Change
    from jiti.merge.rehearsal import Rehearsal
    from jiti.settings import Settings

_PHASES = ["call", "setup", "teardown"]
_CHARACTERS = 1_500


@dataclass(frozen=True, slots=True)
class Merged:
    """A function as it stands in a merged source.

    Attributes:
        key: what it was a stub under.
        module: the name by which an import statement gets its module, most likely.
        path: of its file, from the project root.
        docstring: as it stands there, not cleaned; empty where there is none.
        line: where that begins.
    """

    key: str
    module: str
    path: str
    docstring: str
    line: int


def problems(
    root: str,
    settings: Settings,
    changes: Sequence[Change],
    tests: Sequence[str],
    merged: Sequence[Merged],
    limits: Limits | None = None,
) -> list[Diagnostic]:
    """What is wrong with files as they are to be: modules that cannot be imported, examples and tests that fail.

    Args:
        root: absolute path of the project root.
        settings: the project's.
        changes: what is to be written. A Python file that is not there yet is taken for one of tests; they run too.
        tests: the node ids of the tests that have to pass, from the root.
        merged: functions whose modules have to be importable, and whose examples have to hold.
        limits: how long each of them may take.

    Raises:
        MergeError: they cannot be tried at all.
        ConfigError: the settings require a sandbox that is not here.
    """
    policy = Policy.of(settings)
    present = {_absolute(root, each.path): each.new_bytes for each in changes if each.old is not None}
    added = {each.path: each.new for each in changes if each.old is None and each.new is not None}
    setup = {
        "root": root,
        "files": {path: data for path, data in present.items() if data is not None},
        "gates": list(dict.fromkeys(tests)),
        "added": added,
        "merged": [asdict(each) for each in merged],
        "path": import_folders(root, [*added, *(each.path for each in merged)]),
        "parent": os.getpid(),
        "sandbox": asdict(policy),
    }
    run = rehearsal.run(setup, settings, limits or Limits())
    found = _judged(run)
    return [_explained(each, root) for each in found] if policy.confined else found


def _judged(run: Rehearsal) -> list[Diagnostic]:
    events = run.events
    found = [*_unready(events, run.printed), *_of_modules(events), *_of_tests(events)]
    if run.seconds is not None:
        return [_out_of_time(events, run.seconds), *_but_not_run(found)]
    if _all(events, "gates") and not _all(events, "done"):
        ended = Diagnostic("gate", _last_test(events), None, "crashed", f"it ended its process\n{run.printed}".strip())
        return [ended, *_but_not_run(found)]
    return found


def _explained(found: Diagnostic, root: str) -> Diagnostic:
    """With the setting that would allow what was denied."""
    denial = hint(found.message, root)
    return replace(found, message=f"{found.message}\n{denial}") if denial else found


def _absolute(root: str, path: str) -> str:
    return os.path.join(root, *path.split("/"))


def import_folders(root: str, paths: Sequence[str]) -> list[str]:
    """Where modules are found: as with `python -m pytest` in the root, and beside some files.

    Args:
        root: absolute path of the project root.
        paths: the files, from there.
    """
    folders = [_outside_packages(os.path.dirname(_absolute(root, each))) for each in paths]
    return list(dict.fromkeys([root, *import_path(), os.path.join(root, "src"), *folders]))


def _outside_packages(folder: str) -> str:
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder = os.path.dirname(folder)
    return folder


# ---------------------------------------------------------------- the verdict


def _all(events: Sequence[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    return [each for each in events if each["event"] == name]


def _unready(events: Sequence[Mapping[str, Any]], printed: str) -> Iterator[Diagnostic]:
    for each in _all(events, "failed"):
        yield Diagnostic("pytest", each["path"], None, each["code"], each["why"][-_CHARACTERS:] or printed)
    if not _all(events, "gates") and not _all(events, "failed"):
        yield Diagnostic("pytest", ".", None, "crashed", f"pytest cannot start\n{printed}".strip())


def _of_modules(events: Sequence[Mapping[str, Any]]) -> Iterator[Diagnostic]:
    for each in _all(events, "example"):
        if not each["passed"]:
            error = each["error"]
            message = f"{each['message']}raised {error['type']}: {error['message']}" if error else each["message"]
            yield Diagnostic("example", each["path"], each["line"], "wrong-output", message)


def _of_tests(events: Sequence[Mapping[str, Any]]) -> Iterator[Diagnostic]:
    """What is wrong with the tests: whatever did not run to its end and pass has failed."""
    for gate in (each for told in _all(events, "gates") for each in told["told"]):
        if gate["why"]:
            code, why = gate["why"]
            yield Diagnostic("gate", gate["gate"], None, code, why)
    for event in _all(events, "uncollected"):
        yield Diagnostic("gate", event["path"], None, "uncollected", event["why"])
    phases = _all(events, "phase")
    for test in _expected(events):
        own = [each for each in phases if each["test"] == test]
        failed = [each for each in own if each["outcome"] != "passed"]
        for each in failed[:1]:
            message = each["message"] if each["when"] == "call" else f"in {each['when']}: {each['message']}"
            yield Diagnostic("gate", test, each["line"], each["outcome"], message[-_CHARACTERS:])
        ran = sorted(each["when"] for each in own if each["when"] != PART_OF_CALL)
        if not failed and ran != _PHASES:
            yield Diagnostic("gate", test, None, "not-run", "it was not run to its end")


def _expected(events: Sequence[Mapping[str, Any]]) -> list[str]:
    gates = [
        test for told in _all(events, "gates") for each in told["told"] for test in each["tests"] if not each["why"]
    ]
    return [*Counter(gates), *(test for each in _all(events, "collected") for test in each["tests"])]


def _out_of_time(events: Sequence[Mapping[str, Any]], seconds: float) -> Diagnostic:
    """That it was ended in the middle of something, and of what."""
    message = f"it did not end within {seconds:g} s"
    if _all(events, "test"):
        return Diagnostic("gate", _last_test(events), None, "timeout", message)
    if _all(events, "trying"):
        return Diagnostic("import", _all(events, "trying")[-1]["path"], None, "timeout", message)
    return Diagnostic("pytest", ".", None, "timeout", f"collecting the tests did not end within {seconds:g} s")


def _but_not_run(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """What is wrong without what was never begun."""
    return [each for each in found if each.code not in {"not-run", "crashed"}]


def _last_test(events: Sequence[Mapping[str, Any]]) -> str:
    started = _all(events, "test")
    return started[-1]["test"] if started else "."
