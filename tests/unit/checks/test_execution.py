"""What the checks say of a candidate that runs: examples, the live call, scratch tests."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import pytest

from jiti.checks.execution import Result
from jiti.live import LiveCall
from tests.unit.checks.workshop import SLUGIFY, call, slugify

if TYPE_CHECKING:
    from jiti.checks.execution import Execution
    from jiti.diagnostics import Diagnostic
    from tests.unit.checks.workshop import Workshop

GOOD = """\
import re


def slugify(text: str) -> str:
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")
"""
TESTS = """\
from text import slugify


def test_gaps() -> None:
    assert slugify("a  b") == "a-b"
"""


def body(*lines: str) -> str:
    return "\n".join(["def slugify(text: str) -> str:", *(f"    {line}" for line in lines), ""])


def told(result: Result) -> list[tuple[str, str, str, int | None]]:
    return [(each.check, each.path, each.code, each.line) for each in result.diagnostics]


def only(result: Result) -> Diagnostic:
    [diagnostic] = result.diagnostics
    return diagnostic


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


# ---------------------------------------------------------------- the live call


def test_an_exception_of_the_live_call_turns_down_until_the_very_same_candidate_raises_it_again(
    shared: Workshop,
) -> None:
    execution = shared.execution(shared.stub(), call(slugify, "!"))
    strict = body('if text == "!":', '    raise ValueError("no words")', 'return "hello-world"')
    first = only(execution.run(strict, ""))
    assert (first.check, first.path, first.line, first.code) == ("call", "candidate", 3, "ValueError")
    assert first.message.startswith(
        'the live call raised ValueError: no words\n    candidate:3: raise ValueError("no words")\n'
    )
    for changed in (strict.replace("ValueError", "KeyError"), strict.replace("no words", "none"), strict):
        assert only(execution.run(changed, "")).check == "call"
    again = execution.run(strict, "")
    assert again == Result(
        notes=("The live call raises ValueError again: taken as what the spec says of such a call.",)
    )


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("nowhere", "NameError"),
        ("return slugify(text)", "RecursionError"),
        ("raise NotImplementedError", "NotImplementedError"),
        ("raise SystemExit", "SystemExit"),
        ("import nowhere", "ModuleNotFoundError"),
        ("__import__('os').nowhere", "AttributeError"),
    ],
)
def test_an_exception_that_is_a_defect_stays_one_however_often(shared: Workshop, statement: str, code: str) -> None:
    execution = shared.execution(shared.stub(), call(slugify, "!"))
    defect = body('if text == "!":', f"    {statement}", 'return "hello-world"')
    for _ in range(2):
        found = only(execution.run(defect, ""))
        assert found.code == code
        assert "submit the same again" not in found.message


DOCUMENT = """
from typing import Self

from jiti import jiti


class Document:
    @classmethod
    @jiti
    def parse(cls, text: str) -> Self:
        '''A document of a text.'''
        ...

    @jiti
    def copies(self, count: int) -> list[Self]:
        '''Copies of it.'''
        ...
