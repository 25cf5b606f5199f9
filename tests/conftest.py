"""What holds for every test: nothing is asked of a model elsewhere, and this machine's own settings do not matter."""

from __future__ import annotations

import os

from jiti.testing import forbid_requests

for name in [*os.environ]:
    if name.startswith(("ANTHROPIC_", "JITI_")):
        del os.environ[name]
os.environ["NO_PROXY"] = "127.0.0.1"
forbid_requests()
