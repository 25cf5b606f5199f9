"""Scratch tests that are added to a test file: whole texts, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from jiti.merge.destination import Destination
from jiti.merge.implementation import Import
from jiti.merge.moving import Scratch, Target
from jiti.merge.renaming import NotRenamedError
from jiti.splice.project import Module

if TYPE_CHECKING:
    from collections.abc import Mapping

USERS = '''"""My tests."""

import pytest

from app.text import slugify


def test_slug():
    assert slugify("A b") == "a-b"
'''


class After(NamedTuple):
    """A test file to which tests were added, and what became of them."""

    text: str
    names: Mapping[str, str]
    twins: tuple[str, ...] = ()
    collected: tuple[str, ...] = ()


def moved(scratch: str, to: str = USERS, only: str = "", target: Target | None = None) -> After:
    own = Module("tests.test_text", is_package=False, base="/")
    file = Destination(to, own, "app", lambda _: None)
    done = Scratch(scratch).moved(file, "slugify", only, target)
    return After(file.text, done.names, done.twins, done.collected)


def test_a_test_comes_last_and_what_it_imports_goes_to_the_top() -> None:
    scratch = """import re

import pytest

from app.text import LIMIT, slugify


# Nothing comes of nothing.
@pytest.mark.parametrize("raw", ["", " "])
def test_empty(raw):
    assert re.fullmatch("", slugify(raw))
    assert LIMIT
"""
    assert (
        moved(scratch).text
        == '''"""My tests."""

import re

import pytest

from app.text import LIMIT, slugify


def test_slug():
    assert slugify("A b") == "a-b"


# Nothing comes of nothing.
@pytest.mark.parametrize("raw", ["", " "])
def test_empty(raw):
    assert re.fullmatch("", slugify(raw))
    assert LIMIT
'''
    )


def test_what_nothing_of_it_uses_is_not_imported() -> None:
    assert "import os" not in moved("import os\n\n\ndef test_a():\n    pass\n").text


@pytest.mark.parametrize(("ending", "rest"), [("\r\n", ""), ("\n", "\n\n\n"), ("", "")])
def test_the_files_own_line_ends_count(ending: str, rest: str) -> None:
    line = ending or "\n"
    users = USERS.replace("\n", line).rstrip() + ending + rest
    result = moved("def test_a():\n    assert 1\n", users).text
    assert result.endswith(line.join(['"a-b"', "", "", "def test_a():", "    assert 1", ""]))
    assert result.count("\n") == result.count(line)


def test_names_that_the_file_has_already_are_others_for_the_tests() -> None:
    users = USERS + "\n\nCASES = 1\nTestAll = 2\n"
    scratch = """from app.other import slugify

CASES = [""]


class TestAll:
    def test_a(self):
        assert CASES


def test_slug():
    for case in CASES:
        assert slugify(case)
"""
    result = moved(scratch, users)
    assert result.names == {"TestAll": "TestSlugifyAll", "test_slug": "test_slugify_slug"}
    assert result.text.endswith("""

CASES_SLUGIFY = [""]


class TestSlugifyAll:
    def test_a(self):
        assert CASES_SLUGIFY


def test_slugify_slug():
    for case in CASES_SLUGIFY:
        assert _slugify(case)
""")
    assert "from app.other import slugify as _slugify\n" in result.text


def test_what_the_file_calls_already_what_is_imported_is_used() -> None:
    own = Module("tests.test_text", is_package=False, base="/")
    to = Destination(USERS, own, "app", lambda wanted: "slugify" if wanted.name == "slugify" else None)
    Scratch("from app import slugify\n\n\ndef test_a():\n    assert slugify('a')\n").moved(to, "x")
    assert to.text == USERS + "\n\ndef test_a():\n    assert slugify('a')\n"


def test_a_test_that_stands_there_word_for_word_is_not_added() -> None:
    scratch = 'from app.text import slugify\n\n\ndef test_slug():\n    assert slugify("A b")   ==  "a-b"\n'
    assert moved(scratch) == (USERS, {}, ("test_slug",), ())


def test_fixtures_come_with_the_tests_that_take_them() -> None:
    scratch = """import pytest


