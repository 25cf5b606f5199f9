"""The workbench of jiti-tests: red first, and nothing to be seen of what they are written for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti import filing, mirror
from jiti.checks.red import TestBench
from jiti.definition import define
from jiti.errors import GenerationError
from jiti.stub import declaration_for
from jiti.submission import Submission
from tests.unit.checks.workshop import LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jiti.submission import Verdict
    from tests.unit.checks.workshop import Workshop

SOURCE = '''
from collections.abc import AsyncIterator, Iterator

from jiti import jiti


@jiti
def slugify(text: str) -> str:
    """Convert text to a slug; ValueError where nothing is left."""
    ...


@jiti
async def later(text: str) -> str:
    """The same, later."""
    ...


@jiti
def words(text: str) -> Iterator[str]:
    """The words of a text."""
    yield


class Text:
    def __init__(self, raw: str) -> None:
        self.raw = raw

    @property
    @jiti
    def size(self) -> int:
        """How long it is."""
        ...

    @classmethod
    @jiti
    def parse(cls, raw: str) -> "Text":
        """A text."""
        ...
'''
HEAD = """
import asyncio

import pytest
import text
from jiti import jiti
from text import Text, slugify


@pytest.fixture
def broken() -> None:
    raise OSError("no disk")


@pytest.fixture
def slug() -> str:
    return slugify("A b")


