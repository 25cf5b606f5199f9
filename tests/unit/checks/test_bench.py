"""The workbench: experiments, and all checks of a submission."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from jiti.submission import Submission
from tests.unit.checks.workshop import Workshop, call, slugify

if TYPE_CHECKING:
    from jiti.checks.bench import Bench
    from jiti.submission import Verdict

GOOD = Submission(
    body='return _GAPS.sub("-", text.lower()).strip("-")',
    helpers='import re\n\n_GAPS = re.compile(r"[^a-z0-9]+")',
    tests='from text import slugify\n\n\ndef test_gaps():\n  assert slugify("a  b") == "a-b"',
)


@pytest.fixture(scope="module")
def bench(shared: Workshop) -> Bench:
    return shared.bench(shared.stub(), call(slugify, "Hi There"))


# ---------------------------------------------------------------- experiments


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("text", "str: 'Hi There'"),
        ("len(text) + LIMIT", "int: 11"),
        ("slugify.__name__", "str: 'slugify'"),
        ("print('aside') or text[0]", "str: 'H'\nprinted:\naside"),
        ("slugify('x')", "text.py::slugify has no implementation yet: submit one first"),
        ("[].first", "AttributeError: 'list' object has no attribute 'first'"),
        ("text = 1", "SyntaxError: invalid syntax"),
        ("(_ for _ in ()).throw(SystemExit(1))", "SystemExit: 1"),
    ],
)
def test_an_expression_is_evaluated_over_the_arguments_and_the_module(
    bench: Bench, expression: str, answer: str
) -> None:
    found = bench.inspect(expression)
    assert found == answer or found.endswith(f"\n{answer}")  # the end of a traceback


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("word = text.upper()\nprint(word)\nlen(word)", "HI THERE\n8"),
        ("x = 1", "(nothing was printed)"),
        ("import os\nos.system('echo from a process')\nNone", "from a process"),
        ("import os\nos._exit(3)", "it ended its own process (exit code 3) before there was a result"),
        ("print(slugify('x'))", "text.py::slugify has no implementation yet: submit one first"),
        ("'\\ud800'", "'\\ud800'"),
        ("print('\\ud800')", "\\ud800"),
    ],
)
def test_a_piece_of_code_prints_and_its_last_expression_is_shown(bench: Bench, code: str, answer: str) -> None:
    assert bench.run_python(code) == answer


def test_a_traceback_begins_in_the_agents_code(bench: Bench) -> None:
    found = bench.run_python("def half(n):\n    return 1 / n\n\n\nhalf(0)")
    assert [line for line in found.splitlines() if line.strip("~^ ")] == [
        "Traceback (most recent call last):",
        '  File "<experiment>", line 5, in <module>',
        "    half(0)",
        '  File "<experiment>", line 2, in half',
        "    return 1 / n",
        "ZeroDivisionError: division by zero",
    ]


def test_an_experiment_changes_nothing_for_the_next(bench: Bench) -> None:
    assert bench.run_python("import text as own\nown.LIMIT = 99\nopen('file', 'w').close()") == "(nothing was printed)"
    assert bench.inspect("LIMIT, __import__('os').listdir()") == "tuple: (3, [])"


def test_long_output_keeps_its_beginning_and_its_end(bench: Bench) -> None:
    found = bench.run_python("print('first'); print('x' * 100_000); print('last')")
    assert found.startswith("first")
    assert found.endswith("last")
    assert "bytes left out" in found
    assert len(found) < 21_000


def test_arguments_that_cannot_be_copied_are_said_not_to_be_there(shared: Workshop) -> None:
    found = shared.bench(shared.stub(), call(slugify, lambda: None)).inspect("text")
    assert "NameError: name 'text' is not defined" in found
    assert "(the live arguments are not there: " in found


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("json.dumps", r"json\.dumps\(obj, \*, skipkeys=False.*Serialize ``obj`` to a JSON formatted"),
        ("pathlib.Path.stem", "The final path component"),
        ("json.dumsp", "json.dumsp: nothing in json has that name.\nNear: .*dumps"),
        ("jsom", "jsom: no installed package or module has that name."),
        ("typeguard", r"module typeguard: .*check_type.*typeguard 4"),
        ("typeguard.sponsors", "nothing in typeguard has that name"),
    ],
)
def test_documentation_is_found_by_dotted_name(bench: Bench, name: str, says: str) -> None:
    found = bench.docs(name)
    assert re.search(says, found, re.DOTALL), found
    assert len(found) <= 8_000


# ---------------------------------------------------------------- checks


def checks(verdict: Verdict) -> set[str]:
    return {each.check for each in verdict.diagnostics}


def test_a_submission_that_passes_is_made_whole_and_formatted(bench: Bench) -> None:
    verdict = bench.check(GOOD)
    assert (verdict.diagnostics, verdict.notes) == ((), ())
    candidate = verdict.candidate
    assert candidate is not None
    assert candidate.code.startswith(
        'import re\n\n_GAPS = re.compile(r"[^a-z0-9]+")\n\n\ndef slugify(text: str) -> str:\n'
    )
    assert candidate.code.endswith('    return _GAPS.sub("-", text.lower()).strip("-")\n')
    assert candidate.tests.endswith('def test_gaps():\n    assert slugify("a  b") == "a-b"\n')
    assert candidate.test_count == 1
    assert re.fullmatch(r"ruff [\d.]+, ty [\d.]+", candidate.tools)


def test_findings_of_all_tools_come_together(bench: Bench) -> None:
    body = "count: int = text\nassert undefined_name\nreturn text"
    assert checks(bench.check(Submission(body, tests=GOOD.tests))) >= {"ruff", "ty", "example", "scratch"}


@pytest.mark.parametrize(("body", "check"), [("return (", "shape"), ("return eval(text)", "policy")])
def test_what_cannot_be_checked_further_is_turned_down_at_once(bench: Bench, body: str, check: str) -> None:
    assert checks(bench.check(Submission(body))) == {check}


def test_all_checks_work_where_processes_cannot_fork(shared: Workshop) -> None:
    bench = shared.bench(shared.stub(), call(slugify, "Hi"), fork=False)
    assert bench.check(GOOD).passed
    assert bench.inspect("text") == "str: 'Hi'"
