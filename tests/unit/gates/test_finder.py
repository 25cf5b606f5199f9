"""The gates of a project, and what is said of those that cannot be told from reading."""

from __future__ import annotations

import sys
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from jiti.gates import Problem
from jiti.settings import Settings

if TYPE_CHECKING:
    from tests.unit.gates.conftest import Tree

HEAD = "from jiti import jiti\nfrom app.text import slugify, plain, Parser\nimport app.text\n\n"


def problem(tree: Tree, text: str) -> Problem:
    """The one problem of a project with one test file."""
    tree.write({"tests/test_text.py": HEAD + text})
    (found,) = tree.find().problems
    return found


def test_a_gate_is_told_with_all_that_is_known_of_it(tree: Tree) -> None:
    text = '''
        @jiti.required_for(slugify)
        @pytest.mark.parametrize("raw, want", [("a b", "a-b")])
        def test_slug(raw, want):
            assert slugify(raw) == want


        class TestMore:
            @jiti.required_for(
                slugify,
            )
            async def test_async(self) -> None:
                """It is lower case."""

            def test_plain(self): ...
        '''
    tree.write({"tests/test_text.py": HEAD + dedent(text)})
    found = tree.find()
    first, second = found.gates
    assert (first.key, first.line, first.place) == ("tests/test_text.py::test_slug", 6, "tests/test_text.py:6")
    assert first.text.startswith("@jiti.required_for(slugify)\n@pytest")
    assert first.text.endswith("assert slugify(raw) == want\n")
    assert [(each.given, each.expected) for each in first.cases] == [(("'a b'",), "'a-b'")]
    assert second.node_id == "tests/test_text.py::TestMore::test_async"
    assert second.text.startswith("    @jiti.required_for(\n        slugify,\n    )\n    async def")
    assert (first.is_jiti_test, second.is_jiti_test, second.cases) == (False, True, ())
    assert found.of("app/text.py::slugify") == found.gates
    assert found.of("app/text.py::plain") == found.problems == ()


@pytest.mark.parametrize(
    ("body", "is_jiti_test"),
    [
        ('"""What it shows."""', True),
        ('"""What it shows."""\n    ...', True),
        ('"""What it shows."""\n    pass', True),
        ('"""What it shows."""\n    raise NotImplementedError', True),
        ('"""What it shows."""\n    raise NotImplementedError("later")  # soon', True),
        ("assert True", False),
        ('"""What it shows."""\n    assert slugify("a") == "a"', False),
        ('"""What it shows."""\n    ...\n    ...', False),
        ("return", False),
        ("raise ValueError", False),
    ],
)
def test_a_test_with_an_empty_body_is_a_jiti_test(tree: Tree, body: str, is_jiti_test: bool) -> None:  # noqa: FBT001 - a case
    tree.write({"tests/test_text.py": f"{HEAD}@jiti.required_for(slugify)\ndef test_it():\n    {body}\n"})
    assert tree.only().is_jiti_test == is_jiti_test


def test_gates_come_in_order_of_path_and_line(tree: Tree) -> None:
    text = (
        HEAD
        + "@jiti.required_for(slugify)\ndef test_b(): assert 1\n@jiti.required_for(slugify)\ndef test_a(): assert 1\n"
    )
    tree.write({"tests/test_z.py": text, "tests/test_a.py": text, "app/test_in.py": text})
    found = tree.find().gates
    assert [each.path for each in found] == [
        *(
            "app/test_in.py",
            "app/test_in.py",
            "tests/test_a.py",
            "tests/test_a.py",
            "tests/test_z.py",
            "tests/test_z.py",
        )
    ]
    assert [each.qualname for each in found[:2]] == ["test_b", "test_a"]


def test_a_test_that_inherits_from_testcase_is_a_gate(tree: Tree) -> None:
    text = """
        import unittest
        import app.text
        from jiti import jiti

        class TestText(unittest.TestCase):
            @jiti.required_for(app.text.slugify)
            def test_it(self):
                self.assertEqual(app.text.slugify("a b"), "a-b")
        """
    tree.write({"tests/test_text.py": text})
    assert tree.only().cases[0].expected == "'a-b'"


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        (Settings(), ["checks/test_b.py", "tests/test_a.py"]),
        (Settings(sources=("app",)), ["checks/test_b.py", "tests/test_a.py"]),
        (Settings(tests=("checks",)), ["checks/test_b.py"]),
        (Settings(exclude=("/checks",)), ["tests/test_a.py"]),
    ],
)
def test_gates_are_looked_for_where_settings_say(tree: Tree, settings: Settings, paths: list[str]) -> None:
    text = f"{HEAD}@jiti.required_for(slugify)\ndef test_it(): assert 1\n"
    tree.write({"tests/test_a.py": text, "checks/test_b.py": text})
    assert [each.path for each in tree.find(settings).gates] == paths


