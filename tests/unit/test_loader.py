"""Loading implementations: from verified text, with a cache that is never trusted blindly."""

from __future__ import annotations

import importlib.util
import inspect
import linecache
import marshal
import os
import sys
from typing import TYPE_CHECKING

import pytest

from jiti.errors import BrokenImplementationError
from jiti.loader import Namespace, Source, name_for
from jiti.stub import Declaration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HEADER = "# A header\n# of two lines\n\n"


class Mirror:
    """One file of a mirror, and the namespaces that load it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / ".jiti" / "shop" / "add.py"
        self.path.parent.mkdir(parents=True)
        self.cache = self.path.parent / "__pycache__" / f"add.{sys.implementation.cache_tag}.pyc"

    def source(self, code: str) -> Source:
        """Write the file, and give what was read of it."""
        self.path.write_text(HEADER + code, encoding="utf-8")
        declaration = Declaration(str(self.root), "shop.py", "add", 1, "")
        return Source(declaration, str(self.path), HEADER + code, filed=True)

    def load(self, source: Source, settle: Callable[[Source], None] = lambda _: None) -> dict[str, object]:
        """The globals that a source makes, as in a process that loads it for the first time."""
        name = name_for("shop", "add")
        sys.modules.pop(name, None)
        namespace = Namespace(name, find=lambda: None, settle=settle)
        namespace.load(source)
        return namespace.names


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """An empty mirror, with bytecode being written beside its files."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    yield Mirror(tmp_path)
    sys.modules.pop(name_for("shop", "add"), None)


# ---------------------------------------------------------------- text and lines


def test_what_is_loaded_is_the_text_that_was_verified_and_not_what_the_file_holds_by_now(mirror: Mirror) -> None:
    verified = mirror.source("VALUE = 1\n")
    mirror.source("VALUE = 2\n")
    assert mirror.load(verified)["VALUE"] == 1
    assert mirror.load(mirror.source("VALUE = 2\n"))["VALUE"] == 2


def test_lines_are_those_of_the_file_header_included(mirror: Mirror) -> None:
    names = mirror.load(mirror.source("def add():\n    return 1\n"))
    assert inspect.getsourcelines(names["add"]) == (["def add():\n", "    return 1\n"], 4)  # ty: ignore[invalid-argument-type] - a function
    assert names["__file__"] == str(mirror.path)


def test_a_candidates_lines_are_known_though_it_stands_in_no_file(mirror: Mirror) -> None:
    declaration = Declaration(str(mirror.root), "shop.py", "add", 1, "")
    names = mirror.load(Source.of_candidate(declaration, "def add():\n    return 1\n"))
    assert linecache.getline("<candidate shop.py::add>", 2) == "    return 1\n"
    assert "__file__" not in names
    assert not mirror.cache.parent.exists()


def test_text_that_does_not_parse_is_broken_and_names_the_line(mirror: Mirror) -> None:
    with pytest.raises(BrokenImplementationError) as caught:
        mirror.load(mirror.source("x = 1\ny = (\n"))
    assert caught.value.args == (".jiti/shop/add.py: it does not parse: line 5: '(' was never closed",)


def test_a_null_character_is_broken(mirror: Mirror) -> None:
    with pytest.raises(BrokenImplementationError, match=r"add\.py: it does not parse: .*null"):
        mirror.load(mirror.source("x = '\0'\n"))


def test_code_that_raises_leaves_nothing_loaded(mirror: Mirror) -> None:
    with pytest.raises(ZeroDivisionError):
        mirror.load(mirror.source("1 / 0\n"))
    assert name_for("shop", "add") not in sys.modules
    assert mirror.load(mirror.source("VALUE = 1\n"))["VALUE"] == 1


def test_code_runs_once_and_settles_once(mirror: Mirror) -> None:
    settled: list[Source] = []
    source = mirror.source("RUNS = [*globals().get('RUNS', []), 1]\n")
    namespace = Namespace(name_for("shop", "add"), find=lambda: None, settle=settled.append)
    for _ in range(2):
        namespace.load(source)
    assert (namespace.names["RUNS"], settled) == ([1], [source])
    namespace.unload()
    namespace.load(source)
    assert (namespace.names["RUNS"], settled) == ([1, 1], [source, source])


def test_what_settling_raises_leaves_nothing_loaded(mirror: Mirror) -> None:
    def refuse(source: Source) -> None:
        raise source.broken("it is refused")

    with pytest.raises(BrokenImplementationError, match="it is refused"):
        mirror.load(mirror.source("VALUE = 1\n"), refuse)
    assert name_for("shop", "add") not in sys.modules


