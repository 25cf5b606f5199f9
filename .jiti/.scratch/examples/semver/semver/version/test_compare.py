# Scratch tests that jiti's agent wrote for examples/semver/semver/version.py::compare.
# body: aa9d5f9bc9bf9624172844a18e66b121

import itertools

from semver.version import Version, compare

ORDER = [
    Version(0, 9, 9),
    Version(1, 0, 0, ("2",)),
    Version(1, 0, 0, ("11",)),
    Version(1, 0, 0, ("alpha",)),
    Version(1, 0, 0, ("alpha", "1")),
    Version(1, 0, 0, ("alpha", "beta")),
    Version(1, 0, 0, ("beta",)),
    Version(1, 0, 0, ("beta", "2")),
    Version(1, 0, 0, ("beta", "11")),
    Version(1, 0, 0, ("rc", "1")),
    Version(1, 0, 0),
    Version(1, 2, 0),
    Version(1, 10, 0),
    Version(2, 0, 0),
]


def test_every_pair_is_in_order() -> None:
    for left, right in itertools.combinations(ORDER, 2):
        assert compare(left, right) == -1
        assert compare(right, left) == 1


def test_build_metadata_plays_no_part() -> None:
    assert compare(Version(1, 0, 0, ("rc",), ("a",)), Version(1, 0, 0, ("rc",), ("b", "c"))) == 0
