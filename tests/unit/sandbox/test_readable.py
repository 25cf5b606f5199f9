"""What of a project can be read: everything but its secrets."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from jiti.sandbox.readable import Readable

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Linux asks for it alone")


def lay(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x", encoding="utf-8")


def told(readable: Readable, root: Path) -> list[str]:
    return sorted(os.path.relpath(path, root) for path in readable.news())


def covered(root: Path) -> list[str]:
    return told(Readable(str(root)), root)


def test_a_folder_without_secrets_is_readable_as_a_whole(tmp_path: Path) -> None:
    lay(tmp_path, "app.py", "package/a.py", "package/__pycache__/a.pyc")
    assert covered(tmp_path) == ["."]


def test_folders_are_split_on_the_way_to_a_secret_only(tmp_path: Path) -> None:
    lay(tmp_path, "app.py", "one/a.py", "two/b.py", "two/three/c.py", "two/server.key")
    assert covered(tmp_path) == ["app.py", "one", "two/b.py", "two/three"]


@pytest.mark.parametrize(
    "name", [".env", ".env.local", ".ENV", "id_rsa", "a.pem", ".netrc", ".git", ".aws", "credentials"]
)
def test_a_secret_is_known_by_its_name(tmp_path: Path, name: str) -> None:
    lay(tmp_path, "app.py", name)
    assert covered(tmp_path) == ["app.py"]


def test_what_git_ignores_cannot_be_read_but_for_compiled_code(tmp_path: Path) -> None:
    lay(tmp_path, "app.py", "local_settings.py", "data/dump.sql", "fast.cpython-311-x86_64-linux-gnu.so", "fast.so")
    lay(tmp_path, "__pycache__/app.cpython-311.pyc", "__pycache__/local_settings.cpython-311.pyc")
    (tmp_path / ".gitignore").write_text("/data/\nlocal_settings.py\n*.so\n*.py[co]\n__pycache__/\n", encoding="utf-8")
    found = covered(tmp_path)
    assert [path for path in found if not path.endswith(".so")] == [
        ".gitignore",
        "__pycache__/app.cpython-311.pyc",
        "app.py",
    ]
    assert "fast.so" in found


def test_a_rule_of_a_folder_below_counts(tmp_path: Path) -> None:
    lay(tmp_path, "app.py", "one/a.txt", "one/b.py")
    (tmp_path / "one" / ".gitignore").write_text("*.txt\n", encoding="utf-8")
    assert covered(tmp_path) == ["app.py", "one/.gitignore", "one/b.py"]


def test_what_jiti_keeps_for_itself_cannot_be_read(tmp_path: Path) -> None:
    lay(tmp_path, ".jiti/app/text.py", ".jiti/.local/sessions/one.jsonl")
    assert covered(tmp_path) == [".jiti/app"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    lay(tmp_path, "project/.env", "outside/a.py", "project/app.py")
    (tmp_path / "project" / "link.txt").symlink_to(tmp_path / "project" / ".env")
    (tmp_path / "project" / "folder").symlink_to(tmp_path / "outside")
    assert covered(tmp_path / "project") == ["app.py"]


def test_another_name_of_a_secret_is_one_too(tmp_path: Path) -> None:
    lay(tmp_path, "a/notes.txt", "z/app.py")
    (tmp_path / "z" / ".env").hardlink_to(tmp_path / "a" / "notes.txt")
    assert covered(tmp_path) == ["z/app.py"]


def test_an_environment_in_the_project_is_passed_over(tmp_path: Path) -> None:
    lay(tmp_path, "app.py", "env/pyvenv.cfg", "env/lib/x.py")
    assert covered(tmp_path) == ["app.py"]


def test_hidden_paths_are_left_out(tmp_path: Path) -> None:
    lay(tmp_path, "app.py", "a/one.py", "a/two.py", "a/__pycache__/one.pyc", "a/__pycache__/two.pyc")
    hidden = [str(tmp_path / "a" / "one.py"), str(tmp_path / "a" / "__pycache__" / "one.")]
    assert told(Readable(str(tmp_path), hidden=hidden), tmp_path) == ["a/__pycache__/two.pyc", "a/two.py", "app.py"]


def test_only_what_changed_is_told_again(tmp_path: Path) -> None:
    lay(tmp_path, ".env", "app.py", "one/.env", "one/a.py", "two/b.py")
    for folder in (tmp_path, tmp_path / "one"):
        os.utime(folder, (1, 1))
    readable = Readable(str(tmp_path))
    readable.news()
    assert readable.news() == []
    lay(tmp_path, "one/new/c.py", "one/new.key")
    assert told(readable, tmp_path) == ["one/a.py", "one/new"]


def test_a_folder_that_changed_just_now_is_looked_at_again(tmp_path: Path) -> None:
    lay(tmp_path, ".env", "app.py")
    readable = Readable(str(tmp_path))
    assert told(readable, tmp_path) == told(readable, tmp_path) == ["app.py"]


def test_no_more_is_looked_at_than_was_asked_for(tmp_path: Path) -> None:
    lay(tmp_path, *(f"{number}.py" for number in range(10)))
    assert len(Readable(str(tmp_path), most=4).news()) <= 4


def test_what_cannot_be_looked_at_is_left_out(tmp_path: Path) -> None:
    assert Readable(str(tmp_path / "missing")).news() == [str(tmp_path / "missing")]
