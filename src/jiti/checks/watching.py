"""Having a job's process report what the candidate does in it besides computing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from jiti.checks.reports import OURS, Report, candidate_file
from jiti.effects.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pytest

untold: list[tuple[str, str, int]] = []
"""What was seen in a process forked from that of a job: effect, what it was, and the line."""


def begin(job: Mapping[str, Any], key: str, source: str, session: pytest.Session | None, report: Report) -> None:
    """Report from now on what the job's candidate does; what its tests do, in a call-back of theirs, is not its.

    Args:
        job: what the process is to do.
        key: the stub on trial.
        source: its file.
        session: that has collected the gates.
        report: is told.
    """
    if job["candidate"] is None:
        return

    process = os.getpid()

    def tell(effect: str, what: str, line: int) -> None:
        if os.getpid() == process:
            report("effect", effect=effect, what=what, line=line)
        else:  # which has no way to the parent, and must not notice
            untold.append((effect, what, line))

    callers = [job["folder"], *(_tests(session, source) if session is not None else ())]
    Watch(candidate_file(key), ours=OURS, callers=callers, tell=tell).install()


def hand_on(seen: Iterable[tuple[str, str, int]], report: Report) -> None:
    """Report what another process has seen, by what it says.

    Raises:
        TypeError, ValueError: it is nothing that could have been seen.
    """
    for effect, what, line in seen:
        report("effect", effect=str(effect), what=str(what), line=int(line))


def _tests(session: pytest.Session, source: str) -> list[str]:
    """How the paths of tests begin: gates, conftest files, and all beside them unless the stub is there too."""
    plugins = session.config.pluginmanager.get_plugins()
    loaded = [getattr(each, "__file__", None) or "" for each in plugins]
    files = {*(str(item.path) for item in session.items), *(each for each in loaded if each.endswith("conftest.py"))}
    folders = {os.path.dirname(each) + os.sep for each in files}
    return [*files, *(each for each in folders if not source.startswith(each))]
