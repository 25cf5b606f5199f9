"""For tests of code that uses jiti, and of jiti itself: no key, no network, no model.

- `ScriptedModel` answers with replies that `submit`, `submit_test`, `give_up`, `call`, `say` and `reply` build.
- `Project` lays out a small project and runs `jiti` and `python` in it, on a scripted model.
- `MessagesServer` speaks the Messages API on this machine, for the real client; `fault` makes it fail.
- `forbid_requests` makes sure that no test asks a real model.
"""

from __future__ import annotations

import os

from jiti.models.anthropic import FORBID_REQUESTS
from jiti.testing import fault
from jiti.testing.project import Call, Project, Result
from jiti.testing.scripted import ScriptedModel, call, give_up, reply, say, submit, submit_test
from jiti.testing.server import MessagesServer, Received

__all__ = [
    "Call",
    "MessagesServer",
    "Project",
    "Received",
    "Result",
    "ScriptedModel",
    "call",
    "fault",
    "forbid_requests",
    "give_up",
    "reply",
    "say",
    "submit",
    "submit_test",
]


def forbid_requests() -> None:
    """Refuse every request to a model on another machine, in this process and those that it starts.

    For a `conftest.py`. Requests to this machine go through: they are how the real client is tested.
    """
    os.environ[FORBID_REQUESTS] = "1"
