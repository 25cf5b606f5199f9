"""Approval, in real processes: at a terminal and without one, several at once, in commands and under pytest."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import jiti
from jiti import filing, states
from jiti.cli import main
from jiti.definition import define
from jiti.errors import ApprovalNeededError, FrozenError
from jiti.home import home_of
from jiti.stub import declaration_for
from jiti.testing import Project, ScriptedModel, submit

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "app.py::double"
FILES = {
    "app.py": 'from jiti import jiti\n\n\n@jiti\ndef double(n: int) -> int:\n    """Twice n."""\n',
    "pyproject.toml": '[project]\nname = "app"\nversion = "0"\n\n[tool.jiti]\napprove = "ask"\n',
}
IMPLEMENTATION = ".jiti/app/double.py"
SRC = str(Path(jiti.__file__).parents[1])
CALL = "import app; print(f'got {app.double(21)}')"
terminals = pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")


CODE = 'def double(n: int) -> int:\n    """Twice n."""\n    return n * 2\n'


def project() -> Project:
    """A project whose stub was generated, and waits."""
    made = Project(FILES)
    filing.file(define(declaration_for(str(made.root), KEY)), CODE, made="scripted · 1 turn")
    return made


def command(made: Project, *arguments: str) -> int:
    """The exit code of a command, run here: it is not what these tests are about."""
    return main(["--root", str(made.root), *arguments])


class Terminal:
    """A pseudo-terminal, and what was read on it so far."""

    def __init__(self) -> None:
        self._ours, self.theirs = os.openpty()
        self.text = ""

    def close(self) -> None:
        os.close(self._ours)
        os.close(self.theirs)

    def start(self, root: Path, *command: str) -> subprocess.Popen[bytes]:
        """Start a process on it."""
        return subprocess.Popen(
            command or [sys.executable, "-c", CALL],
            cwd=root,
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
            env={**os.environ, "PYTHONPATH": SRC, "TERM": "dumb"},
        )

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def wait_for(self, text: str, times: int = 1) -> None:
        """Read until a text has come so often."""
        while self.text.count(text) < times:
            ready, _, _ = select.select([self._ours], [], [], 60)
            assert ready, f"{text!r} did not come after\n{self.text}"
            self.text += os.read(self._ours, 65_536).decode().replace("\r\n", "\n")

    def rest(self) -> str:
        """All that is to be read, once every process has ended."""
        while select.select([self._ours], [], [], 0)[0]:
            self.text += os.read(self._ours, 65_536).decode().replace("\r\n", "\n")
        return self.text


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    opened = Terminal()
    yield opened
    opened.close()


QUESTION = "jiti: run it? [y/N] "

# ---------------------------------------------------------------- one process


def test_without_a_terminal_what_is_generated_is_filed_and_the_call_names_the_command() -> None:
    made = Project(FILES, ScriptedModel(submit("return n * 2")))
    called = made.call("app:double", 21)
    assert isinstance(called.error, ApprovalNeededError), called.stderr
    assert "# approved: -\n" in (called.changed[IMPLEMENTATION] or "")
    again = made.call("app:double", 21)
    assert isinstance(again.error, ApprovalNeededError)
    assert f"jiti approve {KEY}" in str(again.error)
    assert again.changed == {}
    assert again.requests == []
    assert command(made, "approve", KEY) == 0
    assert made.call("app:double", 21).value == 42


def test_frozen_it_is_the_same_error_which_is_a_frozen_error() -> None:
    error = project().call("app:double", 21, env={"JITI_FROZEN": "1"}).error
    assert isinstance(error, ApprovalNeededError)
    assert isinstance(error, FrozenError)


@terminals
def test_at_a_terminal_the_code_is_shown_and_runs_after_a_yes(terminal: Terminal) -> None:
    made = project()
    process = terminal.start(made.root)
    terminal.wait_for(QUESTION)
    assert "jiti: app.py::double waits to be approved: .jiti/app/double.py\n" in terminal.text
    assert '    def double(n: int) -> int:\n        """Twice n."""\n        return n * 2\n' in terminal.text
    assert "    effects " in terminal.text
    assert "    gates   none has decided on it\n" in terminal.text
    assert "    made    scripted · 1 turn\n" in terminal.text
    assert "got" not in terminal.text
    terminal.type("y\n")
    assert process.wait(60) == 0
    assert "got 42" in terminal.rest()
    assert made.call("app:double", 21, env={"JITI_FROZEN": "1"}).value == 42


@terminals
def test_at_a_terminal_what_was_just_generated_is_asked_about_at_once(terminal: Terminal, tmp_path: Path) -> None:
    made = Project(FILES)
    ScriptedModel(submit("return n * 2")).save(tmp_path / "recording")
    script = f"import os; os.environ['JITI_REPLAY'] = {str(tmp_path / 'recording')!r}; {CALL}"
    process = terminal.start(made.root, sys.executable, "-c", script)
    terminal.wait_for(QUESTION)
    assert terminal.text.index("wrote .jiti/app/double.py") < terminal.text.index("waits to be approved")
    locks = made.root / ".jiti" / ".local" / "locks"
    assert {path.name for path in locks.iterdir()} == {"asking.lock", "guard.lock"}, "the stub's own is released"
    terminal.type("y\n")
    assert process.wait(60) == 0
    assert "got 42" in terminal.rest()


@terminals
def test_threads_ask_once_and_share_the_answer(terminal: Terminal) -> None:
    made = project()
    script = (
        "import app, threading\n"
        "def call():\n"
        "    try: print('got', app.double(21))\n"
        "    except Exception as error: print(type(error).__name__)\n"
        "threads = [threading.Thread(target=call) for _ in range(3)]\n"
        "[each.start() for each in threads]; [each.join() for each in threads]"
    )
    process = terminal.start(made.root, sys.executable, "-c", script)
    terminal.wait_for(QUESTION)
    terminal.type("n\n")
    assert process.wait(60) == 0
    assert terminal.rest().count("ApprovalNeededError") == 3
    assert terminal.text.count(QUESTION) == 1


@terminals
@pytest.mark.parametrize("answer", ["n\n", "\n", "sure\n", "\x04"])
def test_whatever_is_no_yes_is_a_no_and_is_asked_once(answer: str, terminal: Terminal) -> None:
    made = project()
    twice = "import app\nfor _ in range(2):\n try: app.double(1)\n except Exception as e: print(type(e).__name__)"
    process = terminal.start(made.root, sys.executable, "-c", twice)
    terminal.wait_for(QUESTION)
    terminal.type(answer)
    assert process.wait(60) == 0
    assert terminal.rest().count("ApprovalNeededError") == 2
    assert terminal.text.count(QUESTION) == 1
    assert "# approved: -\n" in made.mirror()["app/double.py"]


@terminals
def test_a_coroutine_is_asked_about_while_the_event_loop_runs_on(terminal: Terminal) -> None:
    made = Project({**FILES, "app.py": FILES["app.py"].replace("def ", "async def ")})
    filing.file(define(declaration_for(str(made.root), KEY)), CODE.replace("def ", "async def "), made="scripted")
    script = (
        "import app, asyncio\nasync def main():\n"
        "    task = asyncio.ensure_future(app.double(21))\n"
        "    ticks = 0\n"
        "    while not task.done():\n        await asyncio.sleep(0.01); ticks += 1\n"
        "    print('got', await task, ticks > 1)\n"
        "asyncio.run(main())"
    )
    process = terminal.start(made.root, sys.executable, "-c", script)
    terminal.wait_for(QUESTION)
    terminal.type("yes\n")
    assert process.wait(60) == 0
    assert "got 42 True" in terminal.rest()


@terminals
def test_what_would_hide_code_on_a_terminal_is_shown_as_such(terminal: Terminal) -> None:
    made = project()
    path = made.root / IMPLEMENTATION
    path.write_text(path.read_text("utf-8") + "# \x1b[2K\x1b[1A \u202e hidden\n", encoding="utf-8")
    process = terminal.start(made.root)
    terminal.wait_for(QUESTION)
    terminal.type("n\n")
    process.wait(60)
    assert "\x1b" not in terminal.rest()
    assert "# \ufffd[2K\ufffd[1A \ufffd hidden" in terminal.text


@terminals
def test_after_a_hand_edit_it_asks_again(terminal: Terminal) -> None:
    made = project()
    command(made, "approve", KEY)
    path = made.root / IMPLEMENTATION
    path.write_text(path.read_text("utf-8").replace("n * 2", "n + n"), encoding="utf-8")
    assert command(made, "check") == 1
    process = terminal.start(made.root)
    terminal.wait_for(QUESTION)
    assert "return n + n" in terminal.text
    assert ", and edited by hand since\n" in terminal.text
    terminal.type("y\n")
    assert process.wait(60) == 0
    assert command(made, "check") == 0
    assert states.look(declaration_for(str(made.root), KEY), asks=True).name == "edited"


@terminals
def test_code_that_changes_under_the_question_is_shown_again(terminal: Terminal) -> None:
    made = project()
    process = terminal.start(made.root)
    terminal.wait_for(QUESTION)
    path = made.root / IMPLEMENTATION
    path.write_text(path.read_text("utf-8").replace("n * 2", "2 * n"), encoding="utf-8")
    terminal.type("y\n")
    terminal.wait_for(QUESTION, 2)
    assert "jiti: app.py::double was changed meanwhile, and nothing was approved: look again\n" in terminal.text
    assert "return 2 * n" in terminal.text
    terminal.type("y\n")
    assert process.wait(60) == 0


@terminals
def test_a_process_in_the_background_asks_nobody(terminal: Terminal) -> None:
    """There, reading from the terminal would stop it."""
    made = project()
    leader = (
        "import os, subprocess, sys\n"
        "os.setsid(); os.open(os.ttyname(0), os.O_RDWR)\n"
        f"sys.exit(subprocess.run([sys.executable, '-c', {CALL!r}], process_group=0).returncode)"
    )
    process = terminal.start(made.root, sys.executable, "-c", leader)
    assert process.wait(60) == 1
    assert "ApprovalNeededError" in terminal.rest()
    assert QUESTION not in terminal.text


# ---------------------------------------------------------------- two processes at once


@terminals
def test_of_two_processes_one_asks_and_its_yes_does_for_both(terminal: Terminal) -> None:
    made = project()
    processes = [terminal.start(made.root) for _ in range(2)]
    terminal.wait_for(QUESTION)
    terminal.type("y\n")
    assert [process.wait(60) for process in processes] == [0, 0]
    assert terminal.rest().count("got 42") == 2
    assert terminal.text.count(QUESTION) == 1


@terminals
def test_who_waits_at_another_terminal_is_told_so(terminal: Terminal) -> None:
    made = project()
    first = terminal.start(made.root)
    terminal.wait_for(QUESTION)
    other = Terminal()
    try:
        second = other.start(made.root)
        name = os.ttyname(terminal.theirs)
        other.wait_for(f"jiti: waiting for the answer to another question about this project at {name}\n")
        terminal.type("y\n")
        assert [first.wait(60), second.wait(60)] == [0, 0]
        assert "got 42" in other.rest()
    finally:
        other.close()
    assert "waiting for" not in terminal.rest()


@terminals
def test_what_was_typed_before_the_question_is_no_answer(terminal: Terminal) -> None:
    made = project()
    terminal.type("y\n")
    process = terminal.start(made.root)
    terminal.wait_for(QUESTION)
    terminal.type("n\n")
    assert process.wait(60) == 1
    assert "ApprovalNeededError" in terminal.rest()


@terminals
def test_after_a_no_the_other_process_asks_for_itself(terminal: Terminal) -> None:
    made = project()
    processes = [terminal.start(made.root) for _ in range(2)]
    terminal.wait_for(QUESTION)
    terminal.type("n\n")
    terminal.wait_for(QUESTION, 2)
    terminal.type("y\n")
    assert sorted(process.wait(60) for process in processes) == [0, 1]
    assert terminal.rest().count("got 42") == 1


@terminals
def test_an_answer_from_elsewhere_counts_at_the_next_question(terminal: Terminal) -> None:
    """And a process without a terminal does not wait for anybody's answer."""
    made = project()
    process = terminal.start(made.root)
    terminal.wait_for(QUESTION)
    assert isinstance(made.call("app:double", 21).error, ApprovalNeededError)
    assert command(made, "approve", KEY) == 0
    assert made.call("app:double", 21).value == 42
    terminal.type("y\n")
    assert process.wait(60) == 0


