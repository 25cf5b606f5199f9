"""Gates under what projects say of pytest, in files and hooks; and stubs that gates need besides the one on trial."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

import pytest

from jiti.checks.execution import Result
from jiti.errors import GenerationCycleError, GenerationError
from jiti.submission import Submission

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.unit.checks.workshop import Workshop

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
GATES = """
import pytest
from text import slugify


@pytest.mark.slow
@pytest.mark.parametrize("raw", ["A b", "a  B"])
def test_one(raw):
    assert slugify(raw) == "a-b"


class TestTwo:
    def test_two(self):
        assert slugify("x y") == "x-y"
"""


def assert_decides(workshop: Workshop, *, path: str = "test_text.py") -> None:
    gates = workshop.gates(GATES, "test_one", "TestTwo.test_two", path=path)
    execution = workshop.execution(workshop.stub(SOURCE), gates=gates)
    assert [each.code for each in execution.run(WRONG, "").diagnostics] == ["failed"] * 3
    assert execution.run(RIGHT, "") == Result(gates=tuple(gates))


# ---------------------------------------------------------------- settings

INI = "[pytest]\nmarkers = slow\n"


@pytest.mark.parametrize(
    "ini",
    [
        "addopts = -x -k nothing -m 'not slow' --strict-markers --strict-config --lf --deselect test_text.py",
        "addopts = --ignore=test_text.py --ignore-glob=test_* --collect-only --setup-plan",
        "testpaths = elsewhere\npython_files = check_*.py\npython_functions = check_*\npython_classes = Check",
        "addopts = --import-mode=importlib --doctest-modules -q -s --pyargs",
        "filterwarnings = error",
    ],
)
def test_settings_that_select_or_stop_do_not_apply(workshop: Workshop, ini: str) -> None:
    workshop.write("pytest.ini", f"{INI}{ini}\n")
    assert_decides(workshop)


@pytest.mark.parametrize(
    ("plugin", "addopts"),
    [
        ("xdist", "-p xdist -n auto --dist loadscope --maxfail=1"),
        ("pytest_cov", "-p pytest_cov --cov=text --cov-fail-under=100"),
        ("pytest_randomly", "-p pytest_randomly"),
        ("pytest_rerunfailures", "-p pytest_rerunfailures --reruns 3"),
        ("pytest_timeout", "-p pytest_timeout --timeout=60"),
    ],
)
def test_plugins_that_distribute_repeat_or_shuffle_do_not_distort(
    workshop: Workshop, plugin: str, addopts: str
) -> None:
    if importlib.util.find_spec(plugin) is None:
        pytest.skip(f"{plugin} is not installed")
    plugins = {"xdist": "xdist.plugin", "pytest_cov": "pytest_cov.plugin"}
    addopts = addopts.replace(f"-p {plugin}", f"-p {plugins.get(plugin, plugin)}")
    workshop.write("pytest.ini", f"{INI}addopts = {addopts}\n")
    assert_decides(workshop)
    assert not (workshop.root / ".coverage").exists()


@pytest.mark.parametrize(
    "hook",
    [
        "items[:] = []",
        "config.hook.pytest_deselected(items=items[1:]); items[:] = items[:1]",
        "items.reverse()",
        "items *= 2",
    ],
)
def test_hooks_that_leave_out_reorder_or_repeat_do_not_distort(workshop: Workshop, hook: str) -> None:
    workshop.write("conftest.py", f"def pytest_collection_modifyitems(config, items):\n    {hook}\n")
    workshop.write("pytest.ini", INI)
    assert_decides(workshop)


def test_a_hook_that_skips_counts_as_a_skip(workshop: Workshop) -> None:
    hook = (
        "def pytest_collection_modifyitems(items):\n    items[0].add_marker(pytest.mark.skip('--slow is not given'))\n"
    )
    workshop.write("conftest.py", f"import pytest\n\n\n{hook}")
    gates = workshop.gates(GATES, "test_one")
    with pytest.raises(GenerationError, match=r"test_text\.py::test_one .* is skipped:\n--slow is not given"):
        workshop.execution(workshop.stub(SOURCE), gates=gates).run(RIGHT, "")


def test_the_settings_of_a_folder_above_stay_and_ids_are_told_from_the_project(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    above = workshop.root
    (above / "pytest.ini").write_text(INI)
    workshop.root = above / "shop"
    workshop.write("pyproject.toml", "")
    monkeypatch.syspath_prepend(workshop.root)
    workshop.write("tests/conftest.py", "import pytest\n\n\n@pytest.fixture\ndef word():\n    return 'A b'\n")
    test = f"assert str(pytestconfig.rootpath) == {str(above)!r}\n    assert slugify(word) == 'a-b'\n"
    text = f"from text import slugify\n\n\ndef test_it(pytestconfig, word):\n    {test}"
    gates = workshop.gates(text, "test_it", path="tests/test_text.py")
    definition = workshop.stub(SOURCE)
    assert definition.declaration.root == str(workshop.root)
    execution = workshop.execution(definition, gates=gates)
    [found] = execution.run(WRONG, "").diagnostics
    assert (found.path, found.line) == ("tests/test_text.py", 6)
    assert execution.run(RIGHT, "") == Result(gates=tuple(gates))


@pytest.mark.skipif(sys.platform == "win32", reason="not everybody may make links there")
def test_a_project_may_be_reached_by_a_link(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tmp_path / "real"
    real.mkdir()
    workshop.root = tmp_path / "link"
    workshop.root.symlink_to(real)
    monkeypatch.syspath_prepend(workshop.root)
    workshop.write("pyproject.toml", "")
    workshop.write("pytest.ini", INI)
    assert_decides(workshop, path="tests/unit/test_text.py")


@pytest.mark.parametrize("path", ["checks/test_text.py", "test_text.py"])
def test_options_of_a_conftest_in_the_folder_of_tests_may_stand_in_addopts(workshop: Workshop, path: str) -> None:
    workshop.write("pytest.ini", f"{INI}addopts = --color-of-it=red\ntestpaths = checks\n")
    workshop.write("checks/conftest.py", "def pytest_addoption(parser):\n    parser.addoption('--color-of-it')\n")
    assert_decides(workshop, path=path)


@pytest.mark.parametrize("fork", [True, False])
def test_gates_and_scratch_tests_go_together(workshop: Workshop, *, fork: bool) -> None:
    workshop.write("pytest.ini", INI)
    gates = workshop.gates(GATES, "test_one", "TestTwo.test_two")
    execution = workshop.execution(workshop.stub(SOURCE), gates=gates, fork=fork)
    tests = "from text import slugify\n\n\ndef test_it():\n    assert slugify('A') == 'a'\n"
    assert execution.run(RIGHT, tests) == Result(test_count=1, gates=tuple(gates))
    assert [each.check for each in execution.run(WRONG, tests).diagnostics] == ["gate"] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="nothing tells there whose child a process is")
def test_a_candidate_that_changes_a_gates_file_does_not_change_what_is_expected(workshop: Workshop) -> None:
    gates = workshop.gates(GATES, "test_one")
    execution = workshop.execution(workshop.stub(SOURCE), gates=gates)
    forging = (
        "import os, signal\n\n\ndef slugify(text):\n    open('other', 'w').write('def test_one(): ...\\n')\n"
        "    os.replace('other', 'test_text.py')\n"
        "    above = int(open(f'/proc/{os.getppid()}/stat').read().split()[3])\n"
        "    os.kill(above, signal.SIGKILL)\n    signal.pause()\n"
    )
    assert [each.code for each in execution.run(forging, "").diagnostics] == ["crashed"]
    assert {each.code for each in execution.run(WRONG, "").diagnostics} == {"not-run", "forged"}


# ---------------------------------------------------------------- other stubs

NEEDY = """
from text import lower, slugify


