"""`jiti diff`, `jiti show` and `jiti why`: one stub."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from jiti.cli import main

if TYPE_CHECKING:
    from tests.unit.cli.shop import Shop


def run(shop: Shop, *arguments: str) -> int:
    return main(["--root", str(shop.root), *arguments])


def test_an_edit_is_told_from_what_jiti_wrote(aged: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(aged, "diff", "title", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["against"], told["note"]) == ("generated", None)
    assert told["lines"][-2:] == ["-    return text.title()", "+    return text.capitalize()"]


def test_where_what_jiti_wrote_is_not_kept_it_says_so_and_compares_with_the_stub(
    aged: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(aged.root / ".jiti/.local")
    assert run(aged, "diff", "title") == 0
    shown = capsys.readouterr()
    assert "kept only on the machine that wrote it" in shown.err
    assert "git log -p .jiti/app/text/title.py" in shown.err
    assert "-    raise NotImplementedError\n+    return text.capitalize()\n" in shown.out


def test_what_is_kept_and_was_damaged_is_not_taken_for_what_jiti_wrote(
    aged: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (aged.root / ".jiti/.local/generated").iterdir():
        path.write_text("x = 1\n", encoding="utf-8")
    assert run(aged, "diff", "title", "--json") == 0
    assert json.loads(capsys.readouterr().out)["against"] == "stub"


def test_an_edited_one_can_be_compared_with_its_stub(aged: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(aged, "diff", "title", "--stub") == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert shown.out.startswith("--- app/text.py:21\n+++ .jiti/app/text/title.py\n")


def test_a_method_is_compared_at_the_depth_that_it_has_in_its_file(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(shop, "diff", "Parser.parse") == 0
    assert "\n     def parse(self, text: str) -> int:\n" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["diff", "show", "why"])
def test_without_an_implementation_it_says_so(command: str, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(shop, command, "rebate") == 0
    assert "the next call writes it" in capsys.readouterr().out
    assert run(shop, command, "rebate", "--json") == 0
    assert json.loads(capsys.readouterr().out)["key"] == "app/money.py::rebate"


def test_a_broken_file_cannot_be_compared(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.write(".jiti/app/money/tax.py", "")
    assert run(shop, "diff", "tax") == 1
    assert ".jiti/app/money/tax.py: its first line is not jiti's" in capsys.readouterr().err
    for command in ("show", "why"):
        assert run(shop, command, "tax") == 0
        assert ".jiti/app/money/tax.py: its first line is not jiti's" in capsys.readouterr().out


def test_show_tells_machines_everything(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(shop, "show", "slugify", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["state"] == "fresh"
    assert told["spec"].startswith("@jiti\ndef slugify(")
    assert told["code"].startswith("import re\n")
    assert told["scratch_names"] == ["test_accents", "test_blanks"]
    assert told["gates"] == ["tests/test_text.py::test_slug", "tests/test_text.py::test_rejects_empty"]
    assert told["provenance"]["made"].startswith("claude-sonnet-5-5")


@pytest.mark.parametrize("command", ["diff", "show", "why"])
@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("slugfy", "did you mean app/text.py::slugify?"),
        ("app/text.py", "name one of"),
        ("twice", "it may mean"),
    ],
    ids=["unknown", "several", "ambiguous"],
)
def test_a_target_that_is_not_one_stub_is_wrong_usage(
    command: str, target: str, hint: str, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in ("a.py", "b.py"):
        shop.write(path, 'from jiti import jiti\n\n\n@jiti\ndef twice() -> int:\n    """Two."""\n')
    assert run(shop, command, target) == 2
    shown = capsys.readouterr()
    assert (shown.out, hint in shown.err) == ("", True)


def test_what_a_file_holds_for_a_terminal_does_not_reach_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """An escape sequence in a docstring could hide what stands beside it."""
    from tests.unit.cli.snapshots import printed

    shop.change("app/money.py", "19 % of", "\x1b[2J19 % of")
    for command in ("show", "diff", "why"):
        text = printed(monkeypatch, "--root", str(shop.root), command, "tax", columns=80)
        assert "\x1b[2J" not in text
