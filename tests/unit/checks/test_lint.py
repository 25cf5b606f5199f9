"""Ruff on candidates: the user's settings hold, and nothing counts that a candidate cannot help."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import ruff

from jiti import filing
from jiti.checks.lint import Ruff
from jiti.errors import ConfigError
from jiti.splice import compose
from jiti.submission import Submission
from tests.unit.stubs import define_stub, write

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.definition import Definition


PROJECT = '[project]\nname = "app"\nversion = "0"\nrequires-python = ">=3.11"\n'
SETTINGS = {
    "default": "[tool.ruff]\n",
    "all": """
        [tool.ruff]
        line-length = 79
        [tool.ruff.lint]
        select = ["ALL"]
        ignore = ["COM812", "CPY001", "D203", "D213"]
    """,
    "preview": """
        [tool.ruff]
        line-length = 79
        preview = true
        [tool.ruff.lint]
        select = ["ALL"]
        ignore = ["COM812", "CPY001", "D203", "D213", "DOC", "RUF201"]
    """,
    "tabs": """
        [tool.ruff]
        line-length = 100
        [tool.ruff.format]
        indent-style = "tab"
        quote-style = "single"
    """,
    "in a file of its own": None,
}
SOURCE = '''"""Text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiti import jiti

if TYPE_CHECKING:
    from collections.abc import Iterable

_LIMIT = 80


class Token:
    """A token."""


@jiti
def slugify(words: Iterable[str], *, token: Token | None = None) -> str:
    """Make a slug of some words; a token may stand for it."""
    raise NotImplementedError
'''
HELPERS = """
import re
from utils import shorten
from app import text, models
_GAPS = re.compile('[^a-z0-9]+')
_LONG_NAMED_CONSTANT = "a string that is long enough for ruff to have to wrap", "the line"
"""
BODY = """
joined = _GAPS.sub("-", "-".join(words).lower())
if isinstance(token, Token) and joined in _LONG_NAMED_CONSTANT and joined not in models.WORDS:
        return "x"
return shorten(joined, text._LIMIT)
"""
TESTS = """
from app.text import slugify
import pytest
@pytest.mark.parametrize('words, want', [(['a'], 'a')])
def test_slug(words, want):
    assert slugify(words) == want
    with pytest.raises(ValueError): raise ValueError('a very long message, which makes the line too long for anyone')
"""


def run(root: Path, *arguments: str) -> str:
    """What ruff says to the user at the project root; empty if nothing."""
    done = subprocess.run([ruff.find_ruff_bin(), *arguments], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode else ""


@dataclass
class Layout:
    """Where things are in a project."""

    package: str
    module: str


LAYOUTS = {
    "flat": Layout("app/", "app.text"),
    "src": Layout("src/app/", "app.text"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("settings", SETTINGS)
def test_after_a_generation_the_users_own_ruff_is_content(tmp_path: Path, settings: str, layout: str) -> None:
    package = LAYOUTS[layout].package
    above = package.removesuffix("app/")
    write(
        tmp_path,
        {
            "pyproject.toml": PROJECT,
            **(
                {"ruff.toml": 'line-length = 66\n[lint]\nselect = ["E", "I", "D"]\npydocstyle.convention = "google"'}
                if SETTINGS[settings] is None
                else {}
            ),
            f"{package}__init__.py": '"""App."""\n',
            f"{package}models.py": '"""Models."""\n\nWORDS = ("a",)\n',
            f"{above}utils.py": (
                '"""Utilities."""\n\n\ndef shorten(text: str, limit: int) -> str:\n'
                '    """Cut a text."""\n    return text[:limit]\n'
            ),
        },
    )
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write("\n".join(line.strip() for line in (SETTINGS[settings] or "").split("\n")))
    definition = define_stub(tmp_path, SOURCE, path=f"{package}text.py")
    run(tmp_path, "format", ".")
    assert run(tmp_path, "check", ".") == ""

    linter = Ruff(definition)
    code = linter.fix(compose(definition, "app.text", Submission(BODY, HELPERS)))
    assert linter.check(code) == []
    tests = linter.fix_tests(TESTS)
    assert linter.check_tests(tests) == []
    filing.file(definition, code, made="a test", tests=tests)

    assert run(tmp_path, "check", "--no-cache", ".") == ""
    assert run(tmp_path, "format", "--no-cache", "--check", ".") == ""


SIMPLE = '''"""Text."""

from jiti import jiti
{more}

@jiti
def f({parameters}) -> int:
    """Do it."""{behind}
    raise NotImplementedError
