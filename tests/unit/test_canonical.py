"""The canonical form of source text: the same on every Python, blind to how code is written."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from jiti import canonical
from jiti.definition import body_hash
from tests.unit.snippets import SNIPPETS

DIGESTS = json.loads((Path(__file__).parent / "digests.json").read_text())


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_has_its_committed_digest_on_every_python(name: str) -> None:
    """What is committed under one Python is fresh under the others."""
    assert body_hash(SNIPPETS[name]) == DIGESTS[name]


def test_at_least_forty_snippets_are_committed() -> None:
    """The digests cover all snippets, and no two snippets are alike."""
    assert DIGESTS.keys() == SNIPPETS.keys()
    assert len(set(DIGESTS.values())) == len(SNIPPETS) >= 40


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("x = 'a'", 'x = "a"', id="quotes"),
        pytest.param("x = [1,2]", "x = [\n    1,\n    2,\n]", id="line breaks"),
        pytest.param("x = u'a'", "x = 'a'", id="string prefix"),
        pytest.param("x = 0x10", "x = 16", id="notation of a number"),
        pytest.param("def f(a: 'int'): ...", "def f(a: int): ...", id="quoted annotation"),
        pytest.param("def f(a: list['T']): ...", "def f(a: 'list[T]'): ...", id="partly quoted annotation"),
        pytest.param("x = f'{a:}'", "x = f'{a:}' ''", id="empty pieces of an f-string"),
        pytest.param("x = 1\n", "x = 1\r\n", id="line ends"),
        pytest.param("x = 1  # why", "# why\nx = 1", id="place of a comment"),
    ],
)
def test_how_code_is_written_does_not_count(one: str, other: str) -> None:
    """Formatting alone never changes a digest."""
    assert body_hash(one) == body_hash(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("x = 1", "x = 1.0", id="type of a constant"),
        pytest.param("x = True", "x = 1", id="bool and int"),
        pytest.param("x = 'a'", "x = b'a'", id="str and bytes"),
        pytest.param("def f(a: Literal['int']): ...", "def f(a: Literal[int]): ...", id="a literal is a value"),
        pytest.param("f('int')", "f(int)", id="a string that is no annotation"),
        pytest.param("x = 1  # why", "x = 1", id="a comment"),
        pytest.param("x = 1  # noqa", "x = 1", id="a pragma is part of a body"),
        pytest.param("a < b", "b > a", id="order"),
        pytest.param("from a import b", "from .a import b", id="level of an import"),
        pytest.param("x: int", "x: int = 0", id="value of an annotation"),
    ],
)
def test_what_code_says_counts(one: str, other: str) -> None:
    """Anything but formatting changes a digest."""
    assert body_hash(one) != body_hash(other)


def test_text_that_does_not_parse_is_a_syntax_error() -> None:
    """There is no digest of what is no Python."""
    for text in ("def f(:", "x = '''", "\tx\n y"):
        with pytest.raises(SyntaxError):
            body_hash(text)


def test_what_is_nested_deep_has_the_text_that_its_parts_have() -> None:
    """It is written in several goes, and nobody can tell from the text."""
    inner, depth = canonical.text(ast.parse("a", mode="eval").body), 250
    tree = ast.parse("not " * depth + "a", mode="eval").body
    assert canonical.text(tree) == "(UnaryOp op=(Not) operand=" * depth + inner + ")" * depth
