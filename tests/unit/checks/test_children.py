"""Child processes: how they get ready, what they need, and that they end whatever happens."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import pytest

from jiti.checks import forking
from jiti.errors import GenerationError
from jiti.live import LiveCall
from tests.unit.checks.workshop import SLUGIFY, await_starters, call, slugify

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.unit.checks.workshop import Workshop


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc, or the parent-death signal")


# ---------------------------------------------------------------- getting ready


def test_noise_of_the_users_module_garbles_nothing(workshop: Workshop) -> None:
    noise = "import os, sys\nprint('noise')\nos.write(1, b'more')\nsys.stderr.write('and more')\n"
    assert workshop.bench(workshop.stub(noise + SLUGIFY)).inspect("1 + LIMIT") == "int: 4"


def test_a_module_that_cannot_be_imported_is_told_with_its_own_traceback(workshop: Workshop) -> None:
    bench = workshop.bench(workshop.stub(f"{SLUGIFY}\n\nraise ValueError('not today')\n"))
    with pytest.raises(GenerationError) as caught:
        bench.inspect("1")
    message = str(caught.value)
    assert message.startswith(
        "text.py::slugify cannot be checked: text cannot be imported in the process that checks candidates:\n"
    )
    assert f'File "{workshop.root}/text.py", line 16, in <module>' in message
    assert "ValueError: not today" in message
    assert "/jiti/" not in message
    assert caught.value.key == "text.py::slugify"


def test_a_conftest_that_fails_is_told_with_its_own_traceback(workshop: Workshop) -> None:
    workshop.write("conftest.py", "raise ValueError('no fixtures today')\n")
    with pytest.raises(GenerationError, match="pytest cannot start in the process") as caught:
        workshop.bench(workshop.stub()).inspect("1")
    assert "no fixtures today" in str(caught.value)


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("pyproject.toml", '[tool.pytest.ini_options]\naddopts = "--cov=app"\n', "unrecognized arguments: --cov=app"),
        ("pyproject.toml", '[tool.pytest.ini_options]\nminversion = "99"\n', "requires pytest-99"),
        ("conftest.py", "def deep(n):\n    return deep(n - 1) if n else 1 / 0\ndeep(60)\n", "division by zero"),
        ("conftest.py", "import pytest\npytest.exit('not here')\n", "not here"),
    ],
)
def test_settings_that_do_not_work_are_told_in_pytests_own_words_before_any_job(
    workshop: Workshop, path: str, text: str, says: str
) -> None:
    workshop.write(path, text)
    bench = workshop.bench(workshop.stub())
    assert bench.problem() is None
    bench.start()
    while (problem := bench.problem()) is None:
        pass
    message = str(problem)
    assert says in message
    assert "usage:" not in message
    assert len(message.splitlines()) < 25
    assert "`python -m pytest --collect-only` has to work" in message
    with pytest.raises(GenerationError) as caught:
        bench.inspect("1")
    assert caught.value is problem


def test_a_conftest_that_calls_the_stub_on_trial_is_told_in_one_sentence(workshop: Workshop) -> None:
    workshop.write("conftest.py", "from text import slugify\n\nSLUG = slugify('Hi')\n")
    with pytest.raises(GenerationError) as caught:
        workshop.bench(workshop.stub()).inspect("1")
    assert str(caught.value).splitlines()[0] == (
        f"text.py::slugify cannot be checked: text.py::slugify is called by {workshop.root}/conftest.py:3 while pytest "
        "starts, and no candidate can be tried that early"
    )


def test_a_conftest_that_calls_another_stub_has_it_generated(workshop: Workshop) -> None:
    workshop.write("conftest.py", "from text import Token, lower\n\nWORD = lower('Hi', Token('x'))\n")
    workshop.implementations["lower"] = "def lower(text, token):\n    return text.lower()\n"
    assert workshop.bench(workshop.stub(TWO)).inspect("__import__('conftest').WORD") == "str: 'hi'"


def test_a_module_that_ends_the_process_is_told_too(workshop: Workshop) -> None:
    bench = workshop.bench(workshop.stub("import os\nos.write(2, b'last words')\nos._exit(3)\n" + SLUGIFY))
    with pytest.raises(GenerationError, match="ended while it got ready:\nlast words"):
        bench.inspect("1")


def test_another_module_of_the_same_name_is_not_taken_for_the_stubs(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.write("elsewhere/text.py", "LIMIT = 'of another'\n")
    monkeypatch.syspath_prepend(workshop.root / "elsewhere")
    assert workshop.bench(workshop.stub()).inspect("LIMIT") == "int: 3"


def test_a_call_in_a_thread_during_the_import_is_told(workshop: Workshop) -> None:
    threads = (
        "import threading\nthread = threading.Thread(target=slugify, args=['Hi'])\nthread.start()\nthread.join()\n"
    )
    with pytest.raises(GenerationError, match="in a thread of its own or by another name, during an import"):
        workshop.bench(workshop.stub(SLUGIFY + threads)).inspect("1")


def test_it_works_in_a_folder_of_any_name_and_without_a_working_directory(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition = workshop.stub(key="café mit Öl/text.py::slugify")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert workshop.bench(definition).inspect("LIMIT") == "int: 3"


def test_secrets_stay_here_and_named_variables_are_passed_on(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_API_KEY", "sesame")
    monkeypatch.setenv("SHOP_TOKEN", "melon")
    bench = workshop.bench(workshop.stub(), env=("SHOP_TOKEN",))
    assert bench.inspect("[__import__('os').environ.get(n) for n in ('MY_API_KEY', 'SHOP_TOKEN')]") == (
        "list: [None, 'melon']"
    )


def test_a_module_that_leaves_threads_running_is_not_forked(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forking, "server_for", lambda *_: None)
    threads = "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    bench = workshop.bench(workshop.stub(threads + SLUGIFY), call(slugify, "Hi"))
    is_our_child = f"__import__('os').getppid() == {os.getpid()}"  # and not a child of our child
    assert bench.inspect(f"threading.active_count() > 1, text, {is_our_child}") == "tuple: (True, 'Hi', True)"
    assert bench.inspect("text") == "str: 'Hi'"


# ---------------------------------------------------------------- needs

TWO = """
from dataclasses import dataclass

