# Scratch tests that jiti's agent wrote for examples/semver/semver/constraint.py::satisfies.
# body: 9a1d4d92d3a520f0be94526d657e7fbf

import pytest

from semver.constraint import satisfies


@pytest.mark.parametrize(
    ("version", "constraint", "expected"),
    [
        ("1.0.0", "1.0.0", True),
        ("1.0.0+build", "==1.0.0", True),
        ("1.0.1", "!= 1.0.0", True),
        ("1.0.0", "<1.0.0", False),
        ("1.0.0", "<=1.0.0 , >= 1.0.0", True),
        ("1.2.9", "~1.2.3", True),
        ("1.3.0", "~1.2.3", False),
        ("1.9.0", "^1.2.3", True),
        ("1.2.2", "^1.2.3", False),
        ("2.0.0", "^1.2.3", False),
        ("0.2.9", "^0.2.3", True),
        ("0.0.4", "^0.0.3", False),
        ("0.0.0", "^0.0.0", True),
        ("0.0.1", "^0.0.0", False),
        ("2.0.0-rc.1", "^1.0.0", False),
        ("1.0.0-rc.1", "<2.0.0-rc.1", False),
        ("1.0.0-rc.2", "^1.0.0-rc.1", True),
        ("1.0.0-rc.2", ">0.9.0, <1.0.0-rc.3", True),
    ],
)
def test_conditions(version: str, constraint: str, *, expected: bool) -> None:
    assert satisfies(version, constraint) is expected


@pytest.mark.parametrize(
    ("version", "constraint"), [("1.0", "1.0.0"), ("1.0.0", ""), ("1.0.0", ">=1.0.0,"), ("1.0.0", "=1.0.0")]
)
def test_what_is_malformed_is_turned_down(version: str, constraint: str) -> None:
    with pytest.raises(ValueError, match="not a semantic version"):
        satisfies(version, constraint)
