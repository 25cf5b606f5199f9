"""The cases of a gate that are written down in literals."""

from __future__ import annotations

import ast
from textwrap import dedent, indent

import pytest

from jiti.gates import cases_of, example_cases
from jiti.gates.cases import Surroundings
from jiti.gates.scope import Scope
from jiti.syntax import FunctionNode

A = "'a b' -> 'a-b'"
C = "'c' -> 'd'"


def cases(text: str) -> list[str]:
    """The cases of the last function of a file."""
    tree = ast.parse(dedent(text))
    found = [
        (node, owners)
        for owners, body in [
            ((), tree.body),
            *(((each,), each.body) for each in tree.body if isinstance(each, ast.ClassDef)),
        ]
        for node in body
        if isinstance(node, FunctionNode)
    ]
    node, owners = found[-1]
    return [
        f"{', '.join(each.given)} -> {each.expected}"
        for each in cases_of(node, Surroundings(Scope.of(tree.body), owners))
    ]


@pytest.mark.parametrize(
    "marks",
    [
        '@pytest.mark.parametrize("raw, want", [("a b", "a-b"), ("c", "d")])',
        '@pytest.mark.parametrize("raw,want", (["a b", "a-b"], ["c", "d"]), ids=["x", "y"])',
        '@pytest.mark.parametrize(("raw", "want"), [("a b", "a-b"), ("c", "d")])',
        '@pytest.mark.parametrize(["raw", "want"], [("a b", "a-b"), ("c", "d")])',
        '@pytest.mark.parametrize(argnames="raw, want", argvalues=[("a b", "a-b"), ("c", "d")])',
        '@pytest.mark.parametrize("raw, want", [pytest.param("a b", "a-b", id="x"), param("c", "d")])',
        '@pytest.mark.parametrize("raw, want", [(unknown, "x"), ("a b", "a-b"), ("c", "d")])',
        '@pytest.mark.parametrize("raw, want", CASES)',
        '@pytest.mark.parametrize("raw, want", PARAMS)',
        '@pytest.mark.parametrize("raw, want", TABLE.items())',
        '@pytest.mark.parametrize("raw, want", list(TABLE.items()))',
        '@pytest.mark.parametrize("raw, want", [*CASES])',
        '@pytest.mark.parametrize("raw, want", [FIRST, ("c", "d")])',
        '@pytest.mark.parametrize("raw, want", [(RAW, "a" + "-b"), ("c", "d")])',
        '@mark.parametrize("raw, want", CASES)\n@pytest.mark.parametrize("other", range(3))',
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        "assert f(raw) == want",
        "assert want == f(raw), 'why'",
        "assert m.f(raw) == want",
        "got = f(raw)\nassert got == want",
        "got = f(raw)\ngot = got.strip()\nassert got == want",
        "assert await f(raw) == want",
        "assert asyncio.run(f(raw)) == want",
        "assert list(f(raw)) == want",
        "assert Parser().f(raw) == want",
        "parser = Parser(1)\nassert parser.f(raw) == want",
        "assert Parser(raw).size == want",
        "with x:\n    if y:\n        assert f(text=raw) == want",
        "self.assertEqual(f(raw), want)",
        "self.assertEqual(want, f(raw), 'why')",
        "assert f(*[raw]) == want and True",
    ],
)
def test_each_way_to_give_and_to_check_is_read(marks: str, body: str) -> None:
    constants = """
        RAW = "a b"
        FIRST = (RAW, "a-b")
        CASES = [FIRST, ("c", "d")]
        PARAMS = [pytest.param("a b", "a-b", id="x"), pytest.param("c", "d", marks=pytest.mark.slow)]
        TABLE = {"a b": "a-b", "c": "d"}
        """
    text = f"{dedent(constants)}\n{marks}\nasync def test(raw, want):\n{indent(body, '    ')}\n"
    assert cases(text) == [A, C]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('def test(): assert f("a b") == "a-b" and f("c") == "d"', [A, C]),
        ('def test():\n    raw = "a b"\n    assert f(raw) == "a-b"\n    raw = "c"\n    assert f(raw) == "d"', [A, C]),
        ('def test():\n    for raw, want in [("a b", "a-b"), ("c", "d")]:\n        assert f(raw) == want', [A, C]),
        (
            'def test():\n    for raw in ("a b",):\n        with self.subTest():\n            assert f(raw) == "a-b"',
            [A],
        ),
        ('def test(): assert f(-1, [2.5], key={"a": None}) == (1,)', ["-1, [2.5], {'a': None} -> (1,)"]),
        ('def test(): assert f({"b", "a"}) == frozenset(["y", "x"])', ["{'a', 'b'} -> {'x', 'y'}"]),
        ('def test(): assert f("a") == pytest.approx(0.25)', ["'a' -> 0.25"]),
        ('def test(): assert f(b"a", *(1, 2), **{"k": 3}) is True', ["b'a', 1, 2, 3 -> True"]),
        ('@pytest.mark.parametrize("raw", ["a b"])\ndef test(raw): assert f(raw) == "a-b"', [A]),
        ('@pytest.mark.parametrize("raw", [pytest.param("a b")])\ndef test(raw): assert f(raw) == "a-b"', [A]),
        (
            'ALL = [pytest.param("a b")]\n@pytest.mark.parametrize("raw", ALL)\ndef test(raw): assert f(raw) == "a-b"',
            [A],
        ),
        (
            '@x.parametrize("a", [1, 2])\n@x.parametrize("b", [3, 4])\ndef test(a, b): assert f(a, b) == "x"',
            ["1, 3 -> 'x'", "1, 4 -> 'x'", "2, 3 -> 'x'", "2, 4 -> 'x'"],
        ),
        (
            'class Test:\n    A = [("a b", "a-b")]\n    def test(self):\n        for a, b in self.A: assert f(a) == b',
            [A],
        ),
        (
            'class Test:\n    ALL = ["a b"]\n    @x.parametrize("a", ALL)\n    def test(self, a): assert f(a) == "a-b"',
            [A],
        ),
        ('@x.parametrize("a", ["a b"])\nclass Test:\n    def test(self, a): assert f(a) == "a-b"', [A]),
    ],
)
def test_cases_are_read_from_marks_loops_and_names(text: str, expected: list[str]) -> None:
    assert cases(text) == expected