from jiti import jiti


@dataclass
class Token:
    word: str


@jiti
def slugify(text: str) -> str:
    '''Convert text to a slug.'''
    ...


@jiti
def lower(text: str, token: Token) -> str:
    '''Lower case.'''
    ...
"""


USES_LOWER = "from text import Token, lower\n\n\ndef slugify(text):\n    {}\n"


def test_a_stub_that_a_candidate_needs_is_generated_and_the_check_run_again(workshop: Workshop) -> None:
    workshop.implementations["lower"] = "def lower(text, token):\n    return text.lower()\n"
    execution = workshop.execution(workshop.stub(TWO), call(slugify, "Hi"))
    result = execution.run(USES_LOWER.format("return lower(text, Token('x'))"), "")
    assert result.diagnostics == ()
    [need] = workshop.needs
    assert (need["key"], need["module"], need["qualname"]) == ("text.py::lower", "text", "lower")
    live = LiveCall.from_need(need)
    assert live.rows("repr") == [("text", "str", "'Hi'"), ("token", "text.Token", "Token(word='x')")]
    assert live.pickled is not None


def test_a_swallowed_need_counts_all_the_same(workshop: Workshop) -> None:
    workshop.implementations["lower"] = "def lower(text, token):\n    return text.lower()\n"
    execution = workshop.execution(workshop.stub(TWO), call(slugify, "Hi"))
    swallow = "try:\n        return lower(text, Token('x'))\n    except BaseException:\n        return 1"
    assert execution.run(USES_LOWER.format(swallow), "").diagnostics == ()
    assert [need["key"] for need in workshop.needs] == ["text.py::lower"]


def test_a_need_that_stays_is_an_error_and_no_endless_loop(workshop: Workshop) -> None:
    execution = workshop.execution(workshop.stub(TWO), call(slugify, "Hi"))
    with pytest.raises(GenerationError, match="which still has no implementation that runs"):
        execution.run(USES_LOWER.format("return lower(text, Token('x'))"), "")


def test_a_stub_that_the_module_itself_needs_is_generated_first(workshop: Workshop) -> None:
    workshop.implementations["lower"] = "def lower(text, token):\n    return text.lower()\n"
    bench = workshop.bench(workshop.stub(f"{TWO}\n\nWORD = lower('Hi', Token('x'))\n"))
    assert bench.inspect("WORD") == "str: 'hi'"
    assert [need["key"] for need in workshop.needs] == ["text.py::lower"]


# ---------------------------------------------------------------- the end


PARENT = """
import sys
import threading
sys.path.insert(0, {root!r})
from jiti.checks import forking
from jiti.checks.children import Children
from jiti.checks.limits import Limits
from jiti.definition import define
from jiti.stub import declaration_for

