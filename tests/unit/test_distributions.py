"""Which distributions import names come from, told as quickly as the lists of their files can be read."""

from __future__ import annotations

from importlib import metadata
from importlib.machinery import EXTENSION_SUFFIXES
from typing import TYPE_CHECKING

import pytest

from jiti import distributions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    distributions.by_package.cache_clear()
    yield
    distributions.by_package.cache_clear()


def test_it_tells_what_the_standard_library_tells() -> None:
    known = metadata.packages_distributions().items()
    expected = {name: sorted(each) for name, each in known if name.isidentifier() and name != "__pycache__"}
    told = {name: sorted(each) for name, each in distributions.by_package().items()}
    assert {name: told.get(name) for name in expected} == expected
    assert {"pytest", "_pytest", "anthropic"} <= told.keys()


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"RECORD": "one/__init__.py,,\none.py,,\n../bin/tool,,\n"}, ["one"]),
        ({"RECORD": '"two.py",sha256=a,1\n__pycache__/two.pyc,,\nthe-data/a.txt,,\n'}, ["two"]),
        ({"RECORD": f"four{EXTENSION_SUFFIXES[0]},,\nthree.for-another.so,,\nsome.pth,,\n"}, ["four"]),
        ({"top_level.txt": "nine\nten\n", "RECORD": "seven.py,,\n"}, ["nine", "ten"]),
        ({}, []),
    ],
)
def test_names_are_read_from_the_list_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], names: list[str]
) -> None:
    info = tmp_path / "some-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: some\nVersion: 1\n")
    for name, text in files.items():
        (info / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    assert sorted(name for name, each in distributions.by_package().items() if each == ["some"]) == names
