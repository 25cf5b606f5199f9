"""Projects whose processes do things in a certain order: they tell each other by files how far they have come."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jiti.testing import Project

if TYPE_CHECKING:
    from jiti.testing import Result


def stub(name: str, result: str, decorator: str = "@jiti") -> str:
    return f'\n\n{decorator}\ndef {name}(n: int) -> int:\n    """{result}."""\n'


def run(project: Project, script: str, *arguments: str) -> Result:
    """Run a script in the project; it has to end well."""
    project.write({"main.py": script})
    done = project.run("python", "main.py", *arguments)
    assert done.exit_code == 0, done.stderr
    return done


def session_keys(project: Project) -> list[str]:
    """The stubs that sessions were begun for, in order of their names."""
    return sorted(events[0]["key"] for events in project.sessions())


def outcomes(project: Project) -> list[str]:
    """How the sessions ended; `killed` for one that was not told the end of."""
    return sorted(events[-1].get("outcome", "killed") for events in project.sessions())


def assert_nothing_is_held(project: Project) -> None:
    assert os.listdir(project.root / ".jiti" / ".local" / "locks") == ["guard.lock"]


STAGE = '''
"""What a test's processes tell each other by files, and engines whose models wait for that."""

import os
import subprocess
import sys
import time
from pathlib import Path

from jiti import Engine
from jiti.testing import ScriptedModel

SECONDS = 60.0


def tell(what):
    beside = Path(f".{what}-{os.getpid()}")
    beside.write_text(str(os.getpid()))
    beside.replace(f"told-{what}")


def until(what):
    """Wait for a process to tell that; gives its id."""
    deadline = time.monotonic() + SECONDS
    while not (path := Path(f"told-{what}")).exists():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)
    return int(path.read_text())


def engine(replies, observe=None):
    """An engine whose model answers for each stub of app.py with what a function returns."""
    scripts = {f"app.py::{name}": [reply] * 9 for name, reply in replies.items()}
    return Engine(model=ScriptedModel(scripts), observe=observe)


def start(name, n, **pipes):
    """A process that calls a function of app.py."""
    return subprocess.Popen([sys.executable, "call.py", name, str(n)], text=True, **pipes)


def call(name, n):
    """The value of a function of app.py, or the circle that it ends in."""
    import app
    from jiti.errors import GenerationCycleError

    try:
        return getattr(app, name)(n)
    except GenerationCycleError as error:
        return f"{error.key}: {' '.join(error.cycle)}"
'''
CALL = "import sys\n\nfrom stage import call\n\nprint(call(sys.argv[1], int(sys.argv[2])))\n"
HEAD = "from jiti import jiti\nfrom jiti.testing import submit\nfrom stage import engine, tell, until\n"


def staged(app: str) -> Project:
    return Project({"stage.py": STAGE, "call.py": CALL, "app.py": HEAD + app})
