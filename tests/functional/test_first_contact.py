"""What a newcomer meets before anything works, or the first time that it does: each is told with what to do."""

from __future__ import annotations

import re
import socket
import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from jiti import Engine
from jiti.models.anthropic import FORBID_REQUESTS
from jiti.testing import MessagesServer, Project, ScriptedModel, fault, submit
from tests.functional.one_stub import Asked, one_stub
from tests.functional.test_first_call import FILES, GOOD

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

HOST = "127.0.0.1"
KEYS = (
    "Set ANTHROPIC_API_KEY to a key from https://platform.claude.com/settings/keys (or ANTHROPIC_AUTH_TOKEN to a "
    "token); a server of your own, at ANTHROPIC_BASE_URL, takes any."
)
UNSTABLE = {
    r"\d+\.\d s": "N s",
    r"\d{8}-\d{6}-(\w+)-\w+\.jsonl": r"<time>-\1.jsonl",
    r"shop\d+\.py": "shop.py",
    r"(?m)^ *[~^]+\n": "",  # each Python marks other parts of a line
    r"(127\.0\.0\.1:)\d+": r"\1<port>",
    r"Error code: .*": "Error code: …",
}
"""What differs from run to run and from Python to Python, and what stands for it."""


def stable(text: str, root: Path) -> str:
    text = text.replace(str(root), "<root>")
    for pattern, instead in UNSTABLE.items():
        text = re.sub(pattern, instead, text)
    return text


class Stderr:
    """What a program that ends in a call of the stub prints on stderr."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._root = root
        self._capsys = capsys

    def of(self, engine: Engine) -> str:
        with one_stub(self._root, engine) as stub:
            try:
                stub.double(21)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is printed
                return stable(self._capsys.readouterr().err + self._printed(error), self._root)
        return "it worked"

    def _printed(self, error: Exception) -> str:
        """As Python prints it, from the stub on: what led to it is this test."""
        frames = error.__traceback__
        while frames is not None and not frames.tb_frame.f_code.co_filename.startswith(str(self._root)):
            frames = frames.tb_next
        return "".join(traceback.format_exception(error.with_traceback(frames)))


@pytest.fixture
def stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Stderr:
    return Stderr(tmp_path, capsys)


IN_STUB = """\
Traceback (most recent call last):
  File "<root>/shop.py", line 6, in double
    @jiti(engine=globals().get("engine"))
"""
FAILED = """\
jiti: writing shop.py::double (missing) with claude-test
jiti: did not write shop.py::double · 1 turn · N s · ModelError: shop.py::double: {message}
{cause}

The above exception was the direct cause of the following exception:

{in_stub}jiti.errors.ModelError: shop.py::double: {message}
  spent: 0 tokens
  transcript: <root>/.jiti/.local/sessions/<time>-double.jsonl
  {hint}
