"""Constraints: which versions somebody can live with."""

from __future__ import annotations

from jiti import jiti


@jiti
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
    # read versions with semver.version.parse: then an empty condition, as in ">=1.0.0,", is turned down as well
    raise NotImplementedError
