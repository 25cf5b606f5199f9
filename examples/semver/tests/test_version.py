"""What decides on the functions of `semver.version`: no body of theirs is accepted that fails here."""

from __future__ import annotations

from itertools import combinations

import pytest

from jiti import jiti
from semver import Part, Version, bump, compare, parse

PRECEDENCE = [
    *("0.9.9", "1.0.0-2", "1.0.0-11", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"),
    *("1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.2.0", "1.10.0", "2.0.0"),
]


@jiti.required_for(parse)
@pytest.mark.parametrize("text", [*PRECEDENCE, "1.0.0--", "1.0.0-0A.is.legal", "10.20.30-a-b.0x.0+--.001"])
def test_a_version_is_written_as_it_was_read(text: str) -> None:
    assert str(parse(text)) == text


@jiti.required_for(parse)
@pytest.mark.parametrize(
    "text", ["", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3-a..b", "v1.2.3", "1.2.3\n"]
)
def test_what_is_no_version_is_turned_down(text: str) -> None:
    with pytest.raises(ValueError, match="not a semantic version: "):
        parse(text)


@jiti.required_for(compare)
def test_precedence_is_that_of_the_specification() -> None:
    versions = [parse(text) for text in PRECEDENCE]
    for left, right in combinations(versions, 2):
        assert (compare(left, right), compare(right, left), compare(left, left)) == (-1, 1, 0)


@jiti.required_for(bump, compare)
@pytest.mark.parametrize("part", ["major", "minor", "patch"])
@pytest.mark.parametrize("text", PRECEDENCE)
def test_a_raised_version_comes_later(text: str, part: Part) -> None:
    assert compare(bump(parse(text), part), parse(text)) == 1


@jiti.required_for(bump)
def test_raising_a_part_of_a_pre_release() -> None:
    """Raising a part of a pre-release gives the version that it announces, if the parts after that one are 0.

    Otherwise it gives the next version of that part. Neither has a pre-release or build metadata.
    """


def test_versions_with_other_build_metadata_are_not_equal() -> None:
    assert Version(1, 0, 0, (), ("1",)) != Version(1, 0, 0, (), ("2",))
