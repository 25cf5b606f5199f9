"""`jiti merge` on whole projects: what comes out is plain code, or nothing was changed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jiti.holder import Holder, path_of
from jiti.lockfile import LockFile
from jiti.testing import Project
from tests.functional.merged_projects import (
    FILES,
    MERGED_TESTS,
    MERGED_TEXT,
    SCRATCH,
    SHOUT,
    SHOUT_KEY,
    SLUGIFY,
    SLUGIFY_KEY,
    TESTS,
    TEXT,
    implement,
    project,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
MIRRORED = {
    f".jiti/{path}": None for path in (".scratch/app/text/test_slugify.py", "app/text/shout.py", "app/text/slugify.py")
}


ELSEWHERE = "'.jiti' not in __file__"
"""What code may ask that wants to do something else once it is merged."""


@pytest.fixture
def text() -> Project:
    return project()


# ---------------------------------------------------------------- what is merged


def test_all_of_a_project_becomes_plain_code(text: Project) -> None:
    merged = text.run("jiti", "merge", "--all")
    assert (merged.exit_code, merged.stderr) == (0, "")
    assert merged.changed == MIRRORED | {"app/text.py": MERGED_TEXT, "tests/test_text.py": MERGED_TESTS}
    assert merged.stdout.splitlines() == [
        "merged  app/text.py::slugify",
        "merged  app/text.py::shout",
        "moved   app/text.py::slugify::test_slug to tests/test_text.py::test_slugify_slug",
        "moved   app/text.py::slugify::test_empty to tests/test_text.py::test_empty",
        "note    nothing needs jiti any more: take it from the dependencies, and delete .jiti/ and [tool.jiti]",
        "2 merged, 2 files written",
    ]
    assert text.mirror().keys() == {".gitignore", "ruff.toml"}
    again = text.run("jiti", "merge", "--all")
    assert (again.exit_code, again.changed, again.stdout) == (0, {}, "there is nothing to merge\n")


@pytest.mark.usefixtures("users_plugins")
def test_the_examples_pass_their_tests_where_jiti_is_not_installed(tmp_path: Path) -> None:
    example = tmp_path / "copy"
    for folder in ("examples", ".jiti"):
        shutil.copytree(ROOT / folder, example / folder, ignore=shutil.ignore_patterns("__pycache__", ".local"))
    (example / "src").mkdir()
    merging = Project({"pyproject.toml": (ROOT / "pyproject.toml").read_text("utf-8")}, root=example)
    merged = merging.run("jiti", "merge", "--all")
    assert merged.exit_code == 0, merged.stderr
    assert merged.stdout.count("merged  ") == 10
    sources = [path for path in (example / "examples").rglob("*.py") if path.is_file()]
    assert not [path for path in sources if "jiti" in path.read_text("utf-8")]
    assert merging.run("python", "-m", "ruff", "check", "examples").exit_code == 0

    without = tmp_path / "without"
    (without / "jiti").mkdir(parents=True)
    (without / "jiti" / "__init__.py").write_text("raise ModuleNotFoundError('No module named jiti', name='jiti')")
    folders = [without, *(example / "examples" / name for name in ("semver", "jwt"))]
    path = {"PYTHONPATH": ":".join(map(str, folders))}
    assert merging.run("python", "-c", "import jiti", env=path).exit_code == 1
    options = ("-q", "-p", "no:jiti", "-p", "no:asyncio", "-c", "pytest.ini")
    (example / "pytest.ini").write_text("[pytest]\n")
    ran = merging.run("python", "-m", "pytest", *options, "examples", env=path)
    assert ran.exit_code == 0, ran.stdout
    assert "236 passed" in ran.stdout
    shown = merging.run("python", "-m", "semver", env=path)
    assert "after 1.9.3: 1.9.4 or 1.10.0 or 2.0.0" in shown.stdout
    shown = merging.run("python", "-m", "tokens", env=path)
    assert "at noon: joe may come in\nin the morning: NotYetValidError\n" in shown.stdout


def test_one_stub_of_a_file_is_merged_and_the_other_goes_on_as_a_stub(text: Project) -> None:
    merged = text.run("jiti", "merge", "app.text.shout")
    assert (merged.exit_code, merged.stderr) == (0, "")
    plain = TEXT.replace("@jiti\ndef shout", "def shout").replace(
        "    raise NotImplementedError\n", '    return f"{text.upper()}!"\n'
    )
    assert merged.changed == {
        "app/text.py": plain,
        "tests/test_text.py": TESTS.replace("required_for(shout, slugify)", "required_for(slugify)"),
        ".jiti/app/text/shout.py": None,
    }
    ran = text.run("python", "-m", "pytest", "-q", "--jiti=frozen")
    assert ran.exit_code == 0, ran.stdout
    assert text.run("jiti", "status").stdout.startswith("fresh")


def test_scratch_tests_can_go(text: Project) -> None:
    merged = text.run("jiti", "merge", "--all", "--prune")
    assert merged.exit_code == 0
    assert (
        merged.changed["tests/test_text.py"]
        == MERGED_TESTS.partition('\n\n\n@pytest.mark.parametrize("raw", ["x"')[0] + "\n"
    )
    assert "pruned  app/text.py::slugify::test_empty\n" in merged.stdout


def test_scratch_tests_get_a_file_where_there_is_none() -> None:
    made = Project({"src/app/__init__.py": "", "src/app/text.py": TEXT})
    implement(made, "src/app/text.py::slugify", SLUGIFY, SCRATCH)
    merged = made.run("jiti", "merge", "slugify")
    assert merged.exit_code == 0, merged.stderr
    assert merged.changed["tests/test_text.py"] == SCRATCH


def test_a_test_that_an_agent_wrote_gets_its_body_in_place() -> None:
    empty = '\n\n@jiti.required_for(shout)\ndef test_empty() -> None:\n    """Nothing is a mark alone."""\n'
    made = Project(FILES | {"tests/test_text.py": TESTS + empty})
    body = '    assert shout("") == MARK\n'
    code = f'MARK = "!"\n\n\ndef test_empty() -> None:\n    """Nothing is a mark alone."""\n{body}'
    implement(made, "tests/test_text.py::test_empty", f"from app.text import shout\n\n{code}")
    implement(made, SLUGIFY_KEY, SLUGIFY)
    implement(made, SHOUT_KEY, SHOUT)
    merged = made.run("jiti", "merge", "--all")
    assert (merged.exit_code, merged.stderr) == (0, "")
    found = merged.changed["tests/test_text.py"]
    assert found is not None
    assert "jiti" not in found
    assert found.endswith(f'\n\nMARK = "!"\n\n\ndef test_empty() -> None:\n    """Nothing is a mark alone."""\n{body}')
    assert ".jiti/tests/test_text/test_empty.py" in merged.changed
    assert made.run("python", "-m", "pytest", "-q").exit_code == 0


def test_a_test_that_an_agent_wrote_can_be_merged_before_what_it_decides_on(text: Project) -> None:
    empty = '\n\n@jiti.required_for(shout)\ndef test_empty() -> None:\n    """Nothing is a mark alone."""\n'
    text.write({"tests/test_text.py": TESTS + empty})
    body = '    assert shout("") == "!"\n'
    code = f'from app.text import shout\n\n\ndef test_empty() -> None:\n    """Nothing is a mark alone."""\n{body}'
    implement(text, "tests/test_text.py::test_empty", code)
    implement(text, SHOUT_KEY, SHOUT)
    merged = text.run("jiti", "merge", "tests/test_text.py")
    assert (merged.exit_code, merged.stderr) == (0, "")
    assert merged.changed["tests/test_text.py"] == TESTS + empty + body
    assert text.run("jiti", "check").exit_code == 0


def test_bytes_that_are_nobodys_business_stay(text: Project) -> None:
    """Line ends of the file's own, and permissions."""
    crlf = TEXT.replace("\n", "\r\n")
    text.write({"app/text.py": crlf})
    (text.root / "app" / "text.py").chmod(0o755)
    assert text.run("jiti", "merge", "--all").exit_code == 0
    assert (text.root / "app" / "text.py").read_bytes() == MERGED_TEXT.replace("\n", "\r\n").encode()
    if sys.platform != "win32":
        assert (text.root / "app" / "text.py").stat().st_mode & 0o777 == 0o755


