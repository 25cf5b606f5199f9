"""The pytest plugin: running the tests is the loop. What the collected gates decide on is there before the first one.

It is loaded in every project whose environment has jiti, most of them without a stub: it imports nothing beyond
pytest, and loads what it needs when a collected file speaks of `required_for`, or when a stub is generated.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from jiti.plugin.run import Run

MODES = ("generate", "frozen", "rebuild")
_FROZEN = "JITI_FROZEN"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take `--jiti`, and `jiti` in pytest's own settings."""
    about = (
        "what becomes of stubs that collected tests are required for: `generate` has those written that are missing or "
        "stale, `frozen` never asks a model, `rebuild` has all of them written anew (default: generate; frozen in CI)"
    )
    parser.getgroup("jiti").addoption("--jiti", choices=MODES, help=about)
    parser.addini("jiti", f"{', '.join(MODES)}: the default of --jiti", default="")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Begin before conftest files are imported: they may call stubs."""
    _begin(early_config)
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Begin where pytest was told of this plugin too late to be asked before."""
    given = config.getini("jiti")
    if given and given not in MODES:
        raise pytest.UsageError(f"jiti = {given!r}: expected one of {', '.join(MODES)}")
    _begin(config)


_run: pytest.StashKey[Run] = pytest.StashKey()


def _begin(config: pytest.Config) -> None:
    """Set up what holds for one run of pytest; all of it is undone when that ends."""
    trial = sys.modules.get("jiti.trial")
    if _run in config.stash or (trial is not None and trial.current is not None):
        return  # in a process that tries candidates there is nothing to do
    from jiti import host
    from jiti.plugin.run import Run

    mode, why = _mode(config)
    run = config.stash[_run] = Run(config, rebuild=mode == "rebuild", why_frozen=why if mode == "frozen" else "")
    config.pluginmanager.register(run, "jiti-run")
    outer, host.current = host.current, run
    thaw = _freeze() if mode == "frozen" else None

    def end() -> None:
        host.current = outer
        if thaw is not None:
            thaw()

    config.add_cleanup(end)


def _mode(config: pytest.Config) -> tuple[str, str]:
    """One of `MODES`, and what has decided on it."""
    # Before conftest files are imported the command line has been read in part only; after that, it may name us late.
    option = getattr(config.option, "jiti", None) or getattr(config.known_args_namespace, "jiti", None)
    if option:
        return option, f"--jiti={option}"
    given = config.getini("jiti")
    if given:
        return given, f"`jiti = {given}` in pytest's settings"
    if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
        return "frozen", "CI, which is set"
    return "generate", "the default"


def _freeze() -> Callable[[], None]:
    """Forbid models in this process and those that it starts; gives what undoes it."""
    before = os.environ.get(_FROZEN)
    os.environ[_FROZEN] = "1"

    def thaw() -> None:
        if before is None:
            os.environ.pop(_FROZEN, None)
        else:
            os.environ[_FROZEN] = before

    return thaw