"""


def failed(message: str, cause: str, hint: str) -> str:
    return FAILED.format(message=message, cause=cause, hint=hint, in_stub=IN_STUB)


# ---------------------------------------------------------------- the provider


def test_no_key_is_told_before_a_session_begins(
    stderr: Stderr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for home in ("HOME", "USERPROFILE", "APPDATA", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(home, str(tmp_path))
    message = "jiti.errors.ConfigError: there are no credentials for api.anthropic.com"
    assert stderr.of(Engine()) == f"{IN_STUB}{message}\n  {KEYS}\n"
    assert not (tmp_path / ".jiti/.local/sessions").exists()


def test_a_wrong_key(stderr: Stderr) -> None:
    with MessagesServer(fault.status(401)) as server:
        printed = stderr.of(Engine(model=Asked(server.url).model))
    message = f"{HOST} does not accept the credentials (401: scripted, request req_scripted)"
    assert printed == failed(message, "anthropic.AuthenticationError: Error code: …", KEYS)
    assert len(server.requests) == 1


def test_no_network_or_a_server_that_does_not_run(stderr: Stderr) -> None:
    with socket.create_server((HOST, 0)) as listening:
        asked = Asked(f"http://{HOST}:{listening.getsockname()[1]}")
    printed = re.sub(r"\[(Errno|WinError) \d+\] [^\n]*", "<refused>", stderr.of(Engine(model=asked.model)))
    hint = f"Check the network and ANTHROPIC_BASE_URL (now http://{HOST}:<port>)."
    hint += " Nothing was filed; the next call tries again."
    assert printed == failed(f"cannot reach {HOST}: <refused>", "anthropic.APIConnectionError: Connection error.", hint)
    assert asked.waits_up() == [0.5, 1.0]


def test_no_network_to_look_names_up_in(stderr: Stderr, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FORBID_REQUESTS)  # the name is one that never leads anywhere
    asked = Asked("http://messages.invalid")
    printed = re.sub(r"\[Errno -?\d+\] [^\n]*", "<unknown>", stderr.of(Engine(model=asked.model)))
    what = "stubs, what its agent reads of the project, and live arguments"
    told = f"jiti: <root>: sends {what} to messages.invalid (said once; see `values` in the README)\n"
    hint = "Check the spelling of ANTHROPIC_BASE_URL (now http://messages.invalid), and whether this machine can look"
    hint += " names up. Nothing was filed; the next call tries again."
    message = "there is no host messages.invalid: <unknown>"
    assert printed == told + failed(message, "anthropic.APIConnectionError: Connection error.", hint)
    assert asked.waits_up() == [0.5, 1.0]


def test_all_of_a_providers_traceback_is_shown_where_it_is_asked_for(
    stderr: Stderr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JITI_LOG", "debug")
    with MessagesServer(fault.status(401)) as server:
        printed = stderr.of(Engine(model=Asked(server.url).model))
    assert "_base_client.py" in printed
    assert "session.py" in printed


# ---------------------------------------------------------------- the program

SCRIPT = '''from jiti import jiti


@jiti
def double(number: int) -> int:
    """Twice the number."""


print(double(21))
'''


def test_a_stub_without_a_docstring() -> None:
    project = Project({"hello.py": SCRIPT.replace('"""Twice the number."""', "raise NotImplementedError")})
    ran = project.run("python", "hello.py")
    told = "hello.py:4: double has no docstring\n  say in a docstring what it does: it is what the implementation"
    assert (ran.stdout, ran.exit_code) == ("", 1)
    assert stable(ran.stderr, project.root) == (
        'Traceback (most recent call last):\n  File "<root>/hello.py", line 9, in <module>\n    print(double(21))\n'
        '  File "<root>/hello.py", line 4, in double\n    @jiti\n'
        f"jiti.errors.StubError: {told} is written from\n"
    )
    assert ran.changed == {}


def test_a_script_without_a_project_that_calls_its_stub_at_once() -> None:
    """The first thing that a newcomer writes: one file in an empty folder, and no main guard."""
    project = Project({"hello.py": SCRIPT}, ScriptedModel(submit("return number * 2")))
    (project.root / "pyproject.toml").unlink()
    ran = project.run("python", "hello.py")
    assert (ran.stdout, ran.exit_code) == ("42\n", 0), ran.stderr
    assert stable(ran.stderr, project.root) == (
        "jiti: writing hello.py::double (missing) with replay of scripted\n"
        "jiti: wrote .jiti/hello/double.py · 1 turn · N s\n"
    )
    assert {*ran.changed} == {".jiti/.gitignore", ".jiti/ruff.toml", ".jiti/hello/double.py"}
    again = project.run("python", "hello.py")
    assert (again.stdout, again.stderr, again.requests) == ("42\n", "", [])


# ---------------------------------------------------------------- notebooks

KERNEL = """
import linecache, sys

def run_cell(number, text):
    name = {name!r}.format(number)
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), vars(sys.modules["__main__"]))

cells = {cells!r}
sys.modules["__main__"].__dict__.pop("__file__", None)
for number, cell in enumerate(cells):
    run_cell(number, cell)
