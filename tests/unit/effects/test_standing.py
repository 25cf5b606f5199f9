"""What code in the mirror does against what its stub allows: found by `check`, told by the commands that only read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from jiti import gates, mirror, states
from jiti.cli import main
from jiti.effects import standing
from jiti.settings import Settings
from jiti.why import changes
from tests.unit.cli.shop import Shop

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "app/text.py::title"
FILE = ".jiti/app/text/title.py"
EDIT = ("    return text.title()", "    with open(text) as file:\n        return file.read()")
HINT = (
    f'add "files" to allow=[…] of the stub\'s @jiti, and then jiti resolve {TITLE} --keep; or take it out of the code; '
    f"or jiti resolve {TITLE} --regenerate"
)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A project whose stubs are fresh, but for one that has no implementation."""
    return Shop(tmp_path)


def asked(shop: Shop, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """A command's exit code, and what it tells machines."""
    code = main(["--root", str(shop.root), *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def says(shop: Shop, line: str) -> None:
    """Let the header of the implementation say something of its effects."""
    path = shop.root / FILE
    old = next(each for each in path.read_text("utf-8").split("\n") if each.startswith("# effects: "))
    shop.change(FILE, old, f"# effects: {line}")


@pytest.mark.parametrize("line", ["-", "none", "network"])
def test_an_edit_that_does_more_is_found_with_the_ways_out(
    shop: Shop, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    says(shop, line)
    shop.change(FILE, *EDIT)
    code, answer = asked(shop, capsys, "check", "app/text.py::title")
    assert code == 1
    assert answer["findings"] == [
        {
            "state": "edited",
            "key": TITLE,
            "source": "app/text.py:21",
            "message": f"{FILE} does what its stub does not allow: files  line 16: open",
            "hint": HINT,
            "effects": ["files"],
        }
    ]


def test_it_stays_edited_and_runs(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.change(FILE, *EDIT)
    code, answer = asked(shop, capsys, "status", TITLE)
    assert (code, answer["stubs"][0]["state"], answer["stubs"][0]["changed"]) == (0, "edited", ["effects"])
    assert states.look(shop.declared(TITLE)).runs


def test_the_way_out_is_one(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.change(FILE, *EDIT)
    shop.change("app/text.py", "@jiti\ndef title", '@jiti(allow=["files"])\ndef title')
    assert asked(shop, capsys, "check", TITLE)[1]["findings"][0]["state"] == "conflict"
    assert main(["--root", str(shop.root), "resolve", TITLE, "--keep"]) == 0
    capsys.readouterr()
    assert asked(shop, capsys, "check", TITLE) == (0, {**asked(shop, capsys, "check", TITLE)[1], "findings": []})
    assert "# effects: files\n" in (shop.root / FILE).read_text("utf-8")


def test_what_was_seen_and_is_allowed_is_kept_in_the_header(shop: Shop) -> None:
    says(shop, "files network")
    shop.change(FILE, "text.title()", "text.upper() + str(__import__)")
    shop.change("app/text.py", "@jiti\ndef title", '@jiti(allow=["network", "env"])\ndef title')
    main(["--root", str(shop.root), "resolve", TITLE, "--keep"])
    assert "# effects: network\n" in (shop.root / FILE).read_text("utf-8")


def test_what_comes_from_a_merge_with_more_in_its_header_is_found(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    says(shop, "files")
    code, answer = asked(shop, capsys, "check", TITLE)
    assert (code, [each["state"] for each in answer["findings"]]) == (1, ["fresh"])
    assert answer["findings"][0]["message"].endswith("does not allow: files  by its header")


@pytest.mark.parametrize("line", ["-", "none", "none and something new"])
def test_code_as_it_was_filed_is_not_read_again(shop: Shop, capsys: pytest.CaptureFixture[str], line: str) -> None:
    says(shop, line)
    assert asked(shop, capsys, "check", TITLE)[0] == 0


def test_a_header_without_the_line_is_one(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.change(FILE, "# effects: -\n", "")
    assert asked(shop, capsys, "check", TITLE)[0] == 0
    shop.change(FILE, *EDIT)
    assert asked(shop, capsys, "check", TITLE)[0] == 1


def test_an_edit_that_only_computes_is_fine(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    says(shop, "none")
    shop.change(FILE, "text.title()", "text.capitalize()")
    assert asked(shop, capsys, "check", TITLE)[0] == 0


def test_a_test_that_was_written_may_do_anything(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    key = "tests/test_text.py::test_rejects_empty"
    shop.change(".jiti/tests/test_text/test_rejects_empty.py", 'slugify("")', 'slugify(open("/dev/null").read())')
    code, answer = asked(shop, capsys, "check", key)
    assert (code, answer["findings"]) == (0, [])
    shop.change("tests/test_text.py", "on an empty text", "on empty text")
    main(["--root", str(shop.root), "resolve", key, "--keep"])
    assert "# effects: -\n" in (shop.root / ".jiti/tests/test_text/test_rejects_empty.py").read_text("utf-8")


def test_an_edit_is_read_with_the_names_of_its_module(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.change("app/text.py", "from jiti import jiti\n", "import os\n\nfrom jiti import jiti\n")
    shop.change(FILE, "    return text.title()", "    from app import text as own\n    return own.os.getenv(text)")
    assert asked(shop, capsys, "check", TITLE)[1]["findings"][0]["effects"] == ["env"]


def test_people_are_told_too(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.change(FILE, *EDIT)
    main(["--root", str(shop.root), "status", TITLE])
    assert "effects (not allowed: files)" in capsys.readouterr().out
    main(["--root", str(shop.root), "show", TITLE])
    assert "not allowed by the stub: files  line 16: open" in capsys.readouterr().out
    assert asked(shop, capsys, "show", TITLE)[1]["not_allowed"] == ["files  line 16: open"]
    main(["--root", str(shop.root), "why", TITLE])
    told = capsys.readouterr().out
    assert "beyond what the stub allows" in told
    assert "+ files  line 16: open" in told


def test_nothing_is_told_of_what_is_to_be_written_anew(shop: Shop) -> None:
    says(shop, "files")
    shop.change("app/text.py", "Write each word", "Write all words")
    declared = shop.declared(TITLE)
    project = gates.find(str(shop.root), Settings())
    assert [each.field for each in changes(declared, states.look(declared), project)] == ["docstring"]


def test_what_does_not_parse_has_no_effects_to_tell_of(shop: Shop) -> None:
    shop.change(FILE, "return text.title()", "return (")
    found = mirror.read(shop.declared(TITLE))
    assert found is not None
    assert standing.beyond(shop.declared(TITLE), found) == ()
