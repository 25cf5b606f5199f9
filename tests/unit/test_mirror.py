"""The mirror: where files go, which file a reader takes, and that writing is whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jiti import durable, filing, generated, header, mirror, stub
from jiti.definition import Definition, define
from jiti.errors import BrokenImplementationError
from jiti.stub import Declaration

STUB = '@jiti\ndef {name}(a: int) -> int:\n    """Do."""\n\n\n'
CODE = 'def f(a: int) -> int:\n    """Do."""\n    return a\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project whose path has spaces and letters beyond ASCII."""
    root = tmp_path / "mein Projekt – größer"
    (root / "app").mkdir(parents=True)
    (root / "pyproject.toml").touch()
    return root


def define_stub(root: Path, name: str = "f") -> Definition:
    (root / "app" / "text.py").write_text("from jiti import jiti\n\n\n" + STUB.format(name=name))
    return define(stub.declaration_for(str(root), f"app/text.py::{name}"))


def at(root: Path, path: str, qualname: str) -> Declaration:
    return Declaration(str(root), path, qualname, 1, "")


@pytest.mark.parametrize(
    ("path", "qualname", "expected"),
    [
        ("app/text.py", "slugify", "app/text/slugify.py"),
        ("src/app/text.py", "Parser.parse", "src/app/text/Parser/parse.py"),
        ("app/text.py", "outer.<locals>.inner", "app/text/outer/_locals_/inner.py"),
        ("app/text.py", "C.x.setter", "app/text/C/x.setter.py"),
        ("script.py", "f", "script/f.py"),
        ("bin/tool", "f", "bin/tool/f.py"),
    ],
)
def test_a_stub_has_one_place(root: Path, path: str, qualname: str, expected: str) -> None:
    """The source path without its ending, then the qualified name."""
    found = mirror.implementation_path(at(root, path, qualname))
    assert mirror.relative_path(str(root), found) == f".jiti/{expected}"


@pytest.mark.parametrize("name", ["con", "NUL", "com1"])
def test_names_that_windows_reserves_are_marked(root: Path, name: str) -> None:
    """They get six digits of the key's hash."""
    found = mirror.implementation_path(at(root, "app/text.py", name))
    assert Path(found).name.startswith(f"{name}~")
    assert len(Path(found).stem) == len(name) + 7


def test_two_names_that_differ_in_case_get_two_files(root: Path) -> None:
    """On every file system."""
    lower, upper = define_stub(root, "name"), define_stub(root, "Name")
    first = filing.file(lower, CODE, made="-")
    second = filing.file(upper, CODE, made="-")
    assert Path(first.path).name == "name.py"
    assert Path(second.path).name.startswith("Name~")
    for definition, filed in ((lower, first), (upper, second)):
        found = mirror.read(definition.declaration)
        assert found is not None
        assert found.path == filed.path


def test_a_plain_name_that_holds_another_key_is_left_alone(root: Path) -> None:
    """`app/text.py::Parser.parse` and `app/text/Parser.py::parse` want one file."""
    (root / "app" / "text").mkdir()
    (root / "app" / "text" / "Parser.py").write_text("from jiti import jiti\n" + STUB.format(name="parse"))
    first = define(stub.declaration_for(str(root), "app/text/Parser.py::parse"))
    filing.file(first, CODE, made="-")
    other = at(root, "app/text.py", "Parser.parse")
    assert mirror.read(other) is None
    assert Path(mirror.implementation_path(other)).name.startswith("parse~")


def test_what_is_filed_is_read_back(root: Path) -> None:
    """Header, code, scratch tests, what jiti wrote for comparing, and the two files that make the folder liveable."""
    definition = define_stub(root)
    filing.file(definition, CODE, made="by hand", tests="def test_f() -> None: ...\n")
    found = mirror.read(definition.declaration)
    assert found is not None
    assert found.code == CODE
    assert found.header["made"] == "by hand"
    assert found.header["spec"] == str(definition.spec)
    assert found.text.splitlines()[:2] == [
        "# Written by jiti for app/text.py::f. It is yours: read it, edit it, commit it.",
        "# jiti: 1",
    ]
    assert all(found.header[name] == "-" for name in ("gates", "uses", "effects", "approved"))
    files = sorted(mirror.relative_path(str(root), str(each)) for each in (root / ".jiti").rglob("*") if each.is_file())
    assert files == [
        ".jiti/.gitignore",
        f".jiti/.local/generated/{found.header['code']}.py",
        ".jiti/.scratch/app/text/test_f.py",
        ".jiti/app/text/f.py",
        ".jiti/ruff.toml",
    ]
    assert generated.kept(str(root), found.header["code"]) == CODE


