# Scratch tests that jiti's agent wrote for examples/semver/semver/version.py::bump.
# body: 3a9d2305fe0af0a9d4fe25255b7c7a1a

from typing import cast

import pytest

from semver.version import Part, Version, bump


@pytest.mark.parametrize(
    ("version", "part", "expected"),
    [
        (Version(1, 4, 2), "patch", Version(1, 4, 3)),
        (Version(1, 4, 2), "minor", Version(1, 5, 0)),
        (Version(1, 4, 2), "major", Version(2, 0, 0)),
        (Version(1, 5, 0, ("rc", "1")), "minor", Version(1, 5, 0)),
        (Version(1, 5, 1, ("rc", "1")), "minor", Version(1, 6, 0)),
        (Version(1, 5, 0, ("rc", "1")), "major", Version(2, 0, 0)),
        (Version(1, 5, 0, (), ("b",)), "patch", Version(1, 5, 1)),
    ],
)
def test_the_part_is_raised(version: Version, part: Part, expected: Version) -> None:
    assert bump(version, part) == expected


def test_another_part_is_turned_down() -> None:
    with pytest.raises(ValueError, match="epoch"):
        bump(Version(1, 0, 0), cast("Part", "epoch"))