def test_nothing_is_imported(tree: Tree) -> None:
    tree.write({"app/text.py": "raise SystemExit\n", "tests/test_text.py": "raise SystemExit  # required_for\n"})
    before = set(sys.modules)
    assert tree.find().gates == ()
    assert {name for name in sys.modules if name.partition(".")[0] in {"app", "tests", "test_text"}} <= before


def test_a_changed_file_is_read_again(tree: Tree) -> None:
    tree.write({"tests/test_text.py": f"{HEAD}@jiti.required_for(slugify)\ndef test_it(): assert 1\n"})
    assert tree.only().qualname == "test_it"
    tree.write({"tests/test_text.py": f"{HEAD}@jiti.required_for(slugify)\ndef test_other(): assert 1\n"})
    assert tree.only().qualname == "test_other"


@pytest.mark.parametrize(
    ("target", "message", "hint"),
    [
        ("slugfy", "`slugfy` cannot be found: tests/test_text.py has no slugfy (but slugify)", "name a stub"),
        ("app.text.slugfy", "app/text.py has no slugfy (but slugify)", "name a stub as the file imports it"),
        ("app.txt.slugify", "app/__init__.py has no txt", "name a stub"),
        ("Parser.pars", "app/text.py::Parser has no pars", "name a stub"),
        ("make()", "`make()` is known only when it runs", "name a stub"),
        ("plain", "`plain` is no stub: app/text.py:10 does not carry @jiti", "put `@jiti` on it"),
        ("Parser.help", "`Parser.help` is no stub: app/text.py:36 does not carry @jiti", "put `@jiti` on it"),
        (
            "Parser",
            "`Parser` is the class at app/text.py:25",
            "name its stubs: Parser.size, Parser.size.setter, Parser",
        ),
        ("app.text", "`app.text` is the module app/text.py, and no stub", "name a stub in it"),
        ("app.text.jiti", "`app.text.jiti` cannot be found: the project has no module jiti", "name a stub"),
    ],
)
def test_a_target_that_is_no_stub_is_reported(tree: Tree, target: str, message: str, hint: str) -> None:
    found = problem(tree, f"\n@jiti.required_for({target})\ndef test_it(): assert 1\n")
    assert found.place == "tests/test_text.py:6"
    assert message in found.message
    assert hint in found.hint


def test_a_test_that_is_to_be_written_is_no_target(tree: Tree) -> None:
    first = '@jiti.required_for(slugify)\ndef test_a():\n    """It is."""\n\n'
    text = f"{first}@jiti.required_for(test_a)\ndef test_b(): assert 1\n"
    found = problem(tree, text)
    assert found.place == "tests/test_text.py:9"
    assert found.message == "`test_a` is no stub: tests/test_text.py:6 does not carry @jiti"


def test_a_problem_is_told_where_its_gate_begins(tree: Tree) -> None:
    found = problem(tree, "@mark\n@jiti.required_for(\n    gone,\n)\ndef test_a(): assert 1\n")
    assert found.place == "tests/test_text.py:5"


@pytest.mark.parametrize(
    "use", ["print(jiti.required_for)", "assert jiti.required_for is not None", "x = jiti.required_for"]
)
def test_speaking_of_the_decorator_is_no_problem(tree: Tree, use: str) -> None:
    tree.write({"tests/test_text.py": f"{HEAD}{use}\n"})
    assert tree.find().problems == ()


def test_the_gate_of_a_renamed_target_is_reported_where_it_is_imported_from(tree: Tree) -> None:
    text = "from app.text import slug\nfrom jiti import jiti\n\n@jiti.required_for(slug)\ndef test_it(): assert 1\n"
    tree.write({"tests/test_text.py": text})
    (found,) = tree.find().problems
    assert found == Problem(
        "tests/test_text.py:4",
        "`slug` cannot be found: app/text.py has no slug (but slugify)",
        "name a stub as the file imports it",
    )


