"""`jiti clear`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jiti.cli import main

if TYPE_CHECKING:
    import pytest

    from tests.unit.cli.shop import Shop


def clear(shop: Shop, *arguments: str) -> int:
    return main(["--root", str(shop.root), "clear", *arguments])


def files(shop: Shop) -> list[str]:
    return sorted(path.relative_to(shop.root).as_posix() for path in (shop.root / ".jiti").rglob("*.py"))


def test_all_that_was_generated_goes(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert clear(shop) == 0
    assert capsys.readouterr().out == "8 files deleted\n"
    assert files(shop) == []
    assert clear(shop) == 0
    assert capsys.readouterr().out == "nothing to delete\n"


def test_a_hand_edit_keeps_all_and_is_named(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.change(".jiti/app/text/title.py", "text.title()", "text.capitalize()")
    before = files(shop)
    assert clear(shop, "--no-input") == 4
    assert capsys.readouterr().err.splitlines()[1:] == [
        "  .jiti/app/text/title.py",
        "  nothing was deleted: commit or move them, or say --force",
    ]
    assert files(shop) == before
    assert clear(shop, "--force") == 0
    assert files(shop) == []


def test_orphans_go_with_their_scratch_tests_and_nothing_else_does(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.change("app/text.py", "def slugify", "def slug")
    shop.write("engines.py", "from jiti import Engine, jiti\n\nmy = jiti(engine=Engine())\n")
    shop.change("app/money.py", "from jiti import jiti", "from engines import my")
    shop.change("app/money.py", "@jiti", "@my")
    before = files(shop)
    assert clear(shop, "--orphans", "--json") == 0
    assert json.loads(capsys.readouterr().out)["deleted"] == [".jiti/app/text/slugify.py"]
    gone = {".jiti/app/text/slugify.py", ".jiti/.scratch/app/text/test_slugify.py"}
    assert files(shop) == [path for path in before if path not in gone]


def test_an_edited_orphan_stays_and_an_edited_stub_does_not_keep_it(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.change("app/text.py", "def gone", "def lost")
    shop.change(".jiti/app/text/title.py", "text.title()", "text.capitalize()")
    shop.change(".jiti/app/text/gone.py", "return text", "return text + text")
    assert clear(shop, "--orphans") == 4
    assert ".jiti/app/text/gone.py" in capsys.readouterr().err
    assert (shop.root / ".jiti/app/text/gone.py").exists()
    assert clear(shop, "--orphans", "--force") == 0
    assert not (shop.root / ".jiti/app/text/gone.py").exists()
    assert (shop.root / ".jiti/app/text/title.py").exists()


def test_scratch_tests_that_were_edited_by_hand_keep_all(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    path = ".jiti/.scratch/app/text/test_slugify.py"
    shop.change(path, "def test_blanks() -> None: ...", "def test_blanks() -> None: slugify('')")
    assert clear(shop) == 4
    assert capsys.readouterr().err.splitlines()[1] == f"  {path}"
    assert clear(shop, "--orphans") == 0  # they belong to a stub
    shop.change("app/text.py", "def slugify", "def slug")
    before = files(shop)
    assert clear(shop, "--orphans") == 4
    assert files(shop) == before
    assert clear(shop, "--orphans", "--force") == 0
    assert path not in files(shop)


def test_a_file_of_the_mirror_that_cannot_be_read_is_not_deleted_unasked(shop: Shop) -> None:
    shop.write(".jiti/notes.py", "my = 'own'\n")
    assert clear(shop, "--orphans") == 4
    assert (shop.root / ".jiti/notes.py").exists()
