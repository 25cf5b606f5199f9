"""Projects whose stubs have implementations, for tests that merge them."""

from __future__ import annotations

from jiti import filing, stub
from jiti.definition import define
from jiti.gates import find, header_line
from jiti.requirements import uses_line
from jiti.settings import Settings
from jiti.testing import Project

TEXT = '''"""Texts."""

from __future__ import annotations

from jiti import jiti


@jiti
def slugify(text: str) -> str:
    """A slug.

    >>> slugify("A  b")
    'a-b'
    """
    ...


@jiti
def shout(text: str) -> str:
    """Louder."""
    raise NotImplementedError
'''
TESTS = """import jiti
import pytest

from app.text import shout, slugify


@jiti.required_for(slugify)
@pytest.mark.parametrize("raw", ["A b", " a  b "])
def test_slug(raw: str) -> None:
    assert slugify(raw) == "a-b"


@jiti.required_for(shout, slugify)
def test_both() -> None:
    assert shout(slugify("a b")) == "A-B!"
"""
SLUGIFY = '''from __future__ import annotations

import re

_GAPS = re.compile(r"\\\\s+")


def slugify(text: str) -> str:
    """A slug.

    >>> slugify("A  b")
    'a-b'
    """
    return _GAPS.sub("-", text.strip().lower())
'''.replace("\\\\", "\\")
SHOUT = '''from __future__ import annotations


def shout(text: str) -> str:
    """Louder."""
    return f"{text.upper()}!"
'''
SCRATCH = """import pytest

from app.text import slugify


@pytest.mark.parametrize("raw", ["x", " x "])
def test_slug(raw: str) -> None:
    assert slugify(raw) == "x"


def test_empty() -> None:
    assert slugify("") == ""
"""
FILES = {"app/__init__.py": "", "app/text.py": TEXT, "tests/test_text.py": TESTS}
SLUGIFY_KEY, SHOUT_KEY = "app/text.py::slugify", "app/text.py::shout"

MERGED_TEXT = '''"""Texts."""

from __future__ import annotations

import re

_GAPS = re.compile(r"\\s+")


def slugify(text: str) -> str:
    """A slug.

    >>> slugify("A  b")
    'a-b'
    """
    return _GAPS.sub("-", text.strip().lower())


def shout(text: str) -> str:
    """Louder."""
    return f"{text.upper()}!"
'''
MERGED_TESTS = """import pytest

from app.text import shout, slugify


@pytest.mark.parametrize("raw", ["A b", " a  b "])
def test_slug(raw: str) -> None:
    assert slugify(raw) == "a-b"


def test_both() -> None:
    assert shout(slugify("a b")) == "A-B!"


@pytest.mark.parametrize("raw", ["x", " x "])
def test_slugify_slug(raw: str) -> None:
    assert slugify(raw) == "x"


def test_empty() -> None:
    assert slugify("") == ""
"""


def implement(project: Project, key: str, code: str, tests: str = "") -> None:
    """File an implementation as a generation would have: its gates, as they are now, have passed."""
    root = str(project.root)
    found = find(root, Settings())
    written_for = found.by_key[key].targets if key in found.by_key else ()
    uses = uses_line([(define(stub.declaration_for(root, each)), "") for each in written_for])
    definition = define(stub.declaration_for(root, key))
    filing.file(definition, code, made="by hand", gates=header_line(found.of(key)), uses=uses, tests=tests)


def project(**changed: str) -> Project:
    """Two stubs of one module, with implementations, gates and scratch tests.

    Args:
        **changed: `slugify` and `shout`: other implementations.
    """
    made = Project(FILES)
    implement(made, SLUGIFY_KEY, changed.get("slugify", SLUGIFY), SCRATCH)
    implement(made, SHOUT_KEY, changed.get("shout", SHOUT))
    return made