# ---------------------------------------------------------------- how it is told


def test_a_dry_run_shows_a_diff_and_changes_nothing(text: Project) -> None:
    shown = text.run("jiti", "merge", "--all", "--dry-run")
    assert (shown.exit_code, shown.changed) == (0, {})
    lines = shown.stdout.splitlines()
    assert lines[:2] == ["--- a/app/text.py", "+++ b/app/text.py"]
    assert {"-@jiti", '+    return f"{text.upper()}!"', "-@jiti.required_for(slugify)"} <= set(lines)
    assert "delete .jiti/app/text/slugify.py" in lines
    assert lines[-1] == "2 would be merged, 2 files would be written"


def test_machines_are_told_in_json(text: Project) -> None:
    told = json.loads(text.run("jiti", "merge", "--all", "--json").stdout)
    assert told.pop("notes") == [
        "nothing needs jiti any more: take it from the dependencies, and delete .jiti/ and [tool.jiti]"
    ]
    assert told == {
        "root": str(text.root),
        "written": True,
        "merged": [SLUGIFY_KEY, SHOUT_KEY],
        "refused": [],
        "changed": ["app/text.py", "tests/test_text.py"],
        "deleted": [
            ".jiti/app/text/slugify.py",
            ".jiti/.scratch/app/text/test_slugify.py",
            ".jiti/app/text/shout.py",
        ],
        "tests": [
            {"test": f"{SLUGIFY_KEY}::test_slug", "to": "tests/test_text.py::test_slugify_slug"},
            {"test": f"{SLUGIFY_KEY}::test_empty", "to": "tests/test_text.py::test_empty"},
        ],
    }


