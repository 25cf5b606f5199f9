"""What every program may read: never the project, wherever that lies."""

from __future__ import annotations

import mimetypes
import os
import sys
from typing import TYPE_CHECKING

import pytest

from jiti.sandbox import installed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux asks for it alone")


def holds(paths: list[str], path: str) -> bool:
    return any(installed.is_below(path, each) for each in paths)


def test_a_project_among_the_systems_folders_is_left_out_and_what_is_beside_it_is_not() -> None:
    root = "/usr/share/jiti-is-not-here/app"
    found = installed.system(root)
    assert not holds(found, f"{root}/.env")
    assert holds(found, os.path.realpath("/usr/lib"))
    assert holds(found, os.path.realpath("/usr/bin"))
    assert holds(installed.system("/srv/app"), "/usr/share/jiti-is-not-here/app")


def test_a_project_that_this_python_lies_in_is_not_readable_for_it() -> None:
    root = os.path.dirname(os.path.realpath(sys.base_prefix))
    found = installed.python(root)
    assert not holds(found, f"{root}/.env")
    assert holds(found, os.path.realpath(os.__file__))


def test_what_the_kinds_of_files_are_known_by_is_readable_wherever_a_system_has_it() -> None:
    assert [each for each in mimetypes.knownfiles if not holds(installed.system("/srv/app"), str(each))] == []


def test_jiti_itself_is_readable() -> None:
    assert holds(installed.python("/srv/app"), os.path.realpath(installed.__file__))


def test_folders_of_packages_are_told_from_folders_of_sources(tmp_path: Path) -> None:
    root = tmp_path / "project"
    packages, archive, other = tmp_path / "site-packages", tmp_path / "python.zip", tmp_path / "other"
    for folder in (root / "src", packages, other / "below"):
        folder.mkdir(parents=True)
    archive.touch()
    path = [str(each) for each in (root, root / "src", packages, archive, other, other / "below", tmp_path / "missing")]
    assert installed.packages(str(root), ["", *path]) == ([str(packages), str(archive)], [str(other)])


def test_a_folder_that_holds_the_project_is_no_folder_of_sources(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    assert installed.packages(str(tmp_path / "project"), [str(tmp_path)]) == ([], [])
