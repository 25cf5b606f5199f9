"""What the checks say of a candidate that runs: examples, scratch tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti.checks.execution import Result
from tests.unit.checks.workshop import GOOD, SLUGIFY, body, call, only, slugify, told

if TYPE_CHECKING:
    from jiti.checks.execution import Execution
    from tests.unit.checks.workshop import Workshop


TESTS = """\
from text import slugify


def test_gaps() -> None:
    assert slugify("a  b") == "a-b"
"""


@pytest.fixture(scope="module")
def execution(shared: Workshop) -> Execution:
    return shared.execution(shared.stub(), call(slugify, "Hi There"))


@pytest.mark.parametrize("fork", [True, False])
def test_a_right_candidate_passes_whether_or_not_its_process_forks(workshop: Workshop, *, fork: bool) -> None:
    execution = workshop.execution(workshop.stub(), call(slugify, "Hi There"), fork=fork)
    assert execution.run(GOOD, TESTS) == Result(test_count=1)


# ---------------------------------------------------------------- examples


def test_a_wrong_output_names_the_line_of_the_source_and_shows_both(execution: Execution) -> None:
    found = only(execution.run(body('return text.lower() or "x"'), ""))
    assert (found.check, found.path, found.line, found.code) == ("example", "text.py", 10, "wrong-output")
    assert found.message == ">>> slugify(\"Hello, World!\")\nexpected: 'hello-world'\ngot: 'hello, world!'"


def test_an_exception_in_an_example_shows_the_candidates_line(shared: Workshop) -> None:
    found = only(shared.execution(shared.stub()).run(body("return text.lover()"), ""))
    assert (found.path, found.line, found.code) == ("text.py", 10, "AttributeError")
    assert found.message.endswith(
        "raised AttributeError: 'str' object has no attribute 'lover'\n    candidate:2: return text.lover()"
    )


def with_examples(*lines: str) -> str:
    """The stub's source with more in its docstring, from line 12 on."""
    more = "".join(f"    {line}".rstrip() + "\n" for line in lines)
    return SLUGIFY.replace('    """\n    ...', f'{more}    """\n    ...')


def test_a_malformed_example_is_a_note_and_the_others_count(workshop: Workshop) -> None:
    source = with_examples('>>>slugify("a")', "'a'", "", ">>> slugify(", "'b'", '>>> slugify("A b")', "'a b'")
    result = workshop.execution(workshop.stub(source)).run(GOOD, "")
    assert told(result) == [("example", "text.py", "wrong-output", 17)]
    assert result.notes == (
        "text.py:12: malformed docstring example, not run: lacks blank after >>>: '>>>slugify(\"a\")'",
        "text.py:15: malformed docstring example, not run: '(' was never closed: slugify(",
    )


def test_examples_share_names_and_know_the_modules(workshop: Workshop) -> None:
    source = with_examples(
        ">>> n = LIMIT", '>>> slugify("a b"[:n])', "'a-b'", '>>> slugify("x")  # doctest: +SKIP', "0"
    )
    assert workshop.execution(workshop.stub(source)).run(GOOD, "") == Result()


def test_doctest_flags_of_the_pytest_settings_apply(workshop: Workshop) -> None:
    workshop.write("pyproject.toml", '[tool.pytest.ini_options]\ndoctest_optionflags = ["ELLIPSIS"]')
    source = SLUGIFY.replace("'hello-world'", "'hello...")
    assert workshop.execution(workshop.stub(source)).run(GOOD, "") == Result()


# ---------------------------------------------------------------- scratch tests


def test_a_failed_test_shows_its_line_and_what_differs(execution: Execution) -> None:
    found = only(execution.run(GOOD, TESTS.replace('== "a-b"', '== "a_b"')))
    assert (found.check, found.path, found.line, found.code) == ("scratch", "tests", 5, "failed")
    assert found.message.splitlines()[:4] == [
        "test_gaps failed",
        "tests:5: in test_gaps",
        '    assert slugify("a  b") == "a_b"',
        "E   AssertionError: assert 'a-b' == 'a_b'",
    ]


def test_an_exception_shows_the_candidates_line_and_no_frame_of_ours(execution: Execution) -> None:
    good_until_tested = body('if text == "a  b":', "    return text.lover()", 'return "hello-world"')
    message = only(execution.run(good_until_tested, TESTS)).message
    assert "candidate:3: in slugify\n    return text.lover()" in message
    assert "/jiti/" not in message
    assert "in _begin" not in message


