"""What the task says of the libraries that a stub's module imports."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from jiti import distributions
from jiti.agent import context, library_notes
from jiti.definition import define
from jiti.settings import Settings
from jiti.stub import declaration_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jiti.definition import Definition

STUB = '''

@jiti
def fetch(url: str) -> str:
    """Get a page over HTTP, waiting for at most ten seconds; cookies of the session are kept."""
'''
README = """\
# Fetch

Fetches pages.

## Timeouts

Pages come over HTTP within ten seconds, or not at all:

    fetch.get(url, timeout=10)

## Colours

Whatever you like.
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    distributions.by_package.cache_clear()
    yield folder
    distributions.by_package.cache_clear()


def install(site: Path, name: str, *files: str, readme: str = README, summary: str = "For pages.") -> None:
    info = site / f"{name.replace('-', '_')}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\nSummary: {summary}\n\n{readme}", "utf-8"
    )
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files), "utf-8")


def stub(root: Path, imports: str, source: str = STUB, key: str = "app/web.py::fetch") -> Definition:
    path = root / "project" / key.partition("::")[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    (root / "project" / "pyproject.toml").touch()
    path.write_text(f"{imports}\nfrom jiti import jiti\n{source}", "utf-8")
    return define(declaration_for(str(root / "project"), key))


def test_a_library_is_told_with_its_version_and_what_matches_of_its_readme(site: Path, tmp_path: Path) -> None:
    install(site, "fetch-pages", "fetch_pages/__init__.py")
    task = context.task_for(
        stub(tmp_path, "import fetch_pages"), "app.web", reason="missing", live=None, old=None, settings=Settings()
    )
    assert (
        task.partition("# Libraries that it imports\n\n")[2].partition("\n\n# The waiting call")[0]
        == """\
- fetch-pages 1.2: For pages.

`docs` tells more of each, and of the objects in it.

From the README of fetch-pages:

```markdown
# Timeouts

Pages come over HTTP within ten seconds, or not at all:

    fetch.get(url, timeout=10)
```"""
    )


def test_names_that_the_module_imports_are_looked_for(site: Path, tmp_path: Path) -> None:
    install(site, "fetch-pages", "fetch_pages/__init__.py", readme="# A\n\n`Colour` it.\n\n# B\n\nThe rest.")
    for imports in ("from fetch_pages.inner import Colour as C", "import fetch_pages as f\n\nX = f.Colour"):
        assert "# A\n\n`Colour` it.\n```" in library_notes.shown(stub(tmp_path, imports), "app.web")


@pytest.mark.parametrize(
    "imports",
    ["", "import json, re", "import app.models", "from . import models", "import helpers", "import not_there"],
)
def test_there_is_no_note_of_the_standard_library_or_the_projects_own(site: Path, tmp_path: Path, imports: str) -> None:
    install(site, "app", "app/__init__.py", "helpers.py")
    definition = stub(tmp_path, imports)
    (tmp_path / "project" / "helpers.py").touch()
    assert library_notes.shown(definition, "app.web") == ""


def test_an_import_anywhere_counts(site: Path, tmp_path: Path) -> None:
    install(site, "fetch-pages", "fetch_pages/__init__.py")
    imports = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import fetch_pages.types"
    assert library_notes.shown(stub(tmp_path, imports), "app.web").startswith("- fetch-pages 1.2: For pages.\n")


@pytest.mark.parametrize("imports", ["import cloud.store", "from cloud import store", "from cloud.store import Bucket"])
def test_of_a_package_that_several_share_it_is_the_one_that_has_the_module(
    site: Path, tmp_path: Path, imports: str
) -> None:
    install(site, "cloud-core", "cloud/core/__init__.py")
    install(site, "cloud-store", "cloud/store/__init__.py")
    assert library_notes.shown(stub(tmp_path, imports), "app.web").startswith("- cloud-store 1.2: For pages.\n\n`docs`")


def test_many_libraries_share_the_room(site: Path, tmp_path: Path) -> None:
    readme = "\n\n".join(f"Pages over HTTP, within {number} seconds. {'Sessions. ' * 40}" for number in range(20))
    for number in range(8):
        install(site, f"lib{number}", f"lib{number}.py", readme=readme)
    found = library_notes.shown(stub(tmp_path, f"import {', '.join(f'lib{n}' for n in range(8))}"), "app.web")
    assert [f"- lib{number} 1.2" in found for number in range(8)] == [True] * 8
    assert library_notes.CHARACTERS - 1_000 < len(found) < library_notes.CHARACTERS + 1_000


def test_a_readme_in_which_nothing_matches_is_left_out(site: Path, tmp_path: Path) -> None:
    install(site, "colours", "colours.py", readme="Red and green.", summary="")
    assert library_notes.shown(stub(tmp_path, "import colours"), "app.web") == (
        "- colours 1.2\n\n`docs` tells more of each, and of the objects in it."
    )


def test_the_note_of_a_real_package(tmp_path: Path) -> None:
    source = STUB.replace("Get a page", "Print a table with a header to the console")
    found = library_notes.shown(stub(tmp_path, "from rich.console import Console", source), "app.web")
    assert found.startswith(f"- rich {metadata.version('rich')}: Render rich text, tables")
    assert "From the README of rich:\n\n````markdown\n" in found or "From the README of rich:\n\n```" in found
    assert "console = Console()" in found
    assert len(found) < library_notes.CHARACTERS + 500


def test_a_test_that_is_to_be_written_is_told_names_alone_and_not_of_pytest(site: Path, tmp_path: Path) -> None:
    install(site, "fetch-pages", "fetch_pages/__init__.py")
    source = '\n\n@jiti.required_for(len)\ndef test_pages() -> None:\n    """Pages come over HTTP in ten seconds."""\n'
    definition = stub(tmp_path, "import fetch_pages\nimport pytest\n", source, "tests/test_web.py::test_pages")
    assert library_notes.shown(definition, "test_web") == (
        "- fetch-pages 1.2: For pages.\n\n`docs` tells more of each, and of the objects in it."
    )


def test_a_summary_without_end_is_cut_and_leaves_room_for_less(site: Path, tmp_path: Path) -> None:
    install(site, "fetch-pages", "fetch_pages/__init__.py", summary="All of it. " * 1_000)
    note = library_notes.shown(stub(tmp_path, "import fetch_pages"), "app.web")
    title = note.partition("\n")[0]
    assert title.startswith("- fetch-pages 1.2: All of it.")
    assert title.endswith("…")
    assert "fetch.get(url, timeout=10)" in note
    assert len(note) < 1_000


def test_of_many_libraries_no_more_than_names_and_versions_are_told(site: Path, tmp_path: Path) -> None:
    names = [f"fetch{number}" for number in range(30)]
    for name in names:
        install(site, name, f"{name}.py", summary="All of it. " * 1_000)
    note = library_notes.shown(stub(tmp_path, f"import {', '.join(names)}"), "app.web")
    assert len(note) <= library_notes.CHARACTERS + 500
    assert all(f"- {name} 1.2\n" in note for name in names)