if {server}:
    keeping = forking.kept()
    keeping.__enter__()
definition = define(declaration_for({root!r}, "text.py::slugify"))
children = Children(definition, "text", None, env=(), generate=print, limits=Limits(), fork={fork})
child = children.start()
if {when!r} != "starting":
    child.needs()
print(child.pid, flush=True)
if {when!r} == "busy":
    children.run({{"kind": "python", "text": {code!r}}}, 60)
sys.stdin.read()
"""


BUSY = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pipe = open({pipe!r}, "w")
if os.fork() == 0:
    os.setsid()
print("busy", file=pipe, flush=True)
time.sleep(99)
"""


@contextmanager
def a_parent(
    workshop: Workshop, temporary: Path, *, fork: bool, when: str, code: str = "", server: bool = False
) -> Generator[subprocess.Popen[bytes]]:
    """A process that has a child; it is killed in the end, and then the child has to end as well."""
    temporary.mkdir()
    script = PARENT.format(root=str(workshop.root), fork=fork, when=when, code=code, server=server)
    environment = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        yield parent
        parent.kill()
    ended, _, _ = select.select([child], [], [], 10)
    os.close(child)
    assert ended


@on_linux
@pytest.mark.parametrize("when", ["starting", "ready", "busy"])
@pytest.mark.parametrize(("fork", "server"), [(True, False), (False, False), (True, True)])
def test_nothing_is_left_when_the_parent_is_killed(
    workshop: Workshop, tmp_path: Path, when: str, *, fork: bool, server: bool
) -> None:
    workshop.stub()
    temporary, pipe = tmp_path / "temporary", tmp_path / "pipe"
    os.mkfifo(pipe)
    code = BUSY.format(pipe=str(pipe))
    with a_parent(workshop, temporary, fork=fork, when=when, code=code, server=server) as parent:
        if when == "busy":
            with pipe.open() as held:
                assert held.readline() == "busy\n"
                parent.kill()
                assert not held.read().replace("busy\n", "")  # its end: no process holds the pipe any more
    assert_empty(temporary)


def assert_empty(folder: Path) -> None:
    """What ends after its children takes a moment more to tidy up."""
    deadline = time.monotonic() + 10
    while list(folder.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert list(folder.iterdir()) == []


INTERRUPTED = """
import os, signal, sys
if "jiti.checks.child" in sys.modules:
    from jiti.checks import processes

    def fails(*_, **__):
        os.kill(os.getpid(), signal.SIGTERM)
        raise LookupError("unknown encoding: ascii")

    processes.end_descendants = fails
"""


@on_linux
def test_the_folder_is_removed_when_leaving_is_interrupted_and_fails(workshop: Workshop, tmp_path: Path) -> None:
    """The parent's end is told twice, by the socket and by a signal; the second must not break off the first."""
    workshop.stub(f"{TWO}\n\n{INTERRUPTED}")
    temporary = tmp_path / "temporary"
    with a_parent(workshop, temporary, fork=False, when="ready"):
        pass
    assert list(temporary.iterdir()) == []


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0


@pytest.mark.parametrize("keeping", [nullcontext, forking.kept])
def test_closing_leaves_no_file_no_descriptor_and_no_thread(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keeping: Callable[[], AbstractContextManager]
) -> None:
    monkeypatch.setattr(forking, "_servers", type(forking._servers)())  # noqa: SLF001 - as for a new process
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    definition = workshop.stub()
    before = open_descriptors(), threading.active_count()
    with keeping():
        for used in (False, True):
            bench = workshop.bench(definition)
            bench.start()
            if used:
                bench.inspect("1")
            await_starters()
            assert list(temporary.iterdir())
            bench.close()
            bench.close()
    assert list(temporary.iterdir()) == []
    assert (open_descriptors(), threading.active_count()) == before