@pytest.mark.parametrize(
    ("test", "code", "says"),
    [
        ("pytest.skip('later')", "skipped", "Skipped: later"),
        ("pytest.xfail('known')", "xfailed", "known"),
        ("raise SystemExit(0)", "failed", "SystemExit: 0"),
        ("pytest.exit('done')", "stopped", "Exit: done"),
        ("os._exit(0)", "crashed", "test_it ended its own process (exit code 0) before there was a result"),
        ("os.kill(os.getpid(), 11)", "crashed", "test_it ended its own process (killed by SIGSEGV)"),
        ("bytearray(8 << 30)", "memory", "MemoryError"),
    ],
)
def test_what_did_not_pass_has_not_passed(execution: Execution, test: str, code: str, says: str) -> None:
    found = only(execution.run(GOOD, f"import os\nimport pytest\n\n\ndef test_it() -> None:\n    {test}\n"))
    assert (found.check, found.code) == ("scratch", code)
    assert says in found.message


def test_every_test_counts_and_parametrised_ones_by_their_cases(execution: Execution) -> None:
    cases = (
        '@pytest.mark.parametrize("text", ["a b", "A  B"])\ndef test_case(text):\n    assert slugify(text) == "a-b"\n'
    )
    assert execution.run(GOOD, f"import pytest\n{TESTS}\n\n{cases}") == Result(test_count=3)


@pytest.mark.parametrize(
    ("tests", "code", "says"),
    [
        ("import nowhere\n\n\ndef test_it(): ...\n", "uncollected", "No module named 'nowhere'"),
        ("VALUE = 1\n", "no-tests", "the tests hold no test_* function"),
        ("def test_it(): ...\ntest_it = None\n", "not-run", "test_it was not collected"),
        ("def test_it(nothing): ...\n", "failed", "fixture 'nothing' not found"),
    ],
)
def test_tests_that_do_not_run_are_told(execution: Execution, tests: str, code: str, says: str) -> None:
    found = only(execution.run(GOOD, tests))
    assert (found.check, found.path, found.code) == ("scratch", "tests", code)
    assert says in found.message


def test_what_a_failing_test_printed_is_shown_in_the_end(execution: Execution) -> None:
    tests = "def test_it():\n    print('x' * 5000, 'the end')\n    assert 0\n"
    message = only(execution.run(GOOD, tests)).message
    assert message.endswith("xxx the end")
    assert len(message) < 1000


@pytest.mark.usefixtures("users_plugins")
def test_settings_that_distort_a_verdict_do_not_apply(workshop: Workshop) -> None:
    workshop.write(
        "pyproject.toml",
        """
        [tool.pytest.ini_options]
        addopts = "-n 2 -x -k nothing -m slow --lf --collect-only --junitxml=report.xml --showlocals --tb=long"
        python_functions = "check_*"
        filterwarnings = ["error", "ignore:.*asyncio_default_fixture_loop_scope"]
        """,
    )
    workshop.write("conftest.py", "import pytest\n\n\n@pytest.fixture\ndef word():\n    return 'A b'\n")
    tests = (
        TESTS
        + "\n\ndef test_fixture(word, tmp_path):\n    assert slugify(word) == 'a-b'\n    assert tmp_path.exists()\n"
    )
    assert workshop.execution(workshop.stub()).run(GOOD, tests) == Result(test_count=2)
    assert sorted(path.name for path in workshop.root.iterdir() if path.name != "__pycache__") == [
        "conftest.py",
        "pyproject.toml",
        "text.py",
    ]


def test_hooks_of_a_conftest_neither_drop_nor_skip_scratch_tests(workshop: Workshop) -> None:
    hook = """
    import pytest


    def pytest_collection_modifyitems(config, items):
        for item in items:
            item.add_marker(pytest.mark.skip(reason="not marked"))
            item.add_marker(pytest.mark.slow)
        config.hook.pytest_deselected(items=list(items))
        items[:] = []
    """
    workshop.write("conftest.py", hook)
    tests = f"{TESTS}\n\ndef test_marker(request):\n    assert request.node.get_closest_marker('slow')\n"
    assert workshop.execution(workshop.stub()).run(GOOD, tests) == Result(test_count=2)


def test_one_candidate_leaves_nothing_for_the_next(execution: Execution) -> None:
    spoil = "import text as own\n\nown.LIMIT = 99\n" + GOOD
    tests = "import text\n\n\ndef test_limit():\n    assert text.LIMIT == {}\n"
    assert (
        execution.run(
            spoil, f"from text import slugify\n{tests.format(3)}    slugify('x')\n    assert text.LIMIT == 3\n"
        ).diagnostics
        == ()
    )
    assert execution.run(GOOD, tests.format(3)).diagnostics == ()
