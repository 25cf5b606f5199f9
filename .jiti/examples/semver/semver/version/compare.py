# Written by jiti for examples/semver/semver/version.py::compare. It is yours: read it, edit it, commit it.
# jiti: 1
# stub: 6676d311f3c332d4770d7469d91fb551
# spec: signature=8ff448c60770cb3fac73ee5b1828c877 docstring=84117ad00dde2f7f52c2c9da8f4b9000 hints=-
# code: c35cf59c8955096ff96414476e865ac9
# body: 384199c46f11897ae44b57a22bd8c74b
# gates: examples/semver/tests/test_version.py::test_a_raised_version_comes_later=d88f4a8c63ac9260baf3823da3b3c03c examples/semver/tests/test_version.py::test_precedence_is_that_of_the_specification=e2933d92a0cfd63a77467740a8e943eb
# uses: examples/semver/semver/version.py::Version=48652195586f3714d9bd2484ca2ef8d6
# effects: none
# approved: -
# made: replay of a hand-written session · 2 turns · ruff 0.17.6, ty 0.0.105, 2 tests

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semver.version import Version


def _precedence(version: Version) -> tuple[int, int, int, bool, list[tuple[bool, int, str]]]:
    """A key whose order is the order of precedence."""
    identifiers = [(False, int(each), "") if each.isdecimal() else (True, 0, each) for each in version.prerelease]
    return version.major, version.minor, version.patch, not version.prerelease, identifiers


def compare(left: Version, right: Version) -> int:
    """Say which of two versions comes first: -1 if `left` does, 1 if `right` does, 0 if neither.

    Major, minor and patch are compared as numbers, in this order; the first that differs decides. Where all three
    are equal, a version with a pre-release comes before the one without. Two pre-releases are compared identifier by
    identifier, from the left, until two differ: identifiers that are all digits are compared as numbers, others by
    the codes of their characters, and one that is all digits comes before one that is not. Where one runs out of
    identifiers and all so far were equal, it comes first. Build metadata plays no part.

    Examples:
        >>> compare(Version(1, 9, 0), Version(1, 10, 0))
        -1
        >>> compare(Version(1, 0, 0), Version(1, 0, 0, ("rc", "1")))
        1
        >>> compare(Version(1, 0, 0, ("alpha", "beta")), Version(1, 0, 0, ("alpha", "1")))
        1
        >>> compare(Version(1, 0, 0, build=("a",)), Version(1, 0, 0, build=("b",)))
        0
    """
    one, other = _precedence(left), _precedence(right)
    return (one > other) - (one < other)