@pytest.fixture
def raw():
    return "a"


def test_a(raw):
    assert raw


def test_b():
    pass
"""
    assert "def raw" in moved(scratch, only="test_a").text
    assert "def raw" not in moved(scratch, only="test_b").text


FIXTURE = "@pytest.fixture\ndef raw():\n    return -7\n"


@pytest.mark.parametrize(
    ("fixture", "test"),
    [
        ('@pytest.fixture(name="raw")\ndef given(): ...\n', "def test_a(raw): ..."),
        (FIXTURE, '@pytest.mark.usefixtures("raw")\ndef test_a(): ...'),
        (FIXTURE, "def test_a(request):\n    request.getfixturevalue('raw')"),
        (FIXTURE + "\n\n@pytest.fixture\ndef cooked(raw): ...\n", "def test_a(cooked): ..."),
    ],
)
def test_fixtures_come_by_whatever_name_they_are_asked_for(fixture: str, test: str) -> None:
    """As they are called by pytest, or by `usefixtures`."""
    assert moved(f"import pytest\n\n\n{fixture}\n\n{test}\n").text == f"{USERS}\n\n{fixture}\n\n{test}\n"


def test_imported_fixtures_come_with_the_tests_that_take_them() -> None:
    scratch = "from app.fixtures import raw\n\n\ndef test_a(raw): ...\n"
    assert "from app.fixtures import raw\n" in moved(scratch).text
    with pytest.raises(NotRenamedError):
        moved(scratch, f"{USERS}\n\nraw = 1\n")


ASKS = "def test_c(raw):\n    assert raw\n"


@pytest.mark.parametrize(
    ("users", "scratch"),
    [
        pytest.param(FIXTURE, FIXTURE + ASKS, id="both have one"),
        pytest.param("raw = 1\n", FIXTURE + ASKS, id="the file has something else"),
        pytest.param("def test_own(raw): ...\n", FIXTURE + ASKS, id="the file's own test takes it from elsewhere"),
        pytest.param("@pytest.mark.usefixtures('raw')\ndef test_own(): ...\n", FIXTURE + ASKS, id="or uses it"),
        pytest.param(FIXTURE, ASKS, id="the scratch test takes it from elsewhere"),
        pytest.param(FIXTURE.replace("fixture", "fixture(name='raw')").replace("def raw", "def f"), ASKS, id="by name"),
    ],
)
def test_fixtures_that_would_mean_something_else_keep_tests_out_of_a_file(users: str, scratch: str) -> None:
    with pytest.raises(NotRenamedError):
        moved(f"import pytest\n\n\n{scratch}", f"{USERS}\n\n{users}")


@pytest.mark.parametrize(
    "users",
    [
        "pytestmark = pytest.mark.skip\n",
        "@pytest.fixture(autouse=True)\ndef f(): ...\n",
        "def setup_module(): ...\n",
    ],
)
def test_what_is_about_all_tests_of_the_users_file_keeps_others_out(users: str) -> None:
    with pytest.raises(NotRenamedError):
        moved("def test_a():\n    pass\n", f"{USERS}\n\n{users}")


def test_a_class_of_tests_brings_the_one_that_it_derives_from() -> None:
    scratch = "class TestB:\n    def test_b(self): ...\n\n\nclass TestC(TestB):\n    def test_c(self): ...\n"
    result = moved(scratch, f"{USERS}\n\nclass TestB:\n    def test_own(self): ...\n")
    assert result.names == {"TestB": "TestSlugifyB", "TestC": "TestC"}
    assert result.collected == ("TestSlugifyB::test_b", "TestC::test_c")
    assert "class TestC(TestSlugifyB):" in result.text
    assert "class TestB" in moved(scratch, only="TestC").text


def test_what_is_about_all_tests_of_a_file_keeps_them_out_of_another() -> None:
    for everybodys in ("pytestmark = 1\n", "@fixture(autouse=True)\ndef f(): pass\n", "seed(1)\n"):
        with pytest.raises(NotRenamedError):
            moved(f"{everybodys}\n\ndef test_a():\n    pass\n")


def test_a_new_file_is_the_scratch_tests_as_they_are() -> None:
    scratch = '"""Tests."""\n\nimport os  # unused\n\npytestmark = 1\n\n\ndef test_a():\n    pass\n'
    assert moved(scratch, "") == (scratch, {"test_a": "test_a"}, (), ())


def test_annotations_that_were_not_evaluated_have_what_they_need() -> None:
    """The user's file evaluates them, so what was imported for type checkers alone is imported."""
    scratch = """from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def test_a(tmp_path: Path):
    assert tmp_path
"""
    text = moved(scratch).text
    assert "\nfrom pathlib import Path\n" in text
    assert "TYPE_CHECKING" not in text
    compile(text, "test", "exec")
    lazy = moved(scratch, f"from __future__ import annotations\n\n{USERS.partition(chr(10))[2]}").text
    assert "if TYPE_CHECKING:\n    from pathlib import Path\n" in lazy


