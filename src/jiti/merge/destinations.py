"""In which of the user's test files the tests of a stub belong."""

from __future__ import annotations

import configparser
import os
import tomllib
from collections import Counter
from itertools import takewhile
from typing import TYPE_CHECKING

from jiti.discovery import project_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.gates import Found
    from jiti.settings import Settings

_PACKAGE = "__init__"


def test_file_for(root: str, settings: Settings, gates: Found, key: str) -> str:
    """The test file for a stub, from the project root; it need not exist.

    It is the one with the tests that are required for the stub, or else for another of its module; or else the one
    that is named like the module; or else a new one of that name, where the project has its tests.

    Args:
        root: absolute path of the project root.
        settings: the project's settings.
        gates: the project's gates.
        key: the stub's.
    """
    source = key.partition("::")[0]
    for is_meant in (lambda target: target == key, lambda target: target.startswith(f"{source}::")):
        files = Counter(gate.path for gate in gates.gates if any(map(is_meant, gate.targets)) if gate.path != source)
        if files:
            return files.most_common(1)[0][0]
    name = _name_for(source)
    same = [path for path in project_files(root, settings.exclude) if path.rpartition("/")[2] == name]
    if same:
        return max(same, key=lambda path: _in_common(path, source))
    return f"{_folder(root, settings)}/{name}".removeprefix("./")


def _in_common(path: str, source: str) -> int:
    """How many folders two files share."""
    pairs = zip(path.split("/"), source.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _name_for(source: str) -> str:
    *folders, name = source.removesuffix(".py").split("/")
    return f"test_{folders[-1] if name == _PACKAGE and folders else name}.py"


def _folder(root: str, settings: Settings) -> str:
    """Where new test files go."""
    for each in (*settings.tests, *_test_paths(root)):
        folder = each.rstrip("/")
        if not folder.endswith(".py") and "*" not in folder and not os.path.isabs(folder):
            return folder or "."
    return "test" if os.path.isdir(os.path.join(root, "test")) else "tests"


def _test_paths(root: str) -> Iterator[str]:
    """What pytest's settings have for `testpaths`."""
    for name, section in (("pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read(os.path.join(root, name), encoding="utf-8")
            yield from parser.get(section, "testpaths", fallback="").split()
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue
    try:
        with open(os.path.join(root, "pyproject.toml"), "rb") as file:
            found = tomllib.load(file)["tool"]["pytest"]["ini_options"]["testpaths"]
    except (OSError, ValueError, LookupError, TypeError):
        return  # pytest will say what is wrong with it
    yield from found.split() if isinstance(found, str) else [each for each in found if isinstance(each, str)]
