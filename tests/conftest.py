"""What holds for every test: nothing is asked of a model elsewhere, and this machine's own settings do not matter."""

from __future__ import annotations

import os

import pytest

from jiti import host
from jiti.testing import forbid_requests

for name in [*os.environ]:
    if name.startswith(("ANTHROPIC_", "JITI_")):
        del os.environ[name]
os.environ["NO_PROXY"] = "127.0.0.1"
forbid_requests()


@pytest.fixture(autouse=True)
def _no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the plugin of the run sets for the stubs of users' tests is none of our tests' business."""
    monkeypatch.setattr(host, "current", None)
    monkeypatch.delenv("JITI_FROZEN", raising=False)
