"""The pytest plugin, in runs of pytest within this process: modes, refused gates, what is shown, what is undone."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from jiti import filing, gates, host, loader, requirements, stub
from jiti.definition import define
from jiti.errors import GenerationError
from jiti.plugin import collected, lines, preparation, record, rewriting
from jiti.plugin.shared import Board
from jiti.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.usefixtures("users_plugins")

KEPT = (collected, lines, preparation, record, rewriting)
"""What a run within this one would import anew, and drop again at its end."""

TEXT = '''
from jiti import jiti

@jiti
def shout(text: str) -> str:
    """In capitals."""
    ...
'''
GATED = """
import jiti, pytest
from app_of_plugin import shout

@jiti.required_for(shout)
@pytest.mark.parametrize("raw", ["a", "b"])
def test_gate(raw):
    assert shout(raw) == raw.upper()

def test_other():
    pass
"""
SHOUT = 'def shout(text: str) -> str:\n    """In capitals."""\n    return text.upper()\n'
FROZEN = "*Failed: FrozenError: app_of_plugin.py:4: shout is missing, and frozen: no model may be used*"


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs pytest on a project of its own."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("JITI_FROZEN", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # others take time, and have tests of their own
    return Run(pytester)


class Run:
    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.root = str(pytester.path)
        pytester.syspathinsert()

    def write(self, **files: str) -> None:
        """Files by name, with `__` for `/`."""
        for name, text in files.items():
            path = self.pytester.path / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def implement(self, key: str, code: str) -> None:
        """File an implementation that has passed all its gates."""
        declaration = stub.declaration_for(self.root, key)
        found = gates.find(self.root, Settings())
        definition = define(declaration)
        uses = ""
        if definition.is_test:
            uses = requirements.uses_line(requirements.targets_of(declaration, Settings()))
        filing.file(definition, code, made="by hand", gates=gates.header_line(found.of(key)), uses=uses)

    def __call__(self, *args: str) -> pytest.RunResult:
        plugin = () if "-pno:jiti" in args else ("-pjiti",)
        return self.pytester.runpytest_inprocess("-pno:cacheprovider", *plugin, *args)


# ------------------------------------------------------------ quiet where no stub is involved


@pytest.mark.parametrize("flags", [(), ("-q",), ("-v",), ("--co", "-q"), ("-s",)])
def test_a_project_without_stubs_sees_nothing_of_it(run: Run, flags: tuple[str, ...]) -> None:
    run.write(test_plain="def test_one(): print('said')\n\ndef test_two(): assert 0\n")
    assert told(run("--no-header", *flags)) == told(run("--no-header", "-pno:jiti", *flags))


def told(result: pytest.RunResult) -> list[str]:
    """What was printed, but for the seconds that it took."""
    return [line.partition(" in ")[0].strip("= ") for line in result.outlines + result.errlines]


def test_nothing_is_said_where_all_is_there_and_has_passed(run: Run) -> None:
    run.write(app_of_plugin=TEXT, test_it=GATED)
    run.implement("app_of_plugin.py::shout", SHOUT)
    result = run()
    result.assert_outcomes(passed=3)
    result.stdout.no_fnmatch_line("*=* jiti *")


def test_loading_it_loads_next_to_nothing() -> None:
    code = "import sys, pytest; before = set(sys.modules); import jiti.pytest_plugin; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"jiti", "jiti.pytest_plugin"}


def test_a_project_without_stubs_has_little_of_it_loaded(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\ndef test(): assert {m for m in sys.modules if m.startswith('jiti')} == "
        "{'jiti', 'jiti.pytest_plugin', 'jiti.host', 'jiti.plugin', 'jiti.plugin.run', 'jiti.plugin.collected'}"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-pno:asyncio", "-pno:randomly"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_pytest_may_be_started_by_a_program_that_has_loaded_jiti(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test(): pass")
    code = "import jiti, pytest; raise SystemExit(pytest.main(['-q', '-Werror', '-pno:asyncio']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


# ------------------------------------------------------------ modes


def test_frozen_fails_gates_with_the_reason_and_runs_the_other_tests(run: Run) -> None:
    run.write(app_of_plugin=TEXT, test_it=GATED)
    result = run("--jiti=frozen")
    result.assert_outcomes(failed=2, passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "*FrozenError: app_of_plugin.py:4: shout is missing, and frozen: no model may be used",
            "*frozen by --jiti=frozen",
            "*= jiti =*",
            "failed * app_of_plugin.py::shout: FrozenError*",
            "*frozen by --jiti=frozen",
        ]
    )
    result.stdout.no_fnmatch_line("*dispatcher.py*")


def test_ci_is_frozen_unless_it_says_otherwise(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run.write(test_it="import os\ndef test(): print('frozen:', os.environ.get('JITI_FROZEN'))")
    monkeypatch.setenv("CI", "true")
    run("-s").stdout.fnmatch_lines(["*frozen: 1*"])
    run("-s", "--jiti=generate").stdout.fnmatch_lines(["*frozen: None*"])
    run("-s", "-ojiti=generate").stdout.fnmatch_lines(["*frozen: None*"])
    monkeypatch.setenv("CI", "false")
    run("-s").stdout.fnmatch_lines(["*frozen: None*"])
    run("-s", "-ojiti=frozen").stdout.fnmatch_lines(["*frozen: 1*"])
    run("-s", "-ojiti=frozen", "--jiti=generate").stdout.fnmatch_lines(["*frozen: None*"])


def test_a_conftest_file_may_name_it(run: Run) -> None:
    run.write(app_of_plugin=TEXT, test_it=GATED, conftest="pytest_plugins = ['jiti.pytest_plugin']")
    run.pytester.makeini("[pytest]\njiti = frozen\n")
    result = run.pytester.runpytest_inprocess()
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(["*frozen by `jiti = frozen` in pytest's settings"])


def test_whatever_else_is_frozen_stays_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run.write(app_of_plugin=TEXT, test_it=GATED)
    monkeypatch.setenv("JITI_FROZEN", "1")
    result = run("--jiti=rebuild")
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(["*frozen by JITI_FROZEN or [[]tool.jiti]"])


def test_conftest_files_are_imported_frozen_already(run: Run) -> None:
    run.write(conftest="import os\nprint('frozen:', os.environ.get('JITI_FROZEN'))", test_it="def test(): pass")
    run("-s", "--jiti=frozen").stdout.fnmatch_lines(["*frozen: 1*"])


def test_a_run_leaves_nothing_behind(run: Run) -> None:
    run.write(app_of_plugin=TEXT, test_it=GATED)
    before = host.current, loader.compiler, os.environ.get("JITI_FROZEN")
    run("--jiti=frozen")
    assert (host.current, loader.compiler, os.environ.get("JITI_FROZEN")) == before


@pytest.mark.parametrize("flag", ["--jiti=never", "-ojiti=never"])
def test_another_mode_is_an_error_of_usage(run: Run, flag: str) -> None:
    run.write(test_it="def test(): pass")
    result = run(flag)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "generate" in result.stderr.str()
    assert "frozen" in result.stderr.str()


def test_it_can_be_left_out(run: Run) -> None:
    run.write(app_of_plugin=TEXT, test_it=GATED)
    result = run("-pno:jiti", "-k", "other")
    result.assert_outcomes(passed=1, deselected=2)


# ------------------------------------------------------------ which tests count


@pytest.mark.parametrize(
    "flags", [("-k", "other"), ("--deselect", "test_it.py::test_gate"), ("test_it.py::test_other",)]
)
def test_gates_that_are_not_selected_do_not_count(run: Run, flags: tuple[str, ...]) -> None:
    run.write(app_of_plugin=TEXT, test_it=GATED)
    result = run("--jiti=frozen", *flags)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.no_fnmatch_line("*=* jiti *")


@pytest.mark.parametrize("flags", [("--co",), ("--co", "-q"), ("--setup-plan",), ("--fixtures",)])
def test_nothing_is_done_where_no_test_will_run(run: Run, flags: tuple[str, ...]) -> None:
    run.write(app_of_plugin=TEXT, test_it=GATED)
    result = run("--jiti=frozen", *flags)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.no_fnmatch_line("*=* jiti *")


def test_nothing_is_done_where_collection_fails(run: Run) -> None:
    run.write(app_of_plugin=TEXT, test_it=GATED, test_other="import nothing_of_that_name")
    result = run("--jiti=frozen")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.no_fnmatch_line("*=* jiti *")
    run("--jiti=frozen", "--continue-on-collection-errors").assert_outcomes(errors=1, failed=2, passed=1)


def test_gates_that_are_skipped_or_expected_to_fail_fail_where_there_is_nothing_to_test(run: Run) -> None:
    gated = """
        import jiti, pytest, unittest
        from app_of_plugin import shout

        @jiti.required_for(shout)
        @pytest.mark.xfail
        def test_expected(): assert not shout("a")

        @jiti.required_for(shout)
        @pytest.mark.skip
        def test_skipped(): assert shout

        class TestOld(unittest.TestCase):
            @jiti.required_for(shout)
            @unittest.skip("not today")
            def test_skipped(self): assert shout

            @jiti.required_for(shout)
            def test_run(self): self.assertEqual(shout("a"), "A")
    """
    run.write(app_of_plugin=TEXT)
    run.pytester.makepyfile(test_it=gated)
    result = run("--jiti=frozen")
    outcomes = result.parseoutcomes()
    assert outcomes.pop("failed", 0) + outcomes.pop("errors", 0) == 4
    assert outcomes == {}


def test_gates_are_known_in_classes_files_without_a_project_and_beside_other_kinds_of_items(run: Run) -> None:
    run.write(app_of_plugin=TEXT)
    run.pytester.makepyfile(
        test_it="""
            import jiti
            from app_of_plugin import shout

            class TestShout:
                class TestMore:
                    @jiti.required_for(shout)
                    def test_gate(self): assert shout("a") == "A"

            def documented():
                '''
                >>> 1 + 1
                2
                '''
        """
    )
    run.pytester.makefile(".txt", test_doc=">>> 2 + 2\n4\n")
    result = run("--jiti=frozen", "--doctest-modules", "--ignore=app_of_plugin.py", "--tb=line")
    result.assert_outcomes(failed=1, passed=2)
    result.stdout.fnmatch_lines(["FAILED test_it.py::TestShout::TestMore::test_gate - Failed: FrozenError*"])


def test_each_project_of_a_run_has_its_own_stubs(run: Run) -> None:
    for name in ("one", "two"):
        folder = run.pytester.mkdir(name)
        (folder / "pyproject.toml").write_text("")
        (folder / f"app_{name}.py").write_text(TEXT)
        gated = GATED.replace("app_of_plugin", f"app_{name}").replace(
            "import jiti", f"import sys; sys.path.insert(0, {str(folder)!r}); import jiti"
        )
        (folder / f"test_{name}.py").write_text(gated)
    run.root = str(run.pytester.path / "one")
    run.implement("app_one.py::shout", SHOUT)
    result = run("--jiti=frozen")
    result.assert_outcomes(passed=4, failed=2)
    result.stdout.fnmatch_lines(["failed * app_two.py::shout: FrozenError*"])
    result.stdout.no_fnmatch_line("*app_one.py::shout*")


def test_what_is_wrong_with_gates_in_collected_files_is_told(run: Run) -> None:
    run.write(
        app_of_plugin=TEXT,
        test_it="import jiti\ndef shout(): pass\n\n@jiti.required_for(shout)\ndef test_it(): assert shout\n",
        test_not_collected="import jiti\ndef shout(): pass\n\n@jiti.required_for(shout)\ndef test_it(): assert shout\n",
    )
    result = run("test_it.py")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["warning   test_it.py:4: *shout* is no stub*", "* put `@jiti` on it*"])
    result.stdout.no_fnmatch_line("*test_not_collected*")


def test_settings_that_cannot_be_read_are_told(run: Run) -> None:
    run.write(app_of_plugin=TEXT, test_it=GATED)
    run.implement("app_of_plugin.py::shout", SHOUT)
    run.pytester.makepyprojecttoml("[tool.jiti]\nmodle = 'x'\n")
    result = run()
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["warning *there is no such setting*", "*did you mean model*"])


# ------------------------------------------------------------ jiti-tests


def test_a_written_test_fails_as_any_other_test_does(run: Run) -> None:
    written = '''
import jiti
from app_of_plugin import shout

@jiti.required_for(shout)
def test_written() -> None:
    """shout makes capitals."""
'''
    body = 'from app_of_plugin import shout\n\n\ndef test_written() -> None:\n    assert shout("a") == "B"\n'
    run.write(app_of_plugin=TEXT, test_it=written)
    run.implement("test_it.py::test_written", body)
    run.implement("app_of_plugin.py::shout", SHOUT)
    result = run("--jiti=frozen")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            '>*assert shout("a") == "B"',
            "E*AssertionError: assert 'A' == 'B'",
            "*.jiti/test_it/test_written.py:*: AssertionError",
        ]
    )
    run("--jiti=frozen", "--assert=plain").stdout.no_fnmatch_line("*assert 'A' == 'B'*")


# ------------------------------------------------------------ what is shown meanwhile


@pytest.mark.parametrize("flags", [(), ("-q",), ("-v",), ("-s",), ("--capture=sys",), ("--capture=tee-sys",), ("-rA",)])
def test_progress_stands_on_lines_of_its_own(run: Run, flags: tuple[str, ...]) -> None:
    run.write(
        test_it="""
