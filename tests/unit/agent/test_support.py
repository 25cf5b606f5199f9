"""What a test stands on, found by reading its file and the conftest files around it."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from jiti.agent.support import support_of

if TYPE_CHECKING:
    from pathlib import Path


def firsts(root: Path, source: str, qualname: str = "test_it", path: str = "test_a.py") -> list[str]:
    """The first line of each piece."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(dedent(source), encoding="utf-8")
    return [piece.lines[0].strip() for piece in support_of(str(root), path, qualname)]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import os\nimport re\ndef test_it(): re.sub", ["import re"]),
        ("import a.b\ndef test_it(): a.b.c", ["import a.b"]),
        ("LIMIT = BASE + 1\nBASE = 2\nX = 3\ndef test_it(): LIMIT", ["LIMIT = BASE + 1", "BASE = 2"]),
        (
            "def check(): deeper()\ndef deeper(): check()\ndef test_it(): check()",
            ["def check(): deeper()", "def deeper(): check()"],
        ),
        ("CASES = [1]\n@parametrize('a', CASES)\ndef test_it(a): ...", ["CASES = [1]"]),
        ("@pytest.fixture\ndef box(): ...\ndef test_it(box): ...", ["@pytest.fixture"]),
        ("@pytest.fixture(name='box')\ndef _box(): ...\ndef test_it(box): ...", ["@pytest.fixture(name='box')"]),
        ("@fixture\ndef box(): ...\n@pytest.mark.usefixtures('box')\ndef test_it(): ...", ["@fixture"]),
        ("@pytest.fixture(autouse=True)\ndef always(): ...\ndef test_it(): ...", ["@pytest.fixture(autouse=True)"]),
        ("def setup_module(): ...\ndef test_it(): ...", ["def setup_module(): ..."]),
        ("if True:\n    def check(): ...\ndef test_it(): check()", ["if True:"]),
        ("def test_other(): ...\ndef test_it(): test_other", []),
        ("def test_it(tmp_path): ...", []),
        ("def test_it(", []),
    ],
)
def test_what_a_test_uses_of_its_file(tmp_path: Path, source: str, found: list[str]) -> None:
    assert firsts(tmp_path, source) == found


def test_of_a_class_only_the_members_that_the_test_uses(tmp_path: Path) -> None:
    source = """
        class Base: ...

        class TestIt(Base):
            LIMIT = 1
            def setUp(self): self.connect()
            def connect(self): ...
            def unused(self): ...
            def test_other(self): ...
            def test_it(self): self.LIMIT
    """
    found = firsts(tmp_path, source, "TestIt.test_it")
    assert found == [
        "class Base: ...",
        "class TestIt(Base):",
        "LIMIT = 1",
        "def setUp(self): self.connect()",
        "def connect(self): ...",
    ]


def test_fixtures_come_from_the_nearest_conftest_file_that_has_them(tmp_path: Path) -> None:
    (tmp_path / "tests" / "unit").mkdir(parents=True)
    outer = "@fixture\ndef near(): return 'outer'\n@fixture\ndef far(): ...\nfar_away = 1\n"
    inner = "import os\n@fixture\ndef near(far): return os\ndef no_fixture(): ...\n"
    (tmp_path / "conftest.py").write_text(outer)
    (tmp_path / "tests" / "conftest.py").write_text(inner)
    firsts(tmp_path, "def test_it(near, no_fixture): ...", path="tests/unit/test_a.py")
    found = support_of(str(tmp_path), "tests/unit/test_a.py", "test_it")
    assert [(piece.path, piece.first, piece.lines[-1]) for piece in found] == [
        ("tests/conftest.py", 1, "import os"),
        ("tests/conftest.py", 2, "def near(far): return os"),
        ("conftest.py", 3, "def far(): ..."),
    ]


def test_what_is_not_there_has_no_support(tmp_path: Path) -> None:
    assert support_of(str(tmp_path), "test_a.py", "test_it") == []
    assert firsts(tmp_path, "def test_it(): ...", "test_other") == []
