"""Ty on candidates: in the user's project and environment, as if they lay in the mirror already."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from jiti import filing
from jiti.checks.lint import Ruff
from jiti.checks.tools import Tool
from jiti.checks.typing_check import Ty
from jiti.errors import ConfigError
from jiti.splice import compose
from jiti.submission import Submission
from tests.unit.stubs import define_stub, write

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.definition import Definition

SOURCE = '''
from app.models import Token
from jiti import jiti

LIMIT: int = 3


@jiti
def f(a: int) -> Token:
    """Do it."""
    raise NotImplementedError
'''
MODELS = "class Token:\n    def __init__(self, text: str) -> None:\n        self.text = text\n"
TESTS = "from app.text import f\n\n\ndef test_it() -> None:\n    assert f(1).text == 'a'\n"


def define(root: Path, source: str = SOURCE, above: str = "", settings: str | None = "") -> Definition:
    """A stub in a package of a project; `above` is the folder of the package."""
    if settings is None:
        write(root, {".git/HEAD": ""})
    else:
        write(root, {"pyproject.toml": f'[project]\nname = "app"\nversion = "0"\n{settings}'})
    write(root, {f"{above}app/__init__.py": "", f"{above}app/models.py": MODELS, f"{above}utils.py": "N: int = 1\n"})
    path = f"{above}app/text.py"
    if settings is not None:
        return define_stub(root, source, path=path)
    definition = define_stub(root, source, path=path)
    (root / "pyproject.toml").unlink()
    return definition


def findings(
    definition: Definition, body: str, helpers: str = "", tests: str = ""
) -> list[tuple[str, int | None, str]]:
    """Path, line and code of what ty objects to."""
    code = Ruff(definition).fix(compose(definition, "app.text", Submission(body, helpers)))
    found = Ty(definition, "app.text", sys.prefix).check(code, tests)
    assert {each.check for each in found} <= {"ty"}
    return [(each.path, each.line, each.code) for each in found]


@pytest.mark.parametrize(
    ("body", "helpers", "tests", "expected"),
    [
        pytest.param("return Token(str(a))", "", TESTS, [], id="right"),
        pytest.param("return a", "", "", [("candidate", 6, "invalid-explicit-return")], id="another type"),
        pytest.param(
            "return Token(a)", "", "", [("candidate", 6, "invalid-argument-type")], id="the project's own class"
        ),
        pytest.param(
            "return Token(str(a + utils.M))",
            "import utils",
            "",
            [("candidate", 7, "missing-attribute")],
            id="module",
        ),
        pytest.param("return Token(str(text.LIMIT))", "from app import text", "", [], id="the stub's own module"),
        pytest.param(
            "yield Token('a')", "", "", [("candidate", 4, "invalid-generator-return-type")], id="another kind"
        ),
        pytest.param(
            "return Token(str(a))",
            "",
            TESTS.replace("f(1)", "f('1')"),
            [("tests", 5, "invalid-argument-type")],
            id="tests",
        ),
        pytest.param(
            "return a",
            "",
            TESTS.replace(").text", ").txt"),
            [("candidate", 6, "invalid-explicit-return"), ("tests", 5, "missing-attribute")],
            id="both",
        ),
    ],
)
@pytest.mark.parametrize(
    ("above", "settings"), [("", ""), ("src/", ""), ("", None)], ids=["flat", "src", "no settings"]
)
def test_a_candidate_is_checked_as_a_part_of_its_project(
    tmp_path: Path,
    above: str,
    settings: str | None,
    body: str,
    helpers: str,
    tests: str,
    expected: list[tuple[str, int, str]],
) -> None:
    definition = define(tmp_path, above=above, settings=settings)
    assert findings(definition, body, helpers, tests) == expected


@pytest.mark.parametrize("body", ["return Token(str(a))", "return a", "return utils.M"])
@pytest.mark.parametrize("above", ["", "src/"])
def test_it_says_what_ty_says_of_the_filed_implementation(tmp_path: Path, above: str, body: str) -> None:
    definition = define(tmp_path, above=above)
    code = Ruff(definition).fix(compose(definition, "app.text", Submission(body, "import utils")))
    on_trial = Ty(definition, "app.text", sys.prefix).check(code)
    filed = filing.file(definition, code, made="a test")
    ty = Tool("ty", _find_ty, str(tmp_path))
    answer = ty.run("check", "--python", sys.prefix, "--output-format", "concise", filed.path)
    assert answer.clean == (not on_trial)
    for each in on_trial:
        assert f"error[{each.code}]" in answer.output


def _find_ty() -> str:
    import ty

    return ty.find_ty_bin()


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    definition = define(tmp_path)
    assert findings(definition, "return a", tests=TESTS) != []
    assert list((tmp_path / ".jiti" / ".local" / "trial").iterdir()) == []


def test_what_the_users_own_stub_has_is_not_the_candidates(tmp_path: Path) -> None:
    source = SOURCE.replace("a: int", "a: int = None, b: Missing = 1").replace("import Token", "import Token, Gone")
    definition = define(tmp_path, source.replace("raise NotImplementedError", "..."))
    code = Ruff(definition).fix(compose(definition, "app.text", Submission("return Token(str(b))")))
    assert Ty(definition, "app.text", sys.prefix).check(code) == []


def test_a_diagnostic_shows_the_line_that_it_is_about(tmp_path: Path) -> None:
    definition = define(tmp_path)
    code = compose(definition, "app.text", Submission("return a"))
    [found] = Ty(definition, "app.text", sys.prefix).check(code)
    assert found.message == "Return type does not match returned value: expected `Token`, found `int`\n    return a"


def test_a_method_is_checked_as_one_of_its_class(tmp_path: Path) -> None:
    source = '''
        from jiti import jiti

        class Parser:
            size: int = 3

            @jiti
            def parse(self, raw: str) -> str:
                """Parse."""
                raise NotImplementedError

            @staticmethod
            @jiti
            def other(raw: str) -> str:
                """Parse."""
                raise NotImplementedError
    '''
    definition = define_stub(tmp_path, source, "Parser.parse")
    assert findings(definition, "return raw * self.size + self.other(raw)") == []
    assert findings(definition, "return self.sise") == [("candidate", 10, "missing-attribute")]


CLASSES = """
import abc
import enum
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, final
from jiti import jiti