@pytest.mark.parametrize(
    ("users", "decorator"),
    [
        (USERS, "jiti.required_for"),
        (f"from jiti import jiti\n{USERS}", "jiti.required_for"),
        (f"import jiti as j\n{USERS}", "j.required_for"),
        (f"from jiti import required_for as needed\n{USERS}", "needed"),
    ],
)
def test_a_test_that_is_kept_says_what_it_is_required_for(users: str, decorator: str) -> None:
    scratch = "import pytest\n\nfrom app.text import slugify\n\n\n@pytest.mark.slow\ndef test_a():\n    slugify('')\n"
    result = moved(scratch, users, "test_a", Target(Import("app.text", "slugify"))).text
    assert result.endswith(f"\n\n\n@{decorator}(slugify)\n@pytest.mark.slow\ndef test_a():\n    slugify('')\n")
    assert sum("jiti" in line for line in result.splitlines() if "import" in line) == 1


def test_a_test_of_a_method_is_required_for_that() -> None:
    target = Target(Import("app.text", "Parser"), ".parse")
    result = moved("import app.text\n\n\ndef test_a():\n    app.text.Parser().parse()\n", USERS, "test_a", target).text
    assert "@jiti.required_for(Parser.parse)\ndef test_a" in result
    assert "from app.text import Parser, slugify\n" in result


def test_what_is_left_of_the_scratch_tests() -> None:
    scratch = Scratch("A = 1\n\n\n# first\ndef test_a():\n    pass\n\n\ndef test_b():\n    pass\n")
    assert scratch.without("test_a") == "A = 1\n\n\n\n\ndef test_b():\n    pass\n"
    assert Scratch(scratch.without("test_a")).without("test_b") == ""


def test_tests_of_several_stubs_come_one_after_the_other_as_if_each_came_alone() -> None:
    first = "import os\n\nX = 1\n\n\ndef test_a():\n    assert os and X\n\n\ndef test_slug():\n    assert 2\n"
    second = "import re\n\nX = 2\n\n\ndef test_a():\n    assert re and X\n\n\ndef test_slug():\n    assert 3\n"
    own = Module("tests.test_text", is_package=False, base="/")
    together = Destination(USERS, own, "app", lambda _: None)
    text = USERS
    for scratch, about in ((first, "slugify"), (second, "shout"), (second, "other")):
        alone = Destination(text, own, "app", lambda _: None)
        done = Scratch(scratch).moved(alone, about)
        assert Scratch(scratch).moved(together, about) == done
        text = alone.text
        assert together.text == text
    assert done.names == {"test_a": "test_other_a", "test_slug": "test_other_slug"}


def test_what_cannot_be_added_leaves_the_file_to_others() -> None:
    own = Module("tests.test_text", is_package=False, base="/")
    file = Destination(USERS, own, "app", lambda _: None)
    with pytest.raises(NotRenamedError):
        Scratch("import os\n\npytestmark = os\n\n\ndef test_a():\n    assert os\n").moved(file, "x")
    assert file.text == USERS
    Scratch("def test_a():\n    assert 1\n").moved(file, "x")
    assert file.text == f"{USERS}\n\ndef test_a():\n    assert 1\n"
