"""What holds for every test: nothing is asked of a model elsewhere, and this machine's own settings do not matter."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from jiti import host
from jiti.checks import forking
from jiti.testing import forbid_requests, project
from tests.programs import Programs

if TYPE_CHECKING:
    from collections.abc import Generator

for name in [*os.environ]:
    if name.startswith(("ANTHROPIC_", "JITI_")):
        del os.environ[name]
os.environ["NO_PROXY"] = "127.0.0.1"
forbid_requests()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let the processes of tests load no plugin that is installed, but jiti's: there are many, and they are slow."""
    if not session.config.getoption("numprocesses", None):  # else it is said by the processes that run tests
        os.environ.update(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTEST_PLUGINS="jiti.pytest_plugin")


@pytest.fixture(scope="session", autouse=True)
def _fork_server() -> Generator[None]:
    """Start the children of this process's own benches quickly; those of other processes start as everywhere."""
    with forking.kept():
        yield


@pytest.fixture(scope="session", autouse=True)
def _programs() -> Generator[None]:
    """Fork the processes of projects, where they need no new interpreter."""
    programs = Programs()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(project, "run_process", programs.run)
        yield
    programs.close()


@pytest.fixture
def new_interpreters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each process of this test be a new interpreter: for tests of what is imported when, and of starting."""
    monkeypatch.setattr(project, "run_process", subprocess.run)


@pytest.fixture
def users_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes of this test load all plugins, as they do for users."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    monkeypatch.delenv("PYTEST_PLUGINS")


@pytest.fixture
def xdist_and_asyncio(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes of this test load these two beside jiti's."""
    monkeypatch.setenv("PYTEST_PLUGINS", "jiti.pytest_plugin,xdist,asyncio")


@pytest.fixture(autouse=True)
def _no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the plugin of the run sets for the stubs of users' tests is none of our tests' business."""
    monkeypatch.setattr(host, "current", None)
    monkeypatch.delenv("JITI_FROZEN", raising=False)