T = TypeVar("T")


class Meta(type):
    pass


class Base:
    LIMIT = 3
"""


@pytest.mark.parametrize(
    ("head", "method", "body"),
    [
        pytest.param("class V:\n    x: int = 1", "add(self, o: 'V') -> int", "return self.x + o.x", id="its own"),
        pytest.param(
            "class V:", "kids(self) -> 'list[V]'", "out: list[V] = [self]\nout += [V()]\nreturn out", id="a list"
        ),
        pytest.param("class V:", "me(self) -> 'V'", "return self", id="itself"),
        pytest.param("class _V:", "me(self, o: '_V') -> '_V'", "return self or o", id="a private class"),
        pytest.param(
            "class E(enum.Enum):\n    A = 1",
            "next(self) -> 'E'",
            "members = list(E)\nreturn members[(members.index(self) + 1) % len(members)]",
            id="enumeration",
        ),
        pytest.param(
            "@final\nclass F:\n    y: int = 1", "me(self, o: 'F') -> 'F'", "return o if self.y else self", id="final"
        ),
        pytest.param(
            "@dataclass(order=True)\nclass D:\n    y: int = 1",
            "top(self, o: 'D') -> 'D'",
            "return max(self, o)",
            id="order",
        ),
        pytest.param(
            "@final\n@dataclass(order=True)\nclass D:\n    y: int = 1", "me(self) -> 'D'", "return self", id="both"
        ),
        pytest.param(
            "@dataclass(frozen=True, slots=True)\nclass D:\n    y: int = 1",
            "me(self, o: 'D') -> 'D'",
            "return D(self.y + o.y)",
            id="slots",
        ),
        pytest.param(
            "class B(Generic[T]):\n    v: T",
            "wrap(self) -> 'B[list[T]]'",
            "b: B[list[T]] = B()\nb.v = [self.v]\nreturn b",
            id="generic",
        ),
        pytest.param(
            "class P(Protocol):\n    v: int", "me(self, o: 'P') -> 'P'", "return self if self.v else o", id="protocol"
        ),
        pytest.param(
            "class A(abc.ABC):\n    v: int", "me(self, o: 'A') -> 'A'", "return self if self.v else o", id="abstract"
        ),
        pytest.param(
            "class N(NamedTuple):\n    v: int", "me(self, o: 'N') -> 'N'", "return N(self.v + o.v)", id="named tuple"
        ),
        pytest.param(
            "class M(metaclass=Meta):\n    v: int",
            "me(self, o: 'M') -> 'M'",
            "return self if self.v else o",
            id="metaclass",
        ),
        pytest.param(
            "class C(Base):\n    LIMIT = 4", "me(self) -> 'C'", "return self if self.LIMIT else C()", id="assigning"
        ),
    ],
)
@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_a_method_is_content_with_any_class_around_it(
    tmp_path: Path, head: str, method: str, body: str, future: str
) -> None:
    stub = f'    @jiti\n    def {method}:\n        """Do it."""\n        raise NotImplementedError\n'
    source = f"{future}{CLASSES}\n\n{head}\n\n{stub}"
    definition = define(tmp_path, source, settings='[tool.ruff.lint]\nselect = ["ALL"]\nignore = ["D203", "D213"]\n')
    ruff = Ruff(definition)
    code = ruff.fix(compose(definition, "app.text", Submission(body)))
    assert Ty(definition, "app.text", sys.prefix).check(code) == []
    assert ruff.check(code) == []


@pytest.mark.parametrize(
    ("source", "right", "wrong", "expected"),
    [
        pytest.param(
            "class C:\n    def __init_subclass__(cls, key: str) -> None: ...\n\n"
            '    @jiti\n    def f(self) -> int:\n        """Do it."""\n        ...\n',
            "return 1",
            "return self",
            [("candidate", 10, "invalid-explicit-return")],
            id="a class that asks something of its subclasses",
        ),
        pytest.param(
            'def f(a: "Gone") -> int:  # ty: ignore[unresolved-reference]\n    """Do it."""\n    ...\n'.replace(
                "def", "@jiti\ndef", 1
            ),
            "return 1",
            "if a:\n    return 1",
            [("candidate", 1, "invalid-implicit-return")],
            id="a name that is nowhere",
        ),
    ],
)
def test_what_concerns_the_lines_around_a_body_alone_does_not_count(
    tmp_path: Path, source: str, right: str, wrong: str, expected: list[tuple[str, int, str]]
) -> None:
    definition = define(tmp_path, f"from jiti import jiti\n\n\n{source}")
    assert findings(definition, right) == []
    assert findings(definition, wrong) == expected


def test_an_import_of_the_agents_own_counts(tmp_path: Path) -> None:
    definition = define(tmp_path)
    found = findings(definition, "return _g(a)", "from app.text import _g")
    assert found == [("candidate", 2, "missing-module-member")]


def test_a_method_in_nested_classes_is_content_with_them(tmp_path: Path) -> None:
    method = '@jiti\n        def f(self, o: \'A.B\') -> \'A.B\':\n            """Do it."""\n            ...'
    source = f"from jiti import jiti\nclass A:\n    class B:\n        size: int = 1\n\n        {method}\n"
    assert findings(define(tmp_path, source), "return self if self.size > o.size else o") == []
    inside = f"from jiti import jiti\ndef g() -> None:\n    class B:\n        {method.replace('A.B', 'B')}\n"
    assert findings(define_stub(tmp_path, inside), "return self if self.size else B()") == []


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with Python 3.12")
def test_a_method_knows_its_classs_type_parameters(tmp_path: Path) -> None:
    source = """
        from jiti import jiti

        class B[T, *Ts, **P]:
            v: T

            @jiti
            def get(self) -> T:
                \"\"\"Get it.\"\"\"
                raise NotImplementedError
    """
    definition = define(tmp_path, source, settings='requires-python = ">=3.12"\n')
    assert findings(definition, "return self.v") == []
    assert findings(definition, "return self.w") == [("candidate", 10, "missing-attribute")]


def test_a_scripts_neighbours_are_found(tmp_path: Path) -> None:
    write(tmp_path, {"scripts/beside.py": "N: int = 1\n"})
    source = SOURCE.replace("from app.models import Token\n", "").replace("Token", "int")
    definition = define_stub(tmp_path, source, path="scripts/main.py")
    code = compose(definition, "main", Submission("return beside.N", "import beside"))
    assert Ty(definition, "main", sys.prefix).check(code) == []
    assert [each.code for each in Ty(definition, "main", sys.prefix).check(code.replace("N", "M"))] == [
        "missing-attribute"
    ]


@pytest.mark.parametrize(
    ("settings", "python", "words"),
    [
        ('[tool.ty.rules]\nfoo = "bar"\n', sys.prefix, "unknown variant `bar`"),
        ("", os.path.join(sys.prefix, "nowhere"), "nowhere"),
    ],
)
def test_a_configuration_that_does_not_work_is_told_in_tys_own_words(
    tmp_path: Path, settings: str, python: str, words: str
) -> None:
    definition = define(tmp_path, settings=settings)
    with pytest.raises(ConfigError, match=f"ty does not work in (?s:.*){words}"):
        Ty(definition, "app.text", python).check("x = 1\n")


def test_warnings_count_as_they_do_for_the_user(tmp_path: Path) -> None:
    body = "reveal_type(a)\nreturn Token(str(a))"
    assert ("candidate", 6, "undefined-reveal") in findings(define(tmp_path), body)
    settings = '[tool.ty.rules]\nundefined-reveal = "ignore"\n'
    assert ("candidate", 6, "undefined-reveal") not in findings(define(tmp_path, settings=settings), body)
