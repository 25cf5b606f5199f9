"""What decides on `semver.constraint.satisfies`."""

from __future__ import annotations

import pytest

from jiti import jiti
from semver import satisfies

ALLOWED = [
    ("1.0.0", "1.0.0"),
    ("1.0.0+build", "==1.0.0"),
    ("1.0.0", "<=1.0.0 , >= 1.0.0"),
    ("1.2.9", "~1.2.3"),
    ("1.9.0", "^1.2.3"),
    ("0.2.9", "^0.2.3"),
    ("0.0.0", "^0.0.0"),
    ("1.0.0-rc.2", ">0.9.0, <1.0.0-rc.3"),
]
OTHERS = [
    ("1.0.0", "!= 1.0.0"),
    ("1.3.0", "~1.2.3"),
    ("2.0.0", "^1.2.3"),
    ("0.0.4", "^0.0.3"),
    ("2.0.0-rc.1", "^1.0.0"),
    ("1.0.0-rc.1", "<2.0.0-rc.1"),
]


@jiti.required_for(satisfies)
@pytest.mark.parametrize(
    ("version", "constraint", "expected"),
    [*((*each, True) for each in ALLOWED), *((*each, False) for each in OTHERS)],
)
def test_conditions(version: str, constraint: str, *, expected: bool) -> None:
    assert satisfies(version, constraint) is expected


@jiti.required_for(satisfies)
@pytest.mark.parametrize(("version", "constraint"), [("1.0", "1.0.0"), ("1.0.0", ""), ("1.0.0", ">=1.0.0,")])
def test_what_is_malformed_is_turned_down(version: str, constraint: str) -> None:
    with pytest.raises(ValueError, match="not a semantic version"):
        satisfies(version, constraint)
