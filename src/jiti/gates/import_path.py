"""The folders that modules are imported from, as far as a project's settings name them."""

from __future__ import annotations

import configparser
import os
import posixpath
import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.settings import Settings

_INI_FILES = (("pytest.ini", "pytest"), (".pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest"))


def extra_folders(root: str, settings: Settings) -> Iterator[str]:
    """Folders from the project root, each with a closing `/`, the root itself empty.

    They are those of pytest's `pythonpath`, then those of `[tool.jiti] sources` (of a package, the folder that
    it lies in). What lies outside the root is left out.
    """
    for each in _python_path(root):
        yield from _from_root(each)
    for each in settings.sources:
        for folder in _from_root(each):
            yield _outside_packages(root, folder)


def _from_root(path: str) -> Iterator[str]:
    folder = posixpath.normpath(path.replace("\\", "/"))
    if not os.path.isabs(path) and folder.partition("/")[0] != os.pardir:
        yield "" if folder == os.curdir else f"{folder}/"


def _outside_packages(root: str, folder: str) -> str:
    while folder and (
        folder.endswith(".py/") or os.path.isfile(os.path.join(root, *folder.split("/")[:-1], "__init__.py"))
    ):
        above = folder.removesuffix("/").rpartition("/")[0]
        folder = f"{above}/" if above else ""
    return folder


def _python_path(root: str) -> list[str]:
    """What pytest's settings say, in whichever file a project has them."""
    for name, section in _INI_FILES:
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read(os.path.join(root, name), encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue
        if parser.has_option(section, "pythonpath"):
            return parser.get(section, "pythonpath").split()
    table = _pytest_table(root)
    found = table.get("ini_options", table).get("pythonpath", ())
    return found.split() if isinstance(found, str) else [each for each in found if isinstance(each, str)]


def _pytest_table(root: str) -> dict[str, Any]:
    try:
        with open(os.path.join(root, "pyproject.toml"), "rb") as file:
            return tomllib.load(file).get("tool", {}).get("pytest", {})
    except (OSError, ValueError, AttributeError):
        return {}  # pytest will say what is wrong with it