def test_tests_of_an_earlier_implementation_go_with_it(root: Path) -> None:
    """Scratch tests belong to one candidate."""
    definition = define_stub(root)
    filing.file(definition, CODE, made="-", tests="def test_f() -> None: ...\n")
    filing.file(definition, CODE, made="-")
    assert not Path(mirror.scratch_path(definition.declaration)).exists()


HEADER = header.compose("app/text.py::f", dict.fromkeys(("stub", "spec", "code", "body"), "0"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "its first line is not jiti's", id="zero bytes"),
        pytest.param(b"def f(): ...\n", "its first line is not jiti's", id="no header"),
        pytest.param(HEADER.replace("# spec: 0\n", "").encode(), "its header lacks `# spec: …`", id="missing field"),
        pytest.param(HEADER.replace("# code: 0", "# code:").encode(), "its header lacks `# code: …`", id="empty field"),
        pytest.param(
            HEADER.replace("jiti: 1", "jiti: 7").encode(), "its format is 7, and this jiti reads 1", id="newer"
        ),
        pytest.param(HEADER.encode() + b"x = '\xe4'", "it cannot be decoded", id="wrong encoding"),
        pytest.param(b"# coding: nonsense\n", "it cannot be decoded", id="unknown encoding"),
    ],
)
def test_a_damaged_file_is_broken_and_says_how_to_mend_it(root: Path, data: bytes, reason: str) -> None:
    """It is not taken for missing, which would have it overwritten."""
    declaration = at(root, "app/text.py", "f")
    path = Path(mirror.implementation_path(declaration))
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    with pytest.raises(BrokenImplementationError) as caught:
        mirror.read(declaration)
    assert str(caught.value).startswith(f".jiti/app/text/f.py: {reason}")
    assert "put it aside: jiti resolve app/text.py::f --regenerate" in str(caught.value)
    assert caught.value.path == str(path)


def test_no_field_can_say_anything_of_another(root: Path) -> None:
    """A recorded session says by which model it was; a file may be called anything."""
    made = "a model\n# approved: 0\r# effects: none"
    filed = filing.file(define_stub(root), CODE, made=made)
    assert filed.header["made"] == "a model # approved: 0 # effects: none"
    assert (filed.header["approved"], filed.header["effects"]) == ("-", "-")


def test_code_below_a_long_header_is_code(root: Path) -> None:
    """What runs is what is hashed, shown and approved."""
    definition = define_stub(root)
    path = Path(filing.file(definition, CODE, made="-").path)
    above, _, below = path.read_text(encoding="utf-8").partition("\n\n")
    path.write_text(above + "\n# more: of it" * 30 + f"\n\n{below}", encoding="utf-8")
    found = mirror.read(definition.declaration)
    assert found is not None
    assert found.code.endswith(CODE)


