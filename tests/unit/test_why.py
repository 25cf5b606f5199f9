"""What is told of what changed since a stub's code was generated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti import gates
from jiti.settings import Settings
from jiti.status import look_at
from jiti.why import Change, changes
from tests.unit.cli.shop import Shop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def told(shop: Shop, key: str) -> tuple[Change, ...]:
    declaration = shop.declared(key)
    found = gates.find(str(shop.root), Settings())
    return changes(declaration, look_at(declaration, found, asks=False).state, found)


SLUGIFY, SHORTEN, PARSE = "app/text.py::slugify", "app/text.py::shorten", "app/text.py::Parser.parse"


def test_of_what_is_fresh_or_missing_or_only_written_otherwise_nothing_changed(shop: Shop) -> None:
    shop.change(
        "app/text.py", "def shorten(text: str, width: int) -> str:", "def shorten(text: str, width :int)->str :"
    )
    assert [told(shop, key) for key in (SLUGIFY, SHORTEN, "app/money.py::rebate")] == [(), (), ()]


def test_a_signature_is_told_as_it_was_and_as_it_is(shop: Shop) -> None:
    shop.change("app/text.py", "width: int) -> str", "width: int = 80) -> str | None")
    assert told(shop, SHORTEN) == (
        Change(
            "signature",
            "changed",
            (
                "-def shorten(text: str, width: int) -> str",
                "+def shorten(text: str, width: int=80) -> str | None",
            ),
        ),
    )


def test_a_signature_that_changed_in_what_is_not_kept_says_so(shop: Shop) -> None:
    shop.change("app/text.py", "@jiti\ndef shorten", '@jiti(allow=["files"])\ndef shorten')
    [change] = told(shop, SHORTEN)
    assert (change.field, change.lines) == ("signature", ())
    assert "`allow=`" in change.message


def test_a_docstring_is_compared_with_the_one_that_the_code_was_made_for(shop: Shop) -> None:
    shop.change("app/text.py", "    >>> slugify(", "    Accents go.\n\n    >>> slugify(")
    [change] = told(shop, SLUGIFY)
    assert (change.field, change.message) == ("docstring", "changed")
    assert change.lines == (
        "--- .jiti/app/text/slugify.py",
        "+++ app/text.py:4",
        "@@ -1,4 +1,6 @@",
        " Convert text to a slug for a web address.",
        "+",
        "+Accents go.",
        " ",
        ' >>> slugify("Hello, World!")',
        " 'hello-world'",
    )


def test_a_docstring_that_was_edited_in_the_file_too_is_told_as_such(shop: Shop) -> None:
    shop.change("app/text.py", "each word", "every word")
    shop.change(".jiti/app/text/title.py", "each word", "any word")
    docstring, body = told(shop, "app/text.py::title")
    assert docstring.message == "changed; the one in the file was edited as well"
    assert "-Write any word with a capital letter." in docstring.lines
    assert body == Change("body", "edited by hand: jiti diff app/text.py::title")


def test_a_docstring_that_is_gone_from_the_file_cannot_be_compared(shop: Shop) -> None:
    shop.change("app/text.py", "each word", "every word")
    shop.change(".jiti/app/text/title.py", '    """Write each word with a capital letter."""\n', "")
    docstring, _ = told(shop, "app/text.py::title")
    assert docstring.message.endswith("no longer stands in the file")


@pytest.mark.parametrize(
    ("key", "old", "new", "change"),
    [
        (
            PARSE,
            "# commas are no",
            "# commas are",
            Change(
                "hints",
                "changed; now they say, and what they said is not kept",
                ("+# commas are decimal points",),
            ),
        ),
        (
            PARSE,
            "# commas are no decimal points",
            "",
            Change("hints", "taken away; what they said is not kept"),
        ),
        (
            SHORTEN,
            'characters."""\n    raise',
            'characters."""\n    # count the dots\n    raise',
            Change("hints", "new", ("+# count the dots",)),
        ),
    ],
    ids=["changed", "gone", "new"],
)
def test_hints_are_told_as_they_are(shop: Shop, key: str, old: str, new: str, change: Change) -> None:
    shop.change("app/text.py", old, new)
    assert told(shop, key) == (change,)


def test_gates_that_came_went_and_changed_are_told_by_name(shop: Shop) -> None:
    shop.change("tests/test_text.py", '== "hello-world"', '== "hello_world"')
    shop.change("tests/test_text.py", "def test_rejects_empty", "def test_refuses_empty")
    assert told(shop, SLUGIFY) == (
        Change(
            "gates",
            "changed since it was checked",
            (
                "+ tests/test_text.py::test_refuses_empty",
                "- tests/test_text.py::test_rejects_empty",
                "~ tests/test_text.py::test_slug",
            ),
        ),
    )


def test_of_a_written_test_the_interface_that_it_was_written_from_is_told(shop: Shop) -> None:
    shop.change("app/text.py", "for a web address", "for an address")
    key = "tests/test_text.py::test_rejects_empty"
    assert told(shop, key) == (Change("interface", "of what it was written from changed", ("~ app/text.py::slugify",)),)


def test_a_method_is_found_inside_the_class_around_it(shop: Shop) -> None:
    shop.change("app/text.py", "def parse(self, text: str)", "def parse(self, text: str, unit: str)")
    [change] = told(shop, PARSE)
    assert change.lines == (
        "-def parse(self, text: str) -> int",
        "+def parse(self, text: str, unit: str) -> int",
    )