@pytest.mark.parametrize(
    "body",
    [
        "assert f(raw) == want",
        "assert len(f('a')) == 3",
        "assert f('a') > 'b'",
        "assert f('a') == g('b')",
        "assert f() == 'b'",
        "assert 'a' == 'b'",
        "assert f('a' * 10 ** 9) == 'b'",
        "assert f(1 / 0) == 'b'",
        "assert f({[]: 1}) == 'b'",
        "raw = raw\nassert f(raw) == 'b'",
        "raw = raw.strip()\nassert raw == 'b'",
        "assert a" + ".b()" * 600 + " == 'b'",
        "for a in b: assert f(a) == 'b'",
        "with pytest.raises(ValueError): f('a')",
    ],
)
def test_what_is_no_literal_makes_no_case(body: str) -> None:
    assert cases(f"def test(raw, want):\n{indent(body, '    ')}\n") == []


def test_a_constant_that_is_changed_later_makes_no_case() -> None:
    assert cases("A = ['a']\nA += ['b']\n@pytest.mark.parametrize('a', A)\ndef test(a): assert f(a) == 'x'\n") == []


def test_a_constant_that_is_made_of_itself_makes_no_case() -> None:
    assert cases("A = [*A]\n@pytest.mark.parametrize('a', A)\ndef test(a): assert f(a) == 'x'\n") == []


def test_a_docstrings_examples_are_cases() -> None:
    docstring = """Make a slug.

    >>> slugify("a b")
    'a-b'
    >>> slugify("c") == "d"
    True
    >>> x = 3
    >>> [slugify("e")]
    ['e']
    """
    assert [(each.given, each.expected) for each in example_cases(docstring)] == [(("'a b'",), "'a-b'")]
    assert example_cases(">>>broken") == ()
