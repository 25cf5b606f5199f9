"""The body of a submission: any indentation, strings kept as they are, and nothing that is no body."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.splice.conftest import Splicer

STUB = '''
from jiti import jiti

@jiti
def f(n: int) -> int:
    """Do it."""
    ...
'''
HEAD = 'def f(n: int) -> int:\n    """Do it."""\n'
GENERATOR = '''
from collections.abc import Iterator
from jiti import jiti

@jiti
def f(n: int) -> Iterator[int]:
    """Do it."""
    yield
'''
COROUTINE = '''
from jiti import jiti

@jiti
async def f(n: int) -> int:
    """Do it."""
    ...
'''
ASYNC_GENERATOR = '''
from collections.abc import AsyncIterator
from jiti import jiti

@jiti
async def f(n: int) -> AsyncIterator[int]:
    """Do it."""
    yield
'''


@pytest.mark.parametrize(
    ("submitted", "expected"),
    [
        pytest.param("return n", "    return n\n", id="flush"),
        pytest.param("        return n\n", "    return n\n", id="indented"),
        pytest.param("\n\n    return n\n\n\n", "    return n\n", id="blank lines around"),
        pytest.param(
            "if n:\n  return 1\nreturn 2", "    if n:\n        return 1\n    return 2\n", id="two blanks a level"
        ),
        pytest.param("if n:\n\treturn 1\nreturn 2", "    if n:\n        return 1\n    return 2\n", id="tabs"),
        pytest.param(
            "\tif n:\n\t\treturn 1\n\treturn 2", "    if n:\n        return 1\n    return 2\n", id="tabs, indented"
        ),
        pytest.param("m = n\n    return m", "    m = n\n    return m\n", id="the first line lost its indentation"),
        pytest.param(
            "if n:\n            return 1\n        return 2",
            "    if n:\n        return 1\n    return 2\n",
            id="the first line, a compound one, lost its indentation",
        ),
        pytest.param("m = n\r\nreturn m\r\n", "    m = n\n    return m\n", id="carriage returns"),
        pytest.param("return n  # as it is", "    return n  # as it is\n", id="comment behind"),
        pytest.param(
            "    # first\n    return n\n    # last", "    # first\n    return n\n    # last\n", id="comments around"
        ),
        pytest.param("# flush\n    return n", "    # flush\n    return n\n", id="flush comment above"),
        pytest.param("m = (n +\n1)\nreturn m", "    m = n + 1\n    return m\n", id="continued less indented"),
        pytest.param(
            "    m = n + \\\n  1\n    return m", "    m = n + 1\n    return m\n", id="continued by a backslash"
        ),
        pytest.param(
            "    m = n  # \\\n    return m", "    m = n  # \\\n    return m\n", id="comment that ends in a backslash"
        ),
        pytest.param('"""Do it."""\nreturn n', "    return n\n", id="with the docstring"),
        pytest.param(
            '    """Another.\n\n    one\n    """\n\n    return n', "    return n\n", id="with another docstring"
        ),
        pytest.param(
            "def g():\n    return n\nreturn g()", "\n    def g():\n        return n\n\n    return g()\n", id="function"
        ),
        pytest.param("x = 1; return x", "    x = 1\n    return x\n", id="two statements on a line"),
    ],
)
def test_a_body_at_any_indentation_becomes_the_functions(splicer: Splicer, submitted: str, expected: str) -> None:
    assert splicer.compose(STUB, submitted) == HEAD + expected


@pytest.mark.parametrize(
    "string",
    [
        pytest.param('"""a\n  b\nc\n"""', id="plain"),
        pytest.param('f"""a\n  {n}\n{n!r:>3}\n   c"""', id="formatted"),
        pytest.param("f\"\"\"{f'''\n x{n}\n'''}\n  y\"\"\"", id="nested"),
        pytest.param('r"""\n\\d\n"""', id="raw"),
        pytest.param('"a\\\n   b"', id="continued by a backslash"),
        pytest.param("'''\n\n    if x:\n    '''", id="looks like code"),
    ],
)
@pytest.mark.parametrize("indent", ["", "        ", "\t"])
def test_what_stands_in_a_string_is_kept_exactly(splicer: Splicer, string: str, indent: str) -> None:
    code = splicer.compose(STUB, f"{indent}s = {string}\n{indent}return s")
    namespace: dict[str, object] = {"n": 1}
    exec(code, namespace)  # noqa: S102 - what was composed here is to be run
    expected: dict[str, object] = {"n": 1}
    exec(f"s = {string}", expected)  # noqa: S102 - as above
    assert namespace["f"](1) == expected["s"]  # ty: ignore[not-callable] - it is what was composed


@pytest.mark.parametrize(
    ("submitted", "line", "code", "message"),
    [
        ("", None, "empty-body", "the body is empty"),
        ("\n  # nothing yet\n", None, "empty-body", "the body is empty"),
        ('"""Do it."""', None, "empty-body", "the body holds a docstring and nothing else"),
        ("...", 1, "placeholder", "the body is still a placeholder: write what it does"),
        ('"""Do it."""\npass', 2, "placeholder", "the body is still a placeholder: write what it does"),
        ("raise NotImplementedError('soon')", 1, "placeholder", "the body is still a placeholder: write what it does"),
        ("return (n", 1, "syntax", "'(' was never closed"),
        ("x = 1\nif x:\nreturn n", 3, "syntax", "expected an indented block after 'if' statement on line 2"),
        ("return n\0", None, "syntax", "source code string cannot contain null bytes"),
        ("return '\ud800'", None, "syntax", "'utf-8' codec can't encode"),
        ("x = 1\nbreak", 2, "syntax", "'break' outside loop"),
        ("x = 1\nawait x", 2, "syntax", "'await' outside async function"),
        ("n = 1\nglobal n", 2, "syntax", "name 'n' is parameter and global"),
        ("from os import *\nreturn n", 1, "syntax", "import * only allowed at module level"),
        ("return " + " + ".join(["n"] * 3000), None, "syntax", "too deeply nested for Python"),
        ("return " + "(" * 250 + ")" * 250, 1, "syntax", "too many nested parentheses"),
    ],
)
def test_what_is_no_body_is_told_by_line(
    splicer: Splicer, submitted: str, line: int | None, code: str, message: str
) -> None:
    [(part, *place, said)] = splicer.problems(STUB, submitted)
    assert (part, *place) == ("body", line, code)
    assert message in said


@pytest.mark.parametrize(
    "submitted",
    [
        'def f(n: int) -> int:\n    """Do it."""\n    return n',
        "@jiti\ndef f(n):\n    return n",
        "    def f(n):\n        return n",
        "import re\ndef f(n):\n    return n",
        "def other(n):\n    return n",
    ],
)
def test_a_whole_function_is_turned_down_with_a_word_on_what_to_send(splicer: Splicer, submitted: str) -> None:
    [(_, _, code, message)] = splicer.problems(STUB, submitted)
    assert code == "whole-def"
    assert message == "send the body of f alone, without its `def` line and docstring: jiti has those from the stub"


@pytest.mark.parametrize(
    ("stub", "body"),
    [
        pytest.param(STUB.replace("int:", "Iterator[int]:"), "yield n", id="a generator for an iterator"),
        pytest.param(STUB, "return sum(each for each in range(n))", id="a generator expression"),
        pytest.param(STUB, "def g():\n    yield n\nreturn next(g())", id="a generator inside"),
        pytest.param(GENERATOR, "yield from range(n)", id="generator"),
        pytest.param(COROUTINE, "return n", id="coroutine that waits for nothing"),
        pytest.param(COROUTINE, "async with n as m:\n    return await m", id="coroutine"),
        pytest.param(ASYNC_GENERATOR, "async for each in n:\n    yield each", id="async generator"),
    ],
)
def test_a_body_of_the_stubs_kind_is_taken(splicer: Splicer, stub: str, body: str) -> None:
    assert splicer.compose(stub, body).count("def f(n: int)") == 1


@pytest.mark.parametrize(
    ("stub", "body", "line", "message"),
    [
        (GENERATOR, "return iter([n])", None, "the stub is a generator: its body has to hold a `yield`"),
        (ASYNC_GENERATOR, "return n", None, "the stub is a generator: its body has to hold a `yield`"),
        (COROUTINE, "m = n\nyield m", 2, "a `yield` makes this coroutine an async generator, which the stub is not"),
    ],
)
def test_a_body_of_another_kind_is_turned_down(
    splicer: Splicer, stub: str, body: str, line: int | None, message: str
) -> None:
    [(part, *place, said)] = splicer.problems(stub, body)
    assert (part, *place) == ("body", line, "kind")
    assert said.startswith(message)


@pytest.mark.parametrize(
    "body", ["b = a\n\f\nreturn b", "b = a\n\freturn b", "  b = a\n \f  return b", "\fb = a\nreturn b"]
)
def test_form_feeds_between_lines_are_left_out(splicer: Splicer, body: str) -> None:
    composed = splicer.compose('from jiti import jiti\n@jiti\ndef f(a):\n    """Do."""\n', body)
    assert [line for line in composed.split("\n") if line][2:] == ["    b = a", "    return b"]


def test_a_form_feed_in_a_string_stays(splicer: Splicer) -> None:
    source = 'from jiti import jiti\n@jiti\ndef f(a):\n    """Do."""\n'
    assert '"""\n\f x"""' in splicer.compose(source, 'return """\n\f x"""')
