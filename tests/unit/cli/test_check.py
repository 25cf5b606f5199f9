"""`jiti check`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from jiti.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.cli.shop import Shop

STUB = 'from jiti import jiti\n\n\n@jiti\ndef f() -> int:\n    """One."""\n'
WATCHED = """
import sys

def watch(event, arguments):
    if event in ("subprocess.Popen", "os.system", "os.fork", "os.posix_spawn", "os.exec", "socket.connect"):
        raise SystemExit(f"{event} {arguments}")

sys.addaudithook(watch)
from jiti.cli import main
code = main(sys.argv[1:])
mine = [name for name in sys.modules if name.partition(".")[0] in ("app", "test_text")]
sys.exit(f"imported {mine}" if mine else code)
"""


def check(root: Path, *arguments: str) -> int:
    return main(["--root", str(root), "check", *arguments])


def findings(root: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, str | None]]:
    """The states and keys of what is found."""
    code = check(root, "--json", *arguments)
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is (code == 0) is (not answer["findings"])
    return [(each["state"], each["key"]) for each in answer["findings"]]


def test_all_but_fresh_and_edited_is_found(aged: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(aged.root, capsys) == [
        ("outdated", "app/money.py::cents"),
        ("broken", "app/money.py::tax"),
        ("missing", "app/money.py::rebate"),
        ("stale", "app/text.py::shorten"),
        ("conflict", "app/text.py::Parser.parse"),
        ("orphan", "app/text.py::gone"),
    ]


@pytest.mark.parametrize("command", ["check", "status", "why", "show", "diff"])
def test_commands_that_read_import_nothing_start_nothing_and_change_nothing(command: str, aged: Shop) -> None:
    """Of a project whose modules would raise if they were imported."""
    for path in ("app/__init__.py", "tests/conftest.py"):
        aged.write(path, "raise RuntimeError('imported')\n")
    before = {path: path.stat().st_mtime_ns for path in aged.root.rglob("*")}
    target = ["app/text.py::shorten"] if command in {"why", "show", "diff"} else []
    arguments = [sys.executable, "-c", WATCHED, "--root", str(aged.root), command, *target]
    ran = subprocess.run(arguments, capture_output=True, text=True, encoding="utf-8", check=False, cwd=aged.root)
    assert (ran.returncode, ran.stderr) == (1 if command == "check" else 0, "")
    assert {path: path.stat().st_mtime_ns for path in aged.root.rglob("*")} == before


def test_a_project_without_findings_exits_0(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.change("app/money.py", "\n\n@jiti\ndef rebate", "\n\ndef rebate")
    assert check(shop.root) == 0
    assert capsys.readouterr().out == "8 stubs, no findings\n"


def test_targets_choose_what_is_checked(aged: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(aged.root, capsys, "app.text.shorten", "title") == [("stale", "app/text.py::shorten")]
    assert findings(aged.root, capsys, "app/text.py::title") == []


def test_a_gate_for_nothing_is_found_with_what_mends_it(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.change("tests/test_text.py", "required_for(cents)", "required_for(sents)")
    assert check(shop.root) == 1
    lines = capsys.readouterr().out.splitlines()
    at = next(index for index, line in enumerate(lines) if line.startswith("problem: "))
    assert lines[at].startswith("problem: tests/test_text.py:16: `sents` cannot be found: ")
    assert lines[at + 1] == "    to do: name a stub as the file imports it"


def test_a_file_that_does_not_parse_is_found_and_makes_no_orphans(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.write("app/text.py", "from jiti import jiti\ndef f(:\n")
    found = findings(shop.root, capsys)
    assert "orphan" not in {state for state, _ in found}
    assert ("problem", None) in found


def test_a_mirror_of_a_newer_format_says_what_to_do(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.change(".jiti/app/money/tax.py", "# jiti: 1\n", "# jiti: 2\n")
    assert check(shop.root, "tax") == 1
    title, message, hint, _ = capsys.readouterr().out.splitlines()
    assert title == "app/money.py::tax  broken  app/money.py:10"
    assert message == "    .jiti/app/money/tax.py: its format is 2, and this jiti reads 1"
    assert hint.startswith("    to do: a newer jiti has written it: pip install --upgrade jiti, or put it aside: ")


def test_a_stub_behind_an_alias_is_checked_and_no_orphan(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Where its file does not say that the decorator is jiti's, the mirror does."""
    shop.write("engines.py", "from jiti import Engine, jiti\n\nmy = jiti(engine=Engine(max_turns=3))\n")
    shop.write("n.py", STUB)
    shop.file("n.py::f", 'def f() -> int:\n    """One."""\n    return 1\n')
    shop.write("n.py", STUB.replace("from jiti import jiti", "from engines import my").replace("@jiti", "@my"))
    assert findings(shop.root, capsys, "n.py::f") == []
    shop.change("n.py", "One.", "The one.")
    assert ("stale", "n.py::f") in findings(shop.root, capsys)


def test_of_a_function_with_a_body_an_implementation_is_an_orphan(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.change("app/text.py", "@jiti\ndef gone", "def gone")
    assert ("orphan", "app/text.py::gone") in findings(shop.root, capsys)


def test_a_file_of_the_mirror_that_is_not_jitis_is_an_orphan(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.write(".jiti/app/notes.py", "x = 1\n")
    check(shop.root)
    assert "orphan: .jiti/app/notes.py belongs to no stub\n" in capsys.readouterr().out


def test_outside_of_any_project_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 2
    message, hint = capsys.readouterr().err.splitlines()
    reason = "neither it nor a folder above it holds .jiti, pyproject.toml or .git"
    assert message == f"jiti: error: {tmp_path} is in no project: {reason}"
    assert hint == "  go to a project, or say where it is: jiti --root DIR …"
