"""Functions: the file before, what was generated, and the whole file after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.merge.merging import Merger, keeps_the_rest, run

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = '''"""Texts."""

from __future__ import annotations

from dataclasses import dataclass

from jiti import jiti

LIMIT = 3  # a comment


@dataclass
class Token:
    """A token."""

    text: str


# What is said above stays.
@jiti
# Between decorators too.
def slugify(text: str, *, sep: str = "-") -> Token:  # as here
    """Make a slug.

    >>> slugify("A b").text
    'a-b'
    """
    # strip accents first
    raise NotImplementedError  # and lower it


def after() -> int:
    return 1
'''
HELPERS = """
import re
from typing import TYPE_CHECKING
from app import text as _text

if TYPE_CHECKING:
    from collections.abc import Iterator

_GAPS = re.compile(r"[^a-z]+")


def _words(text: str) -> Iterator[str]:
    # every word
    yield from _GAPS.split(text)[: _text.LIMIT + 0]
"""
MERGED = '''"""Texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT = 3  # a comment


@dataclass
class Token:
    """A token."""

    text: str


_GAPS = re.compile(r"[^a-z]+")


def _words(text: str) -> Iterator[str]:
    # every word
    yield from _GAPS.split(text)[: LIMIT + 0]


# What is said above stays.
# Between decorators too.
def slugify(text: str, *, sep: str = "-") -> Token:  # as here
    """Make a slug.

    >>> slugify("A b").text
    'a-b'
    """
    # strip accents first
    # and lower it
    return Token(sep.join(_words(text.lower())))


def after() -> int:
    return 1
'''


def test_a_function_with_imports_and_helpers(tmp_path: Path) -> None:
    merged = Merger(tmp_path).merge(SOURCE, {"slugify": (HELPERS, "return Token(sep.join(_words(text.lower())))")})
    assert merged.text == MERGED
    assert run(merged.text).slugify("A b c d").text == "a-b-c"
    assert keeps_the_rest(SOURCE, merged.text, "slugify")
