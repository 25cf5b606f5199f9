# Written by jiti for examples/semver/semver/constraint.py::satisfies. It is yours: read it, edit it, commit it.
# jiti: 1
# stub: 3bd678216fde787f331f9a977e2c6e5a
# spec: signature=ec2ff398f38e8fca2a3086b1e6b41105 docstring=b103c3974bf8ec63af12c35a0e631bac hints=02b7ca6a625f75f6cc8f278d3828c13f
# code: 4ef6c9819fe7d9427bfe0f1ebf6e1c4d
# body: 0fdd2eb2d30c9569f64ba7bac723e662
# gates: examples/semver/tests/test_constraint.py::test_conditions=68b9aac3eb16c0127f9e0ccc47517d47 examples/semver/tests/test_constraint.py::test_what_is_malformed_is_turned_down=d220a865001366173a0e271daef174ce
# uses: examples/semver/semver/version.py::Version=48652195586f3714d9bd2484ca2ef8d6 examples/semver/semver/version.py::compare=0e3d408d36b561ad63aaa31652fdef5f examples/semver/semver/version.py::parse=957cfac789f05087f5ae545452d69f43
# effects: none
# approved: -
# made: replay of a hand-written session · 2 turns · ruff 0.17.6, ty 0.0.105, 22 tests

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING

from semver.version import Version, compare, parse

if TYPE_CHECKING:
    from collections.abc import Callable

_CONDITION = re.compile(r"(==|!=|<=|>=|<|>|~|\^)?(.*)", re.DOTALL)
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _numbers(version: Version) -> tuple[int, int, int]:
    return version.major, version.minor, version.patch


def _holds(sign: str, version: Version, bound: Version) -> bool:
    """Whether one condition holds for a version."""
    order = compare(version, bound)
    if sign in _COMPARISONS:
        return _COMPARISONS[sign](order, 0)
    numbers = _numbers(bound)
    fixed = 2 if sign == "~" else next((place for place, number in enumerate(numbers, 1) if number), 3)
    return order >= 0 and _numbers(version)[:fixed] == numbers[:fixed]


def satisfies(version: str, constraint: str) -> bool:
    """Whether a version is one that a constraint allows.

    A constraint is one or more conditions with commas between them, and spaces around the commas as one likes; all
    of them must hold. A condition is an operator and a whole version, with spaces between as one likes:

    - `==`, `!=`, `<`, `<=`, `>`, `>=` compare by precedence (`semver.version.compare`); no operator means `==`;
    - `~1.2.3` means at least 1.2.3, with the same major and minor;
    - `^1.2.3` means at least 1.2.3, with the same numbers up to the first that is not 0: `^0.2.3` stays within 0.2,
      `^0.0.3` allows 0.0.3 alone, and so does `^0.0.0` with 0.0.0.

    A pre-release is nothing that anyone gets unasked: a version with a pre-release is allowed only where, besides,
    the version of at least one of the conditions has a pre-release too and the same major, minor and patch.

    Raises:
        ValueError: the version, or the version of a condition, is no semantic version.

    Examples:
        >>> satisfies("1.5.0", ">=1.4.2, <2.0.0")
        True
        >>> satisfies("0.3.0", "^0.2.3")
        False
        >>> satisfies("2.0.0-rc.1", ">=1.0.0")
        False
        >>> satisfies("2.0.0-rc.2", ">=2.0.0-rc.1")
        True
        >>> satisfies("1.0.0", ">=1.0")
        Traceback (most recent call last):
            ...
        ValueError: not a semantic version: '1.0'
    """
    candidate = parse(version)
    conditions = []
    for text in constraint.split(","):
        found = _CONDITION.fullmatch(text.strip(" "))
        sign, bound = found.groups() if found else (None, "")
        conditions.append((sign or "==", parse(bound.strip(" "))))
    asked_for = not candidate.prerelease or any(
        bound.prerelease and _numbers(bound) == _numbers(candidate) for _, bound in conditions
    )
    return asked_for and all(_holds(sign, candidate, bound) for sign, bound in conditions)
