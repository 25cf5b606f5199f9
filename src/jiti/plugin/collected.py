"""Which of the tests that pytest has collected are gates, told by their files' text and their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

REQUIRED_FOR = "__jiti_required_for__"
"""What the decorator leaves on a test: see `jiti.decorator`, which need not have been loaded."""
_MARK = b"required_for"
"""What stands in every file that holds a gate."""


def that_may_be_gates(items: Iterable[pytest.Item]) -> Mapping[str, Sequence[pytest.Function]]:
    """The tests in files that speak of gates, by the file's path; a look at each file's text settles it.

    Left out is what is no function in a Python file: doctests, and the items of other kinds of files.
    """
    found: dict[str, list[pytest.Function]] = {}
    for item in items:
        if isinstance(item, pytest.Function):
            found.setdefault(str(item.path), []).append(item)
    return {path: tests for path, tests in found.items() if _speaks_of_gates(path) or any(map(is_marked, tests))}


def is_marked(item: pytest.Function) -> bool:
    """Whether `required_for` has been put on a test, by whatever name."""
    return getattr(getattr(item, "function", None), REQUIRED_FOR, False) is True


def qualname(item: pytest.Function) -> str:
    """A test's dotted name in its file, without the parameters of its case."""
    owners = [each.name for each in item.listchain() if isinstance(each, pytest.Class)]
    return ".".join([*owners, getattr(item, "originalname", None) or item.name])


def inherited_qualname(item: pytest.Function) -> str:
    """The dotted name of a test where it is defined: that of the class which its own class inherits it from."""
    return getattr(getattr(item, "function", None), "__qualname__", "")


def _speaks_of_gates(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return _MARK in file.read()
    except OSError:
        return False