"""


def test_a_class_method_is_called_with_its_class_and_self_stands_for_that(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "text", raising=False)
    definition = workshop.stub(DOCUMENT, key="text.py::Document.parse")
    document = importlib.import_module("text").Document
    live = LiveCall.of(vars(document)["parse"].__func__, (document, "a"), {})
    parse = workshop.execution(definition, live)
    code = "class Document:\n    @classmethod\n    def parse(cls, text):\n        return {}\n"
    assert parse.run(code.format("cls()"), "") == Result()
    assert only(parse.run(code.format("text"), "")).code == "return-type"
    copies = workshop.execution(
        workshop.stub(DOCUMENT, key="text.py::Document.copies"),
        LiveCall.of(vars(document)["copies"], (document(), 2), {}),
    )
    code = "class Document:\n    def copies(self, count):\n        return [{}] * count\n"
    assert copies.run(code.format("self"), "") == Result()
    assert only(copies.run(code.format("1"), "")).code == "return-type"


def test_what_cannot_be_checked_of_a_result_is_a_note(workshop: Workshop) -> None:
    source = "from typing import Self\n" + SLUGIFY.replace("-> str", "-> Self")
    result = workshop.execution(workshop.stub(source), call(slugify, "Hi")).run(GOOD, "")
    assert result.diagnostics == ()
    assert "cannot be checked against Self" in result.notes[0]


def test_a_result_that_does_not_fit_the_annotation_is_turned_down_to_the_last_item(workshop: Workshop) -> None:
    source = """
    from jiti import jiti


    @jiti
    def words(text: str) -> list[str]:
        '''The words of a text.'''
        ...
    """
    execution = workshop.execution(workshop.stub(source, key="text.py::words"), call(lambda text: text, "a b"))
    found = only(execution.run("def words(text):\n    return [*text, None]\n", ""))
    assert (found.check, found.code) == ("call", "return-type")
    assert found.message == (
        "the return value item 3 of list is not an instance of str\n    returned list: ['a', ' ', 'b', None]"
    )
    assert execution.run("def words(text):\n    return text.split()\n", "") == Result()


def test_an_annotation_that_cannot_be_resolved_is_a_note(workshop: Workshop) -> None:
    source = SLUGIFY.replace("-> str", '-> "Slug"')
    result = workshop.execution(workshop.stub(source), call(slugify, "Hi")).run(GOOD, "")
    assert result.notes == ("the return annotation cannot be checked: NameError: name 'Slug' is not defined",)
    assert result.diagnostics == ()


def test_a_coroutine_is_awaited_and_a_generator_is_not_consumed(workshop: Workshop) -> None:
    source = """
    from collections.abc import Iterator
    from jiti import jiti


    @jiti
    async def later(text: str) -> int:
        '''Its length.'''
        ...


    @jiti
    def letters(text: str) -> Iterator[str]:
        '''Its letters.'''
        yield
    """
    live = call(slugify, "Hi")
    later = workshop.execution(workshop.stub(source, key="text.py::later"), live)
    assert later.run("async def later(text):\n    return len(text)\n", "") == Result()
    assert only(later.run("async def later(text):\n    return text\n", "")).code == "return-type"
    letters = workshop.execution(workshop.stub(source, key="text.py::letters"), live)
    assert letters.run("def letters(text):\n    raise ValueError\n    yield\n", "") == Result()


def test_a_stub_inside_a_function_is_called_too(workshop: Workshop) -> None:
    source = """
    from jiti import jiti


    def outer():
        @jiti
        def inner(text: str) -> int:
            '''Its length.'''
            ...
        return inner
    """
    execution = workshop.execution(workshop.stub(source, key="text.py::outer.<locals>.inner"), call(slugify, "Hi"))
    assert execution.run("def inner(text: str) -> int:\n    return len(text)\n", "") == Result()
    assert only(execution.run("def inner(text: str) -> int:\n    return text\n", "")).code == "return-type"
    assert only(execution.run("def inner(text: str) -> int:\n    return text.nope\n", "")).line == 2


def test_arguments_that_cannot_be_copied_are_a_note(workshop: Workshop) -> None:
    result = workshop.execution(workshop.stub(), call(slugify, lambda: "no pickle")).run(GOOD, "")
    assert result.diagnostics == ()
    [note] = result.notes
    assert note.startswith("The live call was not tried: its arguments cannot be copied (")


def test_the_candidate_gets_copies_of_the_arguments_each_time(shared: Workshop) -> None:
    execution = shared.execution(shared.stub(), call(slugify, ["a"]))
    spoil = body('if text == "Hello, World!":', '    return "hello-world"', "text.append(1)", "return str(len(text))")
    for _ in range(2):
        assert execution.run(spoil, "") == Result()


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


def test_settings_that_distort_a_verdict_do_not_apply(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
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
            spoil, f"from text import slugify\n{tests.format(3)}    slugify('x')\n    assert text.LIMIT == 99\n"
        ).diagnostics
        == ()
    )
    assert execution.run(GOOD, tests.format(3)).diagnostics == ()
