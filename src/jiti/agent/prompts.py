"""The prompts' texts: jiti's own, and the project's where it replaces them."""

from __future__ import annotations

import os
from importlib import resources
from typing import TYPE_CHECKING

from jiti.errors import ConfigError

if TYPE_CHECKING:
    from jiti.settings import Settings


def load(name: str, folder: str | None = None) -> str:
    """The text of a prompt.

    Args:
        name: of its file, without `.md`.
        folder: absolute path of a folder whose files replace jiti's own.

    Raises:
        ConfigError: the file in the folder cannot be read.
    """
    if folder is not None:
        path = os.path.join(folder, f"{name}.md")
        if os.path.exists(path):
            return _read(path)
    return resources.files("jiti").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8")


def folder(root: str, settings: Settings) -> str | None:
    """Absolute path of the folder whose files replace jiti's own prompts, where the project names one.

    Raises:
        ConfigError: there is no such folder.
    """
    if settings.prompts is None:
        return None
    path = os.path.join(root, settings.prompts)
    if not os.path.isdir(path):
        raise ConfigError(
            f"there is no folder {path}", hint="`prompts` under [tool.jiti] names one from the project root"
        )
    return path


def system(root: str, settings: Settings) -> tuple[str, ...]:
    """The system prompt's parts: the agent's role and rules, the style guide, the test guide.

    Whatever differs from stub to stub has no place in it: a provider caches it for all of them.

    Raises:
        ConfigError: a guide or a replaced prompt cannot be read.
    """
    own = folder(root, settings)
    return (
        load("system", own),
        _guide(root, settings.style, "jiti.style.md") or load("style", own),
        _test_guide(root, settings, own),
    )


def test_system(root: str, settings: Settings) -> tuple[str, ...]:
    """The same for who writes a test before what it tests: role and rules, the test guide.

    Raises:
        ConfigError: the guide or a replaced prompt cannot be read.
    """
    own = folder(root, settings)
    return load("test-system", own), _test_guide(root, settings, own)


def _test_guide(root: str, settings: Settings, own: str | None) -> str:
    return _guide(root, settings.test_guide, "jiti.tests.md") or load("tests", own)


def _guide(root: str, setting: str | None, file_name: str) -> str | None:
    """A guide as the settings give it (its text, or the path of a file), else the one in the project's root."""
    if setting is None:
        path = os.path.join(root, file_name)
        return _read(path) if os.path.isfile(path) else None
    if "\n" in setting:
        return setting
    path = os.path.join(root, setting)
    if _names_a_file(setting) or os.path.isfile(path):
        return _read(path)
    return setting


def _names_a_file(setting: str) -> bool:
    """Whether one line is meant for a path: a sentence has blanks, and does not end like a file."""
    return " " not in setting or setting.endswith((".md", ".txt", ".rst"))


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", hint="it must be a text file in UTF-8") from error