"""
CELLS = [
    "from jiti import jiti\n",
    "class Token:\n    pass\n\nSIZE = 3\nprint('side effect')\n",
    '@jiti\ndef make(size: int) -> Token:\n    """Make a token."""\n    # hint\n    raise NotImplementedError\n',
    "print(type(make(SIZE)) is Token, type(make(1)) is Token)\n",
]
NAMES = {"as IPython names them": "<ipython-input-{}-abc>", "as kernels do": "/nowhere/ipykernel_1/{}.py"}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_stub_in_a_notebooks_cell_is_generated_and_found_again(name: str) -> None:
    """In the working folder, under the path `__notebook__`."""
    project = Project({}, model=ScriptedModel(submit("return 5"), submit("return Token()")))
    kernel = KERNEL.format(name=name, cells=CELLS)
    first = project.run("python", "-c", kernel)
    assert first.stdout == "side effect\nTrue True\n", first.stderr
    assert stable(first.stderr, project.root) == (
        "jiti: writing __notebook__::make (missing) with replay of scripted\n"
        "jiti: wrote .jiti/__notebook__/make.py · 2 turns · N s\n"
    )
    assert project.mirror()["__notebook__/make.py"].startswith("# Written by jiti for __notebook__::make. ")
    again = project.run("python", "-c", kernel, env={"JITI_FROZEN": "1"})
    assert (again.stdout, again.stderr) == ("side effect\nTrue True\n", "")


def test_code_that_nobody_remembers_cannot_hold_a_stub() -> None:
    """As at a plain prompt before Python 3.13."""
    code = 'from jiti import jiti\nexec(compile(\'@jiti\\ndef f() -> int:\\n  """F."""\\n\', "<stdin>", "exec"))\nf()\n'
    ran = Project({}).run("python", "-c", code)
    *_, error, hint = ran.stderr.splitlines()
    assert error == "jiti.errors.StubError: f has no source file (<stdin>)"
    assert "write the stub in a .py file" in hint


# ---------------------------------------------------------------- what cannot be written

# Root writes where it likes: the process gives up what lets it.
WITHOUT_POWERS = (
    "import ctypes, struct\nctypes.CDLL(None).capset(struct.pack('=Ii', 0x20080522, 0), bytes(24))\n"
    "from app.text import slugify\nprint(slugify('A b'))\n"
)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere powers are given up otherwise")
UNWRITABLE = """\
jiti.errors.ConfigError: <root>/.jiti cannot be written: {why}
  make the folder writable, or generate where it is and take .jiti/ along; with JITI_FROZEN=1 nobody tries
"""


@contextmanager
def read_only(folder: Path) -> Generator[None]:
    """Nothing below the folder can be made or changed by whoever is not all-powerful."""
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for each in folders:
        each.chmod(0o555)
    try:
        yield
    finally:
        for each in folders:
            each.chmod(0o755)


@on_linux
def test_a_read_only_container_runs_what_is_there() -> None:
    """A file that is there needs no writing: no lock, no bytecode."""
    project = Project(FILES, ScriptedModel(GOOD))
    assert project.call("app.text:slugify", "A b").value == "a-b"
    with read_only(project.root):
        ran = project.run("python", "-c", WITHOUT_POWERS)
    assert (ran.stdout, ran.stderr) == ("a-b\n", "")


@on_linux
def test_a_read_only_container_is_told_before_anything_is_paid_for() -> None:
    project = Project(FILES, ScriptedModel(GOOD))
    project.write({"main.py": WITHOUT_POWERS})
    with read_only(project.root):
        ran = project.run("python", "main.py")
    assert stable(ran.stderr, project.root) == (
        'Traceback (most recent call last):\n  File "<root>/main.py", line 4, in <module>\n'
        "    print(slugify('A b'))\n"
        '  File "<root>/app/text.py", line 6, in slugify\n    @jiti\n' + UNWRITABLE.format(why="Permission denied")
    )
    assert (ran.requests, ran.changed) == ([], {})


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such permissions there")
def test_a_mirror_that_cannot_be_made_is_told_before_anything_is_paid_for() -> None:
    """A file in the folder's place stands for every way of not being writable, root's included."""
    project = Project(FILES, ScriptedModel(GOOD))
    (project.root / ".jiti").write_text("in the way")
    ran = project.run("python", "-c", "from app.text import slugify\nslugify('A b')\n")
    assert stable(ran.stderr, project.root).endswith(UNWRITABLE.format(why="Not a directory"))
    assert ran.requests == []