"""
IMPLEMENTED = "def slugify(text: str) -> str:\n    return 'from the mirror'\n"


@pytest.fixture
def bench_for(workshop: Workshop) -> Iterator[Callable[..., TestBench]]:
    """Makes the bench of a jiti-test, with what stands above its body."""
    workshop.write("text.py", SOURCE)
    benches: list[TestBench] = []

    def make(takes: str = "", *, target: str = "slugify", above: str = "", fork: bool = True) -> TestBench:
        test = f'{above}def test_it({takes}) -> None:\n    """It does what it says."""\n'
        workshop.write("test_text.py", f"{HEAD}@jiti.required_for(text.{target})\n{test}")
        made = TestBench(
            define(declaration_for(str(workshop.root), "test_text.py::test_it")),
            "test_text",
            [define(declaration_for(str(workshop.root), f"text.py::{target}"))],
            generate=workshop.generate,
            limits=LIMITS,
            fork=fork,
        )
        benches.append(made)
        return made

    yield make
    for bench in benches:
        bench.close()


def found(verdict: Verdict) -> list[tuple[str, str]]:
    return [(each.check, each.code) for each in verdict.diagnostics]


ASSERTS = 'assert slugify("A b") == "a-b"'
RAISES = 'with pytest.raises(ValueError, match="nothing"):\n    slugify("")'


@pytest.mark.parametrize("fork", [True, False])
def test_a_test_that_fails_without_its_target_is_made_whole(bench_for: Callable[..., TestBench], *, fork: bool) -> None:
    verdict = bench_for(fork=fork).check(Submission(ASSERTS))
    assert verdict.diagnostics == ()
    assert verdict.candidate is not None
    assert verdict.candidate.code.endswith(
        'def test_it() -> None:\n    """It does what it says."""\n    assert slugify("A b") == "a-b"\n'
    )


@pytest.mark.parametrize(
    ("body", "helpers", "code"),
    [
        (RAISES, "import pytest", None),
        ("with pytest.raises(NotImplementedError):\n    slugify('')", "import pytest", "not-red"),
        ("assert callable(slugify)", "", "not-red"),
        ("try:\n    slugify('')\nexcept Exception:\n    return", "", "not-red"),
        ("assert len('a') == 2", "", "not-called"),
        ("raise OSError", "", "not-called"),
        ("pytest.skip('later')", "import pytest", "skipped"),
        ("pytest.xfail('later')", "import pytest", "xfailed"),
        ("slugify('')\nwhile True: pass", "", None),
        ("import os\nos.kill(os.getpid(), 9)", "", "crashed"),
    ],
)
def test_what_does_not_fail_for_want_of_its_target_is_turned_down(
    bench_for: Callable[..., TestBench], body: str, helpers: str, code: str | None
) -> None:
    verdict = bench_for().check(Submission(body, helpers))
    codes = [code for check, code in found(verdict) if check == "gate"]
    assert codes == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ("return (", "shape"),
        ("import gc\nassert gc.collect() == slugify('')", "policy"),
        ("eval('slugify')('')", "policy"),
        ("assert slugify(1) == 'a'", "ty"),
        ("assert nowhere", "ruff"),
    ],
)
def test_it_is_checked_as_code_is(bench_for: Callable[..., TestBench], body: str, check: str) -> None:
    assert check in {each for each, _ in found(bench_for().check(Submission(body)))}


def test_it_may_use_the_tools_of_tests(bench_for: Callable[..., TestBench]) -> None:
    body = 'with mock.patch("text.Text"):\n    assert slugify("A") == "a"'
    assert bench_for().check(Submission(body, "from unittest import mock")).diagnostics == ()


def test_every_case_has_to_fail(bench_for: Callable[..., TestBench]) -> None:
    bench = bench_for("raw: str", above="@pytest.mark.parametrize('raw', ['a', 'b'])\n")
    assert bench.check(Submission("assert slugify(raw) == raw")).passed
    verdict = bench.check(Submission("if raw == 'a':\n    assert slugify(raw) == raw"))
    [diagnostic] = [each for each in verdict.diagnostics if each.check == "gate"]
    assert diagnostic.code == "not-red"
    assert diagnostic.message.startswith("test_text.py::test_it[b] passes although text.py::slugify raises")


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("later", "assert asyncio.run(text.later('A')) == 'a'"),
        ("words", "assert list(text.words('a b')) == ['a', 'b']"),
        ("Text.size", "assert Text('a').size == 1"),
        ("Text.parse", "assert Text.parse('a').raw == 'a'"),
    ],
)
def test_targets_of_every_kind_are_taken_away(bench_for: Callable[..., TestBench], target: str, body: str) -> None:
    bench = bench_for(target=target)
    assert [each for each in found(bench.check(Submission(body))) if each[0] == "gate"] == []
    assert ("gate", "not-called") in found(bench.check(Submission("assert len('a') == 2")))


def test_a_fixture_that_calls_the_target_is_red_too(bench_for: Callable[..., TestBench]) -> None:
    assert bench_for("slug: str").check(Submission("assert slug == 'a-b'")).diagnostics == ()


def test_a_fixture_that_fails_by_itself_is_told_to_the_user(bench_for: Callable[..., TestBench]) -> None:
    with pytest.raises(GenerationError, match=r"(?s)its gate test_text\.py::test_it .* fails without .*no disk"):
        bench_for("broken: None").check(Submission(ASSERTS))


def test_a_fixture_that_is_not_there_is_told_before_anything_is_asked_of_the_agent(
    bench_for: Callable[..., TestBench],
) -> None:
    bench = bench_for("nothing: int")
    bench.start()
    while (problem := bench.problem()) is None:
        pass
    assert "asks for a fixture that it does not get:\nfixture 'nothing' not found" in str(problem)


def test_an_implementation_of_the_target_is_neither_run_nor_readable(
    workshop: Workshop, bench_for: Callable[..., TestBench]
) -> None:
    bench = bench_for()
    target = define(declaration_for(str(workshop.root), "text.py::slugify"))
    path = filing.file(target, IMPLEMENTED, made="by a test", tests="def test_it(): ...\n").path
    assert bench.run_python("from text import slugify\nslugify('A')").endswith(
        "NotImplementedError: text.py::slugify has no implementation yet"
    )
    for each in (path, mirror.scratch_path(target.declaration)):
        assert "PermissionError" in bench.run_python(f"open({each!r}).read()")
    first_line = bench.inspect(f"open({str(workshop.root / 'text.py')!r}).readline()")
    assert first_line == "str: 'from collections.abc import AsyncIterator, Iterator\\n'"
    assert bench.check(Submission(ASSERTS)).passed