def test_what_to_merge_has_to_be_said(text: Project) -> None:
    for arguments in ((), ("--all", "slugify")):
        asked = text.run("jiti", "merge", *arguments)
        assert (asked.exit_code, asked.changed) == (2, {})
        assert "name what to merge, or say --all" in asked.stderr


def test_an_unknown_target_is_wrong_usage(text: Project) -> None:
    asked = text.run("jiti", "merge", "slugfy")
    assert (asked.exit_code, asked.changed) == (2, {})
    assert "did you mean app/text.py::slugify?" in asked.stderr


# ---------------------------------------------------------------- what is refused


def make_missing(made: Project) -> None:
    (made.root / ".jiti" / "app" / "text" / "shout.py").unlink()


def make_stale(made: Project) -> None:
    made.write({"app/text.py": TEXT.replace("Louder.", "Much louder.")})


def make_edited(made: Project) -> None:
    file = made.root / ".jiti" / "app" / "text" / "shout.py"
    file.write_text(file.read_text().replace("text.upper()", "text.upper().strip()"))


def make_conflict(made: Project) -> None:
    make_stale(made)
    make_edited(made)


def make_broken(made: Project) -> None:
    file = made.root / ".jiti" / "app" / "text" / "shout.py"
    file.write_text(file.read_text().replace("return f", "return ("))


def make_outdated(made: Project) -> None:
    test = '\n\n@jiti.required_for(shout)\ndef test_more() -> None:\n    assert shout("b") == "B!"\n'
    made.write({"tests/test_text.py": TESTS + test})


