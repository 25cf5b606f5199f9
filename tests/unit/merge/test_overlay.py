"""The overlay: another text than the disk's, to imports and to readers, in a process of its own."""

from __future__ import annotations

import compileall
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

RUN = """
import json, sys
from jiti.merge.overlay import Overlay
files = json.loads(sys.argv[1])
sys.path.insert(0, sys.argv[2])
Overlay({path: text.encode() for path, text in files.items()}).install()
exec(sys.argv[3])
"""


class Laid:
    """A folder with modules, of which some hold another text in the overlay."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.overlay: dict[str, str] = {}

    def write(self, path: str, text: str, *, instead: str | None = None) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        if instead is not None:
            self.overlay[str(file)] = instead

    def run(self, code: str) -> str:
        command = [sys.executable, "-c", RUN, json.dumps(self.overlay), str(self.root), code]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.root)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        return done.stdout.strip()


@pytest.fixture
def laid(tmp_path: Path) -> Laid:
    return Laid(tmp_path)


def test_a_module_is_imported_as_it_is_to_be(laid: Laid) -> None:
    laid.write("app/__init__.py", "NAME = 'old'", instead="NAME = 'new'")
    laid.write("app/text.py", "from app import NAME\nkind = 'old'", instead="from app import NAME\nkind = 'new'")
    laid.write("app/other.py", "kind = 'the disk\\'s'")
    code = "import app.text, app.other; print(app.text.NAME, app.text.kind, app.other.kind, app.text.__file__)"
    assert laid.run(code) == f"new new the disk's {laid.root / 'app' / 'text.py'}"


def test_bytecode_that_was_cached_is_neither_used_nor_made(laid: Laid) -> None:
    laid.write("text.py", "kind = 'old'", instead="kind = 'new'")
    laid.write("other.py", "")
    compileall.compile_file(laid.root / "text.py", quiet=1)
    before = sorted(path.name for path in laid.root.rglob("*"))
    assert laid.run("import text, other; print(text.kind)") == "new"
    assert sorted(path.name for path in laid.root.rglob("*")) == before


def test_a_module_that_a_finder_of_somebody_elses_finds(laid: Laid) -> None:
    """As of an editable installation, whose finder is asked last."""
    laid.write("elsewhere/far.py", "kind = 'old'", instead="kind = 'new'")
    code = """
import importlib.util
class Editable:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return importlib.util.spec_from_file_location(name, "elsewhere/far.py") if name == "far" else None
sys.meta_path.append(Editable)
import far
print(far.kind)
"""
    assert laid.run(code) == "new"


@pytest.mark.parametrize(
    "read",
    [
        "open(path).read()",
        "open(path, 'rb').read().decode()",
        "__import__('io').open(path, encoding='utf-8', newline='').read()",
        "__import__('pathlib').Path(path).read_text()",
        "__import__('pathlib').Path(path).read_bytes().decode()",
        "''.join(__import__('linecache').getlines(path))",
        "__import__('tokenize').open(path).read()",
        "__import__('jiti.source').source.read(__import__('os').path.abspath(path)).text",
    ],
)
def test_whoever_reads_a_file_gets_what_it_is_to_hold(laid: Laid, read: str) -> None:
    laid.write("text.py", "old\n", instead="new\n")
    laid.write("sub/text.py", "another\n")
    assert laid.run(f"path = 'text.py'; print({read})") == "new"
    assert laid.run(f"path = 'sub/text.py'; print({read})") == "another"


def test_a_file_is_written_to_as_ever(laid: Laid) -> None:
    laid.write("text.py", "old\n", instead="new\n")
    laid.run("open('text.py', 'a').write('more')")
    assert (laid.root / "text.py").read_text() == "old\nmore"


def test_a_link_to_a_file_reads_as_the_file(laid: Laid) -> None:
    laid.write("text.py", "kind = 'old'", instead="kind = 'new'")
    (laid.root / "sub").mkdir()
    (laid.root / "sub" / "text.py").symlink_to("../text.py")
    assert laid.run("import sub.text; print(sub.text.kind)") == "new"


def test_pytest_rewrites_the_asserts_of_the_new_text(laid: Laid) -> None:
    laid.write("pytest.ini", "[pytest]\n")
    laid.write("tests/test_a.py", "def test_old(): pass\n")
    command = [sys.executable, "-m", "pytest", "-q"]
    assert subprocess.run(command, cwd=laid.root, check=False, capture_output=True).returncode == 0
    laid.write("tests/test_a.py", "def test_old(): pass\n", instead="def test_new():\n    n = 1\n    assert n == 2\n")
    for mode in ("prepend", "importlib"):
        options = repr(["-q", "-p", "no:cacheprovider", "-p", "no:asyncio", f"--import-mode={mode}", "tests"])
        shown = laid.run(f"import pytest; pytest.main({options})")
        assert "assert 1 == 2" in shown, shown
        assert "test_old" not in shown
