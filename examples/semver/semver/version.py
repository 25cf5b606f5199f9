"""Versions as https://semver.org (2.0.0) defines them: what they are made of, and their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jiti import jiti

Part = Literal["major", "minor", "patch"]


@dataclass(frozen=True, slots=True)
class Version:
    """A semantic version.

    Attributes:
        major: raised for changes that break users.
        minor: raised for what is new.
        patch: raised for what is mended.
        prerelease: the identifiers after the hyphen, as they are written.
        build: the identifiers after the plus sign, as they are written.
    """

    major: int
    minor: int
    patch: int
    prerelease: tuple[str, ...] = ()
    build: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The version as it is written."""
        text = f"{self.major}.{self.minor}.{self.patch}"
        if self.prerelease:
            text += "-" + ".".join(self.prerelease)
        if self.build:
            text += "+" + ".".join(self.build)
        return text


@jiti
def parse(text: str) -> Version:
    """Read a semantic version.

    It is written MAJOR.MINOR.PATCH. A pre-release may follow, after a hyphen, and build metadata, after a plus sign,
    in this order. The three numbers are ASCII digits, without a leading zero unless the number is 0. Pre-release and
    build are identifiers with dots between them; an identifier is one or more ASCII letters, digits and hyphens. A
    pre-release identifier that is all digits has no leading zero either; a build identifier may have. Nothing else
    may stand in the text: no space around it, no newline at its end, no "v" before it.

    Raises:
        ValueError: the text is no semantic version; the message is `not a semantic version: ` and the text's repr.

    Examples:
        >>> parse("1.4.0")
        Version(major=1, minor=4, patch=0, prerelease=(), build=())
        >>> parse("1.4.0-rc.1+build.007")
        Version(major=1, minor=4, patch=0, prerelease=('rc', '1'), build=('build', '007'))
        >>> parse("1.4")
        Traceback (most recent call last):
            ...
        ValueError: not a semantic version: '1.4'
    """
    raise NotImplementedError


@jiti
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
    raise NotImplementedError


@jiti
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
    raise NotImplementedError
