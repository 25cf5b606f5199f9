"""A candidate's classes leave to Python what they are equal to."""

from __future__ import annotations

import pytest

from jiti.checks import equality


def told(code: str, qualname: str = "slugify") -> list[tuple[str, int | None]]:
    return [(each.code, each.line) for each in equality.check(code, qualname)]


@pytest.mark.parametrize(
    "code",
    [
        "class S(str):\n    def __eq__(self, other): return True",
        "class S(str):\n    __ne__ = lambda *_: False",
        "class S(str): pass\nS.__eq__ = lambda *_: True",
        "x = 1\nS = type('S', (str,), {'__eq__': lambda *_: True})",
        "class S(str): pass\nsetattr(S, '__eq__', lambda *_: True)",
    ],
)
def test_equality_of_its_own_is_turned_down_where_it_stands(code: str) -> None:
    assert told(code) == [("no-own-equality", 2)]


def test_the_stub_itself_may_be_what_compares() -> None:
    code = "class Version:\n    def __eq__(self, other):\n        return self.parts == other.parts\n"
    assert told(code, "Version.__eq__") == []
    assert told(code, "Version.__lt__") == [("no-own-equality", 2)]


def test_comparisons_and_dataclasses_are_not_meant() -> None:
    code = "@dataclass\nclass S:\n    a: int\n    def __lt__(self, other): return self.a < other.a\n"
    assert told(f"{code}def slugify(text):\n    return S(1) == S(1)\n") == []
