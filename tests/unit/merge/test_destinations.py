"""In which of the user's files tests belong, and by which name a file is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti import gates, settings
from jiti.gates.modules import Modules
from jiti.merge.destinations import test_file_for as file_for
from jiti.merge.modules import imported_from, name_of
from jiti.settings import Settings
from tests.unit.stubs import PYPROJECT, write

if TYPE_CHECKING:
    from pathlib import Path

TEXT = 'from jiti import jiti\n\n@jiti\ndef a():\n    """A."""\n\n@jiti\ndef b():\n    """B."""\n'
GATE = "import jiti\nfrom app.text import {0}\n\n@jiti.required_for({0})\ndef test_{0}():\n    {0}()\n"


def destination(root: Path, files: dict[str, str], key: str = "app/text.py::a", pyproject: str = PYPROJECT) -> str:
    write(root, {"pyproject.toml": pyproject, "app/__init__.py": "", "app/text.py": TEXT, **files})
    read = settings.load(str(root), {})
    return file_for(str(root), read, gates.find(str(root), read), key)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"checks/test_it.py": GATE.format("a"), "tests/test_text.py": GATE.format("b")}, "checks/test_it.py"),
        ({"checks/test_it.py": GATE.format("b"), "tests/test_text.py": ""}, "checks/test_it.py"),
        ({"tests/unit/test_text.py": "", "docs/test_other.py": ""}, "tests/unit/test_text.py"),
        ({"lib/tests/test_text.py": "", "app/tests/test_text.py": ""}, "app/tests/test_text.py"),
        ({}, "tests/test_text.py"),
        ({"test/test_other.py": ""}, "test/test_text.py"),
        ({"pytest.ini": "[pytest]\ntestpaths = checks more\n"}, "checks/test_text.py"),
    ],
)
def test_a_stubs_tests_belong_where_its_others_are(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    assert destination(tmp_path, files) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('[tool.jiti]\ntests = ["checks/"]\n', "checks/test_text.py"),
        ('[tool.pytest.ini_options]\ntestpaths = ["checks"]\n', "checks/test_text.py"),
        ('[tool.pytest.ini_options]\ntestpaths = "*/tests ."\n', "test_text.py"),
    ],
)
def test_new_files_go_where_settings_have_tests(tmp_path: Path, more: str, expected: str) -> None:
    assert destination(tmp_path, {}, pyproject=PYPROJECT + more) == expected


def test_a_package_has_its_tests_under_its_own_name(tmp_path: Path) -> None:
    assert destination(tmp_path, {"app/__init__.py": TEXT}, "app/__init__.py::a") == "tests/test_app.py"


@pytest.mark.parametrize(
    ("path", "files", "codes", "expected"),
    [
        ("app/text.py", {"app/__init__.py": ""}, [], "app.text"),
        ("src/app/text.py", {"src/app/__init__.py": ""}, [], "app.text"),
        ("src/app/text.py", {}, [], "app.text"),
        ("app/__init__.py", {}, [], "app"),
        ("script.py", {}, [], "script"),
        ("examples/x/app/text.py", {"examples/x/app/__init__.py": ""}, [], "app.text"),
        ("examples/app/text.py", {}, ["import os\nfrom app.text import LIMIT"], "app.text"),
        ("examples/app/text.py", {}, ["from app import text"], "app.text"),
    ],
)
def test_the_name_by_which_a_file_is_imported(
    tmp_path: Path, path: str, files: dict[str, str], codes: list[str], expected: str
) -> None:
    write(tmp_path, {"pyproject.toml": PYPROJECT, path: "", **files})
    assert name_of(Modules(str(tmp_path), Settings()), path, codes) == expected


def test_the_names_that_other_files_import(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "from .text import a as x, b",
        "app/text.py": TEXT,
        "run.py": "from app.text import jiti",
    }
    write(tmp_path, {"pyproject.toml": PYPROJECT, **files, "other.py": "from elsewhere import no", "bad.py": "text ("})
    found = imported_from(str(tmp_path), Settings(), Modules(str(tmp_path), Settings()), "app/text.py")
    assert found == {"a", "b", "jiti"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"app/b.py": "from app.text import *\n\n@jiti\ndef g(): ..."}, {"*", "jiti"}),
        ({"app/b.py": "from .text import *", "c.py": "from app.b import gen"}, {"*", "gen"}),
        ({"app/b.py": "from .text import *", "c.py": "from app.b import *\n\nX = gen"}, {"*", "gen", "X"}),
        ({"app/b.py": "from .text import *", "app/text.py": "from .b import *"}, {"*"}),
        ({"b.py": "import app.text as t\n\nh = t.jiti"}, {"jiti"}),
        ({"b.py": "from app import text\n\nh = text.jiti"}, {"jiti"}),
        ({"b.py": "from app import text as t\n\nh = t.jiti"}, {"jiti"}),
        ({"b.py": "import app.text\n\n@app.text.jiti\ndef g(): ..."}, {"jiti"}),
        ({"b.py": "from app import text\nimport jiti\n\nh = jiti.Engine, text"}, set()),
    ],
)
def test_the_names_that_other_files_take_by_other_means(
    tmp_path: Path, files: dict[str, str], expected: set[str]
) -> None:
    write(tmp_path, {"pyproject.toml": PYPROJECT, "app/__init__.py": "", "app/text.py": TEXT, **files})
    assert imported_from(str(tmp_path), Settings(), Modules(str(tmp_path), Settings()), "app/text.py") == expected
