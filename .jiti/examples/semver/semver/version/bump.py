# Written by jiti for examples/semver/semver/version.py::bump. It is yours: read it, edit it, commit it.
# jiti: 1
# stub: 16a78cdc1289e06afffc3f4ff28805f8
# spec: signature=c76ccef238aa4cd5e37cec35f1c2586a docstring=b2d8db228513240d76a2bc24607159f6 hints=-
# code: 1b96009d8d0fed9b6c8d9c9fa36a417b
# body: b435c5811c69303813d95d71f5cb8738
# gates: examples/semver/tests/test_version.py::test_a_raised_version_comes_later=d88f4a8c63ac9260baf3823da3b3c03c examples/semver/tests/test_version.py::test_raising_a_part_of_a_pre_release=193c184305cb04db9ae72a75535d7963
# uses: examples/semver/semver/version.py::Version=48652195586f3714d9bd2484ca2ef8d6
# effects: none
# approved: -
# made: replay of a hand-written session · 1 turn · ruff 0.17.6, ty 0.0.105, 8 tests

from __future__ import annotations

from typing import TYPE_CHECKING

from semver.version import Version

if TYPE_CHECKING:
    from semver.version import Part


def bump(version: Version, part: Part) -> Version:
    """Give the next version when one part is raised.

    The part grows by one, the parts after it become 0, and pre-release and build metadata go. A pre-release is on its
    way to the version without it: where the parts after `part` are 0 already, raising `part` only takes the
    pre-release away.

    Raises:
        ValueError: `part` is none of "major", "minor" and "patch".

    Examples:
        >>> str(bump(Version(1, 4, 2), "minor"))
        '1.5.0'
        >>> str(bump(Version(2, 0, 0, ("rc", "1")), "major"))
        '2.0.0'
        >>> str(bump(Version(2, 0, 1, ("rc", "1")), "major"))
        '3.0.0'
        >>> str(bump(Version(1, 4, 3, ("rc", "1"), ("7",)), "patch"))
        '1.4.3'
    """
    numbers = {"major": version.major, "minor": version.minor, "patch": version.patch}
    if part not in numbers:
        message = f"no part of a version: {part!r}"
        raise ValueError(message)
    names = list(numbers)
    later = names[names.index(part) + 1 :]
    if not version.prerelease or any(numbers[name] for name in later):
        numbers[part] += 1
    for name in later:
        numbers[name] = 0
    return Version(numbers["major"], numbers["minor"], numbers["patch"])
