"""What a person may write to name a stub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti.errors import StubError
from jiti.stub import Declaration
from jiti.targets import from_working_folder, select, select_one

if TYPE_CHECKING:
    from pathlib import Path


def declared(key: str) -> Declaration:
    path, _, qualname = key.partition("::")
    return Declaration("/p", path, qualname, 1, "")


STUBS = [
    declared(key)
    for key in (
        "src/app/text.py::slugify",
        "src/app/text.py::Parser.parse",
        "src/app/lib/text.py::Parser.parse",
        "src/app/__init__.py::start",
        "tool.py::Tool.name.setter",
    )
]


@pytest.mark.parametrize(
    ("target", "keys"),
    [
        ("src/app/text.py::slugify", ["src/app/text.py::slugify"]),
        ("app/text.py::slugify", ["src/app/text.py::slugify"]),
        ("app.text::slugify", ["src/app/text.py::slugify"]),
        ("app.text.slugify", ["src/app/text.py::slugify"]),
        ("src.app.text.Parser.parse", ["src/app/text.py::Parser.parse"]),
        ("slugify", ["src/app/text.py::slugify"]),
        ("start", ["src/app/__init__.py::start"]),
        ("app.start", ["src/app/__init__.py::start"]),
        ("Tool.name.setter", ["tool.py::Tool.name.setter"]),
        ("tool", ["tool.py::Tool.name.setter"]),
        ("src/app/text.py", ["src/app/text.py::slugify", "src/app/text.py::Parser.parse"]),
        ("src\\app\\text.py", ["src/app/text.py::slugify", "src/app/text.py::Parser.parse"]),
        ("app.text", ["src/app/text.py::slugify", "src/app/text.py::Parser.parse"]),
        ("lib.text.Parser.parse", ["src/app/lib/text.py::Parser.parse"]),
        ("src/app/lib/", ["src/app/lib/text.py::Parser.parse"]),
        (".", [each.key for each in STUBS]),
    ],
)
def test_a_name_means_the_stubs_that_it_fits(target: str, keys: list[str]) -> None:
    assert [each.key for each in select(STUBS, target)] == keys


def test_a_name_that_fits_several_things_lists_them() -> None:
    with pytest.raises(StubError) as caught:
        select(STUBS, "Parser.parse")
    assert str(caught.value).splitlines() == [
        "Parser.parse is ambiguous",
        "  it may mean",
        "    src/app/lib/text.py::Parser.parse",
        "    src/app/text.py::Parser.parse",
    ]


def test_a_module_name_that_fits_several_files_lists_them() -> None:
    with pytest.raises(StubError, match="text is ambiguous") as caught:
        select(STUBS, "text")
    assert caught.value.hint == "it may mean\n    src/app/lib/text.py\n    src/app/text.py"


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("slugfy", "did you mean src/app/text.py::slugify?"),
        ("src/app/txt.py::slugify", "did you mean src/app/text.py::slugify"),
        ("something.else", "`jiti status` lists every stub"),
    ],
)
def test_a_name_that_fits_nothing_suggests_the_nearest(target: str, hint: str) -> None:
    with pytest.raises(StubError, match="there is no stub") as caught:
        select(STUBS, target)
    assert (caught.value.hint or "").startswith(hint)


@pytest.mark.parametrize("target", ["", " ", "/"])
def test_an_empty_name_is_said_to_be_one(target: str, tmp_path: Path) -> None:
    with pytest.raises(StubError, match=f"^'{target}' names no stub"):
        select(STUBS, target)
    assert from_working_folder(target.strip(), str(tmp_path.parent), str(tmp_path)) == target.strip()


def test_without_stubs_there_is_nothing_to_suggest() -> None:
    with pytest.raises(StubError, match="this project has no stubs"):
        select([], "slugify")


def test_one_stub_is_not_a_file_that_holds_several() -> None:
    assert select_one(STUBS, "slugify").key == "src/app/text.py::slugify"
    with pytest.raises(StubError, match=r"app\.text holds 2 stubs") as caught:
        select_one(STUBS, "app.text")
    assert caught.value.hint == "name one of\n    src/app/text.py::slugify\n    src/app/text.py::Parser.parse"


def test_a_path_may_be_seen_from_the_folder_that_one_is_in(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "text.py").touch()
    (tmp_path / "top.py").touch()
    root, folder = str(tmp_path), str(tmp_path / "app")
    assert from_working_folder("text.py::f", root, folder) == "app/text.py::f"
    assert from_working_folder("app/text.py", root, folder) == "app/text.py"
    assert from_working_folder("../top.py", root, folder) == "top.py"
    assert from_working_folder(str(tmp_path / "top.py"), root, folder) == "top.py"
    assert from_working_folder(".", root, folder) == "app"


def test_what_is_no_path_of_the_project_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "outside.py").touch()
    root = str(tmp_path / "project")
    for target in ("app.text.f", "Parser.parse", "missing.py", "../outside.py"):
        assert from_working_folder(target, root, root) == target
