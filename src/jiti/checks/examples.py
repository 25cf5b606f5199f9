"""The `>>>` examples of a docstring."""

from __future__ import annotations

import doctest
import re
from typing import TYPE_CHECKING, Any

from jiti.checks.reports import account

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

    from jiti.checks.reports import Report

_PROMPT = ">>>"
_OPENING = re.compile(r"^line \d+ of the doc(test|string) for \S+ ")
"""Of doctest's own messages; it counts from where we cut the docstring."""


def parse(docstring: str, first_line: int) -> tuple[list[doctest.Example], list[tuple[int, str]]]:
    """The examples of a docstring as it stands in the source, and line and reason of each that is malformed.

    The standard parser gives up the whole docstring for one malformed example; here the others count.

    Args:
        docstring: the docstring, not cleaned.
        first_line: its first line's number in the source; the examples' `lineno` are lines of the source too.
    """
    parser = doctest.DocTestParser()
    found: list[doctest.Example] = []
    malformed: list[tuple[int, str]] = []
    for offset, text in _pieces(docstring):
        line = first_line + offset
        try:
            examples = parser.get_examples(text)
            for example in examples:
                _require_syntax(example)
        except ValueError as error:
            malformed.append((line, _OPENING.sub("", str(error))))
        else:
            for example in examples:
                example.lineno = line
            found += [example for example in examples if not example.options.get(doctest.SKIP)]
    return found, malformed


def _pieces(docstring: str) -> Iterator[tuple[int, str]]:
    """Each prompt with what follows it, up to the next one or a blank line; and the line it begins at, from 0."""
    lines = docstring.expandtabs().split("\n")
    starts = [number for number, line in enumerate(lines) if line.lstrip().startswith(_PROMPT)]
    for start in starts:
        end = start + 1
        while end < len(lines) and lines[end].strip() and end not in starts:
            end += 1
        yield start, "\n".join(lines[start:end]) + "\n"


def _require_syntax(example: doctest.Example) -> None:
    if example.exc_msg is None:
        try:
            compile(example.source, "<example>", "single", dont_inherit=True)
        except SyntaxError as error:
            message = f"{error.msg}: {example.source.strip()}"
            raise ValueError(message) from error


def run(
    examples: Sequence[doctest.Example], names: Mapping[str, Any], key: str, report: Report, flags: int = 0
) -> None:
    """Run examples one after the other, and report how each of them ended.

    Args:
        examples: what `parse` found.
        names: what they can refer to.
        key: the stub on trial.
        report: is told.
        flags: doctest's option flags.
    """
    test = doctest.DocTest(list(examples), dict(names), key, None, 0, None)
    _Runner(key, report, flags).run(test, out=_say_nothing)


def _say_nothing(text: str) -> None:
    """In place of printing."""
    del text


class _Runner(doctest.DocTestRunner):
    """Reports instead of printing."""

    def __init__(self, key: str, report: Report, flags: int) -> None:
        super().__init__(verbose=False, optionflags=flags)
        self._key = key
        self._report = report

    def report_success(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:  # noqa: ANN401 - as in the class that it overrides
        del out, test, got
        self._report("example", line=example.lineno, passed=True, message="", error=None)

    def report_failure(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:  # noqa: ANN401 - as above
        del out, test
        message = f"{_shown(example)}expected: {example.want.strip() or 'nothing'}\ngot: {got.strip() or 'nothing'}"
        self._report("example", line=example.lineno, passed=False, message=message, error=None)

    def report_unexpected_exception(
        self,
        out: Any,  # noqa: ANN401 - as above
        test: doctest.DocTest,
        example: doctest.Example,
        exc_info: tuple[type[BaseException], BaseException, TracebackType],
    ) -> None:
        del out, test
        error = account(exc_info[1], self._key)
        self._report("example", line=example.lineno, passed=False, message=_shown(example), error=error)


def _shown(example: doctest.Example) -> str:
    return "".join(f"{prompt} {line}\n" for prompt, line in _prompted(example.source.rstrip("\n")))


def _prompted(source: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(source.split("\n")):
        yield ("..." if number else _PROMPT), line