@pytest.mark.parametrize(
    ("make", "reason", "hint", "code"),
    [
        (make_missing, "has no implementation", "call it", 1),
        (make_stale, "is stale: its docstring changed", "jiti resolve app/text.py::shout --keep", 1),
        (make_conflict, "is in conflict: its docstring changed", "--keep (the code fits as it is)  or  --regen", 4),
        (make_broken, "is broken: .jiti/app/text/shout.py: it does not parse", "mend it", 1),
        (make_outdated, "is outdated: its gates changed", "run pytest", 1),
    ],
)
def test_a_stub_that_is_not_settled_is_refused(
    text: Project, make: Callable[[Project], None], reason: str, hint: str, code: int
) -> None:
    make(text)
    alone = text.run("jiti", "merge", "shout")
    assert (alone.exit_code, alone.changed) == (code, {})
    assert f"refused app/text.py::shout {reason}" in alone.stderr
    assert hint in alone.stderr


def test_what_can_be_merged_is_though_others_are_refused(text: Project) -> None:
    text.write({"tests/test_text.py": TESTS.replace("required_for(shout, slugify)", "required_for(shout)")})
    make_missing(text)
    implement(text, SLUGIFY_KEY, SLUGIFY)
    merged = text.run("jiti", "merge", "--all")
    assert merged.exit_code == 1
    assert "refused app/text.py::shout has no implementation" in merged.stderr
    assert merged.changed[".jiti/app/text/slugify.py"] is None
    assert "@jiti\ndef shout" in (merged.changed["app/text.py"] or "")
    assert "@jiti.required_for(shout)\ndef test_both" in (merged.changed["tests/test_text.py"] or "")
    assert "nothing needs jiti" not in merged.stdout


def test_a_test_that_needs_what_is_refused_keeps_its_stub_from_being_merged(text: Project) -> None:
    make_missing(text)
    merged = text.run("jiti", "merge", "slugify")
    assert (merged.exit_code, merged.changed) == (1, {})
    assert "its test tests/test_text.py::test_both needs app/text.py::shout, which is missing" in merged.stderr


def test_what_was_edited_by_hand_is_merged_as_it_is(text: Project) -> None:
    make_edited(text)
    merged = text.run("jiti", "merge", "shout")
    assert merged.exit_code == 0, merged.stderr
    assert "text.upper().strip()" in (merged.changed["app/text.py"] or "")


@pytest.mark.parametrize("path", ["app/text.py", "tests/test_text.py"])
def test_a_read_only_file_is_refused(text: Project, path: str) -> None:
    (text.root / path).chmod(0o444)
    merged = text.run("jiti", "merge", "--all")
    assert (merged.exit_code, merged.changed) == (1, {})
    assert f"{path} is read-only" in merged.stderr


def test_a_file_that_does_not_parse_is_refused_and_others_are_merged(text: Project) -> None:
    text.write({"app/other.py": "from jiti import jiti\n\n@jiti\ndef f(:\n"})
    merged = text.run("jiti", "merge", "--all")
    assert merged.exit_code == 1
    assert merged.stderr.startswith("refused app/other.py:4: invalid syntax\n        the file must parse")
    assert merged.changed["app/text.py"] == MERGED_TEXT
    assert "nothing needs jiti" not in merged.stdout


def test_code_that_nobody_can_put_into_the_file_is_refused(text: Project) -> None:
    """The file's encoding has no such character."""
    text.write({"app/text.py": f"# coding: ascii\n{TEXT}"})
    implement(text, SHOUT_KEY, SHOUT.replace("}!", "}\u203c"))
    merged = text.run("jiti", "merge", "shout")
    assert (merged.exit_code, merged.changed) == (1, {})
    assert "app/text.py is written in ascii, which has no '\u203c'" in merged.stderr
    assert "have the file written in UTF-8" in merged.stderr


# ---------------------------------------------------------------- what does not work as it is to stand


def unchanged(made: Project) -> str:
    """What a merge that is expected to fail says, once it is certain that nothing was changed."""
    merged = made.run("jiti", "merge", "--all")
    assert (merged.exit_code, merged.changed, merged.stdout) == (1, {}, "")
    return merged.stderr


