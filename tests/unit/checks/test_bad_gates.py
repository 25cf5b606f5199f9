"""Gates that cannot pass, do not end, or do harm: told to whom they concern, and nothing of them stays."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from jiti.checks import processes
from jiti.errors import GenerationError

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.checks.execution import Execution
    from tests.unit.checks.workshop import Workshop

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only a process group can be ended")

SOURCE = '''
from jiti import jiti


@jiti
def slugify(text: str) -> str:
    """Convert text to a slug."""
    ...


@jiti
def lower(text: str) -> str:
    """Lower case."""
    ...
'''
RIGHT = "def slugify(text):\n    return '-'.join(text.lower().split())\n"
WRONG = "def slugify(text):\n    return text.lower()\n"
IMPORT = "import os, signal, sys, time, unittest\nimport pytest\nfrom text import lower, slugify\n\n"
ASSERTS = "assert slugify('A b') == 'a-b'"
WRONG_HERE = "slugify('A b') != 'a-b'"
SECONDS = 0.8


def gate_of(*lines: str, name: str = "test_it", above: str = "", takes: str = "") -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"{IMPORT}{above}def {name}({takes}):\n{body}"


def execution_of(workshop: Workshop, text: str, *names: str, test: float = 30.0) -> Execution:
    gates = workshop.gates(text, *(names or ("test_it",)))
    return workshop.execution(workshop.stub(SOURCE), gates=gates, test=test)


# ---------------------------------------------------------------- known before anything is run

UNMENDABLE = {
    "not there": ("VALUE = 1\n", "cannot be collected", "test_text.py::test_it"),
    "in a file with a syntax error": ("def test_it(:\n", "cannot be collected", "SyntaxError"),
    "in a file that cannot be imported": (
        "import nowhere\n\n\ndef test_it(): ...\n",
        "cannot be collected",
        "No module named 'nowhere'",
    ),
    "in a file that skips itself": (
        "import pytest\npytest.skip('not today', allow_module_level=True)\n\n\ndef test_it(): ...\n",
        "cannot be collected",
        "not today",
    ),
    "with parameters that do not fit": (
        gate_of(ASSERTS, above="@pytest.mark.parametrize('raw', [1])\n"),
        "cannot be collected",
        "uses no argument 'raw'",
    ),
    "skipped": (gate_of(ASSERTS, above="@pytest.mark.skip(reason='later')\n"), "is skipped", "later"),
    "skipped here": (
        gate_of(ASSERTS, above="@pytest.mark.skipif('sys.platform', reason='not here')\n"),
        "is skipped",
        "not here",
    ),
    "skipped in one case": (
        gate_of(
            ASSERTS,
            takes="raw",
            above="@pytest.mark.parametrize('raw', [1, pytest.param(2, marks=pytest.mark.skip('two'))])\n",
        ),
        "is skipped",
        "two",
    ),
    "skipped with its class": (
        f"{IMPORT}@unittest.skip('later')\nclass TestIt(unittest.TestCase):\n    def test_it(self): ...\n",
        "is skipped",
        "later",
    ),
    "expected to fail": (gate_of(ASSERTS, above="@pytest.mark.xfail(reason='bug')\n"), "is expected to", "bug"),
    "without its fixture": (gate_of(ASSERTS, takes="nothing"), "fixture that it does not get", "'nothing'"),
}


@pytest.mark.parametrize("name", UNMENDABLE)
def test_a_gate_that_no_candidate_can_pass_is_told_before_anything_is_asked_of_the_agent(
    workshop: Workshop, name: str
) -> None:
    text, what, why = UNMENDABLE[name]
    gate = "TestIt.test_it" if "TestIt" in text else "test_it"
    bench = workshop.bench(workshop.stub(SOURCE), gates=workshop.gates(text, gate))
    bench.start()
    while (problem := bench.problem()) is None:
        pass
    first, *others = str(problem).splitlines()
    node_id = gate.replace(".", "::")
    assert first.startswith(f"text.py::slugify cannot be checked: its gate test_text.py::{node_id} (test_text.py:")
    assert what in first
    assert why in "\n".join(others)
    assert node_id in str(problem.hint) or "required_for" in str(problem.hint)
    with pytest.raises(GenerationError) as caught:
        bench.inspect("1")
    assert caught.value is problem


def test_of_several_gates_it_is_told_which_one_is_not_there(workshop: Workshop) -> None:
    text = gate_of(ASSERTS, name="test_one")
    execution = execution_of(workshop, text, "test_one", "test_two")
    with pytest.raises(
        GenerationError, match=r"its gate test_text\.py::test_two \(test_text\.py:1\) cannot be collect"
    ):
        execution.run(RIGHT, "")


def test_a_file_that_calls_the_stub_on_trial_is_told_with_its_line(workshop: Workshop) -> None:
    execution = execution_of(workshop, f"{IMPORT}SLUG = slugify('A b')\n\n\ndef test_it(): ...\n")
    says = r"slugify is called by .*test_text\.py:5 while pytest collects its gates, and no candidate can be tried"
    with pytest.raises(GenerationError, match=says):
        execution.run(RIGHT, "")


def test_a_file_that_calls_another_stub_has_it_generated(workshop: Workshop) -> None:
    workshop.implementations["lower"] = "def lower(text):\n    return text.lower()\n"
    text = f"{IMPORT}RAW = lower('A b')\n\n\ndef test_it():\n    assert slugify(RAW) == 'a-b'\n"
    execution = execution_of(workshop, text)
    assert [each.code for each in execution.run(WRONG, "").diagnostics] == ["failed"]
    assert execution.run(RIGHT, "").diagnostics == ()
    assert [need["qualname"] for need in workshop.needs] == ["lower"]


# ---------------------------------------------------------------- known once it runs


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (gate_of("pytest.skip('no database')"), "is skipped:\n.*no database"),
        (gate_of(ASSERTS, "pytest.skip('no database')"), "is skipped:\n.*no database"),
        (gate_of("pytest.xfail('known')"), "is expected to fail:\n.*known"),
        (
            gate_of(ASSERTS, above="@pytest.fixture(autouse=True)\ndef it():\n    pytest.skip('no net')\n\n"),
            "is skipped:\n.*no net",
        ),
        (
            gate_of(ASSERTS, above="@pytest.fixture(autouse=True)\ndef it():\n    raise OSError('gone')\n\n"),
            "fails without having called what it decides on:\n.*OSError: gone",
        ),
        (gate_of("nowhere"), "fails without having called .*NameError"),
        (gate_of("os._exit(3)"), r"fails without .*test_it ended its own process \(exit code 3\)"),
        (gate_of("os.kill(os.getpid(), 9)"), r"fails without .*ended its own process \(killed by SIGKILL\)"),
        (gate_of("time.sleep(99)"), r"fails without .*test_it did not end within 0\.8 s"),
        (gate_of("pytest.exit('enough')"), "fails without .*enough"),
    ],
)
def test_a_gate_that_does_not_pass_whatever_the_candidate_is_told_to_the_user(
    workshop: Workshop, text: str, says: str
) -> None:
    execution = execution_of(workshop, text, test=SECONDS)
    with pytest.raises(GenerationError, match=f"(?s){says}"):
        execution.run(RIGHT, "")


# ---------------------------------------------------------------- the candidate's doing


@on_linux
@pytest.mark.parametrize(
    ("gate", "code"),
    [
        (["time.sleep(0 if slugify('A b') == 'a-b' else 99)"], "timeout"),
        (["print('x' * 900_000)", ASSERTS], "failed"),
        ([f"if {WRONG_HERE}: os._exit(0)"], "crashed"),
        ([f"if {WRONG_HERE}: os.kill(os.getpid(), 9)"], "crashed"),
        ([f"if {WRONG_HERE}: os.kill(os.getppid(), 9); time.sleep(99)"], "crashed"),
        ([f"wrong = {WRONG_HERE}", "while wrong: os.fork()"], "processes"),
        ([f"wrong = {WRONG_HERE}", "while wrong: os.write(1, b'x' * 100_000)"], "output"),
        ([f"if {WRONG_HERE}: pytest.exit('enough')"], "stopped"),
    ],
)
def test_what_a_gate_does_to_a_wrong_candidate_turns_it_down(workshop: Workshop, gate: list[str], code: str) -> None:
    execution = execution_of(workshop, gate_of(*gate), test=SECONDS)
    found = execution.run(WRONG, "").diagnostics
    assert {each.check for each in found} == {"gate"}
    assert code in {each.code for each in found}
    assert execution.run(RIGHT, "").diagnostics == ()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("while True: pass", "timeout"),
        ("import os; os._exit(0)", "crashed"),
        ("import unittest; raise unittest.SkipTest('no thanks')", "skipped"),
        ("raise SystemExit(0)", "failed"),
        ("raise KeyboardInterrupt", "stopped"),
    ],
)
def test_a_candidate_that_does_not_end_in_a_gate_or_ends_it_is_turned_down(
    workshop: Workshop, body: str, code: str
) -> None:
    execution = execution_of(workshop, gate_of(ASSERTS), test=SECONDS)
    [found] = execution.run(f"def slugify(text):\n    {body}\n", "").diagnostics
    assert (found.check, found.path, found.code) == ("gate", "test_text.py" if code != "stopped" else "candidate", code)
    assert execution.run(RIGHT, "").diagnostics == ()


# ---------------------------------------------------------------- nothing stays

DAEMON = """
def daemon(path):
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            open(path, "a").write(os.environ["JITI_CHILD"] + "\\n")
            os.close(writing)
            os.dup2(os.open(os.devnull, os.O_RDWR), 1)
            time.sleep(99)
        os._exit(0)
    os.close(writing)
    os.read(reading, 1)

"""


@on_linux
@pytest.mark.parametrize("then", ["", "time.sleep(99)", "os.kill(os.getppid(), 9); time.sleep(99)", "os._exit(0)"])
def test_daemons_of_a_gate_are_ended_however_it_ends(workshop: Workshop, tmp_path: Path, then: str) -> None:
    started = tmp_path / "started"
    text = gate_of(f"daemon({str(started)!r})", f"if slugify('A b') != 'a-b': {then or 'pass'}", above=DAEMON)
    execution = execution_of(workshop, text, test=SECONDS)
    for code in (WRONG, RIGHT):
        found = execution.run(code, "").diagnostics
        assert bool(found) == (code == WRONG and then != "")
    workshop.close()
    tags = started.read_text().splitlines()
    assert len(tags) == 2
    assert [pid for tag in tags for pid in processes.tagged(tag)] == []