def test_plain():
    assert slugify("A b") == "a-b"


def test_needy():
    assert slugify(lower("A b")) == "a-b"
"""


def test_a_stub_that_a_gate_needs_is_generated_and_the_gates_are_run_again(workshop: Workshop) -> None:
    workshop.implementations["lower"] = "def lower(text):\n    return text.lower()\n"
    gates = workshop.gates(NEEDY, "test_plain", "test_needy")
    execution = workshop.execution(workshop.stub(SOURCE), gates=gates)
    assert execution.run(RIGHT, "") == Result(gates=tuple(gates))
    assert [need["qualname"] for need in workshop.needs] == ["lower"]


class Circle:
    """Refuses to generate what waits for the stub on trial; counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def __call__(self, need: Mapping[str, object]) -> None:
        self.asked.append(need["qualname"])
        raise GenerationCycleError("stubs need each other")


@pytest.mark.parametrize("name", ["test_needy", "test_plain"])
def test_a_gate_that_needs_a_stub_which_waits_for_this_one_is_put_off(workshop: Workshop, name: str) -> None:
    gates = workshop.gates(NEEDY, *dict.fromkeys([name, "test_needy"]))
    circle = Circle()
    execution = workshop.execution(workshop.stub(SOURCE), gates=gates, generate=circle)
    judging = tuple(gate for gate in gates if gate.qualname == "test_plain")
    for _ in range(2):
        assert execution.run(RIGHT, "") == Result(gates=judging)
        assert len(execution.run(WRONG, "").diagnostics) == len(judging)
    assert circle.asked == ["lower"]