# ---------------------------------------------------------------- commands


def test_commands_know_what_waits(capsys: pytest.CaptureFixture[str]) -> None:
    made = project()
    assert command(made, "status", "--json") == 0
    (told,) = json.loads(capsys.readouterr().out)["stubs"]
    assert told["state"] == "unapproved"
    assert command(made, "check") == 1
    said = capsys.readouterr().out
    assert "no person has approved the code in .jiti/app/double.py as it is" in said
    assert f"to do: read it, and let it run: jiti approve {KEY}" in said
    assert command(made, "show", KEY) == 0
    assert capsys.readouterr().out.startswith(f"{KEY}  unapproved\n")


def test_merge_refuses_what_waits(capsys: pytest.CaptureFixture[str]) -> None:
    made = project()
    assert command(made, "merge", "--all") == 1
    said = capsys.readouterr()
    assert "is unapproved: nobody has approved its code as it is" in said.out + said.err
    assert f"jiti approve {KEY}" in said.out + said.err
    assert (made.root / "app.py").read_text("utf-8") == FILES["app.py"]
    command(made, "approve", KEY)
    assert command(made, "merge", "--all", "--dry-run") == 0


def test_approve_shows_what_it_stamps(capsys: pytest.CaptureFixture[str]) -> None:
    made = project()
    assert command(made, "approve", KEY) == 0
    said = capsys.readouterr().out
    assert "    return n * 2\n" in said
    assert "effects" in said
    assert said.endswith(f"{KEY}: approved\n")
    text = made.mirror()["app/double.py"]
    header = dict(line[2:].split(": ", 1) for line in text.splitlines() if line.startswith("# ") and ": " in line)
    assert header["approved"] == header["body"]
    assert command(made, "approve", KEY) == 0
    assert "has been approved already" in capsys.readouterr().out
    assert made.mirror()["app/double.py"] == text
    assert command(made, "check") == 0


