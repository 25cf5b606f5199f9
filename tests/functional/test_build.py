"""`jiti build`: many stubs ahead of time, in order, side by side, whatever becomes of some of them."""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter

import pytest

from jiti.testing import Project, ScriptedModel, submit
from tests.functional.layered import Layers
from tests.functional.staged import assert_nothing_is_held, outcomes

NO_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "jiti.pytest_plugin"}
"""What is under test does not hang on them, and each child would load them."""

KILLED = """
import signal
import subprocess
import sys
import time
from pathlib import Path

count, number, *arguments = sys.argv[1:]
# Whoever runs the tests may have what they start ignore what Ctrl-C sends.
boot = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); from jiti.cli import main"
command = [sys.executable, "-P", "-c", f"{boot}; sys.exit(main())", *arguments]
process = subprocess.Popen(command)
deadline = time.monotonic() + 100
while len([*Path(".jiti").glob("app/*/*.py")]) < int(count):
    assert process.poll() is None and time.monotonic() < deadline
    time.sleep(0.01)
process.send_signal(int(number))
print(process.wait())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_deep_graph_is_built_in_order_killed_half_way_and_gone_on_with() -> None:
    """60 stubs, six deep, in diamonds, one of which fails."""
    layers = Layers(6, 10, failing=("f2_0",), latency=0.2)
    project, failing = layers.project, "f2_0"
    skipped = layers.above(failing)
    assert len(skipped) == 9
    project.write({"kill.py": KILLED})
    ran = project.run("python", "kill.py", "25", str(int(signal.SIGKILL)), "build", "-j", "8", env=NO_PLUGINS)
    assert ran.stdout == "-9\n", ran.stderr
    first, done = layers.asked[:], layers.filed()
    assert 25 <= len(done) <= 25 + 8
    layers.asked.clear()
    ran = project.run("jiti", "build", "-j", "8", "--json", env=NO_PLUGINS)
    assert ran.exit_code == 3, ran.stderr
    told = json.loads(ran.stdout)
    names = {name for layer in layers.names for name in layer}
    # What is there is not asked for again, and of all else each once.
    assert Counter(layers.asked) == Counter(names - done - skipped)
    assert not layers.early
    assert 4 <= layers.most <= 8
    assert layers.filed() == names - skipped - {failing}
    assert set(first) <= done | {failing} | set(layers.asked)
    came_to = {each["key"].partition("::")[2]: each for each in told["stubs"]}
    assert {name for name, each in came_to.items() if each["outcome"] == "generated"} == names - done - skipped - {
        failing
    }
    assert came_to[failing]["outcome"] == "failed"
    assert {name for name, each in came_to.items() if each["outcome"] == "skipped"} == skipped
    assert {came_to[name]["message"] for name in skipped} == {"needs app/m2.py::f2_0, which failed"}
    assert told["kept"] == len(done)


def test_what_failed_is_tried_again_and_the_summary_says_it_all() -> None:
    layers = Layers(2, 2, failing=("f0_1",))
    ran = layers.project.run("jiti", "build", env=NO_PLUGINS)
    assert ran.exit_code == 3
    rows = [line.split()[:2] for line in ran.stdout.splitlines()]
    assert rows[:2] == [["generated", "app/m0.py::f0_0"], ["failed", "app/m0.py::f0_1"]]
    assert "    the agent gave up: It is not said which number." in ran.stdout
    assert "skipped app/m1.py::f1_0 needs app/m0.py::f0_1, which failed\n" in ran.stdout
    assert ran.stdout.splitlines()[-1].startswith("1 generated, 1 failed, 2 skipped · ")
    told = ran.stderr.splitlines()
    assert [line.partition("·")[0].strip() for line in told[-4:]][-1].startswith("jiti: [4/4] ")
    assert sum(line.startswith("jiti: writing ") for line in told) == 2
    again = layers.project.run("jiti", "build", "--dry-run", env=NO_PLUGINS)
    assert [line.split()[:3] for line in again.stdout.splitlines()[:-1]] == [
        ["generate", "1", "app/m0.py::f0_1"],
        ["generate", "2", "app/m1.py::f1_0"],
        ["generate", "3", "app/m1.py::f1_1"],
    ]
    assert again.stdout.splitlines()[-1] == "3 to generate, 0 to verify, 1 as they should be; about 360 tokens"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="nobody tells who started whom")
def test_an_interrupt_keeps_what_is_done_and_the_next_run_goes_on() -> None:
    layers = Layers(3, 2, latency=0.05)
    project = layers.project
    project.write({"kill.py": KILLED})
    ran = project.run("python", "kill.py", "1", str(int(signal.SIGINT)), "build", "-j", "2", env=NO_PLUGINS)
    assert ran.stdout.splitlines()[-1] == "130", ran.stderr
    assert "ended early: interrupted; what is done is kept, and the next run goes on" in ran.stdout
    assert "Traceback" not in ran.stderr
    assert_nothing_is_held(project)
    done = layers.filed()
    assert 1 <= len(done) < 6
    layers.asked.clear()
    ran = project.run("jiti", "build", "-j", "2", env=NO_PLUGINS)
    assert ran.exit_code == 0, ran.stderr
    assert Counter(layers.asked) == Counter({each for layer in layers.names for each in layer} - done)


APP = '''
from jiti import jiti


@jiti
def double(n: int) -> int:
    """Twice n."""


@jiti
def half(n: int) -> int:
    """The half of n."""
'''
GATES = """
import jiti
from app import double, half