def test_a_scratch_test_that_needs_such_a_stub_is_told_the_circle_all_the_same(workshop: Workshop) -> None:
    gates = workshop.gates(NEEDY, "test_needy")
    execution = workshop.execution(workshop.stub(SOURCE), gates=gates, generate=Circle())
    with pytest.raises(GenerationCycleError):
        execution.run(RIGHT, "from text import lower\n\n\ndef test_it():\n    assert lower('A')\n")


def test_a_candidate_cannot_have_a_gate_put_off(workshop: Workshop) -> None:
    gates = workshop.gates(NEEDY, "test_plain")
    circle = Circle()
    execution = workshop.execution(workshop.stub(SOURCE), gates=gates, generate=circle)
    needy = "def slugify(text):\n    from text import lower\n    return lower(text)\n"
    with pytest.raises(GenerationCycleError):
        execution.run(needy, "")


# ---------------------------------------------------------------- the whole bench


def test_a_passing_submission_says_which_gates_it_passed(workshop: Workshop) -> None:
    workshop.write("pytest.ini", INI)
    gates = workshop.gates(GATES, "test_one", "TestTwo.test_two")
    bench = workshop.bench(workshop.stub(SOURCE), gates=gates)
    candidate = bench.check(Submission('return "-".join(text.lower().split())')).candidate
    assert candidate is not None
    assert candidate.gates == tuple(gates)
    assert {each.check for each in bench.check(Submission("return text.lower()")).diagnostics} == {"gate"}


IMPLEMENTATION = '''def slugify(text: str) -> str:
    """Convert text to a slug."""
    return  '-'.join(text.lower().split())
'''


@pytest.mark.parametrize(
    ("code", "checks"),
    [
        (IMPLEMENTATION, set()),
        (IMPLEMENTATION.replace(".lower()", ""), {"gate"}),
        (IMPLEMENTATION.replace("text.lower", "test.lower"), {"gate", "ruff", "ty"}),
        (IMPLEMENTATION.replace("text.lower()", "eval('text')"), {"policy"}),
        ("def slugify(", {"shape"}),
    ],
)
def test_an_implementation_that_is_there_is_verified_as_it_stands(
    workshop: Workshop, code: str, checks: set[str]
) -> None:
    workshop.write("pytest.ini", INI)
    gates = workshop.gates(GATES, "test_one", "TestTwo.test_two")
    tests = "from text import slugify\n\n\ndef test_it():\n    assert callable(slugify)\n"
    verdict = workshop.bench(workshop.stub(SOURCE), gates=gates).verify(code, tests)
    assert {each.check for each in verdict.diagnostics} == checks
    if not checks:
        assert verdict.candidate is not None
        assert (verdict.candidate.code, verdict.candidate.tests) == (code, tests)
        assert (verdict.candidate.gates, verdict.candidate.test_count) == (tuple(gates), 1)


def test_a_module_that_calls_its_stub_is_verified_by_that_implementation(workshop: Workshop) -> None:
    workshop.write("pytest.ini", INI)
    gates = workshop.gates(GATES, "test_one", "TestTwo.test_two")
    bench = workshop.bench(workshop.stub(f"{SOURCE}\n\nSLUG = slugify('A B')\n"), gates=gates)
    bench.start()
    assert bench.verify(IMPLEMENTATION, "").passed
    wrong = bench.verify(IMPLEMENTATION.replace(".lower()", ""), "")
    assert {(each.check, each.code) for each in wrong.diagnostics} == {("gate", "failed")}
    assert bench.inspect("SLUG") == "str: 'A-B'"
    with pytest.raises(GenerationError, match=r"slugify is called by .*text\.py:16 while pytest collects its gates"):
        bench.check(Submission('return "-".join(text.lower().split())'))
