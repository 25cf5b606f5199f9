"""Whether an import would close a circle, read from the project's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti.gates.modules import Modules
from jiti.merge.cycles import ImportGraph
from jiti.settings import Settings
from tests.unit.stubs import PYPROJECT, write

if TYPE_CHECKING:
    from pathlib import Path


def reaches(root: Path, name: str, path: str, files: dict[str, str]) -> bool:
    write(root, {"pyproject.toml": PYPROJECT, **files})
    return ImportGraph(Modules(str(root), Settings())).reaches(name, path)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("import app.text", True),
        ("from app import text", True),
        ("from app.text import slugify", True),
        ("from . import text", True),
        ("from .text import slugify", True),
        ("from app.between import x", True),
        ("try:\n    from app.text import a\nexcept ImportError:\n    pass", True),
        ("class C:\n    import app.text", True),
        ("def f():\n    import app.text", False),
        ("if TYPE_CHECKING:\n    from app.text import a", False),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    from app.text import a", True),
        ("import os", False),
        ("import nowhere", False),
        ("from app.other import a", False),
    ],
)
def test_an_import_of_what_imports_the_file(tmp_path: Path, statement: str, *, expected: bool) -> None:
    files = {
        "app/__init__.py": "",
        "app/text.py": "",
        "app/between.py": "from app import text",
        "app/other.py": "from app.models import x",
        "app/models.py": statement,
    }
    assert reaches(tmp_path, "app.models", "app/text.py", files) is expected


def test_the_package_that_a_file_lies_in_is_no_circle(tmp_path: Path) -> None:
    """It is being imported whenever the file is, whoever imports what of it."""
    files = {
        "app/__init__.py": "from app.text import a\nfrom app.models import b",
        "app/text.py": "",
        "app/models.py": "",
    }
    assert not reaches(tmp_path, "app.models", "app/text.py", files)


def test_a_module_that_needs_its_package_closes_one_there(tmp_path: Path) -> None:
    files = {"app/__init__.py": "", "app/models.py": "from app import LIMIT"}
    assert reaches(tmp_path, "app.models", "app/__init__.py", files)
    assert not reaches(tmp_path, "app.models", "app/__init__.py", {"app/models.py": "import os"})


def test_a_file_that_does_not_parse_leads_nowhere(tmp_path: Path) -> None:
    assert not reaches(tmp_path, "models", "text.py", {"models.py": "import text\ndef (", "text.py": ""})