@jiti.required_for(double)
def test_double():
    assert double(2) == 4


@jiti.required_for(double, half)
def test_there_and_back():
    assert half(double(3)) == 3
"""


def test_gates_that_need_two_stubs_are_passed_by_both_and_changed_ones_are_verified_without_a_model() -> None:
    scripts = {"app.py::double": [submit("return n * 2")], "app.py::half": [submit("return n // 2")]}
    project = Project({"app.py": APP, "tests/test_app.py": GATES}, ScriptedModel(scripts))
    built = project.run("jiti", "build", env=NO_PLUGINS)
    assert built.exit_code == 0, built.stdout + built.stderr
    assert built.stdout.splitlines()[-1].startswith("2 generated · ")
    assert project.run("jiti", "check").exit_code == 0
    project.write({"tests/test_app.py": GATES.replace("double(2) == 4", "double(4) == 8")})
    assert project.run("jiti", "check").exit_code == 1
    told = project.run("jiti", "build", "--verify", env=NO_PLUGINS)
    assert (told.exit_code, told.requests) == (0, [])
    assert told.stdout.splitlines()[-1].startswith("1 verified, 1 as they should be · no tokens · ")
    assert project.run("jiti", "check").exit_code == 0
    project.write({"tests/test_app.py": GATES.replace("double(2) == 4", "double(4) == 9")})
    before = project.mirror()
    told = project.run("jiti", "build", "--verify", env=NO_PLUGINS)
    assert (told.exit_code, told.requests, project.mirror()) == (3, [], before)
    assert "app.py::double  failing\n" in told.stdout
    assert outcomes(project) == ["accepted", "accepted"]


OWN = '''
from jiti import Budget, Engine, jiti
from jiti.testing import ScriptedModel, submit

print("imported")


@jiti(engine=Engine(model=ScriptedModel(submit("return 1"))))
def one() -> int:
    """Always 1."""
'''
BROKEN = 'raise LookupError("no database")\n' + OWN
SCRIPT = "raise SystemExit(0)\n" + OWN


def test_a_stub_is_written_by_its_own_engine_and_a_module_that_cannot_be_imported_fails_alone() -> None:
    files = {"src/app/one.py": OWN, "src/app/bad.py": BROKEN, "src/app/script.py": SCRIPT, "src/app/__init__.py": ""}
    project = Project(files)
    ran = project.run("jiti", "build", "--json", env=NO_PLUGINS)
    assert ran.exit_code == 3
    told = json.loads(ran.stdout)  # what modules print is not in it
    assert "imported\n" in ran.stderr
    assert [(each["key"], each["outcome"]) for each in told["stubs"]] == [
        ("src/app/bad.py::one", "failed"),
        ("src/app/one.py::one", "generated"),
        ("src/app/script.py::one", "failed"),
    ]
    assert told["stubs"][0]["message"] == "src/app/bad.py:9: app.bad cannot be imported: LookupError: no database"


def test_what_the_process_may_spend_ends_the_build() -> None:
    layers = Layers(1, 4)
    layers.project.write({"pyproject.toml": "[tool.jiti.budget]\nprocess_usd = 0.0\n"})
    ran = layers.project.run("jiti", "build", "-j", "1", env=NO_PLUGINS)
    assert ran.exit_code == 3
    assert layers.asked == []
    ended = ran.stdout.splitlines()[-2]
    assert ended.startswith("ended early: ")
    assert ended.endswith(" has spent its budget: $0.0000 of $0.0000")
    assert ran.stdout.splitlines()[-1].startswith("1 failed, 3 not done · ")


def test_where_all_is_frozen_nothing_is_begun() -> None:
    layers = Layers(1, 2)
    ran = layers.project.run("jiti", "build", env={"JITI_FROZEN": "1"})
    assert (ran.exit_code, ran.stdout, ran.changed) == (1, "", {})
    assert ran.stderr.startswith("jiti: error: 2 stubs would have to be generated, and the project is frozen\n")


def test_what_a_person_has_to_approve_is_said() -> None:
    layers = Layers(1, 1)
    layers.project.write({"pyproject.toml": '[tool.jiti]\napprove = "ask"\n'})
    ran = layers.project.run("jiti", "build", env=NO_PLUGINS)
    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[-2] == "1 stub to be approved before the code runs: jiti approve app/m0.py::f0_0"
