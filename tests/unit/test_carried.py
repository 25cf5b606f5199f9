"""The text of an implementation whose stub has moved or bears another name: the same but for names."""

from __future__ import annotations

from textwrap import dedent

import pytest

from jiti import carried
from jiti.carried import Way
from jiti.stub import Declaration

FUNCTION = '''\
import re
from app import text
from app.text import Token, other  # of its own module

_GAPS = re.compile("[^a-z]+")  # ß


def slugify(raw: str, again: bool = False) -> Token:
    """Make a slug."""
    # as it was asked for
    if again:
        return slugify(_GAPS.sub("ß-", raw)[: text.LIMIT])
    return other(raw.slugify())
'''
METHOD = '''\
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.text import Parser


class _Parser(Parser if TYPE_CHECKING else object):
    def parse(self, other: Parser) -> str:
        """Parse."""
        self.parse(other)
        return other.parse + Parser.parse(self)


if not TYPE_CHECKING:
    Parser = _Parser
'''
BOUND = {"Token", "other", "LIMIT", "slugify", "slug", "Parser", "Reader"}


def way(old: str, new: str, module: str, bound: set[str]) -> Way:
    path, _, qualname = new.partition("::")
    found = Way.of(old, Declaration("/", path, qualname, 1, ""), module, bound)
    assert found is not None
    return found


def moved(code: str, old: str, new: str, module: str = "app.text", bound: set[str] = BOUND) -> str | None:
    return carried.implementation(code, way(old, new, module, bound))


def test_a_renamed_function_calls_itself_by_its_new_name() -> None:
    expected = FUNCTION.replace("def slugify", "def slug").replace("return slugify", "return slug")
    assert moved(FUNCTION, "app/text.py::slugify", "app/text.py::slug") == expected


def test_in_another_module_its_own_modules_names_come_from_there() -> None:
    expected = FUNCTION.replace("from app import text", "from app.sub import words").replace(
        "from app.text import", "from app.sub.words import"
    )
    expected = expected.replace("text.LIMIT", "words.LIMIT")
    assert moved(FUNCTION, "app/text.py::slugify", "app/sub/words.py::slugify", "app.sub.words") == expected
    inside = moved(FUNCTION, "src/app/text.py::slugify", "src/app/sub/words.py::slugify", "app.sub.words")
    assert inside == expected


def test_what_stayed_behind_is_still_taken_from_there() -> None:
    expected = FUNCTION.replace(
        "from app.text import Token, other", "from app.words import Token\nfrom app.text import other"
    )
    assert moved(FUNCTION, "app/text.py::slugify", "app/words.py::slugify", "app.words", {"Token"}) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import text\n\ndef f(): return text.LIMIT", "import words\n\ndef f(): return words.LIMIT"),
        ("import text as t\n\ndef f(): return t.LIMIT", "import words as t\n\ndef f(): return t.LIMIT"),
        ("import text\n\ndef f(words): return text.LIMIT", "import words as text\n\ndef f(words): return text.LIMIT"),
        ("import text\n\ndef f(text): return text.LIMIT", "import words\n\ndef f(text): return text.LIMIT"),
        ("from text import Token as T\n\ndef f(): T", "from words import Token as T\n\ndef f(): T"),
        ("def f():\n    from text import Token; Token", "def f():\n    from words import Token; Token"),
        ("import os, text\n\ndef f(): text.LIMIT", "import os, words\n\ndef f(): words.LIMIT"),
    ],
)
def test_every_way_to_import_the_own_module_is_followed(before: str, after: str) -> None:
    assert moved(before, "text.py::f", "words.py::f", "words") == after


def test_a_dotted_module_is_followed_where_it_is_used() -> None:
    before = "import app.text\n\n\ndef f():\n    return app.text.LIMIT\n"
    after = "import app.words\n\n\ndef f():\n    return app.words.LIMIT\n"
    assert moved(before, "app/text.py::f", "app/words.py::f", "app.words") == after


def test_a_renamed_method_and_a_renamed_class_are_followed() -> None:
    expected = METHOD.replace("def parse", "def read").replace("self.parse", "self.read")
    expected = expected.replace("Parser.parse(", "Parser.read(")
    assert moved(METHOD, "app/text.py::Parser.parse", "app/text.py::Parser.read") == expected
    expected = METHOD.replace("Parser", "Reader")
    assert moved(METHOD, "app/text.py::Parser.parse", "app/text.py::Reader.parse") == expected
    expected = METHOD.replace("from app.text", "from words")
    assert moved(METHOD, "app/text.py::Parser.parse", "words.py::Parser.parse", "words") == expected


def test_a_name_that_is_taken_already_is_not_taken_twice() -> None:
    assert moved(FUNCTION.replace("raw", "slug"), "app/text.py::slugify", "app/text.py::slug") is None


def test_a_function_that_becomes_a_method_has_no_way() -> None:
    assert Way.of("app/text.py::f", Declaration("/", "app/text.py", "C.f", 1, ""), "app.text", ()) is None


def test_scratch_tests_go_along() -> None:
    before = """
    from app.text import slugify

    def test_it() -> None:
        assert slugify("slugify") == "slugify"
    """
    after = before.replace("app.text import slugify", "words import slug").replace("assert slugify", "assert slug")
    found = carried.tests(dedent(before), way("app/text.py::slugify", "words.py::slug", "words", {"slug"}))
    assert found == dedent(after)
