"""The sandbox as a user meets it: what is said, what is recorded, what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti.sandbox import level
from jiti.testing import Project, ScriptedModel, call, submit
from tests.unit.sandbox.confined import needs_kernel

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.models import Reply

APP = '''
from jiti import jiti


@jiti
def double(n: int) -> int:
    """Twice n."""
'''
GATE = """
from pathlib import Path

from app import double
from jiti import jiti


@jiti.required_for(double)
def test_it_is_written_down() -> None:
    Path("out.txt").write_text(str(double(2)))
    assert Path("out.txt").read_text() == "4"
"""
WITHOUT_LANDLOCK = """
import struct
from jiti.sandbox import capabilities, seccomp, system_calls
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x50000 | 38), (0x06, 0, 0, 0x7FFF0000)]
capabilities.give_up()
seccomp.install(b"".join(struct.pack("=HBBI", *step) for step in steps), all_threads=False)
import app
try:
    print(app.double(2))
except Exception as error:
    print(type(error).__name__, error)
"""


def project(*replies: Reply, sandbox: str = "", **files: str) -> Project:
    texts = {f"{name}.py": text for name, text in {"app": APP, **files}.items()}
    settings = f"[tool.jiti.sandbox]\n{sandbox}\n"
    return Project({**texts, "pyproject.toml": settings, ".env": "KEY=secret"}, ScriptedModel(*replies))


def test_a_transcript_says_what_confined_the_session() -> None:
    made = project(submit("return 2 * n"))
    assert made.call("app:double", 2).value == 4
    [session] = made.sessions()
    assert session[0]["sandbox"] == str(level())


@needs_kernel
def test_a_gate_that_is_denied_something_is_told_the_setting_and_passes_with_it() -> None:
    made = project(submit("return 2 * n"), test_app=GATE)
    said = str(made.call("app:double", 2).error)
    assert "Permission denied: 'out.txt'" in said
    assert 'in [tool.jiti.sandbox], write = ["out.txt"] would allow it' in said
    assert not (made.root / "out.txt").exists()
    made = project(submit("return 2 * n"), test_app=GATE, sandbox='write = ["out.txt"]')
    made.write({"out.txt": ""})
    assert made.call("app:double", 2).value == 4


def test_scratch_tests_run_wherever_temporary_files_go_and_nothing_beside_them_does(tmp_path: Path) -> None:
    """In a folder that is everybody's anyone may have put a conftest file."""
    (tmp_path / "conftest.py").write_text("raise RuntimeError\n")
    tests = "from app import double\n\n\ndef test_twice() -> None:\n    assert double(2) == 4\n"
    made = project(submit("return 2 * n", tests=tests))
    assert made.call("app:double", 2, env={"TMPDIR": str(tmp_path)}).value == 4
    assert ".scratch/app/test_double.py" in made.mirror()


@needs_kernel
def test_the_agent_cannot_read_a_secret_and_is_told_why() -> None:
    code = "import app, os\nprint(open(os.path.join(os.path.dirname(app.__file__), '.env')).read())"
    made = project(call("run_python", code=code), submit("return 2 * n"))
    assert made.call("app:double", 2).value == 4
    [session] = made.sessions()
    [output] = [each["output"] for each in session if each.get("name") == "run_python"]
    assert "KEY=" not in output
    assert "the sandbox denies access to .env (its name says that it holds secrets)" in output


@needs_kernel
@pytest.mark.parametrize(
    ("level", "said", "sessions"), [("require", 'ConfigError sandbox = "require"', 0), ("auto", "4", 1)]
)
def test_where_the_kernel_cannot_confine_require_refuses_before_any_request(
    level: str, said: str, sessions: int
) -> None:
    made = project(submit("return 2 * n"), sandbox=f'level = "{level}"', main=WITHOUT_LANDLOCK)
    assert made.run("python", "main.py").stdout.startswith(said)
    assert len(made.sessions()) == sessions