def test_windows_line_ends_and_a_byte_order_mark_do_not_count(root: Path) -> None:
    """A checkout may have changed them."""
    definition = define_stub(root)
    filed = filing.file(definition, CODE, made="-")
    path = Path(filed.path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    found = mirror.read(definition.declaration)
    assert found is not None
    assert (found.code, found.header) == (filed.code, filed.header)


def test_retiring_keeps_the_text(root: Path) -> None:
    """Twice over: the second does not overwrite the first."""
    definition = define_stub(root)
    for number in (1, 2):
        filed = filing.file(definition, CODE.replace("return a", f"return a + {number}"), made="-")
        kept = filing.retire(definition.declaration, filed.path)
        assert Path(kept).read_text(encoding="utf-8") == filed.text
        assert mirror.read(definition.declaration) is None
        assert mirror.relative_path(str(root), kept) == f".jiti/.local/replaced/app/text/f.py.{number}"


def test_what_was_edited_since_it_was_read_is_not_stamped_over(root: Path) -> None:
    """Neither is what was deleted written again."""
    definition = define_stub(root)
    filed = filing.file(definition, CODE, made="-")
    assert filing.stamp(definition, filed, gates="tests/test_x.py::test_x=0")
    path = Path(filed.path)
    edited = path.read_text(encoding="utf-8").replace("return a", "return a  # mine")
    path.write_text(edited, encoding="utf-8")
    assert not filing.stamp(definition, filed)
    assert path.read_text(encoding="utf-8") == edited
    path.unlink()
    assert not filing.stamp(definition, filed)
    assert not path.exists()


@pytest.mark.parametrize("edit", ["return a  # mine", "return a +", ""])
def test_what_was_edited_while_other_code_was_written_is_put_aside(root: Path, edit: str) -> None:
    definition = define_stub(root)
    declaration = definition.declaration
    assert filing.put_aside_if_changed(declaration, None) is None
    old = filing.file(definition, CODE, made="-")
    filing.stamp(definition, old, gates="tests/test_x.py::test_x=0")
    assert filing.put_aside_if_changed(declaration, old) is None, "only its header has changed"
    path = Path(old.path)
    edited = path.read_text(encoding="utf-8").replace("return a", edit) if edit else ""
    path.write_text(edited, encoding="utf-8")
    kept = filing.put_aside_if_changed(declaration, old)
    assert kept is not None
    assert Path(kept).read_text(encoding="utf-8") == edited
    assert not path.exists()


def test_what_came_meanwhile_is_put_aside(root: Path) -> None:
    """Of a stub that had no file, somebody may have checked one out."""
    definition = define_stub(root)
    came = filing.file(definition, CODE, made="-")
    kept = filing.put_aside_if_changed(definition.declaration, None)
    assert kept is not None
    assert Path(kept).read_text(encoding="utf-8") == came.text


def test_replacing_clears_what_a_killed_write_left(tmp_path: Path) -> None:
    """And leaves alone other files, and what somebody may be writing now."""
    for name in (".f.py.123.abcd.tmp", ".g.py.123.abcd.tmp"):
        (tmp_path / name).write_text("half")
        os.utime(tmp_path / name, (0, 0))
    (tmp_path / ".f.py.456.abcd.tmp").write_text("being written")
    durable.replace(str(tmp_path / "f.py"), "whole")
    left = sorted(each.name for each in tmp_path.iterdir())
    assert left == [".f.py.456.abcd.tmp", ".g.py.123.abcd.tmp", "f.py"]


def test_a_failed_replace_leaves_the_old_file(tmp_path: Path) -> None:
    """Text that cannot be encoded fails after the temporary file was made."""
    target = tmp_path / "f.py"
    target.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        durable.replace(str(target), "\ud800")
    assert [each.name for each in tmp_path.iterdir()] == ["f.py"]
    assert target.read_text() == "old"


KILLED = """
import os, sys
from jiti import durable
calls = int(sys.argv[2])
def hook(event, args):
    global calls
    if event in ("open", "os.rename", "os.remove") and str(sys.argv[1]) in str(args[0]):
        calls -= 1
        if calls < 0:
            os.kill(os.getpid(), 9)
sys.addaudithook(hook)
durable.replace(sys.argv[1] + "/f.py", "new" * 100_000)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize("after", range(4))
def test_a_process_killed_while_writing_leaves_old_or_new(tmp_path: Path, after: int) -> None:
    """Killed before each step of the write in turn."""
    target = tmp_path / "f.py"
    target.write_text("old")
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(after)], check=False)
    assert target.read_text() in ("old", "new" * 100_000)
    for leftover in tmp_path.glob(".*.tmp"):
        os.utime(leftover, (0, 0))
    durable.replace(str(target), "next")
    assert [each.name for each in tmp_path.iterdir()] == ["f.py"]
    assert os.stat(target).st_mode & 0o600