'''
STRICT = '[tool.ruff.lint]\nselect = ["ALL"]\nignore = ["COM812", "CPY001", "D203", "D213"]\n'


def linter(root: Path, source: str, settings: str = STRICT) -> tuple[Definition, Ruff]:
    write(root, {"pyproject.toml": PROJECT + settings, "app/__init__.py": '"""App."""\n'})
    definition = define_stub(root, source)
    return definition, Ruff(definition)


def findings(
    root: Path, source: str, body: str, helpers: str = "", settings: str = STRICT
) -> list[tuple[str, int | None]]:
    """Code and line of what ruff objects to in a candidate."""
    definition, ruff_ = linter(root, source, settings)
    found = ruff_.check(ruff_.fix(compose(definition, "app.text", Submission(body, helpers))))
    assert {(each.check, each.path) for each in found} <= {("ruff", "candidate")}
    return [(each.code, each.line) for each in found]


def simple(parameters: str = "a: int", behind: str = "", more: str = "") -> str:
    return SIMPLE.format(parameters=parameters, behind=behind, more=more)


@pytest.mark.parametrize(
    ("settings", "body", "helpers", "expected"),
    [
        pytest.param(STRICT, "return a", "", [], id="nothing"),
        pytest.param(STRICT, "return 1", "", [], id="an argument unused"),
        pytest.param(
            STRICT, "return _g(a)", "def _g(x: int, y: int = 1) -> int:\n    return x", [("ARG001", 1)], id="a helper's"
        ),
        pytest.param(
            "[tool.ruff.lint]\nselect = ['C901']\nmccabe.max-complexity = 1\n",
            "return a if a else 1\n",
            "",
            [],
            id="simple enough",
        ),
        pytest.param(
            "[tool.ruff.lint]\nselect = ['C901']\nmccabe.max-complexity = 1\n",
            "if a:\n    return 1\nreturn a",
            "",
            [("C901", 1)],
            id="too complex",
        ),
        pytest.param(STRICT, "print(a)\nreturn a", "", [("T201", 3)], id="print"),
        pytest.param(STRICT, "return a", "import os", [], id="what ruff mends itself"),
        pytest.param("[tool.ruff]\n", "print(a)\nreturn a", "", [], id="what the user does not ask for"),
        pytest.param("", "return b", "", [("F821", 3)], id="without settings"),
        pytest.param(STRICT, f"return a  # {'x' * 90}", "", [("E501", 3)], id="a line of code too long"),
        pytest.param(STRICT, "# x = 1\nreturn a", "", [("ERA001", 3)], id="code in a comment of the agent's"),
        pytest.param(STRICT, "return _g(a)", "def _g(x):\n    return x", [("ANN202", 1), ("ANN001", 1)], id="a helper"),
        pytest.param(STRICT, "return text._N + a", "from app import text", [], id="private to its own module"),
        pytest.param(STRICT, "return t._N + a", "from app import text as t", [], id="the same, renamed"),
        pytest.param(
            STRICT, "return text._N + a", "from os import path as text", [("SLF001", 6)], id="private elsewhere"
        ),
    ],
)
def test_a_candidate_is_held_to_the_users_settings(
    tmp_path: Path, settings: str, body: str, helpers: str, expected: list[tuple[str, int]]
) -> None:
    assert findings(tmp_path, simple(more="\n_N = 3\n"), body, helpers, settings) == expected


@pytest.mark.parametrize(
    ("parameters", "behind", "body"),
    [
        pytest.param("a: bool", "", "return int(a)", id="a flag by position"),
        pytest.param(
            "a: int, b: int, c: int, d: int, e: int, f: int", "", "return a + b + c + d + e + f", id="six arguments"
        ),
        pytest.param("a: int, camelCase: int", "", "return a + camelCase", id="a name"),
        pytest.param("a: list = []", "", "return len(a)", id="a mutable default"),
        pytest.param(
            "a: int, *, some_long_name: int = 1, another_long_name: int = 2",
            f"  # {'x' * 99}",
            "return a + some_long_name + another_long_name",
            id="a long line",
        ),
    ],
)
def test_what_the_users_own_stub_has_is_not_the_candidates(
    tmp_path: Path, parameters: str, behind: str, body: str
) -> None:
    assert findings(tmp_path, simple(parameters, behind), body) == []


@pytest.mark.parametrize(
    ("parameters", "behind"),
    [
        pytest.param("\n    a: bool,  # noqa: FBT001 - so it is\n", "", id="on a parameter"),
        pytest.param("\n    a: int,  # noqa: ARG001 - not used yet\n", "", id="on a parameter, needless below"),
        pytest.param("a: int", f"  # noqa: E501 - {'x' * 80}", id="behind the docstring, needless in the mirror"),
    ],
)
def test_what_the_user_has_silenced_stays_silent(tmp_path: Path, parameters: str, behind: str) -> None:
    definition, ruff_ = linter(tmp_path, simple(parameters, behind))
    code = ruff_.fix(compose(definition, "app.text", Submission("return int(a)")))
    assert ruff_.check(code) == []
    filing.file(definition, code, made="a test")
    assert run(tmp_path, "check", "--no-cache", ".jiti") == ""


def test_a_diagnostic_shows_the_line_that_it_is_about(tmp_path: Path) -> None:
    definition, ruff_ = linter(tmp_path, simple())
    [found] = ruff_.check(ruff_.fix(compose(definition, "app.text", Submission("return a + b"))))
    assert str(found) == "ruff F821 candidate:3: Undefined name `b`\n    return a + b"


@pytest.mark.parametrize("pattern", ["app/text.py", "app/*", "**/text.py", "app/*.py"])
def test_what_the_source_is_excused_from_its_implementation_is_too(tmp_path: Path, pattern: str) -> None:
    settings = f'{STRICT}[tool.ruff.lint.per-file-ignores]\n"{pattern}" = ["T201"]\n'
    assert findings(tmp_path, simple(), "print(a)\nreturn a", settings=settings) == []


def test_where_the_source_is_excluded_the_mirrors_findings_count(tmp_path: Path) -> None:
    settings = '[tool.ruff]\nexclude = ["app/text.py"]\n'
    assert findings(tmp_path, simple(), "return b", settings=settings) == [("F821", 3)]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("[tool.ruff]\nline-lenth = 1\n", "unknown field `line-lenth`"),
        ('[tool.ruff]\nextend = "missing.toml"\n', "missing.toml"),
        ('[tool.ruff]\nrequired-version = "==0.0.1"\n', "0.0.1"),
        ('[tool.ruff.format]\nindent-style = "none"\n', "unknown variant `none`"),
    ],
)
def test_settings_that_do_not_work_are_told_in_ruffs_own_words(tmp_path: Path, settings: str, words: str) -> None:
    definition, ruff_ = linter(tmp_path, simple(), settings)
    code = compose(definition, "app.text", Submission("return a"))
    with pytest.raises(ConfigError, match=f"ruff does not work in (?s:.*){words}"):
        ruff_.fix(code)
    with pytest.raises(ConfigError, match="ruff does not work in"):
        ruff_.check(code)


def test_a_text_that_does_not_parse_stays_as_it_is_and_is_told(tmp_path: Path) -> None:
    _, ruff_ = linter(tmp_path, simple())
    assert ruff_.fix("x = (1\n") == "x = (1\n"
    assert [each.code for each in ruff_.check("x = (1\n")] == ["invalid-syntax"]


def test_scratch_tests_are_formatted_and_answer_for_their_syntax_alone(tmp_path: Path) -> None:
    _, ruff_ = linter(tmp_path, simple())
    text = "from app.text import f\nimport pytest, os\ndef test_it( ):\n    assert f(1)==eval('1')"
    fixed = ruff_.fix_tests(text)
    assert fixed == (
        'import os\n\nimport pytest\n\nfrom app.text import f\n\n\ndef test_it():\n    assert f(1) == eval("1")\n'
    )
    assert ruff_.check_tests(fixed) == []
    [found] = ruff_.check_tests("x = (1\n")
    assert (found.path, found.code) == ("tests", "invalid-syntax")
    assert ruff_.fix_tests("x = (1\n") == "x = (1\n"


@pytest.mark.parametrize(
    ("decorator", "parameters"),
    [("jiti", "self, a: int"), ("staticmethod\n    @jiti", "a: int"), ("classmethod\n    @jiti", "cls, a: int")],
)
def test_a_body_may_leave_its_arguments_alone(tmp_path: Path, decorator: str, parameters: str) -> None:
    method = f'    @{decorator}\n    def f({parameters}) -> int:\n        """Do it."""\n        ...\n'
    definition, ruff_ = linter(tmp_path, f'"""Text."""\n\nfrom jiti import jiti\n\n\nclass a_class:\n{method}')
    code = ruff_.fix(compose(definition, "app.text", Submission("return 1")))
    assert ruff_.check(code) == []
    filing.file(definition, code, made="a test")
    assert "ARG" not in run(tmp_path, "check", "--no-cache", ".jiti")


def test_what_only_the_signatures_place_brings_about_is_not_the_candidates(tmp_path: Path) -> None:
    silenced = f"# ruff: noqa: FBT001, N803, E501\n{simple('camelCase: bool')}"
    assert findings(tmp_path, silenced, "return int(camelCase)") == []
    assert findings(tmp_path, silenced, "return _g(camelCase)", "def _g(fooBar: bool) -> int:\n    return 1") == [
        ("FBT001", 1),
        ("N803", 1),
        ("ARG001", 1),
    ]


@pytest.mark.parametrize("owner", ["", "class V:"])
def test_imports_follow_the_annotations_that_the_user_asks_for(tmp_path: Path, owner: str) -> None:
    settings = f'{STRICT}isort.required-imports = ["from __future__ import annotations"]\n'
    stub = '@jiti\ndef f(a: Path, b: date) -> int:\n    """Do it."""\n    ...\n'.replace(
        "def f(a", "def f(self, a" if owner else "def f(a"
    )
    stub = f"{owner}\n{stub}".replace("\n", "\n    ") if owner else stub
    source = f'"""Text."""\n\nfrom datetime import date\nfrom pathlib import Path\n\nfrom jiti import jiti\n\n\n{stub}'
    definition, ruff_ = linter(tmp_path, source, settings)
    body = "return _g(a) + b.year"
    code = ruff_.fix(
        compose(definition, "app.text", Submission(body, "def _g(x: Path) -> int:\n    return len(x.parts)"))
    )
    assert ruff_.check(code) == []
    assert "if TYPE_CHECKING:\n    from datetime import date\n    from pathlib import Path\n" in code
    filing.file(definition, code, made="a test")
    assert run(tmp_path, "check", "--no-cache", ".jiti") == ""
