"""A project in which there is a stub in every state, and what else commands have to tell of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiti import filing, gates, requirements
from jiti.definition import define
from jiti.settings import Settings
from jiti.stub import declaration_for

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.stub import Declaration

TEXT = '''from jiti import jiti


@jiti
def slugify(text: str) -> str:
    """Convert text to a slug for a web address.

    >>> slugify("Hello, World!")
    'hello-world'
    """
    # strip accents first
    raise NotImplementedError


@jiti
def shorten(text: str, width: int) -> str:
    """Cut text at a blank, so that it is no longer than `width` characters."""
    raise NotImplementedError


@jiti
def title(text: str) -> str:
    """Write each word with a capital letter."""
    raise NotImplementedError


class Parser:
    """Reads prices."""

    @jiti
    def parse(self, text: str) -> int:
        """The cents in a price, such as `12.50`."""
        # commas are no decimal points
        raise NotImplementedError


@jiti
def gone(text: str) -> str:
    """Nobody wants it any more."""
    raise NotImplementedError
'''
MONEY = '''from jiti import jiti


@jiti
def cents(amount: float) -> int:
    """Round an amount to cents."""
    raise NotImplementedError


@jiti
def tax(net: int) -> int:
    """19 % of a net price, in cents."""
    raise NotImplementedError


@jiti
def rebate(net: int, rate: float) -> int:
    """What is taken off a net price, in cents."""
    raise NotImplementedError
'''
TESTS = '''import jiti
from app.money import cents
from app.text import shorten, slugify


@jiti.required_for(slugify)
def test_slug() -> None:
    assert slugify("Hello, World!") == "hello-world"


@jiti.required_for(slugify)
def test_rejects_empty() -> None:
    """slugify raises ValueError on an empty text."""


@jiti.required_for(cents)
def test_cents() -> None:
    assert cents(1.0) == 100
'''

BODIES = {
    "app/text.py::slugify": '''import re

_GAPS = re.compile(r"[^a-z0-9]+")


def slugify(text: str) -> str:
    """Convert text to a slug for a web address.

    >>> slugify("Hello, World!")
    'hello-world'
    """
    return _GAPS.sub("-", text.lower()).strip("-")
''',
    "app/text.py::shorten": "def shorten(text: str, width: int) -> str:\n"
    '    """Cut text at a blank, so that it is no longer than `width` characters."""\n'
    '    return text if len(text) <= width else text[:width].rpartition(" ")[0]\n',
    "app/text.py::title": 'def title(text: str) -> str:\n    """Write each word with a capital letter."""\n'
    "    return text.title()\n",
    "app/text.py::Parser.parse": "from __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\n"
    "if TYPE_CHECKING:\n    from app.text import Parser\n\n\n"
    "class _Parser(Parser if TYPE_CHECKING else object):\n    def parse(self, text: str) -> int:\n"
    '        """The cents in a price, such as `12.50`."""\n        return round(float(text) * 100)\n\n\n'
    "if not TYPE_CHECKING:\n    Parser = _Parser\n",
    "app/text.py::gone": 'def gone(text: str) -> str:\n    """Nobody wants it any more."""\n    return text\n',
    "app/money.py::cents": 'def cents(amount: float) -> int:\n    """Round an amount to cents."""\n'
    "    return round(amount * 100)\n",
    "app/money.py::tax": 'def tax(net: int) -> int:\n    """19 % of a net price, in cents."""\n'
    "    return round(net * 0.19)\n",
}
"""The implementations, by key; `app/money.py::rebate` has none."""

MADE = "claude-sonnet-5-5 · 3 turns · ruff 0.17.6, ty 0.0.105, 4 tests"
SCRATCH = 'def test_accents() -> None:\n    assert slugify("é") == "e"\n\n\ndef test_blanks() -> None: ...\n'
WRITTEN = '''import pytest
from app.text import slugify


def test_rejects_empty() -> None:
    """slugify raises ValueError on an empty text."""
    with pytest.raises(ValueError):
        slugify("")
'''


class Shop:
    """The project, all of whose stubs but one are fresh at first.

    Args:
        root: its folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        for path, text in {
            "pyproject.toml": "[tool.jiti]\nmodel = 'claude-sonnet-5-5'\n\n[tool.jiti.budget]\nusd = 1.0\n",
            "app/__init__.py": "",
            "app/text.py": TEXT,
            "app/money.py": MONEY,
            "tests/test_text.py": TESTS,
        }.items():
            self.write(path, text)
        found = gates.find(str(root), Settings())
        for key, code in BODIES.items():
            tests = SCRATCH if key.endswith("slugify") else ""
            self.file(key, code, gates=gates.header_line(found.of(key)), tests=tests)
        uses = requirements.uses_line([(define(self.declared("app/text.py::slugify")), "")])
        self.file("tests/test_text.py::test_rejects_empty", WRITTEN, uses=uses)
        found = gates.find(str(root), Settings())
        self.file(
            "app/text.py::slugify",
            BODIES["app/text.py::slugify"],
            tests=SCRATCH,
            gates=gates.header_line(found.of("app/text.py::slugify")),
        )

    def declared(self, key: str) -> Declaration:
        """The stub that a key names, as it stands."""
        return declaration_for(str(self.root), key)

    def file(self, key: str, code: str, *, gates: str = "", uses: str = "", tests: str = "") -> None:
        """File an implementation for a stub as it stands."""
        filing.file(define(self.declared(key)), code, made=MADE, gates=gates, uses=uses, tests=tests)

    def write(self, path: str, text: str) -> None:
        """Write a file of the project."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def change(self, path: str, old: str, new: str) -> None:
        """Replace a text in a file of the project; it has to be there."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text
        self.write(path, text.replace(old, new))

    def age(self) -> None:
        """Bring one stub into each state."""
        self.change(".jiti/app/text/title.py", "return text.title()", "return text.capitalize()")
        self.change("app/text.py", "width: int) -> str", "width: int = 80, end: str = '…') -> str")
        self.change("app/text.py", "so that it is no longer than `width` characters.", "and end it with `end`.")
        self.change("app/text.py", "commas are no decimal points", "a comma may be a decimal point")
        self.change(".jiti/app/text/Parser/parse.py", "round(float(text) * 100)", "int(float(text) * 100)")
        text = (self.root / "app/text.py").read_text(encoding="utf-8")
        self.write("app/text.py", text.partition("\n\n@jiti\ndef gone")[0])
        self.change("tests/test_text.py", "cents(1.0) == 100", "cents(2.0) == 200")
        self.change(".jiti/app/money/tax.py", "return round(net * 0.19)", "return round(")
