"""Which packages an implementation may import."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.stubs import write

if TYPE_CHECKING:
    from tests.unit.splice.conftest import Splicer

STUB = '''
from jiti import jiti

@jiti
def f(n):
    """Do it."""
    ...
'''
DECLARED = '[project]\nname = "app"\nversion = "0"\ndependencies = [{}]\n'


@pytest.mark.parametrize(
    "statement",
    [
        "import re",
        "from collections.abc import Iterable",
        "import app.models",
        "import beside",
        "import in_src",
        "from folder.module import x",
        "import packaging",
    ],
)
def test_the_standard_library_the_project_and_what_it_installs_may_be_imported(
    splicer: Splicer, statement: str
) -> None:
    write(splicer.root, {"beside.py": "", "src/in_src.py": "", "folder/module.py": "x = 1"})
    write(splicer.root, {"pyproject.toml": DECLARED.format("'packaging'")})
    assert f"{statement}\n" in splicer.compose(STUB, "return n", statement)


@pytest.mark.parametrize(
    ("dependencies", "statement"),
    [
        ("'pydantic>=2'", "import pydantic"),
        ("'Pydantic [email] ; python_version > \"3\"'", "import pydantic"),
        ("'pydantic'", "import annotated_types"),
    ],
)
def test_what_the_project_declares_may_be_imported_with_its_dependencies(
    splicer: Splicer, dependencies: str, statement: str
) -> None:
    write(splicer.root, {"pyproject.toml": DECLARED.format(dependencies)})
    assert statement in splicer.compose(STUB, "return n", statement)


def test_what_the_module_imports_itself_may_be_imported(splicer: Splicer) -> None:
    assert "import pydantic" in splicer.compose(f"import pydantic\n{STUB}", "return n", "import pydantic")


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "import pydantic",
            "`pydantic` is installed for jiti alone: the project does not declare it",
        ),
        ("from anthropic import Anthropic", "`anthropic` is installed for jiti alone"),
        (
            "import no_such_thing.at_all",
            "`no_such_thing` is neither in the standard library nor in the project",
        ),
    ],
)
@pytest.mark.parametrize("dependencies", ["", "'jiti'", "'packaging'"])
def test_what_the_project_cannot_count_on_is_turned_down(
    splicer: Splicer, statement: str, message: str, dependencies: str
) -> None:
    write(splicer.root, {"pyproject.toml": DECLARED.format(dependencies)})
    [in_helpers, in_body] = splicer.problems(STUB, f"if n:\n    {statement}\nreturn n", f"import re\n{statement}")
    assert in_helpers[:3] == ("helpers", 2, "unavailable-import")
    assert in_body[:3] == ("body", 2, "unavailable-import")
    assert in_helpers[3].startswith(message)


def test_a_scripts_neighbours_may_be_imported(splicer: Splicer) -> None:
    write(splicer.root, {"scripts/neighbour.py": ""})
    composed = splicer.compose(STUB, "return n", "import neighbour", path="scripts/main.py", module="main")
    assert "import neighbour\n" in composed