def test_a_gate_keeps_the_targets_that_can_be_found(tree: Tree) -> None:
    tree.write({"tests/test_text.py": f"{HEAD}@jiti.required_for(slugify, gone)\ndef test_it(): assert 1\n"})
    found = tree.find()
    assert [each.targets for each in found.gates] == [("app/text.py::slugify",)]
    assert "`gone` cannot be found" in found.problems[0].message


def test_a_module_that_may_be_several_files_is_reported_with_all_of_them(tree: Tree) -> None:
    test = "from lib.words import f\nfrom jiti import jiti\n\n@jiti.required_for(f)\ndef test_it(): assert 1\n"
    tree.write({"a/lib/words.py": "", "b/lib/words.py": "", "tests/test_w.py": test})
    (found,) = tree.find().problems
    assert found.message == ("`f` cannot be found: the module lib.words may be a/lib/words.py or b/lib/words.py")
    assert "`[tool.jiti] sources`" in found.hint


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("@jiti.required_for(slugify)\nclass TestIt: ...\n", 5, "stands on the class TestIt", "put it on each test"),
        (
            "def outer():\n    @jiti.required_for(slugify)\n    def test_it(): assert 1\n",
            6,
            "outer.<locals>.test_it stands inside a function",
            "move it",
        ),
        (
            "@jiti.required_for(slugify)\ndef test_it(): assert 1\ndef test_it(): assert 2\n",
            5,
            "another test_it follows below: pytest sees only the last one",
            "give each a name of its own",
        ),
        (
            "class A:\n    @jiti.required_for(slugify)\n    def test(self): ...\n    def test(self): assert 1\n",
            6,
            "another A.test follows below",
            "give each",
        ),
        (
            "class A:\n    @jiti.required_for(slugify)\n    def test(self): assert 1\nclass A: ...\n",
            6,
            "another A follows below",
            "give each",
        ),
        ("@jiti.required_for\ndef test_it(): assert 1\n", 5, "otherwise than as a decorator with targets", "write"),
        ("@jiti.required_for()\ndef test_it(): assert 1\n", 5, "otherwise than as a decorator with targets", "write"),
        ("gates = [jiti.required_for(slugify)]\n", 5, "otherwise than as a decorator with targets", "write"),
        ("@jiti.required_for(slugify)\ndef test_it(): ...\n", 5, "test_it has no docstring", "say in"),
        ("def test_it(:\n", 5, "does not parse: ", "mend it"),
    ],
)
def test_a_gate_that_can_be_none_is_reported(tree: Tree, text: str, line: int, message: str, hint: str) -> None:
    text += "# required_for"
    found = problem(tree, text)
    assert found.place == f"tests/test_text.py:{line}"
    assert message in found.message
    assert hint in found.hint


def test_of_two_gates_with_one_name_the_last_counts(tree: Tree) -> None:
    text = (
        "@jiti.required_for(slugify)\ndef test_it(): assert 1\n@jiti.required_for(slugify)\ndef test_it(): assert 2\n"
    )
    tree.write({"tests/test_text.py": HEAD + text})
    found = tree.find()
    assert [each.line for each in found.gates] == [7]
    assert [each.place for each in found.problems] == ["tests/test_text.py:5"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"# required_for \xff\n", "cannot be read: "),
        (b"# -*- coding: klingon -*-\n# required_for\n", "cannot be read: "),
        (b"# required_for\nx = '\0'\n", "source code "),
        (b"# required_for\nx = " + b"(" * 300 + b")" * 300 + b"\n", "too many nested parentheses"),
    ],
)
def test_a_file_that_cannot_be_read_is_reported(tree: Tree, data: bytes, message: str) -> None:
    tree.write({"tests/test_text.py": ""})
    (tree.root / "tests/test_text.py").write_bytes(data)
    (found,) = tree.find().problems
    assert found.place.startswith("tests/test_text.py")
    assert message in found.message


def test_a_file_that_holds_no_gates_may_be_as_broken_as_it_likes(tree: Tree) -> None:
    tree.write({"tests/test_text.py": "def test_it(:\n"})
    assert tree.find().problems == ()


def test_a_target_whose_file_does_not_parse_is_reported(tree: Tree) -> None:
    tree.write({"app/text.py": "def f(:\n"})
    found = problem(tree, "@jiti.required_for(slugify)\ndef test_it(): assert 1\n")
    assert "`slugify` cannot be found: app/text.py cannot be read: " in found.message