from jiti import host

def test_one(capfd):
    host.current.stream().write("jiti: one\\n")
    assert capfd.readouterr() == ("", "")

def test_two():
    print("said", flush=True)
    host.current.stream().write("jiti: two\\n")
""",
    )
    result = run(*flags)
    result.assert_outcomes(passed=2)
    assert [line for line in result.outlines if "jiti: " in line] == ["jiti: one", "jiti: two"]


def test_a_run_within_a_run_tells_its_own(run: Run) -> None:
    run.write(
        test_outer="""
import pytest
from jiti import host
pytest_plugins = ["pytester"]

def test_outer(pytester):
    outer = host.current
    pytester.makepyfile(test_inner="from jiti import host\\ndef test(): assert host.current is not None")
    assert pytester.runpytest_inprocess("-pjiti", "test_inner.py").ret == 0
    assert host.current is outer
"""
    )
    run().assert_outcomes(passed=1)


# ------------------------------------------------------------ what processes of one run tell each other


def test_a_board_is_read_by_every_process_of_the_run(tmp_path: Path) -> None:
    error = GenerationError("no", key="a.py::f", hint="try")
    Board(str(tmp_path)).put(error, "refused", "/root", "a.py::f")
    found = Board(str(tmp_path)).get("refused", "/root", "a.py::f")
    assert isinstance(found, GenerationError)
    assert (str(found), found.key) == (str(error), "a.py::f")
    assert Board(str(tmp_path)).get("refused", "/root", "a.py::g") is None
    assert Board(str(tmp_path / "elsewhere")).get("refused", "/root", "a.py::f") is None
