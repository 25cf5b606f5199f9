"""Programs of test projects that are forked, beside the same ones that are new interpreters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jiti
from jiti.testing import Project, ScriptedModel, project, submit
from tests.programs import SUPPORTED

if TYPE_CHECKING:
    from jiti.testing import Result

pytestmark = pytest.mark.skipif(not SUPPORTED, reason="programs are forked on Linux alone")

SEES = """
import json, locale, os, resource, signal, sys, threading, warnings
seen = {
    "arguments": [sys.argv, sys.orig_argv, __name__, __doc__, __package__, globals().get("__file__")],
    "main": [sys.modules_["__main__"].__dict__ is globals(), type(__loader__).__name__, __spec__ and __spec__.name],
    "path": sys.path,
    "folder": [os.getcwd(), os.umask(0o22)],
    "variables": dict(os.environ),
    "handlers": [str(signal.getsignal(number)) for number in sorted(signal.valid_signals())],
    "mask": [str(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, [])],
    "threads": [threading.active_count(), threading.current_thread() is threading.main_thread()],
    "group": [os.getsid(0), os.getpgid(0)],
    "limits": [os.nice(0), *(resource.getrlimit(number) for number in range(10)), sys.getrecursionlimit()],
    "warnings": len(warnings.filters),
    "locale": [locale.setlocale(locale.LC_ALL), sys.getfilesystemencoding()],
    "flags": [sys.dont_write_bytecode, sys.pycache_prefix, sys.gettrace(), sys.excepthook is sys.__excepthook__],
    "streams": [
        [each.encoding, each.errors, each.line_buffering, each.isatty(), each.seekable(), each.fileno(), each is first]
        for each, first in [
            (sys.stdin, sys.__stdin__), (sys.stdout, sys.__stdout__), (sys.stderr, sys.__stderr__)
        ]
    ],
    "input": sys.stdin.read(),
}
print(json.dumps(seen))
print("to the other stream", file=sys.stderr)
""".replace("sys.modules_", "__import__('importlib').sys.__dict__['modules']")

WITH_EXIT = """
import atexit, sys, threading, time
atexit.register(print, "at the end")
threading.Thread(target=lambda: (time.sleep(0.01), print("of a thread"))).start()
class Gone:
    def __del__(self):
        print("gone")
kept = Gone()
unflushed = open("left.txt", "w")
unflushed.write("all of it")
"""


def both(files: dict[str, str], *argv: str, **options: Any) -> list[Result]:  # noqa: ANN401 - what `run` takes
    """What a forked program comes to, and a new interpreter."""
    made = Project(files)
    forked = made.run(*argv, **options)
    for path in forked.changed:
        (made.root / path).unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(project, "run_process", subprocess.run)
        return [forked, made.run(*argv, **options)]


@pytest.mark.parametrize("argv", [("-c", SEES), ("inner/seen.py",), ("-m", "inner.seen")], ids=lambda argv: argv[0])
def test_a_forked_program_sees_what_a_new_interpreter_sees(argv: tuple[str, ...]) -> None:
    files = {"inner/__init__.py": "", "inner/seen.py": SEES}
    forked, new = both(files, "python", *argv, "a", "--b", input="ä", env={"MORE": "1"})
    assert json.loads(forked.stdout) == json.loads(new.stdout), new.stderr
    assert (forked.exit_code, forked.stderr) == (new.exit_code, new.stderr) == (0, "to the other stream\n")


@pytest.mark.parametrize(
    "last",
    [
        "",
        "print('not flushed', end=''); sys.exit(259)",
        "sys.exit('a word')",
        "(lambda: 1 / 0)()",
        "raise KeyboardInterrupt",
        "threading.Thread(target=lambda: 1 / 0, name='failing').start()",
        "threading.Thread(target=time.sleep, args=[60], daemon=True).start()",
        "import os; os._exit(7)",
        "import os, signal; os.kill(os.getpid(), signal.SIGTERM); time.sleep(60)",
        "1 +",
    ],
)
def test_a_forked_program_ends_as_a_new_interpreter_ends(last: str) -> None:
    forked, new = both({"ends.py": WITH_EXIT + last}, "python", "ends.py")
    # Of what has daemon threads nothing is taken apart in the end: only what they cannot see is the same.
    expected = new.stdout.replace("gone\n", "") if "daemon" in last else new.stdout
    assert (forked.exit_code, forked.stdout, forked.stderr) == (new.exit_code, expected, new.stderr)
    assert forked.changed == new.changed or "daemon" in last


def test_code_on_the_command_line_fails_as_in_a_new_interpreter() -> None:
    forked, new = both({}, "python", "-c", "def f():\n    raise ValueError('no')\nf()")
    assert (forked.exit_code, forked.stderr) == (new.exit_code, new.stderr)


PARENT = "import os; print(os.getppid())"


@pytest.mark.parametrize(
    ("files", "argv", "env"),
    [
        ({}, ("-c", f"{PARENT}; import sys; assert 'jiti' not in sys.modules"), {}),
        ({"main.py": PARENT}, ("-I", "main.py"), {}),
        ({"main.py": PARENT}, ("main.py",), {"PYTHONHASHSEED": "1"}),
        ({"main.py": PARENT, "rich.py": ""}, ("main.py",), {}),
        ({"inner/main.py": PARENT, "inner/typeguard/__init__.py": ""}, ("inner/main.py",), {}),
    ],
)
def test_what_could_tell_the_difference_is_a_new_interpreter(
    files: dict[str, str], argv: tuple[str, ...], env: dict[str, str]
) -> None:
    assert int(Project(files).run("python", *argv, env=env).stdout) == os.getpid()
    assert int(Project({}).run("python", "-c", PARENT).stdout) != os.getpid()


@pytest.mark.usefixtures("new_interpreters")
def test_a_test_can_have_new_interpreters_alone() -> None:
    assert int(Project({}).run("python", "-c", PARENT).stdout) == os.getpid()


def test_a_program_that_does_not_end_is_ended() -> None:
    made = Project({"main.py": "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)\n"})
    command = [sys.executable, "main.py"]
    environment = {"PYTHONPATH": str(Path(jiti.__file__).parents[1]), "PYTHONIOENCODING": "utf-8"}
    with pytest.raises(subprocess.TimeoutExpired):
        project.run_process(command, cwd=made.root, env=environment, input=b"", timeout=0.01)


def test_a_forked_program_generates_and_leaves_nothing() -> None:
    source = 'from jiti import jiti\n\n\n@jiti\ndef double(n: int) -> int:\n    """Twice n."""\n'
    made = Project({"m.py": source}, ScriptedModel(submit("return 2 * n")))
    assert made.call("m:double", 2).value == 4
    assert made.call("m:double", 3, env={"JITI_FROZEN": "1"}).value == 6
