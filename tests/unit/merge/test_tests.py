"""`required_for` goes from tests whose targets are plain code; all else of a test file stays."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from jiti.merge.tests import Targets, without_targets
from jiti.settings import Settings
from tests.unit.stubs import PYPROJECT, write

if TYPE_CHECKING:
    from pathlib import Path

TEXT = '''
from jiti import jiti

@jiti
def a():
    """A."""

@jiti
def b():
    """B."""

class C:
    @jiti
    def m(self):
        """M."""

    @property
    @jiti
    def p(self):
        """P."""

    @p.setter
    @jiti
    def p(self, value):
        """P."""
'''
A, B = "app/text.py::a", "app/text.py::b"


def without(root: Path, tests: str, *keys: str) -> str:
    """A test file once the stubs of these keys are plain code."""
    write(root, {"pyproject.toml": PYPROJECT, "app/__init__.py": "", "app/text.py": TEXT, "tests/test_text.py": tests})
    places = Targets(str(root), Settings()).that_are(keys, "tests/test_text.py")
    return without_targets(dedent(tests), places)


HEAD = "import jiti\nfrom app.text import C, a, b\n"


@pytest.mark.parametrize(
    ("decorators", "left"),
    [
        ("@jiti.required_for(a)", ""),
        ("@jiti.required_for(a)  # decides\n@mark", "@mark\n"),
        ("@mark\n@jiti.required_for(\n    a,\n)\n@other", "@mark\n@other\n"),
        ("@(\n    jiti.required_for(a)\n)\n@mark", "@mark\n"),
        ("@ \\\n    jiti.required_for(a)", ""),
        ("@(jiti.required_for\n(a, b))", "@(jiti.required_for\n(b))\n"),
        ("@jiti.required_for(a, b)", "@jiti.required_for(b)\n"),
        ("@jiti.required_for(b, a)  # both", "@jiti.required_for(b)  # both\n"),
        ("@jiti.required_for(b, a, C.m)", "@jiti.required_for(b, C.m)\n"),
        ("@jiti.required_for(a)\n@jiti.required_for(b)", "@jiti.required_for(b)\n"),
        ("@jiti.required_for(b)", "@jiti.required_for(b)\n"),
        ("@jiti.required_for(unknown)", "@jiti.required_for(unknown)\n"),
    ],
)
def test_only_what_is_plain_now_goes(tmp_path: Path, decorators: str, left: str) -> None:
    body = "def test_x():\n    assert a()  # as ever\n"
    assert without(tmp_path, f"{HEAD}\n{decorators}\n{body}", A) == f"{HEAD}\n{left}{body}"


def test_tests_in_classes_and_by_other_names(tmp_path: Path) -> None:
    tests = """
        from jiti import required_for as needed
        from app import text as t

        class TestText:
            # about a
            @needed(t.a)
            def test_a(self): t.a()

            @needed(t.C.m)
            async def test_m(self): ...
    """
    assert without(tmp_path, tests, A, "app/text.py::C.m") == dedent(tests).replace("    @needed(t.a)\n", "").replace(
        "    @needed(t.C.m)\n", ""
    )


def test_a_property_is_plain_once_all_of_it_is(tmp_path: Path) -> None:
    tests = f"{HEAD}\n@jiti.required_for(C.p)\ndef test_p():\n    assert C()\n"
    assert without(tmp_path, tests, "app/text.py::C.p") == tests
    assert without(tmp_path, tests, "app/text.py::C.p", "app/text.py::C.p.setter") == tests.replace(
        "@jiti.required_for(C.p)\n", ""
    )


def test_a_body_that_has_come_meanwhile_does_not_matter(tmp_path: Path) -> None:
    """Places are found before jiti-tests have their bodies."""
    empty, other = (
        '@jiti.required_for(a)\ndef test_a():\n    """A."""\n',
        "@jiti.required_for(a)\ndef test_b():\n    a()\n",
    )
    tests = f"{HEAD}\n{empty}\n\n{other}"
    write(tmp_path, {"pyproject.toml": PYPROJECT, "app/__init__.py": "", "app/text.py": TEXT, "test_text.py": tests})
    places = Targets(str(tmp_path), Settings()).that_are([A], "test_text.py")
    grown = tests.replace(empty, f"{empty}    x = 1\n    assert a() == x\n").replace(
        "import jiti\n", "import jiti, os\n"
    )
    assert without_targets(grown, places) == grown.replace("@jiti.required_for(a)\n", "")


def test_line_ends_and_marks_of_the_file_stay(tmp_path: Path) -> None:
    tests = f"{HEAD}\n@jiti.required_for(a)\ndef test_a():\n    a()\n"
    write(tmp_path, {"pyproject.toml": PYPROJECT, "app/__init__.py": "", "app/text.py": TEXT, "test_text.py": tests})
    places = Targets(str(tmp_path), Settings()).that_are([A], "test_text.py")
    text = "\ufeff" + tests.replace("\n", "\r\n")
    assert without_targets(text, places) == text.replace("@jiti.required_for(a)\r\n", "")