def test_show_tells_whether_it_is_approved_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    made = project()
    command(made, "approve", KEY)
    command(made, "show", KEY)
    assert "\n    approved: as it stands\n" in capsys.readouterr().out
    path = made.root / IMPLEMENTATION
    path.write_text(path.read_text("utf-8").replace("n * 2", "n + n"), encoding="utf-8")
    command(made, "show", KEY)
    assert "\n    approved: not as it stands\n" in capsys.readouterr().out


def test_approve_tells_machines(capsys: pytest.CaptureFixture[str]) -> None:
    made = project()
    assert command(made, "approve", "app.py", "--json") == 0
    (stub,) = json.loads(capsys.readouterr().out)["stubs"]
    assert (stub["key"], stub["outcome"], stub["implementation"]) == (KEY, "approved", IMPLEMENTATION)
    assert "return n * 2" in stub["code"]
    assert stub["gates"] == []


def test_there_is_nothing_to_approve_without_code(capsys: pytest.CaptureFixture[str]) -> None:
    made = Project(FILES)
    assert command(made, "approve", KEY) == 1
    assert "it is missing: there is no code to approve" in capsys.readouterr().out
    assert made.mirror() == {}
    assert command(made, "approve") == 2


@terminals
@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("y\n", 0)])
def test_at_a_terminal_approve_asks(answer: str, code: int, terminal: Terminal) -> None:
    made = project()
    process = terminal.start(made.root, sys.executable, "-m", "jiti", "approve", KEY)
    terminal.wait_for("approve it? [y/N]: ")
    terminal.type(answer)
    assert process.wait(60) == code
    assert ("# approved: -\n" in made.mirror()["app/double.py"]) is bool(code)