def test_a_gate_that_fails_on_the_merged_code_changes_nothing() -> None:
    """The code looks at its own file's name, which is another after the merge."""
    said = unchanged(
        project(shout=SHOUT.replace("{text.upper()}!", "{text.upper()}{'!' if '.jiti' in __file__ else '?'}"))
    )
    assert "the merged code does not pass its tests" in said
    assert "gate failed tests/test_text.py::test_both" in said
    assert "nothing was changed" in said


def test_a_test_that_pytest_would_not_run_changes_nothing(text: Project) -> None:
    """Somebody has it skipped from elsewhere: it has decided on nothing."""
    text.write({"conftest.py": "import pytest\n\n\ndef pytest_runtest_setup(item):\n    pytest.skip('today')\n"})
    implement(text, SLUGIFY_KEY, SLUGIFY)  # as if they had passed before
    implement(text, SHOUT_KEY, SHOUT)
    assert "test_both: in setup: " in unchanged(text)


def test_an_example_that_fails_on_the_merged_code_changes_nothing() -> None:
    looks = 'return "a-b" if ".jiti" in __file__ else _GAPS.sub("_", text)'
    made = Project({"app/__init__.py": "", "app/text.py": TEXT})
    implement(made, SLUGIFY_KEY, SLUGIFY.replace('return _GAPS.sub("-", text.strip().lower())', looks))
    merged = made.run("jiti", "merge", "slugify")
    assert (merged.exit_code, merged.changed) == (1, {})
    assert "example wrong-output app/text.py:15: >>> slugify" in merged.stderr


def test_a_module_that_cannot_be_imported_any_more_changes_nothing() -> None:
    fails = f'if {ELSEWHERE}:\n    raise OSError("not here")\n'
    said = unchanged(project(shout=SHOUT.replace("\n\n\ndef", f"\n\n_X = 1\n{fails}\n\ndef")))
    assert "OSError: not here" in said


def test_a_test_that_ends_the_process_changes_nothing() -> None:
    code = SHOUT.replace(
        "    return", "    import os\n    if '.jiti' not in __file__:\n        os._exit(0)\n    return"
    )
    assert "crashed tests/test_text.py::test_both" in unchanged(project(shout=code))


def test_a_merge_waits_for_whoever_generates_what_it_merges(text: Project) -> None:
    path = Path(path_of(str(text.root), SHOUT_KEY))
    path.parent.mkdir(parents=True)
    lock = LockFile(str(path))
    assert lock.lock(blocking=False)
    lock.write(str(Holder(12345)).encode())
    command = [sys.executable, "-m", "jiti", "merge", "--all"]
    with subprocess.Popen(command, cwd=text.root, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as merging:
        assert merging.stderr is not None
        assert "waiting for app/text.py::shout" in merging.stderr.readline()
        assert (text.root / "app" / "text.py").read_text() == TEXT
        lock.close()
        path.unlink()
        assert merging.wait(60) == 0
    assert (text.root / "app" / "text.py").read_text() == MERGED_TEXT


# ---------------------------------------------------------------- a merge that is killed


KILLED = """
import os, signal, sys
from jiti.merge import transaction
writes = int(sys.argv[1])
real = transaction.durable.replace_bytes
def write(path, data, *, mode=None):
    global writes
    real(path, data, mode=mode)
    if not path.endswith("journal.json"):
        writes -= 1
        if not writes:
            os.kill(os.getpid(), signal.SIGKILL)
transaction.durable.replace_bytes = write
from jiti.cli import main
sys.exit(main(["merge", "--all"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_merge_that_is_killed_is_undone_by_the_next_command(text: Project) -> None:
    """Which here only asks how things stand."""
    killed = text.run("python", "-c", KILLED, "1")
    assert killed.exit_code == -9
    assert killed.changed == {"app/text.py": MERGED_TEXT}
    mended = text.run("jiti", "status")
    assert mended.stderr == "jiti: a merge was ended half way: app/text.py is as it was before\n"
    assert mended.changed == {"app/text.py": TEXT}
    assert mended.stdout.count("fresh") == 3
    assert text.run("jiti", "merge", "--all").exit_code == 0