# ---------------------------------------------------------------- names


def test_a_namespace_is_found_by_whoever_imports_it(mirror: Mirror) -> None:
    name = name_for("shop.parts", "Parser.parse")
    source = mirror.source("VALUE = 1\n")
    Namespace(name, find=lambda: source, settle=lambda _: None)
    assert importlib.import_module(name).VALUE == 1
    del sys.modules[name]


def test_a_namespace_with_nothing_that_runs_is_not_found(mirror: Mirror) -> None:
    del mirror
    name = name_for("shop.parts", "missing")
    Namespace(name, find=lambda: None, settle=lambda _: None)
    assert importlib.util.find_spec(name) is None


def test_names_of_different_stubs_differ() -> None:
    stubs = [("shop", "text.parse"), ("shop.text", "parse"), ("shop", "text"), ("shop", "outer.<locals>.text")]
    assert len({name_for(*each) for each in stubs}) == len(stubs)
    assert name_for("app.text", "Parser.parse") == "_jiti.app/text:Parser/parse"


def test_a_process_that_multiprocessing_started_calls_the_main_module_as_its_parent_does() -> None:
    assert name_for("__mp_main__", "f") == name_for("__main__", "f")


# ---------------------------------------------------------------- bytecode


def test_bytecode_is_cached_with_a_hash_that_python_checks(mirror: Mirror) -> None:
    mirror.load(mirror.source("VALUE = 1\n"))
    data = mirror.cache.read_bytes()
    assert data[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(data[4:8], "little") == 0b11
    assert data[8:16] == importlib.util.source_hash(mirror.path.read_bytes())


def test_bytecode_of_the_same_text_is_used(mirror: Mirror) -> None:
    source = mirror.source("VALUE = 1\n")
    mirror.load(source)
    planted = marshal.dumps(compile("VALUE = 'cached'", str(mirror.path), "exec"))
    mirror.cache.write_bytes(mirror.cache.read_bytes()[:16] + planted)
    assert mirror.load(source)["VALUE"] == "cached"


def test_an_edit_within_the_same_instant_and_of_the_same_length_is_seen(mirror: Mirror) -> None:
    first = mirror.source("VALUE = 1\n")
    status = mirror.path.stat()
    mirror.load(first)
    second = mirror.source("VALUE = 2\n")
    os.utime(mirror.path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert mirror.load(second)["VALUE"] == 2


@pytest.mark.parametrize("damage", [b"", b"\0" * 40, b"nonsense"])
def test_bytecode_that_was_damaged_is_written_anew(mirror: Mirror, damage: bytes) -> None:
    source = mirror.source("VALUE = 1\n")
    mirror.load(source)
    whole = mirror.cache.read_bytes()
    mirror.cache.write_bytes(damage)
    assert mirror.load(source)["VALUE"] == 1
    assert mirror.cache.read_bytes() == whole


def test_bytecode_of_a_project_that_was_moved_names_the_new_place(mirror: Mirror, tmp_path: Path) -> None:
    mirror.load(mirror.source("def add():\n    pass\n"))
    moved = tmp_path / "moved"
    mirror.path.parent.rename(moved)
    declaration = Declaration(str(tmp_path), "shop.py", "add", 1, "")
    path = moved / "add.py"
    names = mirror.load(Source(declaration, str(path), path.read_text(), filed=True))
    assert inspect.getsourcefile(names["add"]) == str(path)  # ty: ignore[invalid-argument-type] - a function


def test_no_bytecode_is_written_where_python_was_told_so(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    mirror.load(mirror.source("VALUE = 1\n"))
    assert not mirror.cache.parent.exists()


def test_bytecode_is_written_where_python_was_told_to(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "elsewhere"))
    mirror.load(mirror.source("VALUE = 1\n"))
    assert not mirror.cache.parent.exists()
    assert [each.name for each in (tmp_path / "elsewhere").rglob("*.pyc")] == [mirror.cache.name]


def test_a_folder_that_takes_no_bytecode_does_not_matter(mirror: Mirror) -> None:
    mirror.cache.parent.write_text("a file where the cache's folder would be")
    for _ in range(2):
        assert mirror.load(mirror.source("VALUE = 1\n"))["VALUE"] == 1


def test_the_text_is_not_kept_once_it_is_loaded(mirror: Mirror) -> None:
    namespace = Namespace(name_for("shop", "add"), find=lambda: None, settle=lambda _: None)
    namespace.load(mirror.source("VALUE = 1\n"))
    assert namespace.source is None