# ---------------------------------------------------------------- pytest, other stubs

GATE = """import jiti
from app import double


@jiti.required_for(double)
def test_it() -> None:
    assert double(2) == 4
"""


def test_under_pytest_it_is_generated_and_its_gates_fail_without_running_it() -> None:
    made = Project({**FILES, "test_app.py": GATE}, ScriptedModel(submit("return n * 2")))
    ran = made.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert ran.exit_code == 1
    assert f"ApprovalNeededError: app.py:4: double has code that nobody has approved: {IMPLEMENTATION}" in ran.stdout
    assert (
        f"waiting   {KEY} in {IMPLEMENTATION} has to be approved by a person\n          jiti approve {KEY}"
        in ran.stdout
    )
    assert IMPLEMENTATION in ran.changed
    assert command(made, "approve", KEY) == 0
    assert made.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider").exit_code == 0


def test_an_unapproved_stub_may_be_called_by_another_ones_candidate() -> None:
    """In the children that check it, where nothing of the user's is at stake."""
    app = FILES["app.py"] + '\n\n@jiti\ndef quadruple(n: int) -> int:\n    """Four times n, by `double`."""\n'
    script = {
        KEY: [submit("return n * 2")],
        "app.py::quadruple": [submit("return double(double(n))", "from app import double\n")],
    }
    made = Project({**FILES, "app.py": app}, ScriptedModel(script))
    first = made.call("app:quadruple", 1)
    assert isinstance(first.error, ApprovalNeededError)
    assert first.error.key == "app.py::quadruple"
    assert {IMPLEMENTATION, ".jiti/app/quadruple.py"} <= first.changed.keys()
    command(made, "approve", "app.py::quadruple")
    second = made.call("app:quadruple", 1)
    assert isinstance(second.error, ApprovalNeededError)
    assert second.error.key == KEY


def test_installed_code_whose_engine_asks_has_to_be_shipped_approved() -> None:
    engine = "@jiti(engine=Engine(approve='ask'))\n"
    stub = FILES["app.py"].replace("@jiti\n", engine).replace("import", "import Engine,")
    made = Project({"app/__init__.py": stub, "app/.jiti/.gitignore": "", "pyproject.toml": ""})
    declaration = declaration_for(str(made.root), "app/__init__.py::double")
    declaration.home = home_of(declaration.source)
    filing.file(define(declaration), CODE, made="scripted")
    packages = made.root / "lib" / "site-packages"
    packages.mkdir(parents=True)
    call = f"import sys; sys.path.insert(0, {str(packages)!r}); {CALL}"
    (made.root / "app").rename(packages / "app")
    refused = made.run("python", "-P", "-c", call)
    assert "ApprovalNeededError" in refused.stderr
    assert "approve it in its own project, and ship its .jiti/" in refused.stderr
    assert made.run("python", "-P", "-c", call, env={"JITI_APPROVE": "ask"}).exit_code == 1
